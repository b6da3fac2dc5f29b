"""What dbt is told about this installation, as variables of its environment."""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date

from connectors.lake.addresses import is_in_bucket
from pipelines.inputs.composition import KPI_PREFIX, Composition
from pipelines.settings import Settings
from pipelines.warehouse.left_out import LeftOut
from pipelines.warehouse.project import ComposedProject

_CHOICES_OF_DBT = frozenset([
    "CACHE_SELECTED_ONLY", "DEFER", "DEFER_STATE", "DEFER_TO_STATE", "EMPTY", "EVENT_TIME_END", "EVENT_TIME_START",
    "EXCLUDE_RESOURCE_TYPES", "EXPORT_SAVED_QUERIES", "FAIL_FAST", "FAVOR_STATE", "FAVOR_STATE_MODE", "FULL_REFRESH",
    "INDIRECT_SELECTION", "INTROSPECT", "PARTIAL_PARSE", "PARTIAL_PARSE_FILE_DIFF", "PARTIAL_PARSE_FILE_PATH",
    "PROFILE", "RESOURCE_TYPES", "SAMPLE", "SINGLE_THREADED", "STATE", "STATIC_PARSER", "STORE_FAILURES", "TARGET",
    "USE_FAST_TEST_EDGES", "VERSION_CHECK", "WARN_ERROR", "WARN_ERROR_OPTIONS", "WRITE_JSON",
])  # fmt: skip
"""The variables by which dbt chooses what it makes, and from what; without `DBT_` or `DBT_ENGINE_` before them."""


def dbt_environment(project: ComposedProject, as_of: date, run_id: str) -> dict[str, str]:
    """The variables that the dbt project reads. `as_of`: the day being played; `run_id`: goes into the KPI rows."""
    return static_environment(project) | {"OKRA_AS_OF": as_of.isoformat(), "OKRA_RUN_ID": run_id}


def static_environment(
    project: ComposedProject, faults: Sequence[LeftOut] | None = None
) -> dict[str, str]:
    """The variables that do not change from run to run. `faults`: what is left out of the project, if not as parsed."""
    faults = project.left_out if faults is None else faults
    settings = project.settings
    missing = {model for fault in faults for model in fault.models}
    kpis = [x for x in sorted(project.composition.kpi_sql) if f"{KPI_PREFIX}{x}" not in missing]
    return {
        **choices_of_others(os.environ),
        "OKRA_ENGINE": settings.engine,
        "OKRA_PYTHON": sys.executable,
        "OKRA_LAKE": str(settings.lake_location),
        "OKRA_LAKE_IN_BUCKET": "1" if is_in_bucket(settings.lake_location) else "",
        "OKRA_WAREHOUSE": str(settings.warehouse_path),
        "OKRA_TIMEZONE": settings.timezone,
        "OKRA_CURRENCY": settings.currency,
        "OKRA_FISCAL_YEAR_START": str(settings.fiscal_year_start),
        "OKRA_FISCAL_WEEKS": fiscal_weeks(settings),
        "OKRA_LARGEST_MEMBERS": str(settings.largest_members),
        "OKRA_KPIS": ",".join(kpis),
        "OKRA_MACROS": macros_fingerprint(project.composition),
        "OKRA_LEFT_OUT": ",".join(sorted(missing | project.composition.off.keys())),
        "OKRA_MEMORY": settings.memory,
        "OKRA_STORAGE_VERSION": settings.storage_version,
        "DBT_TARGET_PATH": str(project.target),
        # not logs/, which Dagster takes for its own
        "DBT_LOG_PATH": str(project.target / "logs"),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def choices_of_others(environment: Mapping[str, str]) -> dict[str, str]:
    """Empty values for the variables that a shell sets for another dbt project, such as `DBT_TARGET=prod`.

    With some of them every run would fail; with `DBT_EMPTY` all tables would be without a row.
    """
    return {
        name: ""
        for name in environment
        if name.startswith("DBT_")
        and name.removeprefix("DBT_").removeprefix("ENGINE_") in _CHOICES_OF_DBT
    }


def fiscal_weeks(settings: Settings) -> str:
    """A fiscal year of whole weeks as the macros read it: how many days after the first of its month it may begin, the
    first weekday, and the weeks of each period of a month, quarter and half; empty where it is made of months.
    """
    weeks = settings.fiscal_year.weeks
    if weeks is None:
        return ""
    parts = [
        ",".join(map(str, weeks.weeks_by(cadence))) for cadence in ("month", "quarter", "half")
    ]
    return " ".join([str(weeks.days_near), str(weeks.first_weekday), *parts])


def macros_fingerprint(composition: Composition) -> str:
    """A hash of the text of all macros: a table that is kept from run to run is made again when one of them changes."""
    places = sorted(place for place in composition.written if place.startswith("macros/"))
    texts = [(place, composition.text(place)) for place in places]
    return hashlib.sha256(repr(texts).encode()).hexdigest()[:12]
