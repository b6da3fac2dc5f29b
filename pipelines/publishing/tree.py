"""Objectives as the tree that their parents make."""

from collections.abc import Sequence

from pipelines.publishing.published import Row


def in_tree_order(objectives: Sequence[Row]) -> list[tuple[int, Row]]:
    """Each objective after its parent, with its depth; one whose parent is not there is a root."""
    known = {row["objective_id"] for row in objectives}
    found: list[tuple[int, Row]] = []

    def add(parent: str | None, depth: int) -> None:
        for row in objectives:
            above = row["parent_id"] if row["parent_id"] in known else None
            if above == parent:
                found.append((depth, row))
                add(row["objective_id"], depth + 1)

    add(None, 0)
    return found
