"""Keeping what a run has come to believe, in one transaction a step, and giving it back to the warehouse."""

from datetime import date, datetime
from pathlib import Path

from pipelines.history.deliveries import DIGESTS
from pipelines.history.versions import DEFINITIONS, KPI_PERIODS, SCORES, keep_versions
from pipelines.tables.table import literal, quoted, transaction

# members of an open period are the sums of its days, which are kept; without them a day brings a day's rows
_KPI_PERIODS = """
    select * from warehouse.reporting.kpi_periods
    where period = 'day' or status <> 'partial' or dimension = 'total'
"""


def record_kpis(history: Path, warehouse: Path, now: datetime) -> None:
    """Keep the KPI tables. They must be those of the present, not of a past day that was played again.

    Raises `duckdb.Error`, with the history left as it was.
    """
    with transaction(history, warehouse=warehouse) as connection:
        keep_versions(connection, KPI_PERIODS, now, _KPI_PERIODS)


def record_scores(history: Path, warehouse: Path, as_of: date, now: datetime) -> None:
    """Keep the scores of the day `as_of`, of days that a killed run left out, and the definitions.

    Scores of days that the warehouse lacks, since it was created again, are restored from the history.
    Raises `duckdb.Error`, with the history left as it was.
    """
    with transaction(history, warehouse=warehouse) as connection:
        for table in SCORES:
            table.versions.create(connection)
            days = (
                f"as_of = {literal(as_of.isoformat())} "
                f"or as_of not in (select as_of from {table.versions.place})"
            )
            rows = f"select * from warehouse.{table.source.place} where {days}"
            keep_versions(connection, table, now, rows, days)
        for table in DEFINITIONS:
            keep_versions(connection, table, now, f"select * from warehouse.{table.source.place}")
        # created before the first digest: a table that comes later breaks whoever lists tables once
        DIGESTS.create(connection)
    with transaction(warehouse, history=history) as connection:
        for table in SCORES:
            columns = ", ".join(map(quoted, table.source.columns))
            connection.execute(
                f"insert into {table.source.place} ({columns}) "
                f"select {columns} from history.{table.versions.place} "
                f"where known_to is null and as_of not in (select as_of from {table.source.place})"
            )


def fill_known_from(history: Path, warehouse: Path) -> None:
    """Fill in since when each row of `kpi_periods` has been believed as it is.

    Raises `duckdb.Error`, with the table left as it was.
    """
    same = " and ".join(
        f"current_row.{quoted(name)} is not distinct from version.{quoted(name)}"
        for name in KPI_PERIODS.compared
    )
    with transaction(warehouse, history=history) as connection:
        connection.execute(
            f"update {KPI_PERIODS.source.place} as current_row set known_from = version.known_from "
            f"from history.{KPI_PERIODS.versions.place} as version "
            f"where version.known_to is null and {same}"
        )
