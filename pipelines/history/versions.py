"""Versions of rows, each with the time in which it was believed (`known_from`, `known_to`). None is overwritten.

When a row changes, its version is closed and another opened at the same instant; when it goes, its version is closed.
What was believed at the instant t:

    known_from <= t and (known_to is null or known_to > t)
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import duckdb

from pipelines.connections import connect_in_memory
from pipelines.history.index import StepChanges
from pipelines.history.log import CLOSED, OPENED, REMOVED
from pipelines.okr.columns import Number
from pipelines.tables.contents import row_hash
from pipelines.tables.definitions import KEY_RESULTS, OBJECTIVES
from pipelines.tables.scores import KEY_RESULT_SCORES, OBJECTIVE_SCORES
from pipelines.tables.table import Table, attach, columns_of, quoted, tables_in

SCHEMA = "main"
"""The schema of the history's file."""


class KnownTime:
    """The columns that a table of versions has besides those of its rows."""

    known_from: Annotated[
        datetime, "Since when this was believed: when the run that came to it wrote it down"
    ]
    known_to: Annotated[
        datetime | None,
        "Until when: another row, or none, took its place; NULL while it is believed",
    ]


class KpiPeriod:
    """The columns that say which period of which KPI a row is about."""

    kpi: Annotated[str, "Name of the KPI"]
    period: Annotated[str, "day, week (ISO), month, quarter, half or year (fiscal)"]
    period_start: Annotated[date, "First day of the period"]
    period_end: Annotated[date, "Last day of the period"]
    dimension: Annotated[str, "Dimension, or total for the whole"]
    member: Annotated[str, "Member of the dimension, or total for the whole"]


class KpiPeriodRow(KpiPeriod):
    """A row of the model `kpi_periods`, as it was believed."""

    value: Annotated[Number | None, "The value that was believed; NULL over a denominator of 0"]
    numerator: Annotated[Number | None, "Upper side of a ratio"]
    denominator: Annotated[Number | None, "Lower side of a ratio"]
    unit: Annotated[str, "Unit of the values"]
    kind: Annotated[str, "flow, stock, ratio or distinct"]
    status: Annotated[str, "complete, partial or provisional, as it was believed"]
    data_through: Annotated[date | None, "Last delivered day that was counted"]
    trust: Annotated[str, "ok, or what was amiss, comma-separated"]
    run_id: Annotated[str, "Fingerprint of what the version's first run was made of"]


@dataclass(frozen=True)
class AddedColumn:
    """A column that a table of versions got when it had versions already."""

    table_name: Annotated[str, "Table of versions"]
    column_name: Annotated[str, "Column that was added"]
    until: Annotated[datetime, "The newest version that there was without it"]


ADDED_COLUMNS = Table(
    "added_columns",
    "The columns that tables of versions got when they had versions already",
    columns_of(AddedColumn),
    schema="kept",
)
"""Not published."""


@dataclass(frozen=True, kw_only=True)
class VersionedTable(Table):
    """The versions of the rows of `source`, a table of the warehouse. Versions of one row share its primary key."""

    source: Table

    @property
    def compared(self) -> list[str]:
        """The columns by which versions differ. The run of a version is the first that came to it."""
        return [name for name in self.source.columns if name != "run_id"]

    @property
    def compared_hash(self) -> str:
        """SQL for the hash of what versions differ by: comparing a number is cheaper than a dozen columns."""
        columns = {name: self.source.columns[name] for name in self.compared}
        return row_hash(columns, is_cast=True)

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """As any table's. Columns that one of an earlier version lacked are noted, with the versions it had then."""
        existing = columns_there(connection, self)
        super().create(connection)
        added = [name for name in self.compared if existing and name not in existing]
        newest = newest_of(connection, self.place) if added else None
        if newest:
            ADDED_COLUMNS.create(connection)
            rows = [AddedColumn(self.name, name, newest) for name in added]
            ADDED_COLUMNS.append(connection, rows)

    def fill_added_columns(self, connection: duckdb.DuckDBPyConnection, query: str) -> bool:
        """Fill in, from the rows of `query`, the columns that versions lack because there was no such column then.

        Else each belief would end and begin anew with the first run that knows the column. Returns whether one was.
        """
        if not columns_there(connection, ADDED_COLUMNS):
            return False
        noted = connection.execute(
            f"select column_name, until from {ADDED_COLUMNS.place} where table_name = $1",
            [self.name],
        ).fetchall()
        added = [name for name, _ in noted if name in self.source.columns]
        if not added:
            return False
        until = max(instant for _, instant in noted)
        empty = " and ".join(f"{quoted(name)} is null" for name in added)
        older = f"known_to is null and known_from <= $1 and {empty}"
        row_key = row_hash(
            {name: self.source.columns[name] for name in self.compared if name not in added},
            is_cast=True,
        )
        values = ", ".join(map(quoted, added))
        assigned = ", ".join(f"{quoted(name)} = given.{quoted(name)}" for name in added)
        filled = connection.execute(
            f"update {self.place} as version set {assigned} from ("
            f"select place, {values} "
            f"from (select rowid as place, {row_key} as row_hash from {self.place} where {older}) "
            f"inner join (select {values}, {row_key} as row_hash from ({query})) using (row_hash)"
            f") as given where version.rowid = given.place",
            [until],
        )
        return filled.fetchall() not in ([], [(0,)])

    def keep_versions(
        self,
        connection: duckdb.DuckDBPyConnection,
        now: datetime,
        query: str,
        scope: str = "true",
        changes: StepChanges | None = None,
    ) -> None:
        """Close the versions whose rows `query` no longer has, and open one for each row that is new or changed.

        `query` gives the rows that are believed now: all of those that `scope`, a condition on the columns, is about.
        Where the clock is behind what was believed last, they are believed since right after that (`instant_after`).
        `changes` notes what is changed, for the log.
        Raises `duckdb.Error`; the caller's transaction then leaves the table as it was.
        """
        self.create(connection)
        changes = changes or StepChanges(None)
        now = instant_after(now, newest_of(connection, self.place))
        changes.is_base |= self.fill_added_columns(connection, query)
        columns = ", ".join(map(quoted, self.source.columns))
        arrived = f"select {self.compared_hash} as row_hash from ({query})"
        believed = (
            f"select rowid as place, {self.compared_hash} as row_hash from {self.place} "
            f"where known_to is null and ({scope})"
        )
        changes.run(
            connection,
            self,
            CLOSED,
            f"update {self.place} set known_to = $1 "
            f"where rowid in (select place from ({believed}) anti join ({arrived}) using (row_hash))",
            now,
        )
        # a version that closed at the instant it opened was never believed; only a clock that stands still makes one
        changes.run(
            connection, self, REMOVED, f"delete from {self.place} where known_to <= known_from"
        )
        changes.run(
            connection,
            self,
            OPENED,
            f"insert into {self.place} ({columns}, known_from, known_to) select {columns}, $1, null "
            f"from (select *, {self.compared_hash} as row_hash from ({query})) "
            f"anti join ({believed}) using (row_hash)",
            now,
        )


def versioned(source: Table, name: str, comment: str) -> VersionedTable:
    """The table `name` of the versions of `source`."""
    columns = {**source.columns, **columns_of(KnownTime)}
    return VersionedTable(name, comment, columns, schema=SCHEMA, source=source)


KPI_PERIOD_VERSIONS = versioned(
    Table(
        "kpi_periods",
        "",
        columns_of(KpiPeriodRow),
        key=("kpi", "period", "period_start", "dimension", "member"),
        schema="reporting",
    ),
    "kpi_period_history",
    "What was believed of each KPI and period, and when: a row is closed when another takes its place. Of a period "
    "that is still open only the whole is kept here, and its days by member",
)
SCORE_VERSIONS = (
    versioned(
        KEY_RESULT_SCORES,
        "key_result_score_history",
        "Each score of a key result as it was first worked out for its day, and as it was worked out again",
    ),
    versioned(
        OBJECTIVE_SCORES,
        "objective_score_history",
        "Each score of an objective as it was first worked out for its day, and as it was worked out again",
    ),
)
DEFINITION_VERSIONS = (
    versioned(
        KEY_RESULTS,
        "key_result_history",
        "The key results as they were defined, and from when to when: an edited target is a row of its own",
    ),
    versioned(
        OBJECTIVES,
        "objective_history",
        "The objectives as they were defined, and from when to when",
    ),
)
VERSIONED_TABLES = (KPI_PERIOD_VERSIONS, *SCORE_VERSIONS, *DEFINITION_VERSIONS)


def columns_there(connection: duckdb.DuckDBPyConnection, table: Table) -> set[str]:
    """The columns that a table has in the database of the connection; none where there is no such table."""
    query = (
        "select column_name from duckdb_columns() "
        "where database_name = current_database() and schema_name = $1 and table_name = $2"
    )
    return {
        str(name) for (name,) in connection.execute(query, [table.schema, table.name]).fetchall()
    }


def newest_of(connection: duckdb.DuckDBPyConnection, place: str) -> datetime | None:
    """The latest instant in a table of versions; None where it is empty."""
    [(newest,)] = connection.execute(
        f"select max(greatest(known_from, known_to)) from {place}"
    ).fetchall()
    return newest if isinstance(newest, datetime) else None


def instant_after(now: datetime, newest: datetime | None) -> datetime:
    """Since when something is believed: now, or right after what was believed last where the clock is behind that.

    An instant before it would overlap with beliefs, or end them before they began.
    """
    return now if newest is None or now >= newest else newest + timedelta(microseconds=1)


def newest_belief(history: Path) -> datetime | None:
    """When something was written into the history last; None where there is nothing in it."""
    if not history.exists():
        return None
    with connect_in_memory(history) as connection:
        attach(connection, {"history": history})
        places = [x.place for x in tables_in(connection, "history") if "known_from" in x.columns]
        instants = [newest_of(connection, place) for place in places]
    return max((x for x in instants if x), default=None)


def read_history(
    history: Path, query: str, parameters: object = None, **attached: Path
) -> list[tuple[Any, ...]]:
    """The rows of a query over `history` and other databases, each under its name.

    None where there is no history yet, or where it lacks one of the tables.
    """
    if not history.exists():
        return []
    with connect_in_memory(history) as connection:
        attach(connection, {"history": history, **attached})
        try:
            return connection.execute(query, parameters).fetchall()
        except duckdb.CatalogException:
            return []
