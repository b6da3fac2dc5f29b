"""The models that every published figure stands on: the reporting tables, and what of the lake they read.

A fault in one of them leaves nothing to publish. A fault in any other model takes down the KPIs below it.
"""

from pipelines.inputs.composition import Composition
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
FOLDERS = ("models/reporting/", "models/staging/lake/")
"""Where they and the steps before them are."""


def core_files(project: Composition) -> set[str]:
    """The places of the SQL of these models, as far as their references lead."""
    files = {name: place for name, place in project.models.items() if place.startswith(FOLDERS)}
    waiting, core = [name for name in PUBLISHED if name in files], set[str]()
    while waiting:
        place = files[waiting.pop()]
        if place not in core:
            core.add(place)
            waiting += [name for name in references(project.text(place)) if name in files]
    return core
