"""The models that every published figure stands on: the reporting tables, and what of the lake they read.

A fault in one of them leaves nothing to publish. A fault in any other model takes down the KPIs below it.
"""

from pathlib import Path

from pipelines.inputs.model_sources import references

PUBLISHED = (
    "kpi_days",
    "kpi_coverage",
    "kpi_distinct",
    "kpi_periods",
    "kpis",
    "windows",
    "attempts",
)
"""The tables without which nothing is published."""
FOLDERS = ("models/reporting", "models/staging/lake")
"""Where they and the steps before them are."""


def core_files(root: Path) -> set[str]:
    """The SQL files of these models below the project's `root`, as far as their references lead."""
    files = {path.stem: path for folder in FOLDERS for path in (root / folder).rglob("*.sql")}
    waiting, core = [name for name in PUBLISHED if name in files], set[str]()
    while waiting:
        path = files[waiting.pop()]
        place = path.relative_to(root).as_posix()
        if place not in core:
            core.add(place)
            waiting += [
                name
                for name in references(path.read_text(encoding="utf-8", errors="replace"))
                if name in files
            ]
    return core
