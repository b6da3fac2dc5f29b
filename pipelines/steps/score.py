"""The report of a day: what a report run does between the lake and the published file.

Each step can be run again at any time and gives the same result. A step that writes holds the warehouse's
lock, as DuckDB has one writer.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version

from connectors.lake.manifest import Attempt
from pipelines.history.finals import first_finals
from pipelines.history.predictions import graded_before, keep_record
from pipelines.history.recording import record_kpis, record_scores, tell_known_time
from pipelines.history.restatements import log_restatements
from pipelines.inputs.facts import day_modelled, read_facts
from pipelines.inputs.lake import open_lake
from pipelines.inputs.okr_files import read_objectives
from pipelines.inputs.run_id import run_id
from pipelines.okr.definition.faults import Fault
from pipelines.okr.levers.finding import find_levers
from pipelines.okr.scoring.finality import with_restatements
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.okr.scoring.scoring import score
from pipelines.publishing.snapshot import PublishedTable, publish
from pipelines.settings import Settings
from pipelines.tables import course_store
from pipelines.tables.lever_store import store_levers
from pipelines.tables.locks import exclusive
from pipelines.tables.scores import store
from pipelines.warehouse.project import catalog_lake, dbt_environment

WAREHOUSE_WAIT = 600.0
"""Seconds to wait for another writer of the warehouse: longer than a report takes."""


@dataclass(frozen=True)
class Report:
    """What scoring a day came to."""

    as_of: date
    run_id: str
    scorecard: Scorecard
    faults: tuple[Fault, ...]
    failed: tuple[Attempt, ...]


def warehouse_lock(settings: Settings) -> AbstractContextManager[None]:
    """The right to write the warehouse. Raises `LockedError` when another writer keeps it."""
    return exclusive(settings.state_path / "warehouse.lock", wait=WAREHOUSE_WAIT)


def prepare_models(settings: Settings, as_of: date) -> dict[str, str]:
    """Catalog the lake and return the variables that dbt needs to play `as_of`."""
    catalog_lake(settings)
    return dbt_environment(settings, as_of, run_id(settings, as_of))


def failed_pulls(settings: Settings) -> tuple[Attempt, ...]:
    """The streams of the active sources whose last pull failed."""
    streams = [(name, x.name) for name, source in settings.active.items() for x in source.streams]
    attempts = open_lake(settings).attempts(sorted(streams))
    return tuple(attempt for attempt in attempts if attempt.outcome != "ok")


def write_kpi_history(settings: Settings, as_of: date) -> int | None:
    """Keep what the KPI tables say, with the time since when, and log what was restated.

    Returns how many restatements the log holds; None where a past day was played, whose tables are not what is
    believed now. Raises `NoFactsError`.
    """
    warehouse, history = settings.warehouse_path, settings.history_path
    present = as_of == settings.today() == day_modelled(warehouse)
    if present:
        record_kpis(history, warehouse, settings.now())
    elif not history.exists():
        return None
    tell_known_time(history, warehouse)
    found = log_restatements(history, warehouse)
    return found if present else None


def write_scores(settings: Settings, as_of: date, dagster_run_id: str) -> Report:
    """Score every sound objective as of `as_of`, store the scores with the levers, and keep them in the history.

    Raises `NoFactsError`, `NoDefinitionsError`, `KpiDefinitionError`.
    """
    loaded, kpis = read_objectives(settings)
    facts = read_facts(settings.warehouse_path, kpis)
    record = graded_before(settings.history_path, as_of, settings.timezone)
    scored = score(loaded.objectives, facts, as_of, graded=record)
    scorecard = with_restatements(scored, first_finals(settings.history_path, as_of))
    failed = failed_pulls(settings)
    name = run_id(settings, as_of)
    run = {
        "run_id": name,
        "as_of": as_of,
        "scored_at": datetime.now(UTC),
        "dagster_run_id": dagster_run_id,
        "sample_company": settings.sample_company,
        "version": version("okra"),
        "failed_sources": sorted({attempt.source for attempt in failed}),
        "broken_definitions": sorted({fault.file for fault in loaded.faults}),
    }
    warehouse, history = settings.warehouse_path, settings.history_path
    store(warehouse, history, scorecard, loaded.objectives, kpis, run)
    course_store.store(warehouse, scorecard.courses, name)
    levers = find_levers(loaded.objectives, facts, scored, as_of, graded=record)
    store_levers(warehouse, levers, name)
    record_scores(history, warehouse, as_of, settings.now())
    keep_record(history, warehouse, settings.timezone)
    return Report(as_of, name, scorecard, loaded.faults, failed)


def publish_report(settings: Settings, as_of: date) -> Sequence[PublishedTable]:
    """Replace the published file by what the warehouse holds now."""
    about = {
        "as_of": as_of,
        "run_id": run_id(settings, as_of),
        "sample_company": settings.sample_company,
        "version": version("okra"),
    }
    return publish(
        settings.warehouse_path,
        settings.published_path,
        about,
        settings.storage_version,
        settings.history_path,
    )
