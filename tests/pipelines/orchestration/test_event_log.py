"""The event log stores a batch in one transaction; what it then holds is what Dagster's own would hold."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
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

from pipelines.orchestration.event_log import EMPTY, BatchingEventLogStorage, stored_together

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
    first, empty, last = sorted(path.name for path in tmp_path.iterdir())
    assert (first, last) == ("a.db", "index.db")
    assert empty.startswith(EMPTY)
    storage.store_event_batch(planned("a"))
    assert len(storage.get_logs_for_run("a")) == 6


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and no more", None])
def test_a_damaged_empty_file_damages_no_run(tmp_path: Path, content: bytes | None) -> None:
    storage = BatchingEventLogStorage(str(tmp_path))
    storage.store_event_batch(planned("a"))
    [empty] = tmp_path.glob(f"{EMPTY}*")
    whole = empty.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    empty.write_bytes(flipped if content is None else content)
    storage.store_event_batch(planned("b"))
    assert [len(storage.get_logs_for_run(run)) for run in "ab"] == [3, 3]
    [remade] = tmp_path.glob(f"{EMPTY}*")
    assert remade.read_bytes() not in (content, flipped)


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


@pytest.fixture(scope="module")
def events() -> list[EventLogEntry]:
    """What Dagster logs of a run: assets with and without tags and partitions, checks, an observation, a failure."""
    days = dg.DailyPartitionsDefinition("2026-11-01")

    @dg.multi_asset(
        specs=[dg.AssetSpec("a"), dg.AssetSpec("b", deps=["a"]), dg.AssetSpec("c", skippable=True)],
        check_specs=[
            dg.AssetCheckSpec("is_sound", asset="a"),
            dg.AssetCheckSpec("is_whole", asset="b"),
        ],
    )
    def models(context: dg.AssetExecutionContext) -> Iterator[Any]:
        context.log_event(dg.AssetMaterialization("d", partition="x", tags={"dagster/tag": "y"}))
        yield dg.MaterializeResult(asset_key="a", data_version=dg.DataVersion("1"))
        yield dg.AssetCheckResult(asset_key="a", check_name="is_sound", passed=True)
        yield dg.MaterializeResult(asset_key="b", metadata={"rows": 3})
        yield dg.AssetCheckResult(asset_key="b", check_name="is_whole", passed=False)
        context.log_event(dg.AssetObservation("a", metadata={"latest": "7"}))
        context.log_event(dg.AssetMaterialization("a", tags={"dagster/data_version": "1"}))

    @dg.multi_asset(
        specs=[dg.AssetSpec("pulled", partitions_def=days)],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def pull() -> Iterator[Any]:
        yield dg.MaterializeResult(asset_key="pulled")

    @dg.asset(deps=["b"])
    def broken() -> None:
        raise ValueError("broken")

    tags = {
        "dagster/asset_partition_range_start": "2026-11-01",
        "dagster/asset_partition_range_end": "2026-11-03",
    }
    definitions = dg.Definitions([models, pull, broken])
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_implicit_global_asset_job_def()
        run = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        return list(instance.all_logs(run.run_id))


def content(folder: Path) -> dict[str, list[Any]]:
    """All rows of all databases but when they were written, and the numbers of the assets' own rows."""
    rows: dict[str, list[Any]] = {}
    for path in folder.glob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            named = "select name from sqlite_master where type = 'table'"
            for [table] in connection.execute(named).fetchall():
                left_out = {
                    "create_timestamp",
                    "migration_completed",
                    *(("id",) if table == "asset_keys" else ()),
                }
                rows[f"{path.stem}.{table}"] = sorted(
                    str({name: row[name] for name in row.keys() if name not in left_out})  # noqa: SIM118
                    for row in connection.execute(f"select * from {table}")
                )
    return rows


def one_by_one(storage: SqliteEventLogStorage, events: list[EventLogEntry]) -> None:
    for event in events:
        storage.store_event(event)


def as_a_batch(storage: SqliteEventLogStorage, events: list[EventLogEntry]) -> None:
    storage.store_event_batch(events)


def held_together(storage: SqliteEventLogStorage, events: list[EventLogEntry]) -> None:
    assert isinstance(storage, BatchingEventLogStorage)
    with storage.in_one_transaction(events[0].run_id):
        one_by_one(storage, events[:-1])
        storage.store_event_batch(events[-1:])


@pytest.mark.parametrize("store", [one_by_one, as_a_batch, held_together])
def test_what_is_stored_of_a_run_is_what_dagster_stores(
    store: Callable[[SqliteEventLogStorage, list[EventLogEntry]], None],
    events: list[EventLogEntry],
    tmp_path: Path,
) -> None:
    by_dagster = SqliteEventLogStorage(str(tmp_path / "dagster"))
    one_by_one(by_dagster, events)
    own = BatchingEventLogStorage(str(tmp_path / "own"))
    store(own, events)
    own.dispose()
    [run] = {event.run_id for event in events}
    stored = content(tmp_path / "own")
    assert stored == content(tmp_path / "dagster")
    assert len(stored[f"{run}.event_logs"]) == len(events)
    assert stored["index.asset_check_executions"]
    # a, b, d, and the two that were planned and did not come about
    assert len(stored["index.asset_keys"]) == 6


def test_a_new_run_s_database_is_as_dagster_makes_it(tmp_path: Path) -> None:
    schemas = []
    for kind in (SqliteEventLogStorage, BatchingEventLogStorage):
        storage = kind(str(tmp_path / kind.__name__))
        for run in ("a", "b"):
            storage.store_event_batch(planned(run))
        storage.dispose()
        with closing(sqlite3.connect(tmp_path / kind.__name__ / "b.db")) as connection:
            made = connection.execute("select type, name, sql from sqlite_master").fetchall()
            mode = connection.execute("pragma journal_mode").fetchone()
            revision = connection.execute("select * from alembic_version").fetchall()
        schemas.append((sorted(made), mode, revision))
    assert schemas[0] == schemas[1]


def test_a_database_that_another_process_makes_first_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (BatchingEventLogStorage(str(tmp_path)) for _ in range(2))
    second.store_event_batch(planned("of another run"))
    exists = Path.exists
    second.store_event_batch(planned("a"))
    with monkeypatch.context() as patched:
        # the first looks, and only then the second makes it
        patched.setattr(Path, "exists", lambda path: path.name != "a.db" and exists(path))
        first.store_event_batch(planned("a"))
    assert len(first.get_logs_for_run("a")) == 6


def test_what_a_step_stores_before_it_fails_is_kept(tmp_path: Path) -> None:
    """A run's events of one moment are one transaction, which others see once it is over."""
    own = {
        "module": "pipelines.orchestration.event_log",
        "class": "BatchingEventLogStorage",
        "config": {"base_dir": str(tmp_path / "own")},
    }
    with dg.instance_for_test({"event_log_storage": own}, temp_dir=str(tmp_path)) as instance:
        seen = []

        @dg.asset
        def failing(context: dg.AssetExecutionContext) -> None:
            with stored_together(context):
                context.log_event(dg.AssetMaterialization("first"))
                other = BatchingEventLogStorage(str(tmp_path / "own"))
                seen.append(len(other.get_asset_records([dg.AssetKey("first")])))
                assert instance.get_latest_materialization_event(dg.AssetKey("first"))
                raise ValueError("broken")

        job = dg.Definitions([failing]).resolve_implicit_global_asset_job_def()
        run = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not run.success
        assert seen == [0]
        assert instance.get_latest_materialization_event(dg.AssetKey("first"))
        assert instance.all_logs(run.run_id)[-1].get_dagster_event().is_run_failure
