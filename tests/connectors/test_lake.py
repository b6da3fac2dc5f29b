"""The raw lake: windows that are there whole or not at all."""

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors import lake as lake_module
from connectors.contract import Cadence, Stream, column
from connectors.lake import Attempt, Lake, Manifest, schema_hash

DAY = date(2026, 4, 1)
STREAM = Stream(
    name="orders",
    description="",
    schema=pa.schema([column("id", pa.string(), "Names it"), column("day", pa.date32(), "")]),
    key=("id",),
    cursor="day",
)


def manifest(window: date = DAY, **other) -> Manifest:
    return Manifest(
        **{
            "source": "shop",
            "stream": "orders",
            "window": window,
            "data_through": window,
            "pulled_at": datetime(2026, 4, 2, 9, tzinfo=UTC),
            "rows": 0,
            "bytes": 0,
            "checksum": "",
            "schema_hash": schema_hash(STREAM.schema),
            "settled": False,
            "flags": (),
            "connector_version": "1",
            "run_id": "run",
            "files": (),
        }
        | other
    )


def table(*ids: str) -> pa.Table:
    return pa.table([list(ids), [DAY] * len(ids)], schema=STREAM.schema)


def ids(lake: Lake, window: date = DAY) -> list[str]:
    return lake.read("shop", STREAM, window).column("id").to_pylist()


def folder(lake: Lake) -> Path:
    return lake.folder("shop", "orders") / "window=2026-04-01"


def parquet_files(lake: Lake) -> set[str]:
    return {path.name for path in folder(lake).glob("*.parquet")}


def test_what_is_committed_is_read_back_with_its_manifest(tmp_path):
    lake = Lake(tmp_path)
    written = lake.commit(manifest(flags=("sampled",), rows=2), [table("a", "b")])
    assert ids(lake) == ["a", "b"]
    assert lake.manifests("shop", "orders") == {DAY: written}
    assert written.flags == ("sampled",)
    assert written.bytes == sum((folder(lake) / name).stat().st_size for name in written.files) > 0


def test_equal_rows_make_equal_files_and_checksums_whenever_they_are_pulled(tmp_path):
    lake = Lake(tmp_path)
    first = lake.commit(manifest(), [table("a", "b")])
    again = lake.commit(
        manifest(run_id="other", pulled_at=datetime(2026, 5, 1, tzinfo=UTC)), [table("a", "b")]
    )
    elsewhere = Lake(tmp_path / "other").commit(manifest(), [table("a", "b")])
    assert first.files == again.files == elsewhere.files
    assert first.checksum == again.checksum == elsewhere.checksum
    assert lake.commit(manifest(), [table("a")]).checksum != first.checksum


def test_a_window_without_rows_is_committed_and_differs_from_one_never_pulled(tmp_path):
    lake = Lake(tmp_path)
    lake.commit(manifest(), [table()])
    assert lake.manifests("shop", "orders")[DAY].files == ()
    assert ids(lake) == []
    assert date(2026, 4, 2) not in lake.manifests("shop", "orders")
    assert ids(lake, date(2026, 4, 2)) == []


def test_a_run_killed_before_its_manifest_leaves_nothing_to_be_seen(tmp_path, monkeypatch):
    lake = Lake(tmp_path)
    with monkeypatch.context() as killed:
        killed.setattr(
            lake_module, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            lake.commit(manifest(), [table("a")])
    assert parquet_files(lake)  # the data is there, and does not count
    assert lake.manifests("shop", "orders") == {}
    assert ids(lake) == []
    lake.commit(manifest(), [table("a", "b")])
    assert ids(lake) == ["a", "b"]


def test_a_run_killed_while_replacing_leaves_the_window_as_it_was(tmp_path, monkeypatch):
    lake = Lake(tmp_path)
    before = lake.commit(manifest(), [table("a")])
    with monkeypatch.context() as killed:
        killed.setattr(
            lake_module, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            lake.commit(manifest(), [table("b")])
    assert ids(lake) == ["a"]
    assert lake.manifests("shop", "orders") == {DAY: before}


def test_who_read_the_manifest_before_it_was_replaced_still_finds_its_files(tmp_path):
    lake = Lake(tmp_path)
    before = lake.commit(manifest(), [table("a")])
    lake.commit(manifest(), [table("b")])
    for name in before.files:
        assert pq.read_table(folder(lake) / name, partitioning=None).column("id").to_pylist() == [
            "a"
        ]


def test_files_no_manifest_names_go_once_they_are_old(tmp_path):
    lake = Lake(tmp_path)
    first = lake.commit(manifest(), [table("a")])
    (folder(lake) / ".left.tmp").write_text("left by a killed run")
    two_hours_ago = time.time() - 7200
    for path in folder(lake).iterdir():
        os.utime(path, (two_hours_ago, two_hours_ago))
    lake.commit(manifest(), [table("b")])
    third = lake.commit(manifest(), [table("c")])
    assert parquet_files(lake).isdisjoint(first.files)
    assert parquet_files(lake) >= {*third.files}
    assert not (folder(lake) / ".left.tmp").exists()


def test_a_commit_beside_another_does_not_take_its_files_away(tmp_path, monkeypatch):
    lake = Lake(tmp_path)
    write_json = lake_module.write_json

    def meanwhile(*arguments):
        """Another process commits between our files and our manifest."""
        monkeypatch.setattr(lake_module, "write_json", write_json)
        lake.commit(manifest(), [table("theirs")])
        write_json(*arguments)

    old = lake.commit(manifest(), [table("ours")])  # our rows were there once, long ago
    for name in old.files:
        os.utime(folder(lake) / name, (0, 0))
    lake.commit(manifest(), [table("between")])
    monkeypatch.setattr(lake_module, "write_json", meanwhile)
    lake.commit(manifest(), [table("ours")])
    assert ids(lake) == ["ours"]


def test_a_look_between_two_days_finds_the_committed_windows_of_that_time_only(tmp_path):
    lake = Lake(tmp_path)
    for day in (date(2026, 3, 31), DAY, date(2026, 4, 3)):
        lake.commit(manifest(day), [table("a")])
    assert [*lake.between("shop", STREAM, DAY, date(2026, 4, 2))] == [DAY]
    months = Stream(**vars(STREAM) | {"window": Cadence.MONTH})
    assert [*lake.between("shop", months, date(2026, 4, 20), date(2026, 5, 2))] == [DAY]


def test_a_stream_that_was_never_pulled_can_be_read_as_empty_with_its_descriptions(tmp_path):
    lake = Lake(tmp_path)
    lake.declare("shop", STREAM)
    schema = pq.read_schema(lake.folder("shop", "orders") / "_schema.parquet")
    assert schema.field("id").metadata[b"description"] == b"Names it"


def test_the_last_attempt_of_each_stream_is_remembered(tmp_path):
    lake = Lake(tmp_path)
    at = datetime(2026, 4, 2, 9, tzinfo=UTC)
    lake.record(Attempt(source="shop", stream="orders", at=at, outcome="ok"))
    failed = Attempt(source="shop", stream="orders", at=at, outcome="quota", message="spent")
    lake.record(failed)
    assert [*lake.attempts()] == [failed]
