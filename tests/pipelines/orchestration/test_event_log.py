"""The event log stores a batch in one transaction; what it then holds is what Dagster's own would hold."""

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import EventLogEntry
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.events import AssetMaterializationPlannedData, DagsterEvent, DagsterEventType
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from pipelines.orchestration.event_log import BatchingEventLogStorage

ASSETS = [dg.AssetKey(["reporting", name]) for name in ("kpi_days", "kpis")]
CHECK = dg.AssetCheckKey(ASSETS[0], "is_sound")


def entry(event: DagsterEvent, run: str) -> EventLogEntry:
    return EventLogEntry(None, 10, "", run, 1.0, event.step_key, "report", event)


def planned(run: str) -> list[EventLogEntry]:
    """What Dagster stores in one batch when a run begins: each asset and each check that it is to come to."""
    assets = [
        DagsterEvent.build_asset_materialization_planned_event(
            "report", "models", AssetMaterializationPlannedData(asset)
        )
        for asset in ASSETS
    ]
    check = DagsterEvent(
        DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value,
        "report",
        step_key="models",
        event_specific_data=AssetCheckEvaluationPlanned(
            asset_key=CHECK.asset_key, check_name=CHECK.name
        ),
    )
    return [entry(event, run) for event in (*assets, check)]


def records(storage: SqliteEventLogStorage) -> list[Any]:
    """What the log says of the run, of the assets and of the check."""
    [check] = storage.get_asset_check_execution_history(CHECK, limit=9)
    return [
        [log.dagster_event for log in storage.get_logs_for_run("a")],
        {
            record.asset_entry.asset_key: record.asset_entry.last_run_id
            for record in storage.get_asset_records(ASSETS)
        },
        (check.run_id, check.status),
    ]


def test_what_a_run_plans_is_stored_as_by_dagster(tmp_path: Path) -> None:
    batched = BatchingEventLogStorage(str(tmp_path / "batched"))
    by_dagster = SqliteEventLogStorage(str(tmp_path / "dagster"))
    for storage in (batched, by_dagster):
        storage.store_event_batch(planned("a"))
    assert records(batched) == records(by_dagster)
    assert records(batched)[1:] == [
        dict.fromkeys(ASSETS, "a"),
        ("a", AssetCheckExecutionRecordStatus.PLANNED),
    ]


def test_a_batch_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    storage = BatchingEventLogStorage(str(tmp_path))
    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr(storage, "store_asset_check_event", fail)  # the last of the batch
        storage.store_event_batch(planned("a"))
    assert list(storage.get_logs_for_run("a")) == []
    storage.store_event_batch(planned("a"))
    assert len(storage.get_logs_for_run("a")) == 3


def test_a_closed_log_is_one_file_a_database_and_can_be_written_again(tmp_path: Path) -> None:
    storage = BatchingEventLogStorage(str(tmp_path))
    storage.store_event_batch(planned("a"))
    storage.dispose()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "index.db"]
    storage.store_event_batch(planned("a"))
    assert len(storage.get_logs_for_run("a")) == 6


def test_many_runs_leave_few_databases_open(tmp_path: Path) -> None:
    storage = BatchingEventLogStorage(str(tmp_path))
    for run in "abcdefgh":
        storage.store_event_batch(planned(run))
    assert len(list(tmp_path.glob("*-wal"))) <= 4
    assert [len(storage.get_logs_for_run(run)) for run in "abcdefgh"] == [3] * 8


def test_what_a_killed_process_stored_is_there(tmp_path: Path) -> None:
    """A second storage reads what the first has not closed, as the web server does beside a run."""
    storage = BatchingEventLogStorage(str(tmp_path))
    storage.store_event_batch(planned("a"))
    assert list(tmp_path.glob("*-wal"))
    assert records(BatchingEventLogStorage(str(tmp_path))) == records(storage)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for path in tmp_path.glob("*.db*"):
        shutil.copy(path, crashed / path.name)
    assert len(BatchingEventLogStorage(str(crashed)).get_logs_for_run("a")) == 3


def test_the_log_of_a_removed_run_begins_anew(tmp_path: Path) -> None:
    storage = BatchingEventLogStorage(str(tmp_path))
    for run in ("a", "b"):
        storage.store_event_batch(planned(run))
    storage.remove_run("a")
    assert not list(tmp_path.glob("a.db*"))
    assert list(storage.get_logs_for_run("a")) == []
    storage.wipe()
    assert list(storage.get_logs_for_run("b")) == []
