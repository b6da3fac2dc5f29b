"""Reads the files that people write, so that one that cannot be read is a fault and stops no other."""

from collections.abc import Iterable
from pathlib import Path

from pipelines.okr.definition.faults import Fault, unreadable
from pipelines.okr.definition.yaml_tree import TreeError
from pipelines.settings import shown
from pipelines.settings.written_files import content_of


def contents_of(paths: Iterable[Path]) -> tuple[dict[str, bytes], list[Fault]]:
    """The content of each file by the name to show of it, and the faults of those that cannot be read."""
    contents: dict[str, bytes] = {}
    closed: list[Fault] = []
    for path in paths:
        try:
            contents[shown(path)] = content_of(path)
        except TreeError as error:
            closed.append(unreadable(shown(path), error))
    return contents, closed
