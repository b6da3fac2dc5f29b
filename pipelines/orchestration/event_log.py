"""Dagster's SQLite event log, with whole batches stored in one transaction.

A first load marks years of daily partitions as materialized. Dagster's SQLite storage opens, writes and closes two
databases for each event, which takes longer than the load itself. Dagster sends batches when
DAGSTER_EVENT_BATCH_SIZE is set; this storage writes a batch at once.

It depends on Dagster's internals. Batches that it does not expect it leaves to Dagster.
"""

import os
from collections.abc import Sequence
from typing import Any

from dagster import AssetExecutionContext, AssetMaterialization, EventLogEntry
from dagster._core.events import (
    DagsterEvent,
    DagsterEventBatchMetadata,
    DagsterEventType,
    generate_event_batch_id,
)
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData

BATCH_SIZE = "1000"


class BatchingEventLogStorage(SqliteEventLogStorage):
    """A `SqliteEventLogStorage` that stores a batch of one run's materializations in one transaction."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "BatchingEventLogStorage":
        """Called by Dagster with the config in dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store `events` in one transaction per database; one by one when they are of several runs or types."""
        runs = {event.run_id for event in events}
        types = {event.dagster_event_type for event in events}
        if len(runs) != 1 or types != {DagsterEventType.ASSET_MATERIALIZATION}:
            super().store_event_batch(events)
            return
        rows = [self.prepare_insert_event(event).compile().params for event in events]
        with self.run_connection(runs.pop()) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        last_of_asset: dict[str, tuple[int, EventLogEntry]] = {}
        with self.index_connection() as connection:
            newest = SqlEventLogStorageTable.insert().returning(
                SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
            )
            ids = [row[0] for row in connection.execute(newest, rows)]
            self._store_asset_event_tags(connection, events, ids)
            for event_id, event in zip(ids, events, strict=True):
                last_of_asset[str(event.get_dagster_event().asset_key)] = (event_id, event)
            for event_id, event in last_of_asset.values():
                self._store_asset_event(connection, event, event_id)


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
