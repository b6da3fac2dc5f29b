"""DuckDB on a lake in a bucket, through the file system that dbt's plugin gives it."""

import threading
import time
from argparse import Namespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dbt.adapters.duckdb.environments import Environment
from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context

from pipelines.connections import DISABLED_OPTIMIZERS
from pipelines.settings import BUILT_IN, load
from pipelines.warehouse.dbt_environment import static_environment
from pipelines.warehouse.lake_in_duckdb import PREFETCHED_FILES, LakeFiles, Plugin
from pipelines.warehouse.project import project_of
from tests.object_store.buckets import Bucket

SETTLING_SECONDS = 0.1
"""In which one request too many would come in beside those that are under way."""


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
    opened = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    Plugin.create("pipelines.warehouse.lake_in_duckdb").configure_connection(opened)
    return opened


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
    paths = [f"{lake}/raw/shop/many/{n}.parquet" for n in range(3 * PREFETCHED_FILES)]
    for path in paths:
        bucket.write(path.removeprefix(f"s3://{bucket.name}/"), content)
    under_way, most, counted, as_many_as_wanted = 0, 0, threading.Lock(), threading.Event()

    def answer_late(_: object) -> None:
        """Hold every request back until as many are under way as are asked for ahead."""
        nonlocal under_way, most
        with counted:
            under_way += 1
            most = max(most, under_way)
        if most >= PREFETCHED_FILES or not as_many_as_wanted.wait(60):
            as_many_as_wanted.set()
        time.sleep(SETTLING_SECONDS)
        with counted:
            under_way -= 1

    before = s3_server.asked.copy()
    s3_server.before = answer_late
    query = "select count(*), sum(n) from read_parquet($1, union_by_name = true)"
    assert connection.execute(query, [paths]).fetchall() == [(2 * len(paths), 10 * len(paths))]
    assert s3_server.asked - before == {"GET": len(paths)}
    assert most == PREFETCHED_FILES


def test_a_file_that_is_missing_is_no_empty_file(connection, lake):
    missing = f"{lake}/raw/shop/window=2026-04-09/x.parquet"
    with pytest.raises(duckdb.Error, match=r"FileNotFoundError: .*window=2026-04-09"):
        connection.execute("select * from read_parquet($1)", [[*files(lake), missing]]).fetchall()


def test_a_store_that_refuses_is_told_by_the_lakes_own_words(connection, lake, s3_server):
    s3_server.reply = lambda environ: ("403 F", "<Error><Code>AccessDenied</Code></Error>")
    with pytest.raises(duckdb.Error, match="the credential may not do this"):
        connection.execute("select * from read_parquet($1)", [files(lake)]).fetchall()


def test_no_more_is_kept_than_there_is_room_for(lake, monkeypatch, s3_server):
    monkeypatch.setattr("pipelines.warehouse.lake_in_duckdb.MAX_CACHED_BYTES", 1)
    kept = LakeFiles(lake)
    before = s3_server.asked.copy()
    first, second, _ = files(lake)
    for path in (first, second, first):
        assert kept.open(path).read()
        assert kept.size(path) > 0
    assert s3_server.asked - before == {"GET": 3}


def test_homes_share_a_profile_so_that_dbt_parses_the_models_once(monkeypatch) -> None:
    paths = ["/homes/a/warehouse.duckdb", "/homes/b/warehouse.duckdb"]
    profiles = []
    for path in paths:
        monkeypatch.setenv("OKRA_WAREHOUSE", path)
        monkeypatch.setenv("DBT_PROFILES_DIR", str(BUILT_IN))
        set_from_args(Namespace(profiles_dir=str(BUILT_IN)), None)
        set_invocation_context({"OKRA_WAREHOUSE": path})
        credentials = load_profile(str(BUILT_IN), {}).credentials
        profiles.append(list(credentials.connection_info()))  # of which dbt keeps a hash
        Plugin.create("pipelines.warehouse.lake_in_duckdb", credentials=credentials)
        assert credentials.path == path
    assert profiles[0] == profiles[1]


def test_the_models_keep_within_the_memory_and_optimizers_that_are_set(monkeypatch) -> None:
    monkeypatch.setenv("OKRA_MEMORY", "800MB")
    environment = static_environment(project_of(load()))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(BUILT_IN))
    set_from_args(Namespace(profiles_dir=str(BUILT_IN)), None)
    set_invocation_context(environment)
    credentials = load_profile(str(BUILT_IN), {}).credentials
    with duckdb.connect() as connection:
        cursor = Environment.initialize_cursor(credentials, connection)
        cursor.execute("select current_setting('memory_limit')")
        assert cursor.fetchone() == ("762.9 MiB",)  # 8 * 10^8 bytes
        cursor.execute("select current_setting('disabled_optimizers')")
        assert cursor.fetchone() == (DISABLED_OPTIMIZERS,)
