"""Dagster's SQLite event log, with open connections, and with what comes together stored in one transaction.

Dagster's SQLite storage opens, writes and closes two databases for each event, and looks up in a third connection
which tables and columns there are. The close is a checkpoint of SQLite's write-ahead log, and the commit waits for the
disk. A run of the models has a thousand events, so that on a slow disk half of a run's time went there. This storage
keeps the connection of the databases that were used last, and waits for the disk at checkpoints only
(`synchronous = normal`, https://sqlite.org/pragma.html#pragma_synchronous): events survive a killed process, and a
power failure can cost the last ones, but not the database.

Each run has a database of its own. Dagster makes its tables by its migrations, which takes a tenth of a second; here a
new one is a copy of one that was made so (`EMPTY`).

A first load marks years of daily partitions as materialized. Dagster sends batches when DAGSTER_EVENT_BATCH_SIZE is
set, and the planned events of a run always; this storage writes a batch at once. Of the events of a step's outputs,
Dagster makes no batch: `in_one_transaction` has them written in one transaction.

It depends on Dagster's internals; a test holds what it writes equal to what Dagster's own storage writes.
"""

import hashlib
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from shutil import copyfile
from typing import Any

from dagster import AssetExecutionContext, AssetMaterialization, EventLogEntry, __version__
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
    DagsterEvent,
    DagsterEventBatchMetadata,
    DagsterEventType,
    generate_event_batch_id,
)
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event as engine_events
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool, QueuePool

from pipelines.orchestration.structured_log import log_events

BATCH_SIZE = "1000"
EMPTY = f"empty-run-{__version__}-"
"""How the file begins that a new run's database is a copy of; what follows is the hash of its content, as a damaged one
would damage each run after it. Not `.db`: Dagster takes each of those for a run's.
"""
DIGEST_LENGTH = 12
MAX_OPEN = 4
"""Databases that stay open: that of the assets, and those of the runs that were used last."""
INDEXED = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}
"""The events that stand in the index of all runs, too."""


class BatchingEventLogStorage(SqliteEventLogStorage):
    """A `SqliteEventLogStorage` that keeps connections, and stores a batch in one transaction per database."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._held = threading.local()
        self._tables: set[str] = set()
        self._has_asset_key_columns = False
        # a database that is not closed leaves its write-ahead log behind
        self._close = weakref.finalize(self, close_all, self._engines)
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "BatchingEventLogStorage":
        """Called by Dagster with the config in dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def has_table(self, table_name: str) -> bool:
        """Whether a table is there. A table that was there is not looked up again."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def store_event(self, event: EventLogEntry) -> None:
        """Store `event`, which may be of no run."""
        if event.run_id:
            self._store([event])
        else:
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store `events` in one transaction per database; each in its own when they are of several runs."""
        if len({event.run_id for event in events}) == 1 and events[0].run_id:
            self._store(events)
        else:
            super().store_event_batch(events)

    def _store(self, events: Sequence[EventLogEntry]) -> None:
        """Insert all rows of one run at once, those of all runs' index too, and bring assets and checks up to date."""
        log_events(events)
        run = events[0].run_id
        rows = [self._event_to_row(event) for event in events]
        with self.in_one_transaction(run):
            self._held.connections[run].execute(SqlEventLogStorageTable.insert(), rows)
            indexed = [
                (event, row)
                for event, row in zip(events, rows, strict=True)
                if event.dagster_event_type in INDEXED
            ]
            if indexed:
                self._index(*map(list, zip(*indexed, strict=True)))

    def _index(self, events: Sequence[EventLogEntry], rows: Sequence[dict[str, Any]]) -> None:
        """What concerns assets, checks and the state of runs, for queries over all runs."""
        index: Connection = self._held.connections[INDEX_SHARD_NAME]
        newest = SqlEventLogStorageTable.insert().returning(
            SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
        )
        ids = [row[0] for row in index.execute(newest, rows)]
        stored = list(zip(events, ids, strict=True))
        of_assets = [x for x in stored if x[0].dagster_event_type in ASSET_EVENTS]
        if of_assets:
            self._store_asset_event_tags(index, *map(list, zip(*of_assets, strict=True)))
        last: dict[tuple[str, DagsterEventType | None], tuple[EventLogEntry, int]] = {}
        for event, event_id in of_assets:
            name = (str(event.get_dagster_event().asset_key), event.dagster_event_type)
            last.pop(name, None)  # so that the last event of an asset comes last
            last[name] = event, event_id
        for event, event_id in last.values():
            self._store_asset_event(index, event, event_id)
        for event, event_id in stored:
            if event.dagster_event_type in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, event_id)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        """Update the asset's row. Dagster inserts first, and has an exception for each asset that is there."""
        if not self._has_asset_key_columns:
            self._has_asset_key_columns = self._has_asset_key_index_cols_on_connection(conn)
        key = event.get_dagster_event().asset_key
        values = self._get_asset_entry_values(event, event_id, self._has_asset_key_columns)
        if key is None or not values:
            return
        row = AssetKeyTable.c.asset_key == key.to_string()
        if not conn.execute(AssetKeyTable.update().where(row), values).rowcount:
            super()._store_asset_event(conn, event, event_id)

    @contextmanager
    def in_one_transaction(self, run: str) -> Iterator[None]:
        """Store what this thread stores of `run` meanwhile in one transaction per database; other writers wait."""
        held: dict[str, Connection] = getattr(self._held, "connections", {})
        if run in held:
            yield
            return
        index = held.get(INDEX_SHARD_NAME)
        # the run's database is committed before the index, as Dagster does
        with (
            self._db_lock,
            nullcontext(index) if index else self._transaction(INDEX_SHARD_NAME) as of_all,
            self._transaction(run) as of_run,
        ):
            self._held.connections = {INDEX_SHARD_NAME: of_all, run: of_run}
            try:
                yield
            finally:
                self._held.connections = held

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A connection in a transaction: the one that is held, or a new one."""
        connection = getattr(self._held, "connections", {}).get(shard)
        if connection is not None:
            yield connection
            return
        with self._db_lock, self._transaction(shard) as connection:
            yield connection

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        """A new connection in a transaction. Call this only while holding the lock."""
        engine = self._engine(shard)
        if shard not in self._initialized_dbs:
            self._initialize(shard)
        with engine.begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        """The engine of a database, now the one that was used last. The one that was used longest ago is closed."""
        address = self.conn_string_for_shard(shard)
        engine = self._engines.pop(address, None) or persistent_engine(address)
        self._engines[address] = engine
        if len(self._engines) > MAX_OPEN:
            self._engines.pop(next(iter(self._engines))).dispose()
        return engine

    def _initialize(self, shard: str) -> None:
        """Create the tables of a database: as Dagster does, or as a copy of one that is made so."""
        if shard == INDEX_SHARD_NAME or not self._copy_empty(Path(self.path_for_shard(shard))):
            self._initdb(create_engine(self.conn_string_for_shard(shard), poolclass=NullPool))
        self._initialized_dbs.add(shard)

    def _copy_empty(self, path: Path) -> bool:
        """Whether the database was not there, and is now: with Dagster's tables, and without an event."""
        if path.exists():
            return False
        own = path.with_name(f"{path.stem}-{os.getpid()}.new")
        empty = whole_empty(path.parent)
        if empty is None:
            self._initdb(create_engine(f"sqlite:///{own.absolute()}", poolclass=NullPool))
            empty = path.with_name(f"{EMPTY}{digest_of(own)}.sqlite")
            own.replace(empty)
        copyfile(empty, own)
        try:
            # and not a rename: another process may have made it meanwhile, and have it open
            path.hardlink_to(own)
        except OSError:
            return False
        finally:
            own.unlink()
        return True

    def remove_run(self, run_id: str) -> None:
        """Remove the database of a run's events."""
        path = self.path_for_shard(run_id)
        with self._db_lock:
            engine = self._engines.pop(self.conn_string_for_shard(run_id), None)
            if engine is not None:
                engine.dispose()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            self._initialized_dbs.discard(run_id)

    def wipe(self) -> None:
        """Remove the databases of all runs, and empty that of the assets."""
        close_all(self._engines)
        super().wipe()

    def dispose(self) -> None:
        """Close all databases. One that is used again is opened again."""
        close_all(self._engines)
        super().dispose()


def persistent_engine(address: str) -> Engine:
    """An engine that keeps one connection, which any thread may use."""
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=1,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @engine_events.listens_for(engine, "connect")
    def wait_at_checkpoints_only(connection: Any, _: object) -> None:
        connection.execute("pragma synchronous = normal")

    return engine


def close_all(engines: dict[str, Engine]) -> None:
    """Close and forget the engines."""
    while engines:
        engines.popitem()[1].dispose()


@contextmanager
def stored_together(context: AssetExecutionContext) -> Iterator[None]:
    """Store the events of the running step meanwhile in one transaction; also where it fails. Keep it short."""
    storage, error = context.instance.event_log_storage, None
    own = isinstance(storage, BatchingEventLogStorage)
    with storage.in_one_transaction(context.run.run_id) if own else nullcontext():
        try:
            yield
        except BaseException as raised:  # what was stored before has happened all the same
            error = raised
    if error:
        raise error


def log_materializations(
    context: AssetExecutionContext, events: Sequence[AssetMaterialization]
) -> None:
    """Log `events` for the running step, as one batch."""
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", BATCH_SIZE)
    batch = generate_event_batch_id()  # type: ignore[no-untyped-call]
    step = context.get_step_execution_context()
    for index, event in enumerate(events, start=1):
        DagsterEvent.asset_materialization(
            step, event, DagsterEventBatchMetadata(batch, is_end=index == len(events))
        )


def whole_empty(folder: Path) -> Path | None:
    """The file that a new run's database is a copy of; None where none is as it was written. Those go."""
    for path in folder.glob(f"{EMPTY}*.sqlite"):
        if path.name == f"{EMPTY}{digest_of(path)}.sqlite":
            return path
        path.unlink(missing_ok=True)
    return None


def digest_of(path: Path) -> str:
    """A hash of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_LENGTH]
