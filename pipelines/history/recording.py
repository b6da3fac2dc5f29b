"""Writing down what a run has come to believe, in one transaction a step."""

from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.history.deliveries import DIGESTS
from pipelines.history.tables import DEFINITIONS, KPI_PERIODS, SCORES
from pipelines.history.versions import WAREHOUSE, Arrived, describe, keep, open_history
from pipelines.tables.okr_tables import ScoreTable
from pipelines.tables.sql_text import literal, quoted

# members of an open period are the sums of its days, which are kept; without them a day brings a day's rows
_KPI_PERIODS = f"""
    select * from {WAREHOUSE}.reporting.kpi_periods
    where period = 'day' or status <> 'partial' or dimension = 'total'
"""


def record_kpis(history: Path, warehouse: Path, now: datetime) -> None:
    """Keep what the KPI tables say. They must be those of the present, not of a past day played again.

    Raises `duckdb.Error`, with the history left as it was.
    """
    with closing(open_history(history, warehouse)) as connection:
        connection.execute("begin")
        keep(connection, KPI_PERIODS, Arrived(_KPI_PERIODS), now)
        connection.execute("commit")


def record_scores(history: Path, warehouse: Path, as_of: date, now: datetime) -> None:
    """Keep the scores of the day `as_of`, of days that a killed run left out, and the definitions.

    Raises `duckdb.Error`, with the history left as it was.
    """
    with closing(open_history(history, warehouse)) as connection:
        connection.execute("begin")
        for source, versioned in SCORES.items():
            known = quoted(versioned.table.name)
            days = f"as_of = {literal(as_of.isoformat())}"
            if exists(connection, versioned.table):
                days += f" or as_of not in (select as_of from {known})"
            else:
                days = "true"
            query = f"select * from {WAREHOUSE}.okr.{quoted(source)} where {days}"
            keep(connection, versioned, Arrived(query, scope=days), now)
        for source, versioned in DEFINITIONS.items():
            query = f"select * from {WAREHOUSE}.okr.{quoted(source)}"
            keep(connection, versioned, Arrived(query), now)
        # there before the first digest is: a table that comes later breaks whoever lists tables once
        describe(connection, DIGESTS, DIGESTS.columns)
        connection.execute("commit")


def exists(connection: duckdb.DuckDBPyConnection, table: ScoreTable) -> bool:
    """Whether the history has the table."""
    found = connection.execute(
        "select 1 from duckdb_tables() where table_name = $1 and database_name = current_database()",
        [table.name],
    ).fetchall()
    return bool(found)


def tell_known_time(history: Path, warehouse: Path) -> None:
    """Fill in since when each row of `kpi_periods` has been believed as it is.

    Raises `duckdb.Error`, with the table left as it was.
    """
    told = (*KPI_PERIODS.table.key, *KPI_PERIODS.compared)
    same = " and ".join(f"told.{quoted(c)} is not distinct from known.{quoted(c)}" for c in told)
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute(f"attach {literal(str(history))} as history (read_only)")
        connection.execute(
            "update reporting.kpi_periods as told set known_from = known.known_from "
            f"from history.{KPI_PERIODS.table.name} as known where known.known_to is null and {same}"
        )
