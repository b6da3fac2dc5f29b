"""Keeping what a run has come to believe, in one transaction a step, and giving it back to the warehouse."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from connectors.lake.store import Store
from pipelines.history.deliveries import DIGESTS
from pipelines.history.index import StepChanges
from pipelines.history.kept_tables import logged_tables
from pipelines.history.noted_settings import TIMEZONE, note_settings
from pipelines.history.versions import (
    DEFINITION_VERSIONS,
    KPI_PERIOD_VERSIONS,
    SCORE_VERSIONS,
    instant_after,
    newest_of,
)
from pipelines.okr.kpi.facts import MODEL_FAILED
from pipelines.tables.table import literal, quoted, transaction

# members of an open period are the sums of its days, which are kept; without them a day brings a day's rows
_KPI_PERIODS = """
    select * from warehouse.reporting.kpi_periods
    where period = 'day' or status <> 'partial' or dimension = 'total'
"""


# a KPI that could not be computed has no rows, and its latest known figures stay known
_WORKED_OUT = f"""
    kpi in (
        select kpi from warehouse.reporting.kpis
        where not list_contains(standing_flags, {literal(MODEL_FAILED)})
    )
"""
_NOT_DECLARED = "kpi not in (select kpi from warehouse.reporting.kpis)"


def record_kpis(
    history: Path,
    warehouse: Path,
    now: datetime,
    *,
    all_declared: bool,
    settings: Mapping[str, str] = MappingProxyType({}),
    lake: Store | None = None,
) -> None:
    """Keep the KPI tables. They must be those of the present, not of a past day that was played again.

    `all_declared`: every declaration of a KPI is sound, so that one that is not declared is gone for good.
    `settings`: those by which figures of the same days become others. `lake`: where the log of the history is.
    Raises `duckdb.Error`, `LogError`, with the history left as it was.
    """
    scope = f"{_WORKED_OUT} or {_NOT_DECLARED}" if all_declared else _WORKED_OUT
    with transaction(history, warehouse=warehouse) as connection:
        changes = StepChanges(lake)
        KPI_PERIOD_VERSIONS.create(connection)
        # a version that a change of a setting made is told by its instant
        now = instant_after(now, newest_of(connection, KPI_PERIOD_VERSIONS.place))
        note_settings(connection, settings, now, changes)
        KPI_PERIOD_VERSIONS.keep_versions(connection, now, _KPI_PERIODS, scope, changes)
        changes.commit(connection, logged_tables(), now)


def record_scores(
    history: Path,
    warehouse: Path,
    as_of: date,
    now: datetime,
    zone: str,
    lake: Store | None = None,
) -> None:
    """Keep the scores of the day `as_of`, of days that a killed run left out, the definitions and the business zone.

    Scores of days that the warehouse lacks, since it was created again, are restored from the history.
    Raises `duckdb.Error`, `LogError`, with the history left as it was.
    """
    with transaction(history, warehouse=warehouse) as connection:
        changes = StepChanges(lake)
        note_settings(connection, {TIMEZONE: zone}, now, changes)
        for table in SCORE_VERSIONS:
            table.create(connection)
            days = (
                f"as_of = {literal(as_of.isoformat())} "
                f"or as_of not in (select as_of from {table.place})"
            )
            rows = f"select * from warehouse.{table.source.place} where {days}"
            table.keep_versions(connection, now, rows, days, changes)
        for table in DEFINITION_VERSIONS:
            query = f"select * from warehouse.{table.source.place}"
            table.keep_versions(connection, now, query, changes=changes)
        # created while still empty: restatements read the one, and clients that list tables once would miss the other
        for empty in (KPI_PERIOD_VERSIONS, DIGESTS):
            empty.create(connection)
        changes.commit(connection, logged_tables(), now)
    with transaction(warehouse, history=history) as connection:
        for table in SCORE_VERSIONS:
            columns = ", ".join(map(quoted, table.source.columns))
            connection.execute(
                f"insert into {table.source.place} ({columns}) "
                f"select {columns} from history.{table.place} "
                f"where known_to is null and as_of not in (select as_of from {table.source.place})"
            )


def fill_known_from(history: Path, warehouse: Path) -> None:
    """Fill in since when each row of `kpi_periods` has been believed as it is.

    Raises `duckdb.Error`, with the table left as it was.
    """
    row = KPI_PERIOD_VERSIONS.compared_hash
    with transaction(warehouse, history=history) as connection:
        connection.execute(
            f"update {KPI_PERIOD_VERSIONS.source.place} as current_row set known_from = version.known_from "
            f"from (select {row} as row_hash, known_from from history.{KPI_PERIOD_VERSIONS.place} "
            f"where known_to is null) as version "
            f"where {row} = version.row_hash"
        )
