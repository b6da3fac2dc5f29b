"""The files of the dbt project, and which of them belong together. They are read as text, as they may be broken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipelines.inputs.model_sources import references

SUFFIXES = (".sql", ".py", ".yml", ".yaml", ".csv")


def project_files(root: Path) -> list[str]:
    """The files that dbt parses, below the project's root."""
    return sorted(
        path.relative_to(root).as_posix()
        for folder in ("models", "tests/models")
        for path in (root / folder).rglob("*")
        if path.suffix in SUFFIXES
    )


def readers_of(root: Path, files: Iterable[str], models: set[str], source: str) -> list[str]:
    """The SQL files that read one of these models, or the source `name.stream` (`name.` for any of its streams)."""
    name, _, stream = source.partition(".")
    asked = (
        rf"""\b(?:source|read_lake)\(\s*['"]{re.escape(name)}['"]\s*,\s*['"]{re.escape(stream)}"""
    )
    return [
        file
        for file in files
        if file.endswith(".sql")
        and (
            references((root / file).read_text(encoding="utf-8", errors="replace")) & models
            or (
                "." in source
                and re.search(asked, (root / file).read_text(encoding="utf-8", errors="replace"))
            )
        )
    ]


def described_with(root: Path, files: Sequence[str], file: str) -> Iterator[str]:
    """What goes with a file: its YAML or its SQL of the same name, and the models that a YAML file describes."""
    stem, suffix = file.rsplit(".", 1)
    yield from (other for other in files if other.rsplit(".", 1)[0] == stem)
    if suffix in ("yml", "yaml"):
        described = names_in(root / file, "models")
        yield from (
            other
            for other in files
            if other.endswith((".sql", ".py")) and Path(other).stem in described
        )


def names_in(path: Path, section: str) -> set[str]:
    """The names listed in a YAML file that has this section; read as text, as the file may be broken."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if not re.search(rf"^{section}\s*:", text, re.MULTILINE):
        return set()
    return set(re.findall(r"^\s*-\s*name:\s*['\"]?([\w.]+)", text, re.MULTILINE))


def unreadable(root: Path, files: Iterable[str]) -> list[str]:
    """The files that are not text in UTF-8, which dbt does not name."""
    broken = []
    for file in files:
        try:
            (root / file).read_bytes().decode("utf-8")
        except (UnicodeDecodeError, OSError):
            broken.append(file)
    return broken


def place_of(root: Path, file: str, word: str) -> str:
    """`file:line` of the first line that has the word."""
    path = root / file
    if not path.is_file():
        return file
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    numbers = [number for number, line in enumerate(lines, 1) if word in line]
    return f"{file}:{numbers[0]}" if numbers else file
