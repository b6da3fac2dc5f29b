"""Bringing the history back from the published file, which has a copy of it as it was when it was published last.

A history that was deleted, emptied or damaged, or replaced by an old backup, is told by its newest belief: the
published copy is never ahead of the history. A run must not go on without it, as it would publish a history that has
just begun over the last copy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb

from pipelines.connections import connect_in_memory
from pipelines.errors import OkraError
from pipelines.history.deliveries import DIGESTS
from pipelines.history.versions import VERSIONED_TABLES, newest_of, read_history
from pipelines.tables.contents import row_hash
from pipelines.tables.soundness import is_damage, set_aside
from pipelines.tables.table import Table, attach, columns_of, quoted, tables_in, transaction


class HistoryError(OkraError):
    """The history is gone or damaged, and cannot be brought back."""


@dataclass(frozen=True)
class Restoration:
    """One time at which the history was brought back."""

    restored_at: Annotated[datetime, "When it was brought back"]
    message: Annotated[str, "What was wrong and what was done"]


RESTORATIONS = Table(
    "restorations", "Each time at which it was brought back", columns_of(Restoration), schema="kept"
)
"""Not published."""


def ensure_history(history: Path, published: Path, now: datetime) -> None:
    """Bring back what `published` has of the history and `history` lacks. Before a history is written or read.

    A history of an earlier version gets the columns that it lacks.
    Raises `HistoryError` where it is damaged and there is no copy, and `duckdb.Error` where another process has it.
    """
    try:
        there = newest_in(history)
        what = "is missing" if there is None else "lacks what was believed last"
    except DamagedError:
        there, what = None, "is damaged"
    try:
        copied = newest_in(published) or {}
    except DamagedError:
        copied = {}
        if not there:
            raise HistoryError(
                f"{history.name} {what}, and {published} is damaged: put a backup of one of them in its place"
            ) from None
    if not copied and what == "is damaged":
        raise HistoryError(
            f"{history} is damaged, and {published} has no copy of it: put a backup in its place, or move it away "
            "to begin a history anew"
        )
    if there is not None and lacks_columns(history):
        with transaction(history) as connection:
            for table in kept_tables():
                table.create(connection)
    lost = [x for x, newest in copied.items() if is_behind((there or {}).get(x), newest)]
    if not lost:
        return
    if there is None:
        set_aside(history)
    last = max(copied[name] for name in lost)
    with transaction(history, published=published) as connection:
        described = {x.name: x for x in tables_in(connection, "published")}
        for table in kept_tables():
            if table.name in described:
                bring_back(connection, table, described[table.name])
        RESTORATIONS.create(connection)
        message = (
            f"{history.name} {what}: it was brought back from {published.name}, as it was published after "
            f"{last:%Y-%m-%d %H:%M} UTC; what was kept since then is lost. Find out what removed it, and back it up"
        )
        RESTORATIONS.append(connection, [Restoration(now, message)])


def restorations_since(history: Path, instant: datetime) -> list[str]:
    """What was said each time the history was brought back since then."""
    query = (
        "select message from history.kept.restorations where restored_at >= $1 order by restored_at"
    )
    return [str(message) for (message,) in read_history(history, query, [instant])]


class DamagedError(Exception):
    """A file that DuckDB cannot read."""


def newest_in(path: Path) -> Mapping[str, datetime] | None:
    """When each table of a history was written last, where it has rows; None where there is no file.

    Raises `DamagedError`.
    """
    if not path.exists():
        return None
    with connect_in_memory(path) as connection:
        try:
            attach(connection, {"file": path})
            names = {x.name for x in tables_in(connection, "file")}
            newest = {
                table.name: newest_of(connection, f"file.{quoted(table.name)}")
                for table in VERSIONED_TABLES
                if table.name in names
            }
        except duckdb.Error as error:
            if is_damage(error):
                raise DamagedError(path) from None
            raise
    return {name: instant for name, instant in newest.items() if instant}


def lacks_columns(history: Path) -> bool:
    """Whether an earlier version wrote the history, before one of the columns of now was there."""
    declared = {table.name: table.columns.keys() for table in kept_tables()}
    with connect_in_memory(history) as connection:
        attach(connection, {"file": history})
        return any(
            not declared.get(table.name, set()) <= table.columns.keys()
            for table in tables_in(connection, "file")
        )


def is_behind(there: datetime | None, copied: datetime) -> bool:
    """Whether a table was written before its copy was."""
    return there is None or there < copied


def kept_tables() -> Iterator[Table]:
    """The tables of a history that are published."""
    yield from VERSIONED_TABLES
    yield DIGESTS


def bring_back(connection: duckdb.DuckDBPyConnection, table: Table, described: Table) -> None:
    """Add the rows that the published copy of a table has besides its own, and end the versions that ended there."""
    table.create(connection)
    columns = ", ".join(map(quoted, table.columns))
    given = ", ".join(
        quoted(name)
        if name in described.columns
        else f"null::{column.type.removesuffix(' not null')} as {quoted(name)}"
        for name, column in table.columns.items()
    )
    same = {name: column for name, column in table.columns.items() if name != "known_to"}
    connection.execute(
        f"create temp table copied as select *, {row_hash(same)} as row_hash "
        f"from (select {given} from published.{quoted(described.name)})"
    )
    if "known_to" in table.columns:
        connection.execute(
            f"update {table.place} as version set known_to = ended.known_to from ("
            f"select place, known_to "
            f"from (select rowid as place, {row_hash(same)} as row_hash from {table.place} where known_to is null) "
            f"inner join copied using (row_hash) where known_to is not null"
            f") as ended where version.rowid = ended.place"
        )
    connection.execute(
        f"insert into {table.place} ({columns}) select {columns} from copied "
        f"anti join (select {row_hash(same)} as row_hash from {table.place}) using (row_hash)"
    )
    connection.execute("drop table copied")
