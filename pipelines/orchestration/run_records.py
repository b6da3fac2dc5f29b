"""Removes Dagster's records of old runs: events, logs of steps, run records.

Dagster itself deletes old ticks only (`retention` in dagster.yaml). Its `DagsterInstance.delete_run` deletes every
event of a run, including the materializations by which the UI knows that a partition exists, and leaves a SQLite file
of the run behind. Here the newest materialization of each asset and partition stays, and so does the newest result of
each check.

It depends on Dagster's internals, as `pipelines.orchestration.event_log` does.
"""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.events import DagsterEventType
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

from pipelines.orchestration.event_log import BatchingEventLogStorage
from pipelines.orchestration.leftovers import remove_leftovers
from pipelines.settings import Settings

FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
BATCH_SIZE = 500
"""Runs or events in one statement."""
MIN_FREE_SHARE = 0.2
"""A SQLite file is compacted when this share of it is free."""
VACUUM_TIMEOUT = 10.0
"""Seconds to wait while another process writes the file. The next run tries again."""

_EVENTS = SqlEventLogStorageTable.c
_CHECKS = AssetCheckExecutionsTable.c
_MATERIALIZATION = DagsterEventType.ASSET_MATERIALIZATION.value
_log = logging.getLogger(__name__)


def remove_old_runs(settings: Settings, instance: dg.DagsterInstance) -> int:
    """Remove the runs that ended more than OKRA_KEEP_RUNS_DAYS ago. Returns how many.

    Raises nothing: a run must not fail because old records stay. The fault is logged.
    """
    before = datetime.now(UTC) - timedelta(days=settings.keep_runs_days)
    try:
        removed = remove_runs(instance, before)
        remove_leftovers(settings)
        for path in (settings.state_path / "dagster").glob("*.db"):
            vacuum(path)
    except Exception:
        _log.warning("the records of old runs could not be removed", exc_info=True)
        return 0
    return removed


def remove_runs(instance: dg.DagsterInstance, before: datetime) -> int:
    """Remove the runs that ended before `before`, with all that Dagster recorded of them. Returns how many.

    The run record goes last: a run whose removal was interrupted is removed by the next call.
    """
    runs = instance.get_runs(dg.RunsFilter(statuses=[*FINISHED], updated_before=before))
    storage = instance.event_log_storage
    assert isinstance(storage, SqlEventLogStorage)
    for start in range(0, len(runs), BATCH_SIZE):
        run_ids = [run.run_id for run in runs[start : start + BATCH_SIZE]]
        with storage.index_connection() as connection:
            remove_events(connection, run_ids, before)
        for run_id in run_ids:
            if isinstance(storage, BatchingEventLogStorage):
                storage.remove_run(run_id)
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.run_storage.delete_run(run_id)
    return len(runs)


def remove_events(connection: sa.Connection, run_ids: Sequence[str], before: datetime) -> None:
    """Remove the events of these runs, except the newest of an asset, partition or check.

    A materialization that stayed when its run was removed goes when a newer one has replaced it.
    """
    newest_of_asset = sa.select(sa.func.max(_EVENTS.id)).where(
        _EVENTS.dagster_event_type.in_([_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION.value])
    )
    newest_of_asset = newest_of_asset.group_by(
        _EVENTS.dagster_event_type, _EVENTS.asset_key, _EVENTS.partition
    )
    newest_of_check = sa.select(sa.func.max(_CHECKS.id)).group_by(
        _CHECKS.asset_key, _CHECKS.check_name, _CHECKS.partition
    )
    was_replaced = sa.and_(
        _EVENTS.dagster_event_type == _MATERIALIZATION,
        _EVENTS.timestamp < before.replace(tzinfo=None),
    )
    old_events = sa.select(_EVENTS.id).where(
        _EVENTS.run_id.in_(run_ids) | was_replaced, _EVENTS.id.not_in(newest_of_asset)
    )
    event_ids: list[int] = list(connection.execute(old_events).scalars())
    for start in range(0, len(event_ids), BATCH_SIZE):
        batch = event_ids[start : start + BATCH_SIZE]
        tags = AssetEventTagsTable
        connection.execute(sa.delete(tags).where(tags.c.event_id.in_(batch)))
        connection.execute(sa.delete(SqlEventLogStorageTable).where(_EVENTS.id.in_(batch)))
    old_checks = sa.delete(AssetCheckExecutionsTable).where(
        _CHECKS.run_id.in_(run_ids), _CHECKS.id.not_in(newest_of_check)
    )
    connection.execute(old_checks)


def vacuum(path: Path) -> None:
    """Compact a SQLite file if much of it is free, so that the disk gets the space back."""
    with closing(sqlite3.connect(path, timeout=VACUUM_TIMEOUT)) as connection:
        [pages] = connection.execute("pragma page_count").fetchone()
        [free] = connection.execute("pragma freelist_count").fetchone()
        if free < MIN_FREE_SHARE * pages:
            return
        try:
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
        except sqlite3.OperationalError as error:  # locked, or the disk has no room for the copy
            _log.info("%s was not compacted: %s", path.name, error)
