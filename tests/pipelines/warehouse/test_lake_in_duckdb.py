"""DuckDB on a lake in a bucket, through the file system that dbt's plugin gives it."""

import time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.warehouse.lake_in_duckdb import AHEAD, LakeFiles, Plugin
from tests.object_store.buckets import Bucket

LATE = 0.1
"""Seconds that a store takes to answer."""


@pytest.fixture
def lake(bucket: Bucket) -> str:
    """Three files of two rows each."""
    for number in range(3):
        buffer = pa.BufferOutputStream()
        pq.write_table(pa.table({"n": [number, number + 10]}), buffer)
        bucket.write(
            f"lake/raw/shop/window=2026-04-0{number + 1}/x.parquet", buffer.getvalue().to_pybytes()
        )
    return f"s3://{bucket.name}/lake"


@pytest.fixture
def connection(lake: str, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    """A connection as dbt has it."""
    monkeypatch.setenv("OKRA_LAKE", lake)
    found = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    Plugin.create("pipelines.warehouse.lake_in_duckdb").configure_connection(found)
    return found


def files(lake: str) -> list[str]:
    return [f"{lake}/raw/shop/window=2026-04-0{n}/x.parquet" for n in (1, 2, 3)]


def test_the_files_that_the_catalog_names_are_read_by_one_request_each(connection, lake, s3_server):
    before = s3_server.asked.copy()
    query = (
        "select n, filename from read_parquet($1, union_by_name = true, hive_partitioning = false, filename = true)"
        " order by n"
    )
    first, second, third = files(lake)
    for _ in range(2):
        rows = connection.execute(query, [files(lake)]).fetchall()
        assert rows == [(0, first), (1, second), (2, third), (10, first), (11, second), (12, third)]
    assert s3_server.asked - before == {"GET": 3}


def test_many_files_are_fetched_side_by_side_and_not_all_at_once(
    connection, lake, s3_server, bucket
):
    content = bucket.read("lake/raw/shop/window=2026-04-01/x.parquet")
    paths = [f"{lake}/raw/shop/many/{n}.parquet" for n in range(3 * AHEAD)]
    for path in paths:
        bucket.write(path.removeprefix(f"s3://{bucket.name}/"), content)
    began: list[float] = []

    def late(_: object) -> None:
        began.append(time.monotonic())
        time.sleep(LATE)

    s3_server.before = late
    query = "select count(*), sum(n) from read_parquet($1, union_by_name = true)"
    assert connection.execute(query, [paths]).fetchall() == [(2 * len(paths), 10 * len(paths))]
    assert len(began) == len(paths)
    # the last is asked for when others have been answered, and long before each has waited for the one before
    assert LATE < began[-1] - began[0] < LATE * len(paths) / 4


def test_a_file_that_is_missing_is_no_empty_file(connection, lake):
    missing = f"{lake}/raw/shop/window=2026-04-09/x.parquet"
    with pytest.raises(duckdb.Error, match=r"FileNotFoundError: .*window=2026-04-09"):
        connection.execute("select * from read_parquet($1)", [[*files(lake), missing]]).fetchall()


def test_a_store_that_refuses_is_told_by_the_lakes_own_words(connection, lake, s3_server):
    s3_server.reply = lambda environ: ("403 F", "<Error><Code>AccessDenied</Code></Error>")
    with pytest.raises(duckdb.Error, match="the credential may not do this"):
        connection.execute("select * from read_parquet($1)", [files(lake)]).fetchall()


def test_no_more_is_kept_than_there_is_room_for(lake, monkeypatch, s3_server):
    monkeypatch.setattr("pipelines.warehouse.lake_in_duckdb.KEPT", 1)
    kept = LakeFiles(lake)
    before = s3_server.asked.copy()
    first, second, _ = files(lake)
    for path in (first, second, first):
        assert kept.open(path).read()
        assert kept.size(path) > 0
    assert s3_server.asked - before == {"GET": 3}
