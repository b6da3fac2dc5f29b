"""Bringing the history back: from its log in the lake, and from the published file, which has a copy of it.

A history that was deleted, emptied or damaged, or replaced by an old backup, is told by its place in the log, and by
its newest belief: the published copy is never ahead of the history. A run must not go on without it, as it would
publish a history that has just begun over the last copy.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.lake.store import Store
from pipelines.connections import connect_in_memory
from pipelines.errors import OkraError
from pipelines.history.index import StepChanges, catch_up, make_again, position_of
from pipelines.history.kept_tables import (
    RESTORATIONS,
    Restoration,
    logged_tables,
    published_tables,
)
from pipelines.history.log import histories
from pipelines.history.noted_settings import has_former_zones, take_former_zones
from pipelines.history.versions import VERSIONED_TABLES, newest_of, read_history
from pipelines.tables.contents import row_hash
from pipelines.tables.soundness import is_damage, set_aside
from pipelines.tables.table import Table, attach, quoted, tables_in, transaction


class HistoryError(OkraError):
    """The history is gone or damaged, and cannot be brought back."""


def ensure_history(
    history: Path, published: Path, now: datetime, lake: Store | None = None
) -> None:
    """Have the history say what its log in `lake` and its copy in `published` say. Before it is written or read.

    One that is missing or damaged is made again from the log, and what the log lacks comes from the published file. A
    history of an earlier version gets the columns that it lacks, and a log where it had none.
    Raises `HistoryError` where it is damaged and there is neither, and `duckdb.Error` where another process has it.
    """
    newest, what = state_of(history)
    told = ""
    is_empty = not newest and (newest is None or position_of(history) is None)
    damaged: list[str] = []
    if is_empty and lake is not None and (made := make_again(history, lake, logged_tables())):
        damaged = sorted(fault.key for fault in histories(lake)[-1].faults())
        told = made_words(history, what, made, damaged)
        newest, _ = state_of(history)
    if newest is not None and (lacks_columns(history) or has_former_zones(history)):
        with transaction(history) as connection:
            for table in published_tables():
                table.create(connection)
            take_former_zones(connection)
    if newest is not None and lake is not None:
        said = catch_up(history, lake, logged_tables(), now)
        if said is not None:
            newest, _ = state_of(history)
        told = "; ".join(filter(None, (told, said)))
    copied = copy_of(history, published, newest, what)
    lost = [
        x for x, newest_copied in copied.items() if is_behind((newest or {}).get(x), newest_copied)
    ]
    if damaged:
        lost = [*copied]
    if lost and newest is None:
        set_aside(history)
    if lost:
        words = copy_words(history, what, published, copied, lost)
        bring_all_back(history, published, lake, now, f"{told}; {words}" if told else words)
    elif told:
        note_restoration(history, now, told, lake)


def state_of(history: Path) -> tuple[Mapping[str, datetime] | None, str]:
    """When each table was written last, None where there is no table to read; and what is wrong, if it is wrong."""
    try:
        newest = newest_in(history)
    except DamagedError:
        return None, "is damaged"
    return newest, "is missing" if newest is None else "lacks what was believed last"


def copy_of(
    history: Path, published: Path, newest: Mapping[str, datetime] | None, what: str
) -> Mapping[str, datetime]:
    """When each table of the published copy was written last. Raises `HistoryError` where neither can be read."""
    try:
        copied = newest_in(published) or {}
    except DamagedError:
        if newest:
            return {}
        raise HistoryError(
            f"{history.name} {what}, and {published} is damaged: put a backup of one of them in its place"
        ) from None
    if not copied and newest is None and what == "is damaged":
        raise HistoryError(
            f"{history} is damaged, and {published} has no copy of it: put a backup in its place, or move it away "
            "to begin a history anew"
        )
    return copied


def made_words(history: Path, what: str, made: str, damaged: Sequence[str]) -> str:
    """How the history was made again from its log."""
    words = f"{history.name} {what}: it was made again from its log in the lake, {made}"
    return f"{words}, without {', '.join(damaged)}, which cannot be read" if damaged else words


def copy_words(
    history: Path,
    what: str,
    published: Path,
    copied: Mapping[str, datetime],
    lost: Sequence[str],
) -> str:
    """How the history was brought back from the published file."""
    last = max(copied[name] for name in lost)
    return (
        f"{history.name} {what}: it was brought back from {published.name}, as it was published after "
        f"{last:%Y-%m-%d %H:%M} UTC; what was kept since then is lost. Find out what removed it, and back it up"
    )


def bring_all_back(
    history: Path, published: Path, lake: Store | None, now: datetime, message: str
) -> None:
    """Add what the published file has besides, note it, and write it into the log."""
    with transaction(history, published=published) as connection:
        described = {x.name: x for x in tables_in(connection, "published")}
        for table in published_tables():
            if table.name in described:
                bring_back(connection, table, described[table.name])
        RESTORATIONS.create(connection)
        RESTORATIONS.append(connection, [Restoration(now, message)])
        changes = StepChanges(lake, is_base=True)
        changes.commit(connection, logged_tables(), now)


def note_restoration(history: Path, now: datetime, message: str, lake: Store | None) -> None:
    """Note that the history was brought back."""
    with transaction(history) as connection:
        RESTORATIONS.create(connection)
        [(before,)] = connection.execute(f"select count(*) from {RESTORATIONS.place}").fetchall()
        RESTORATIONS.append(connection, [Restoration(now, message)])
        changes = StepChanges(lake)
        changes.note_rows(connection, RESTORATIONS, "rowid >= $1", before)
        changes.commit(connection, logged_tables(), now)


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
    declared = {table.name: table.columns.keys() for table in published_tables()}
    with connect_in_memory(history) as connection:
        attach(connection, {"file": history})
        return any(
            not declared.get(table.name, set()) <= table.columns.keys()
            for table in tables_in(connection, "file")
        )


def is_behind(newest: datetime | None, copied: datetime) -> bool:
    """Whether a table was written before its copy was."""
    return newest is None or newest < copied


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
    compared = {name: column for name, column in table.columns.items() if name != "known_to"}
    connection.execute(
        f"create temp table copied as select *, {row_hash(compared)} as row_hash "
        f"from (select {given} from published.{quoted(described.name)})"
    )
    if "known_to" in table.columns:
        connection.execute(
            f"update {table.place} as version set known_to = ended.known_to from ("
            f"select place, known_to "
            f"from (select rowid as place, {row_hash(compared)} as row_hash from {table.place} where known_to is null) "
            f"inner join copied using (row_hash) where known_to is not null"
            f") as ended where version.rowid = ended.place"
        )
    connection.execute(
        f"insert into {table.place} ({columns}) select {columns} from copied "
        f"anti join (select {row_hash(compared)} as row_hash from {table.place}) using (row_hash)"
    )
    connection.execute("drop table copied")
