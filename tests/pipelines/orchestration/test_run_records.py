"""Old runs go, with all that was recorded of them; what Dagster's UI and our sensor need stays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration import run_records
from pipelines.orchestration.event_log import BatchingEventLogStorage
from pipelines.orchestration.run_records import (
    remove_old_runs,
    remove_runs,
    vacuum,
)
from pipelines.settings import Settings
from tests.pipelines.orchestration.runs import MODELLED, PULLED, now, on_sqlite, run

SUMS = dg.AssetCheckKey(MODELLED, "sums")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with on_sqlite(tmp_path / "dagster") as instance:
        yield instance


def test_an_old_run_goes_with_its_events_its_file_and_its_logs(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    old = run(instance, "model")
    between = now()
    new = run(instance, "model")
    folder = tmp_path / "dagster"
    assert (folder / f"{old}.db").exists()
    assert (folder / old / "compute_logs").exists()

    assert remove_runs(instance, between) == 1

    assert [record.run_id for record in instance.get_runs()] == [new]
    assert [path.name for path in folder.glob(f"{old}*")] == []
    assert (folder / f"{new}.db").exists()
    assert (folder / new / "compute_logs").exists()
    assert instance.all_logs(old) == []
    [(left,)] = rows(folder, "select count(*) from event_logs where run_id = ?", old)
    assert left == 0
    assert remove_runs(instance, between) == 0


def test_a_partition_stays_materialized_when_its_run_goes(instance: dg.DagsterInstance) -> None:
    run(instance, "pull", "2026-11-03")
    run(instance, "pull", "2026-11-04")
    assert remove_runs(instance, now()) == 2
    assert instance.get_materialized_partitions(PULLED) == {"2026-11-03", "2026-11-04"}
    record = instance.get_latest_materialization_event(PULLED)
    assert record
    assert record.asset_materialization
    assert record.asset_materialization.metadata["rows"].value == 7


def test_a_materialization_goes_once_another_has_replaced_it(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run(instance, "pull", "2026-11-03")
    assert remove_runs(instance, now()) == 1  # it was the only one, so its materialization stays
    run(instance, "pull", "2026-11-03")
    newest = run(instance, "pull", "2026-11-03")
    assert remove_runs(instance, now()) == 2
    query = "select run_id from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
    assert rows(tmp_path / "dagster", query) == [(newest,)]


def test_the_last_result_of_a_check_stays(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    run(instance, "model")
    newest = run(instance, "model")
    assert remove_runs(instance, now()) == 2
    storage = instance.event_log_storage
    [record] = storage.get_latest_asset_check_execution_by_key([SUMS]).values()
    assert record.run_id == newest
    assert rows(tmp_path / "dagster", "select count(*) from asset_check_executions") == [(1,)]


def test_a_run_that_is_not_over_stays_whatever_its_age(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    statuses = ["QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING"]
    for status in statuses:
        run_id = dg.DagsterRun(job_name="pull").run_id
        instance.run_storage.add_run(dg.DagsterRun(job_name="pull", run_id=run_id))
        with closing(sqlite3.connect(tmp_path / "dagster" / "runs.db")) as connection, connection:
            connection.execute("update runs set status = ? where run_id = ?", (status, run_id))
    assert remove_runs(instance, now() + timedelta(days=400)) == 0
    assert instance.get_runs_count() == len(statuses)


def test_an_interrupted_removal_is_finished_by_the_next_one(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = run(instance, "model")
    with monkeypatch.context() as patch:
        patch.setattr(BatchingEventLogStorage, "remove_run", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            remove_runs(instance, now())
    assert instance.get_run_by_id(old)
    assert remove_runs(instance, now()) == 1
    assert not (tmp_path / "dagster" / f"{old}.db").exists()


def test_a_fault_of_the_removal_fails_no_run(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_records, "remove_runs", lambda *_: 1 / 0)
    assert remove_old_runs(Settings(_env_file=None, home=tmp_path), instance) == 0


def test_a_run_of_less_than_the_kept_days_stays(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run(instance, "model")
    settings = Settings(_env_file=None, home=tmp_path, keep_runs_days=1)
    assert remove_old_runs(settings, instance) == 0
    assert instance.get_runs_count() == 1


def test_the_disk_gets_back_what_was_removed(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table events (run int, event text)")
        connection.executemany(
            "insert into events values (?, ?)", ((run, "x" * 1000) for run in range(1000))
        )
    full = path.stat().st_size
    vacuum(path)  # nothing is free
    assert path.stat().st_size == full
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("delete from events where run < 900")
    vacuum(path)
    assert path.stat().st_size < full / 5
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select count(*) from events").fetchone() == (100,)


def test_a_file_that_another_process_writes_is_left_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_records, "VACUUM_TIMEOUT", 0.0)
    path = tmp_path / "index.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("create table events (event text)")
        writer.execute("insert into events select hex(zeroblob(500000))")
        writer.execute("delete from events")
        full = path.stat().st_size
        writer.execute("begin immediate")
        vacuum(path)
    assert path.stat().st_size == full


def rows(folder: Path, query: str, *parameters: str) -> list[tuple[object, ...]]:
    """The rows of a query over the events of all runs."""
    with closing(sqlite3.connect(folder / "index.db")) as connection:
        return connection.execute(query, parameters).fetchall()
