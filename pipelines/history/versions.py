"""Rows kept with the time for which they were believed (`known_from`, `known_to`): closed, never overwritten.

A row that says something else than before closes the version before it and opens one of its own, at the same
instant; a row that is no longer there closes. What was believed at the instant t:

    known_from <= t and (known_to is null or known_to > t)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.tables.okr_tables import ScoreTable
from pipelines.tables.sql_text import comments, literal, meanings, quoted, typed

KNOWN = {
    "known_from": (
        "timestamp with time zone not null",
        "Since when this was believed: when the run that came to it wrote it down",
    ),
    "known_to": (
        "timestamp with time zone",
        "Until when: another row, or none, took its place; NULL while it is believed",
    ),
}
WAREHOUSE = "warehouse"
"""The name under which the warehouse is attached, for reading."""


@dataclass(frozen=True)
class Versioned:
    """A table of versions.

    `table` has the columns without those of known time; `compared` are the columns in which rows of one key
    differ when they are two versions. Others, as the run that wrote the row, are those of the version's start.
    """

    table: ScoreTable
    compared: Sequence[str]

    @property
    def columns(self) -> dict[str, tuple[str, str]]:
        """All columns, with their types and meanings."""
        return {**self.table.columns, **KNOWN}


@dataclass(frozen=True)
class Arrived:
    """The rows that are believed now: a query over the warehouse that gives the table's columns.

    `scope` is the part of the table that they are all of, as a condition on its columns.
    """

    query: str
    parameters: Sequence[Any] = ()
    scope: str = "true"


def open_history(path: Path, warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The history, for writing, with the warehouse beside it for reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(path))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach {literal(str(warehouse))} as {WAREHOUSE} (read_only)")
    return connection


def keep(
    connection: duckdb.DuckDBPyConnection, versioned: Versioned, arrived: Arrived, now: datetime
) -> None:
    """Close what is no longer believed and open what is; nothing happens where both are the same.

    Raises `duckdb.Error`; the caller's transaction then leaves the table as it was.
    """
    table, name = versioned.table, quoted(versioned.table.name)
    create(connection, versioned)
    columns = ", ".join(map(quoted, table.columns))
    said = ", ".join(map(quoted, (*table.key, *versioned.compared)))
    same_key = " and ".join(f"{name}.{quoted(key)} = gone.{quoted(key)}" for key in table.key)
    connection.execute(
        f"create or replace temp table arrived as select {columns} from ({arrived.query})",
        list(arrived.parameters),
    )
    believed = f"select {said} from {name} where known_to is null and ({arrived.scope})"
    connection.execute(
        f"create or replace temp table news as select {said} from arrived except {believed}"
    )
    connection.execute(
        f"update {name} set known_to = $1 from ({believed} except select {said} from arrived) as gone "
        f"where {name}.known_to is null and {same_key}",
        [now],
    )
    # what was believed for no time at all never was: only a clock that stands still makes such rows
    connection.execute(f"delete from {name} where known_to <= known_from")
    connection.execute(
        f"insert into {name} ({columns}, known_from, known_to) "
        f"select {columns}, $1, null from arrived semi join news using ({said_key(table)})",
        [now],
    )


def said_key(table: ScoreTable) -> str:
    """The key's columns, for a join."""
    return ", ".join(map(quoted, table.key))


def create(connection: duckdb.DuckDBPyConnection, versioned: Versioned) -> None:
    """Make the table of versions, or give it the columns that have been added since."""
    describe(connection, versioned.table, versioned.columns)


def describe(
    connection: duckdb.DuckDBPyConnection,
    table: ScoreTable,
    columns: Mapping[str, tuple[str, str]],
) -> None:
    """Make `table` with these columns, or give it those that have been added since, with their meanings."""
    name = quoted(table.name)
    connection.execute(f"create table if not exists {name} ({typed(columns)})")
    for column, (kind, _) in columns.items():
        added = kind.removesuffix(" not null")
        connection.execute(f"alter table {name} add column if not exists {quoted(column)} {added}")
    for statement in comments(name, table.comment, meanings(columns)):
        connection.execute(statement)
