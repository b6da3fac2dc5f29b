"""`history.duckdb` as an index of the log in the lake: how far it is, what it lacks, and making it again.

The log is written before the index is committed. So an index that is behind was killed in between, or is an old copy:
what it lacks is taken from the log. One that is ahead has lost its log, and writes a base.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import duckdb
import pyarrow as pa

from connectors.lake import atomic_files
from connectors.lake.store import Store
from pipelines.connections import connect_in_memory
from pipelines.history.log import (
    CHANGE,
    ENTRY,
    OPENED,
    ORDER,
    REMOVED,
    HistoryLog,
    histories,
    joined_changes,
)
from pipelines.tables.contents import row_hash
from pipelines.tables.soundness import set_aside
from pipelines.tables.table import Table, attach, columns_of, quoted, transaction


@dataclass(frozen=True)
class Position:
    """How far an index is in its log."""

    history_id: Annotated[str, "The log"]
    entry: Annotated[int, "Its last entry that is in the index"]


POSITION = Table(
    "log_position", "How far this is in the log in the lake", columns_of(Position), schema="kept"
)
"""Not published."""


@dataclass
class StepChanges:
    """What a step changes in the tables of a history: collected, and then committed to the log."""

    store: Store | None
    """The lake; None where no log is kept."""
    _parts: dict[str, list[tuple[str, pa.Table]]] = field(default_factory=dict)
    is_base: bool = False
    """Whether rows were changed in place, so that every row is written."""

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        change: str,
        statement: str,
        *values: object,
    ) -> None:
        """Run a statement that changes rows of a table, and note these rows."""
        if self.store is None:
            connection.execute(statement, list(values))
            return
        rows = connection.sql(f"{statement} returning *", params=list(values)).to_arrow_table()
        self._parts.setdefault(table.name, []).append((change, rows))

    def note_rows(
        self, connection: duckdb.DuckDBPyConnection, table: Table, condition: str, *values: object
    ) -> None:
        """Note rows that were added to a table, by a condition that tells them."""
        if self.store is not None:
            query = f"from {table.place} where {condition}"
            rows = connection.sql(query, params=list(values)).to_arrow_table()
            self._parts.setdefault(table.name, []).append((OPENED, rows))

    def commit(
        self, connection: duckdb.DuckDBPyConnection, tables: Iterable[Table], at: datetime
    ) -> None:
        """Write them into the log, and how far the index is then. The caller's transaction commits the index."""
        if self.store is None:
            return
        position = read_position(connection)
        base = self.is_base or position is None
        if base:
            changes = every_row(connection, tables)
        else:
            joined = {name: joined_changes(parts) for name, parts in self._parts.items()}
            changes = {name: rows for name, rows in joined.items() if rows is not None}
        if not changes:
            return
        position = position or Position(uuid4().hex[:12], 0)
        log = HistoryLog(self.store, position.history_id)
        entry = log.append(at, changes, position.entry, is_base=base)
        note_position(connection, Position(position.history_id, entry.number))


def read_position(connection: duckdb.DuckDBPyConnection) -> Position | None:
    """How far the index is; None where it has no log yet."""
    if not is_there(connection, POSITION):
        return None
    rows = connection.execute(f"select history_id, entry from {POSITION.place}").fetchall()
    return Position(*rows[0]) if rows else None


def is_there(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether the database of the connection has a table. Asked beforehand: an error would end the transaction."""
    query = (
        "select 1 from duckdb_tables() "
        "where database_name = current_database() and schema_name = $1 and table_name = $2"
    )
    return bool(connection.execute(query, [table.schema, table.name]).fetchall())


def note_position(connection: duckdb.DuckDBPyConnection, position: Position) -> None:
    """Note how far the index is."""
    POSITION.replace(connection, [position])


def every_row(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]
) -> dict[str, pa.Table]:
    """All rows of an index, as changes."""
    rows = {}
    for table in tables:
        table.create(connection)
        content = connection.sql(f"from {table.place}").to_arrow_table()
        joined = joined_changes([(OPENED, content)])
        if joined is not None:
            rows[table.name] = joined
    return rows


def catch_up(history: Path, store: Store, tables: Iterable[Table], now: datetime) -> str | None:
    """Have the index and its log say the same. Returns what was wrong, in words; None where nothing was done.

    A run that was killed between the two is nothing wrong: the words are empty.

    Raises `LogError`, and `duckdb.Error` with the index left as it was.
    """
    position = position_of(history)
    log = HistoryLog(store, position.history_id if position else "")
    is_damaged = position is not None and is_broken(log)
    newest = log.newest() if position and not is_damaged else None
    if position and newest and newest.number == position.entry:
        return None
    tables = [*tables]
    with transaction(history) as connection:
        if position is None:
            if any(has_rows(connection, table) for table in tables):
                write_base(connection, store, tables, Position(uuid4().hex[:12], 0), now)
        elif is_damaged or newest is None or newest.number < position.entry:
            log.set_aside_broken()
            write_base(connection, store, tables, position, now)
            if is_damaged or newest is not None:
                return (
                    "the log of the history in the lake was damaged, or lacked what was believed last: "
                    "all of it was written anew from history.duckdb; look at the disk"
                )
        else:
            replay(connection, log, tables, position.entry)
            note_position(connection, Position(position.history_id, newest.number))
    return ""


def position_of(history: Path) -> Position | None:
    """How far the index at `history` is; None where it has no log, or where there is no index."""
    if not history.exists():
        return None
    with connect_in_memory(history) as connection:
        attach(connection, {"history": history})
        connection.execute("use history")
        position = read_position(connection)
        connection.execute("use memory")
    return position


def is_broken(log: HistoryLog) -> bool:
    """Whether the newest document of the log cannot be read."""
    try:
        log.newest()
    except (ValueError, TypeError, LookupError, AttributeError):
        return True
    return False


def has_entries(log: HistoryLog) -> bool:
    """Whether an index can be made again from a log."""
    return not is_broken(log) and log.newest() is not None


def has_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether a table is there and has a row."""
    return is_there(connection, table) and bool(
        connection.execute(f"select 1 from {table.place} limit 1").fetchall()
    )


def write_base(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    tables: Iterable[Table],
    position: Position,
    now: datetime,
) -> None:
    """Write every row into the log."""
    log = HistoryLog(store, position.history_id)
    newest = log.newest()
    # numbers go on where a log was lost: an index of before is then behind, and not ahead of what was written since
    after = max(newest.number if newest else 0, position.entry)
    entry = log.append(now, every_row(connection, tables), after, is_base=True)
    note_position(connection, Position(position.history_id, entry.number))


def write_anew(history: Path, store: Store, tables: Iterable[Table], now: datetime) -> None:
    """Write every row into the log again, and move aside those files of it that are damaged."""
    with transaction(history) as connection:
        position = read_position(connection)
        if position is None:
            return
        log = HistoryLog(store, position.history_id)
        log.set_aside_broken()
        write_base(connection, store, tables, position, now)
        log.forget_damaged()


def make_again(history: Path, store: Store, tables: Iterable[Table]) -> str:
    """Make the index from the log that was written last. Returns how far, in words; empty where there is no log.

    What is at its place is kept beside it.
    """
    logs = histories(store)
    if not logs:
        return ""
    log = logs[-1]
    log.set_aside_broken()
    newest = log.newest()
    if newest is None:
        return ""

    def write(path: Path) -> None:
        with transaction(path) as connection:
            replay(connection, log, tables, 0)
            note_position(connection, Position(log.history_id, newest.number))
        set_aside(history)

    atomic_files.replace(history, write)
    return f"as it was kept at {datetime.fromisoformat(newest.at):%Y-%m-%d %H:%M} UTC"


def replay(
    connection: duckdb.DuckDBPyConnection, log: HistoryLog, tables: Iterable[Table], after: int
) -> None:
    """Change the tables as the entries after `after` say."""
    starts_anew = log.has_base(after)
    for table in tables:
        table.create(connection)
        if starts_anew:
            connection.execute(f"delete from {table.place}")
        changes = log.changes(table.name, after)
        if changes is None:
            continue
        connection.register("given", changes)
        given = set(changes.column_names)
        for name, column in table.columns.items():
            if name not in given and column.type.endswith(" not null"):
                connection.execute(
                    f"alter table {table.place} alter column {quoted(name)} drop not null"
                )
        selected = ", ".join(selection(table, given))
        if (
            "known_to" not in table.columns
        ):  # whose rows are added and never changed, equal ones too
            columns = ", ".join(map(quoted, table.columns))
            connection.execute(
                f"insert into {table.place} ({columns}) select {selected} from given order by {ENTRY}"
            )
            connection.unregister("given")
            continue
        row_key = row_hash({x: y for x, y in table.columns.items() if x != "known_to"})
        connection.execute(
            f"create or replace temp table last_changes as "
            f"select *, {row_key} as row_hash from (select {selected}, {ENTRY}, {ORDER}, {CHANGE} from given) "
            f"qualify row_number() over (partition by {row_key} order by {ENTRY} desc, {ORDER} desc) = 1"
        )
        connection.execute(
            f"delete from {table.place} where {row_key} in (select row_hash from last_changes)"
        )
        columns = ", ".join(map(quoted, table.columns))
        connection.execute(
            f"insert into {table.place} ({columns}) select {columns} from last_changes "
            f"where {CHANGE} <> '{REMOVED}'"
        )
        connection.execute("drop table last_changes")
        connection.unregister("given")


def selection(table: Table, given: set[str]) -> Iterator[str]:
    """The columns of a table from changes that an earlier version may have written, without some of them."""
    for name, column in table.columns.items():
        kind = column.type.removesuffix(" not null")
        value = quoted(name) if name in given else "null"
        yield f"cast({value} as {kind}) as {quoted(name)}"
