"""Dagster's SQLite event log, with open connections, and with whole batches stored in one transaction.

Dagster's SQLite storage opens, writes and closes two databases for each event. The close is a checkpoint of SQLite's
write-ahead log, and the commit waits for the disk. A run of the models has a thousand events, so that on a slow disk
half of a run's time went there. This storage keeps the connection of the databases that were used last, and waits for
the disk at checkpoints only (`synchronous = normal`, https://sqlite.org/pragma.html#pragma_synchronous): events
survive a killed process, and a power failure can cost the last ones, but not the database.

A first load marks years of daily partitions as materialized. Dagster sends batches when DAGSTER_EVENT_BATCH_SIZE is
set, and the planned events of a run always; this storage writes a batch at once.

It depends on Dagster's internals. Batches that it does not expect it leaves to Dagster.
"""

import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetMaterialization, EventLogEntry
from dagster._core.events import (
    DagsterEvent,
    DagsterEventBatchMetadata,
    DagsterEventType,
    generate_event_batch_id,
)
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
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

BATCH_SIZE = "1000"
MAX_OPEN = 4
"""Databases that stay open: that of the assets, and those of the runs that were used last."""


class BatchingEventLogStorage(SqliteEventLogStorage):
    """A `SqliteEventLogStorage` that keeps connections, and stores a batch in one transaction per database."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._batch = threading.local()
        # a database that is not closed leaves its write-ahead log behind
        self._close = weakref.finalize(self, close_all, self._engines)
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "BatchingEventLogStorage":
        """Called by Dagster with the config in dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store `events` in one transaction per database; each in its own when they are of several runs."""
        runs = {event.run_id for event in events}
        if len(runs) != 1:
            super().store_event_batch(events)
            return
        run = runs.pop()
        # the run's database is committed before the index, as Dagster does
        with (
            self._db_lock,
            self._transaction(INDEX_SHARD_NAME) as index,
            self._transaction(run) as of_run,
        ):
            self._batch.connections = {INDEX_SHARD_NAME: index, run: of_run}
            try:
                types = {event.dagster_event_type for event in events}
                if types == {DagsterEventType.ASSET_MATERIALIZATION}:
                    self._store_materializations(events, of_run, index)
                else:
                    super().store_event_batch(events)
            finally:
                self._batch.connections = {}

    def _store_materializations(
        self, events: Sequence[EventLogEntry], of_run: Connection, index: Connection
    ) -> None:
        """Insert all rows at once, and update each asset for its last event only."""
        rows = [self.prepare_insert_event(event).compile().params for event in events]
        of_run.execute(SqlEventLogStorageTable.insert(), rows)
        newest = SqlEventLogStorageTable.insert().returning(
            SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
        )
        ids = [row[0] for row in index.execute(newest, rows)]
        self._store_asset_event_tags(index, events, ids)
        last_of_asset: dict[str, tuple[int, EventLogEntry]] = {}
        for event_id, event in zip(ids, events, strict=True):
            last_of_asset[str(event.get_dagster_event().asset_key)] = (event_id, event)
        for event_id, event in last_of_asset.values():
            self._store_asset_event(index, event, event_id)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A connection in a transaction: that of the batch being stored, or a new one."""
        connection = getattr(self._batch, "connections", {}).get(shard)
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
        """Create the tables of a database, as Dagster does."""
        self._initdb(create_engine(self.conn_string_for_shard(shard), poolclass=NullPool))
        self._initialized_dbs.add(shard)

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
