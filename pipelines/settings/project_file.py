"""What a company writes in `okra.yml`: the settings of its project, by the fields' names.

    timezone: Europe/Berlin
    currency: EUR

The environment and `.env` win over it. Secrets are not written in it, as the file is one to share.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.sdk.project import PROJECT_FILE
from pipelines.okr.definition.faults import (
    Fault,
    blank_faults,
    listed,
    suggestion,
    unreadable,
)
from pipelines.okr.definition.yaml_tree import Tree, TreeError, read_tree
from pipelines.settings.written_files import content_of

SECRET_FIELDS = frozenset({"digest"})
"""The settings whose values are secrets: they are set in `.env` or in the environment."""


@dataclass(frozen=True)
class ProjectFile:
    """The settings of the file as texts, by field, the line of each, and what is wrong with the file."""

    values: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read_project_file(folder: Path, fields: Collection[str]) -> ProjectFile:
    """The settings that the project's file has; none where there is no file. `fields`: the settings there are."""
    path = folder / PROJECT_FILE
    if not path.exists():
        return ProjectFile()
    try:
        tree = read_tree(content_of(path))
    except TreeError as error:
        return ProjectFile(faults=(unreadable(PROJECT_FILE, error),))
    if tree.data is None:
        return ProjectFile()
    if not isinstance(tree.data, dict):
        what, remedy = "not a mapping of settings", "write `timezone: Europe/Berlin`"
        return ProjectFile(faults=(Fault(PROJECT_FILE, tree.line(()), what, remedy),))
    return read_settings(tree, tree.data, fields)


def read_settings(
    tree: Tree, written: Mapping[object, object], fields: Collection[str]
) -> ProjectFile:
    """The settings that are written, each of which may be wrong alone."""
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    faults = blank_faults(PROJECT_FILE, tree)
    known = set(fields) - SECRET_FIELDS
    for key, value in written.items():
        name, line = str(key), tree.line((str(key),))
        variable = f"OKRA_{name.upper()}"
        if name in SECRET_FIELDS:
            what, remedy = f"`{name}` is a secret", f"write {variable}=... into .env instead"
        elif name not in known:
            what = f"unknown setting `{name}`"
            remedy = suggestion(name, known, f"the settings are {listed(known, len(known))}")
        elif value is None:
            continue
        elif (text := as_text(value)) is None:
            what, remedy = f"`{name}` is a mapping", f"write `{name}:` and one value"
        else:
            values[name], lines[name] = text, line
            continue
        faults.append(Fault(PROJECT_FILE, line, what, remedy))
    return ProjectFile(values, lines, tuple(faults))


def as_text(value: object) -> str | None:
    """A value as it is written in an environment variable; None for what cannot be."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    return value if isinstance(value, str) else None
