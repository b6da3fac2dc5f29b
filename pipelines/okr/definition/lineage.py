"""Objectives among each other: one id each, parents that exist, and no circle of parents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.faults import Fault, listed, suggestion
from pipelines.okr.definition.yaml_tree import Tree
from pipelines.okr.kpi.numbers import ONE


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file after its own checks: the id it claims, and its objective if it is whole."""

    name: str
    tree: Tree
    claimed_id: str | None
    objective: Objective | None


def contributions(objectives: Iterable[Objective]) -> dict[str, Decimal]:
    """The weight of each objective in its parent's score, by id, without those that are only aligned with it.

    A child counts when it says so (`contributes`). A parent without key results takes all its children: those that
    state no weight have 1. A parent that is not among the objectives takes none.
    """
    by_id = {objective.id: objective for objective in objectives}
    weights: dict[str, Decimal] = {}
    for child in by_id.values():
        parent = by_id.get(child.parent or "")
        if parent is None:
            continue
        weight = child.stated_weight
        if weight is None and not parent.key_results:
            weight = ONE
        if weight is not None:
            weights[child.id] = weight
    return weights


def lineage_faults(files: list[ReadFile]) -> list[Fault]:
    """The faults between files. An id claimed by a broken file still exists for its children."""
    faults = _duplicates(files)
    claimed = {file.claimed_id for file in files if file.claimed_id is not None}
    whole = [file for file in files if file.objective is not None]
    faults += _unknown_parents(whole, claimed)
    return faults + _circles(whole)


def _duplicates(files: list[ReadFile]) -> list[Fault]:
    holders: dict[str, list[ReadFile]] = {}
    for file in files:
        if file.claimed_id is not None:
            holders.setdefault(file.claimed_id, []).append(file)
    faults = []
    for name, sharing in holders.items():
        for file in sharing if len(sharing) > 1 else ():
            others = ", ".join(
                f"{other.name}:{other.tree.line(('id',))}" for other in sharing if other is not file
            )
            what = f"the id `{name}` is also that of {others}"
            faults.append(Fault(file.name, file.tree.line(("id",)), what, "give one another id"))
    return faults


def _unknown_parents(files: list[ReadFile], claimed: set[str]) -> list[Fault]:
    faults = []
    for file in files:
        parent = file.objective.parent if file.objective else None
        if parent is not None and parent not in claimed:
            there_are = f"remove `parent` if it is gone; the objectives are {listed(claimed)}"
            remedy = suggestion(parent, claimed, there_are)
            line = file.tree.line(("parent",))
            faults.append(Fault(file.name, line, f"unknown parent `{parent}`", remedy))
    return faults


def _circles(files: list[ReadFile]) -> list[Fault]:
    parents = {
        file.objective.id: file.objective.parent
        for file in files
        if file.objective is not None and file.objective.parent is not None
    }
    faults = []
    for file in files:
        circle = _circle_from(file.objective.id, parents) if file.objective else []
        if circle:
            line = file.tree.line(("parent",))
            what = f"its parents go in a circle ({' → '.join(circle)})"
            faults.append(Fault(file.name, line, what, "let one of them have no parent"))
    return faults


def _circle_from(start: str, parents: Mapping[str, str]) -> list[str]:
    walked = [start]
    seen = {start}
    while (parent := parents.get(walked[-1])) is not None:
        if parent == start:
            return [*walked, start]
        if parent in seen:
            return []
        walked.append(parent)
        seen.add(parent)
    return []
