"""The history is deleted, emptied, damaged, or an old one is put back: no run publishes over the last copy of it."""

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.history.deliveries import Delivery, delivered, record_delivery
from pipelines.history.restoring import HistoryError, ensure_history, restorations_since
from pipelines.inputs.day import Day
from pipelines.publishing.snapshot import publish
from pipelines.settings import Settings
from pipelines.steps.score import write_scores
from tests.pipelines.history.conftest import GOAL, Believer, at, november
from tests.pipelines.steps.test_score import TODAY, statuses

NOW = at("2026-11-13")
TABLES = (
    "kpi_period_history",
    "key_result_score_history",
    "objective_score_history",
    "key_result_history",
    "objective_history",
    "digests",
)


@pytest.fixture
def believer(tmp_path: Path) -> Believer:
    """A home that was published on the 12th, after three days of runs; the day before, it was backed up."""
    made = Believer(tmp_path)
    for day, value in ((10, 1), (11, 2)):
        run(made, day, value)
    shutil.copyfile(made.history, tmp_path / "backup.duckdb")
    run(made, 12, 3)
    publish(made.warehouse, tmp_path / "okra.duckdb", {}, "v1.2.0", made.history)
    return made


def run(believer: Believer, day: int, value: int) -> None:
    now = at(f"2026-11-{day}")
    believer.kpis(now, {"value": value})
    believer.scores(now, GOAL.format(target=40 + day), november(day - 1), date(2026, 11, day))
    record_delivery(
        believer.history, Delivery(date(2026, 11, day), "slack-1", "weekly", now, "delivered", "")
    )


def contents(believer: Believer) -> dict[str, list[tuple[Any, ...]]]:
    return {table: list(believer.rows(f"from {table} order by all")) for table in TABLES}


def remove(believer: Believer) -> None:
    believer.history.unlink()


def empty(believer: Believer) -> None:
    believer.history.write_bytes(b"")


def no_rows(believer: Believer) -> None:
    with duckdb.connect(str(believer.history)) as connection:
        for table in TABLES:
            connection.execute(f"delete from {table}")


def no_tables(believer: Believer) -> None:
    believer.history.unlink()
    duckdb.connect(str(believer.history)).close()


def one_table_dropped(believer: Believer) -> None:
    with duckdb.connect(str(believer.history)) as connection:
        connection.execute("drop table key_result_score_history")


def cut(believer: Believer) -> None:
    with believer.history.open("r+b") as file:
        file.truncate(5_000)


def other_file(believer: Believer) -> None:
    believer.history.write_text("not a database\n" * 1_000)


def back_to_the_backup(believer: Believer) -> None:
    shutil.copyfile(believer.path / "backup.duckdb", believer.history)


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (remove, "is missing"),
        (empty, "is damaged"),
        (no_rows, "lacks what was believed last"),
        (no_tables, "lacks what was believed last"),
        (one_table_dropped, "lacks what was believed last"),
        (cut, "is damaged"),
        (other_file, "is damaged"),
        (back_to_the_backup, "lacks what was believed last"),
    ],
)
def test_a_history_is_brought_back_from_the_published_file(
    believer: Believer, harm: Callable[[Believer], None], what: str
) -> None:
    before = contents(believer)
    harm(believer)
    ensure_history(believer.history, believer.path / "okra.duckdb", NOW)
    assert contents(believer) == before
    [told] = restorations_since(believer.history, NOW)
    assert told == (
        f"history.duckdb {what}: it was brought back from okra.duckdb, as it was published after 2026-11-12 12:00 "
        "UTC; what was kept since then is lost. Find out what removed it, and back it up"
    )
    run(believer, 13, 4)
    versions = "select value, known_from, known_to from kpi_period_history order by known_from"
    assert believer.rows(versions)[2:] == [
        (Decimal(3), at("2026-11-12"), at("2026-11-13")),
        (Decimal(4), at("2026-11-13"), None),
    ]


def test_a_history_ahead_of_what_was_published_stays_as_it_is(believer: Believer) -> None:
    run(believer, 13, 4)
    before = contents(believer)
    ensure_history(believer.history, believer.path / "okra.duckdb", at("2026-11-14"))
    assert contents(believer) == before
    assert restorations_since(believer.history, at("2026-11-01")) == []


def test_what_an_older_history_has_besides_stays(believer: Believer) -> None:
    back_to_the_backup(believer)
    own = Delivery(date(2026, 11, 12), "mail-2", "weekly", at("2026-11-12", 13), "delivered", "")
    record_delivery(believer.history, own)
    ensure_history(believer.history, believer.path / "okra.duckdb", NOW)
    assert delivered(believer.history, "mail-2") == [(date(2026, 11, 12), "weekly")]
    assert len(delivered(believer.history, "slack-1")) == 3


def test_a_damaged_history_is_set_aside_and_not_thrown_away(believer: Believer) -> None:
    other_file(believer)
    ensure_history(believer.history, believer.path / "okra.duckdb", NOW)
    assert (believer.path / "history.duckdb.damaged").read_text().startswith("not a database")


def test_a_first_run_begins_a_history(tmp_path: Path) -> None:
    ensure_history(tmp_path / "history.duckdb", tmp_path / "okra.duckdb", NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("harm", [cut, other_file])
def test_without_a_copy_a_damaged_history_stops_the_run(
    believer: Believer, harm: Callable[[Believer], None]
) -> None:
    harm(believer)
    content = believer.history.read_bytes()
    (believer.path / "okra.duckdb").unlink()
    with pytest.raises(HistoryError, match="put a backup in its place, or move it away"):
        ensure_history(believer.history, believer.path / "okra.duckdb", NOW)
    assert believer.history.read_bytes() == content


def test_a_history_that_is_gone_is_not_begun_anew_beside_a_damaged_copy(believer: Believer) -> None:
    remove(believer)
    published = believer.path / "okra.duckdb"
    published.chmod(0o644)
    published.write_text("not a database\n" * 1_000)
    with pytest.raises(HistoryError, match="is damaged: put a backup of one of them in its place"):
        ensure_history(believer.history, published, NOW)
    assert not believer.history.exists()


def test_a_score_that_finds_no_history_brings_it_back_before_it_keeps_its_own(
    tmp_path: Path,
) -> None:
    assert statuses(tmp_path)["liked"] == "at_risk"
    settings = Settings(
        _env_file=None, home=tmp_path, okr_definitions=tmp_path / "okrs", sandbox_today=TODAY
    )
    with duckdb.connect(str(settings.history_path)) as connection:
        kept = connection.execute("from objective_score_history order by all").fetchall()
    assert kept
    publish(settings.warehouse_path, settings.published_path, {}, "v1.2.0", settings.history_path)
    settings.history_path.unlink()
    write_scores(Day(settings, TODAY), "again")
    with duckdb.connect(str(settings.history_path)) as connection:
        assert connection.execute("from objective_score_history order by all").fetchall() == kept
    assert len(restorations_since(settings.history_path, settings.now())) == 1
