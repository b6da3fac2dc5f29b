"""What a table holds, compared by hashes of its rows, so that what is equal need not be written again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.tables.table import Column, Table, is_nested, quoted

SMALL = 10_000
"""Up to so many rows a table that differs is replaced as a whole, in the order of its columns."""
OF_THE_RUN = ("run_id", "as_of")
"""Columns that may have one value in all rows of a table, and another after each run. They are updated apart."""


@dataclass(frozen=True)
class Content:
    """The rows of a table, in any order. Equal rows of equal columns have an equal checksum."""

    rows: int
    checksum: str


def content_of(connection: duckdb.DuckDBPyConnection, table: Table) -> Content:
    """What a table or view holds. The checksum is of DuckDB's `hash`, which may be another in another version."""
    query = f"select count(*), sum({row_hash(table.columns)}) from {table.place}"
    [(rows, total)] = connection.execute(query).fetchall()
    columns = [f"{name} {column.type}" for name, column in table.columns.items()]
    text = "\n".join([str(rows), str(total), *columns])
    return Content(rows, hashlib.sha256(text.encode()).hexdigest()[:16])


def bring_up_to_date(
    connection: duckdb.DuckDBPyConnection, source: Table, target: Table, existing: Table | None
) -> Content:
    """Have `target` hold the rows of `source` and have its own comments. Returns what it holds then.

    `existing` is the target as the database describes it, None where it has none. Only what differs is written: of a
    small table all rows, of a large one those that are new or gone. Raises `duckdb.Error`.
    """
    wanted = content_of(connection, source)
    if existing is None or _types(existing) != _types(source):
        connection.execute(
            f"create or replace table {target.place} as select * from {source.place} order by all"
        )
        target.describe(connection)
        return wanted
    if content_of(connection, target) != wanted:
        is_written = False
        if wanted.rows > SMALL and not _is_bloated(connection, target, wanted.rows):
            _write_difference(connection, source, target)
            # not where it has two equal rows
            is_written = content_of(connection, target) == wanted
        if not is_written:
            _replace_rows(connection, source, target)
    if _comments(existing) != _comments(target):
        target.describe(connection)
    return wanted


def _replace_rows(connection: duckdb.DuckDBPyConnection, source: Table, target: Table) -> None:
    columns = ", ".join(map(quoted, source.columns))
    connection.execute(f"delete from {target.place}")
    connection.execute(
        f"insert into {target.place} ({columns}) select {columns} from {source.place} order by all"
    )


def _write_difference(connection: duckdb.DuckDBPyConnection, source: Table, target: Table) -> None:
    compared, of_the_run = dict(source.columns), dict[str, object]()
    for name in OF_THE_RUN:
        if name in compared:
            query = f"select distinct {name} from {source.place} limit 2"
            values = connection.execute(query).fetchall()
            if len(values) == 1:
                del compared[name]
                of_the_run[name] = values[0][0]
    row = row_hash(compared)
    new = f"select {row} as row_hash from {source.place}"
    old = f"select rowid as place, {row} as row_hash from {target.place}"
    columns = ", ".join(map(quoted, source.columns))
    connection.execute(
        f"delete from {target.place} where rowid in (select place from ({old}) anti join ({new}) using (row_hash))"
    )
    connection.execute(
        f"insert into {target.place} ({columns}) "
        f"select {columns} from (select *, {row} as row_hash from {source.place}) "
        f"anti join ({old}) using (row_hash) order by all"
    )
    for name, value in of_the_run.items():
        connection.execute(
            f"update {target.place} set {name} = $1 where {name} is distinct from $1", [value]
        )


def _is_bloated(connection: duckdb.DuckDBPyConnection, target: Table, rows: int) -> bool:
    """Whether deleted rows take so much room that the table had better be written anew."""
    [(last,)] = connection.execute(f"select max(rowid) from {target.place}").fetchall()
    return last is not None and last > 1.5 * rows


def row_hash(columns: Mapping[str, Column], *, is_cast: bool = False) -> str:
    """SQL for the hash of a row, in which NULL and an empty list differ, which have the same `hash`.

    `is_cast`: values are cast to the types of `columns`, for tables that may declare them otherwise.
    """
    values = {
        name: f"cast({quoted(name)} as {column.type.removesuffix(' not null')})"
        if is_cast
        else quoted(name)
        for name, column in columns.items()
    }
    compared = list(values.values())
    compared += [f"{values[name]} is null" for name, column in columns.items() if is_nested(column)]
    return f"hash({', '.join(compared)})"


def _types(table: Table) -> list[tuple[str, str]]:
    return [(name, column.type) for name, column in table.columns.items()]


def _comments(table: Table) -> list[str]:
    return [table.comment, *(column.comment for column in table.columns.values())]
