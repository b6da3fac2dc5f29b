"""The sample company with its lake in a bucket: the same published tables as with its lake in a folder."""

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

SAYS_WHEN = {"known_from", "known_to", "pulled_at", "attempted_at", "restated_at", "published_at"}
"""Columns that hold the time of a clock: two runs cannot agree on them."""
OF_A_RUN = {("windows", "run_id"), ("runs", "dagster_run_id"), ("runs", "scored_at")}
"""Columns that name the one run. Everywhere else a run's name is a fingerprint of what it read."""
SHORT = {
    "OKRA_SANDBOX_TODAY": "2026-11-25",
    "OKRA_START_DATE": "2026-09-15",
    "OKRA_SOURCES": "facebook_pages,sql_database,stripe",
}


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    """A server for this module."""
    with object_store() as found:
        yield found


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[..., Home]:
    """Makes empty homes."""

    def make(name: str, **settings: str) -> Home:
        return Home(tmp_path / name, {**SHORT, **settings})

    return make


def far(store: ObjectStore, bucket: str) -> dict[str, str]:
    """The settings that put a lake there."""
    return {**store.environment, "OKRA_LAKE": f"s3://{bucket}/okra"}


def every_so_often(number: int) -> Callable[[dict[str, Any]], Reply | None]:
    """An overloaded store: each request of such a number is turned away, as S3 does it."""
    asked = iter(range(1, 10**9))

    def reply(_: dict[str, Any]) -> Reply | None:
        slow = ("503 Slow Down", "<Error><Code>SlowDown</Code></Error>")
        return slow if next(asked) % number == 0 else None

    return reply


def differences(one: Home, other: Home) -> dict[str, int]:
    """By published table, how many rows one file has and the other has not, but for the times of clocks."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(one.published))} as one (read_only)")
        connection.execute(f"attach {literal(str(other.published))} as other (read_only)")
        tables = connection.execute(
            "select schema_name, table_name, column_names from ("
            "  select database_name, schema_name, table_name, list(column_name order by column_index) as column_names"
            "  from duckdb_columns() group by all) where database_name = 'one' and schema_name <> 'information_schema'"
        ).fetchall()
        assert len(tables) > 20
        found = {}
        for schema, table, columns in tables:
            kept = ", ".join(
                quoted(c) for c in columns if c not in SAYS_WHEN and (table, c) not in OF_A_RUN
            )
            there = f"{quoted(schema)}.{quoted(table)}"
            [(count,)] = connection.execute(
                f"select count(*) from ((select {kept} from one.{there} except all select {kept} from other.{there})"
                f" union all (select {kept} from other.{there} except all select {kept} from one.{there}))"
            ).fetchall()
            found[f"{schema}.{table}"] = count
    return {table: count for table, count in found.items() if count}


def test_a_run_on_an_overloaded_bucket_publishes_what_a_run_on_a_folder_does(
    sample: Home, store: ObjectStore, tmp_path: Path
) -> None:
    bucket = Bucket(store, "company")
    home = Home(tmp_path / "home", {**sample.settings, **far(store, "company")})
    store.reply = every_so_often(50)

    done = home.okra("run")

    store.reply = lambda environ: None
    assert done.code == 0, done.err
    assert differences(sample, home) == {}
    assert home.checksums() == sample.checksums()
    assert sum(key.endswith("manifest.json") for key in bucket.every_key()) > 10_000
    assert not [*home.path.rglob("manifest.json")]
    assert_nowhere(SECRET, home.path)
    assert SECRET not in done.out + done.err


def test_another_machine_models_the_same_lake_and_a_killed_run_is_completed(
    store: ObjectStore, new_home: Callable[..., Home]
) -> None:
    near = new_home("near")
    assert near.okra("run").code == 0
    bucket = Bucket(store, "killed")
    here = new_home("here", **far(store, "killed"))
    kill_at(here, lambda _: sum(key.endswith("manifest.json") for key in bucket.every_key()) > 30)

    done = here.okra("run")
    assert done.code == 0, done.err
    assert differences(near, here) == {}

    there = new_home("there", **far(store, "killed"))
    done = there.okra("score")
    assert done.code == 0, done.err
    assert differences(near, there) == {}


def test_a_bucket_that_is_missing_is_told_in_one_line(
    store: ObjectStore, new_home: Callable[..., Home]
) -> None:
    home = new_home("home", **far(store, "nowhere"))
    said = "okra: the lake at s3://nowhere/okra: there is no such bucket; make it, or correct OKRA_LAKE"
    for command in ("run", "pull stripe --from 2026-11-20 --to 2026-11-21", "score", "doctor"):
        done = home.okra(*command.split())
        assert done.code == 2, command
        assert done.err.splitlines()[-1] == said, command
