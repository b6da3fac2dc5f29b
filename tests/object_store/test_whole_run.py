"""With its lake in a bucket, the sample company publishes the same tables as with its lake in a folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.tables.table import literal, quoted
from tests.end_to_end.conftest import Home
from tests.end_to_end.test_failing_sources import assert_nowhere
from tests.end_to_end.test_killed_run import kill_at
from tests.object_store.buckets import Bucket
from tests.object_store.server import SECRET, ObjectStore, Reply, object_store

TIME_COLUMNS = {
    "known_from",
    "known_to",
    "pulled_at",
    "attempted_at",
    "restated_at",
    "published_at",
}
"""Columns that hold clock time, which differs between two runs."""
RUN_COLUMNS = {("windows", "run_id"), ("runs", "dagster_run_id"), ("runs", "scored_at")}
"""Columns that identify one run. In all other tables the run id is a hash of the inputs."""
SHORT = {
    "OKRA_SANDBOX_TODAY": "2026-11-25",
    "OKRA_START_DATE": "2026-09-15",
    "OKRA_SOURCES": "facebook_pages,sql_database,stripe",
}


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    """A server for this module."""
    with object_store() as opened:
        yield opened


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[..., Home]:
    """A factory of empty homes."""

    def make(name: str, **settings: str) -> Home:
        return Home(tmp_path / name, {**SHORT, **settings})

    return make


def lake_settings(store: ObjectStore, bucket: str) -> dict[str, str]:
    """The settings of a lake in `bucket`."""
    return {**store.environment, "OKRA_LAKE": f"s3://{bucket}/okra"}


def overloaded(number: int) -> Callable[[dict[str, Any]], Reply | None]:
    """An overloaded store: refuses every `number`-th request, as S3 does."""
    asked = iter(range(1, 10**9))

    def reply(_: dict[str, Any]) -> Reply | None:
        slow = ("503 Slow Down", "<Error><Code>SlowDown</Code></Error>")
        return slow if next(asked) % number == 0 else None

    return reply


def differences(first: Home, other: Home) -> dict[str, int]:
    """The number of rows that only one of the two files has, by published table, without clock times and run ids."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(first.published))} as one (read_only)")
        connection.execute(f"attach {literal(str(other.published))} as other (read_only)")
        tables = connection.execute(
            "select schema_name, table_name, column_names from ("
            "  select database_name, schema_name, table_name, list(column_name order by column_index) as column_names"
            "  from duckdb_columns() group by all) where database_name = 'one' and schema_name <> 'information_schema'"
        ).fetchall()
        assert len(tables) > 20
        counts = {}
        for schema, table, columns in tables:
            kept = ", ".join(
                quoted(c)
                for c in columns
                if c not in TIME_COLUMNS and (table, c) not in RUN_COLUMNS
            )
            place = f"{quoted(schema)}.{quoted(table)}"
            [(count,)] = connection.execute(
                f"select count(*) from ((select {kept} from one.{place} except all select {kept} from other.{place})"
                f" union all (select {kept} from other.{place} except all select {kept} from one.{place}))"
            ).fetchall()
            counts[f"{schema}.{table}"] = count
    return {table: count for table, count in counts.items() if count}


def test_a_run_on_an_overloaded_bucket_publishes_what_a_run_on_a_folder_does(
    sample: Home, store: ObjectStore, tmp_path: Path
) -> None:
    bucket = Bucket(store, "company")
    home = Home(tmp_path / "home", {**sample.settings, **lake_settings(store, "company")})
    store.reply = overloaded(50)

    done = home.okra("run")

    store.reply = lambda environ: None
    assert done.code == 0, done.err
    assert differences(sample, home) == {}
    assert home.checksums() == sample.checksums()
    assert sum(key.endswith("manifests.json") for key in bucket.every_key()) > 300
    assert not [*home.path.rglob("manifests.json")]
    assert_nowhere(SECRET, home.path)
    assert SECRET not in done.out + done.err


def test_another_machine_models_the_same_lake_and_a_killed_run_is_completed(
    store: ObjectStore, new_home: Callable[..., Home]
) -> None:
    in_folder = new_home("folder")
    assert in_folder.okra("run").code == 0
    bucket = Bucket(store, "killed")
    first = new_home("first", **lake_settings(store, "killed"))
    kill_at(first, lambda _: sum(key.endswith("manifests.json") for key in bucket.every_key()) > 5)

    done = first.okra("run")
    assert done.code == 0, done.err
    assert differences(in_folder, first) == {}

    second = new_home("second", **lake_settings(store, "killed"))
    done = second.okra("score")
    assert done.code == 0, done.err
    assert differences(in_folder, second) == {}


def test_a_missing_bucket_is_reported_in_one_line(
    store: ObjectStore, new_home: Callable[..., Home]
) -> None:
    home = new_home("home", **lake_settings(store, "nowhere"))
    said = "okra: the lake at s3://nowhere/okra: there is no such bucket; make it, or correct OKRA_LAKE"
    for command in ("run", "pull stripe --from 2026-11-20 --to 2026-11-21", "score", "doctor"):
        done = home.okra(*command.split())
        assert done.code == 2, command
        assert done.err.splitlines()[-1] == said, command
