"""`okra health`: what is amiss, from the published file and the disk alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.commands import health
from tests.end_to_end.conftest import Home

NOW = datetime.now(UTC)
YESTERDAY = NOW.date() - timedelta(days=1)


@pytest.fixture
def published(tmp_path: Path) -> Callable[..., Home]:
    """Makes a home of one database source, published some hours ago, whose streams have data up to some days."""

    def make(hours: float = 1, failed: str = "", **through: int) -> Home:
        home = Home(
            tmp_path / "home",
            {"DATABASE_URL": f"sqlite:///{tmp_path}/shop.db", "OKRA_SOURCES": "sql_database"},
        )
        home.path.mkdir()
        with duckdb.connect(str(home.published)) as connection:
            at = NOW - timedelta(hours=hours)
            connection.execute("create table schema_version (published_at timestamptz)")
            connection.execute("insert into schema_version values ($1)", [at])
            connection.execute(
                "create table runs (run_id varchar, as_of date, scored_at timestamptz, failed_sources varchar[])"
            )
            connection.execute("insert into runs values ('run-1', $1, $2, [])", [at.date(), at])
            connection.execute(
                "create table windows (source varchar, stream varchar, account varchar, data_through date)"
            )
            connection.execute(
                "create table attempts (source varchar, stream varchar, account varchar, "
                "attempted_at timestamptz, outcome varchar, message varchar)"
            )
            for stream, days in through.items():
                day = NOW.date() - timedelta(days=days)
                connection.execute(
                    "insert into windows values ('sql_database', $1, 'main', $2), ('sql_database', $1, 'main', $3)",
                    [stream, day, day - timedelta(days=1)],
                )
                outcome = "failed" if stream == failed else "ok"
                connection.execute(
                    "insert into attempts values ('sql_database', $1, 'main', $2, $3, $4)",
                    [stream, at, outcome, "the database does not answer" if failed else ""],
                )
        return home

    return make


def asked(home: Home, *options: str) -> tuple[int, Any]:
    done = home.ask("health", "--json", *options)
    return done.code, done.document


def test_nothing_is_amiss_after_a_run_with_data_up_to_yesterday(
    published: Callable[..., Home],
) -> None:
    code, document = asked(published(orders=1, shipments=1), "--disk-gb", "0")
    assert (code, document["ok"], document["problems"]) == (0, True, [])
    since_collected = (datetime.now(UTC) - NOW) / timedelta(hours=1)
    assert 1 <= document["hours_since_run"] <= 1 + since_collected
    assert document["run_id"] == "run-1"
    [source] = document["sources"]
    assert source["source"] == "sql_database"
    assert (source["data_through"], source["age_days"]) == (YESTERDAY.isoformat(), 1)
    assert document["disk"]["free_bytes"] > 0


def test_a_run_that_is_long_ago_is_amiss(published: Callable[..., Home]) -> None:
    home = published(hours=30, orders=1)
    code, document = asked(home, "--disk-gb", "0")
    assert code == 1
    assert document["problems"] == ["the last run ended 30 hours ago, more than 26"]
    assert asked(home, "--disk-gb", "0", "--run-hours", "40")[0] == 0


def test_the_oldest_stream_says_how_old_a_source_is(published: Callable[..., Home]) -> None:
    code, document = asked(published(orders=1, shipments=5), "--disk-gb", "0")
    assert code == 1
    assert document["sources"][0]["age_days"] == 5
    [line] = document["problems"]
    assert (
        line
        == f"sql_database has data up to {NOW.date() - timedelta(days=5)}, 5 days ago, more than 3"
    )


def test_a_failed_pull_is_amiss_with_its_reason(published: Callable[..., Home]) -> None:
    code, document = asked(published(failed="orders", orders=1), "--disk-gb", "0")
    assert code == 1
    assert document["problems"] == ["sql_database.orders failed: the database does not answer"]


def test_a_source_that_never_delivered_is_amiss(published: Callable[..., Home]) -> None:
    code, document = asked(published(), "--disk-gb", "0")
    assert code == 1
    assert "delivered nothing yet" in document["problems"][0]


def test_a_full_disk_is_amiss(
    published: Callable[..., Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    space = {"folder": "data", "free_bytes": 900_000_000, "bytes": 10**12}
    monkeypatch.setattr(health, "space_of", lambda folder: space)
    code, document = asked(published(orders=1))
    assert code == 1
    assert document["problems"] == ["0.9 GB are free in data, less than 1"]


def test_without_a_published_file_and_with_a_damaged_one_it_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    code, document = asked(home, "--disk-gb", "0")
    assert (code, document["problems"]) == (1, ["nothing is published yet; run `okra run` first"])
    home.path.mkdir()
    home.published.write_bytes(b"no database")
    code, document = asked(home, "--disk-gb", "0")
    assert code == 1
    assert document["problems"] == [f"{home.published} cannot be read; run `okra run`"]
