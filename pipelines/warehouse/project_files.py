"""Which files of the dbt project belong together. They are read as text, as they may be broken."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipelines.inputs.composition import Composition, is_macro, names_in, stem
from pipelines.inputs.model_sources import optional_references, references
from pipelines.settings import BUILT_IN


def parsed_files(project: Composition) -> list[str]:
    """The files that can be left out: all but the macros of Okra, which every model may use."""
    return [
        place
        for place in project.places
        if place.startswith(("models/", "tests/"))
        or (is_macro(place) and not is_built_in(project, place))
    ]


def is_built_in(project: Composition, place: str) -> bool:
    """Whether a file is Okra's own."""
    path = project.written.get(place)
    return path is not None and path.is_relative_to(BUILT_IN)


def readers_of(
    project: Composition,
    files: Iterable[str],
    models: set[str],
    source: str,
    *,
    optional: bool = False,
) -> list[str]:
    """The SQL files that read one of these models, or the source `name.stream` (`name.` for any of its streams).

    `optional`: also those that read one of the models only if it is there.
    """
    name, _, stream = source.partition(".")
    asked = (
        rf"""\b(?:source|read_lake)\(\s*['"]{re.escape(name)}['"]\s*,\s*['"]{re.escape(stream)}"""
    )

    def reads(sql: str) -> bool:
        read = references(sql) | (optional_references(sql) if optional else set())
        return bool(read & models) or ("." in source and bool(re.search(asked, sql)))

    return [file for file in files if file.endswith(".sql") and reads(project.text(file))]


def described_with(project: Composition, files: Sequence[str], file: str) -> Iterator[str]:
    """What goes with a file: its YAML or its SQL of the same name, and the models that a YAML file describes."""
    path, suffix = file.rsplit(".", 1)
    yield from (other for other in files if other.rsplit(".", 1)[0] == path)
    if suffix in ("yml", "yaml"):
        described = names_in(project.text(file), "models")
        yield from (
            other for other in files if other.endswith((".sql", ".py")) and stem(other) in described
        )


def unreadable(project: Composition, files: Iterable[str]) -> list[str]:
    """The files that are not text in UTF-8, which dbt does not name."""
    broken = []
    for file in files:
        try:
            project.content(file).decode("utf-8")
        except (UnicodeDecodeError, OSError):
            broken.append(file)
    return broken


def place_of(project: Composition, file: str, word: str) -> str:
    """The file to mend, with the number of the first line that has the word."""
    lines = project.text(file).splitlines()
    return numbered(project, file, next((n for n, line in enumerate(lines, 1) if word in line), 0))


def numbered(project: Composition, file: str, line: int) -> str:
    """The file to mend with a line: of a generated file, the line of what it was generated from."""
    shown = project.shown(file)
    return f"{shown}:{line}" if line and file not in project.generated else shown
