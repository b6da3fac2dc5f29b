"""The log of the history in the lake: the index is made again from it, row for row."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.lake.folder import FolderStore
from pipelines.history.deliveries import Delivery, record_delivery
from pipelines.history.index import position_of
from pipelines.history.kept_tables import logged_tables
from pipelines.history.log import HistoryLog, LogError, histories
from pipelines.history.restatements import log_restatements
from pipelines.history.restoring import ensure_history, restorations_since
from tests.pipelines.history.conftest import GOAL, Believer, at, november

NOW = at("2026-12-20")


def run(believer: Believer, day: str, value: int, hour: int = 12) -> None:
    now, as_of = at(day, hour), date.fromisoformat(day)
    ensure_history(believer.history, believer.path / "okra.duckdb", now, believer.lake)
    believer.kpis(now, {"value": value}, {"kpi": "units_sold", "value": 2 * value})
    believer.scores(now, GOAL.format(target=40 + value), november(9), as_of)
    delivery = Delivery(as_of, "slack-1", "weekly", now, "delivered", "")
    record_delivery(believer.history, delivery, believer.lake)


@pytest.fixture
def believer(tmp_path: Path) -> Believer:
    """A home of five runs in two months, of which two were at the same instant."""
    made = Believer(tmp_path, lake=FolderStore(tmp_path / "lake"))
    for day, value in (("2026-11-10", 1), ("2026-11-11", 2), ("2026-11-11", 3), ("2026-12-01", 4)):
        run(made, day, value)
    run(made, "2026-12-02", 4)
    return made


def contents(believer: Believer) -> dict[str, list[tuple[Any, ...]]]:
    columns = {x.name: (x.place, ", ".join(f'"{y}"' for y in x.columns)) for x in logged_tables()}
    with duckdb.connect(str(believer.history), read_only=True) as connection:
        tables = {
            x for (x,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        }
        return {
            name: connection.execute(f"select {listed} from {place} order by all").fetchall()
            for name, (place, listed) in columns.items()
            if name in tables and name != "restorations"
        }


def ensure(believer: Believer) -> None:
    ensure_history(believer.history, believer.path / "okra.duckdb", NOW, believer.lake)


def test_the_index_is_made_again_from_the_log(believer: Believer) -> None:
    before = contents(believer)
    assert {name for name, rows in before.items() if rows} == {
        "kpi_period_history",
        "key_result_score_history",
        "objective_score_history",
        "key_result_history",
        "objective_history",
        "digests",
        "settings",
    }
    believer.history.unlink()
    ensure(believer)
    assert contents(believer) == before
    [told] = restorations_since(believer.history, NOW)
    assert told == (
        "history.duckdb is missing: it was made again from its log in the lake, "
        "as it was kept at 2026-12-02 12:00 UTC"
    )
    run(believer, "2026-12-21", 5)
    assert len(contents(believer)["digests"]) == 6


def test_a_damaged_index_is_kept_and_made_again(believer: Believer) -> None:
    before = contents(believer)
    believer.history.write_text("not a database\n" * 1_000)
    ensure(believer)
    assert contents(believer) == before
    kept = believer.history.with_name("history.duckdb.damaged")
    assert kept.read_text().startswith("not a database")


def test_an_index_that_is_behind_takes_what_it_lacks_and_nothing_is_told(
    believer: Believer,
) -> None:
    backup = believer.path / "backup"
    shutil.copyfile(believer.history, backup)
    run(believer, "2026-12-03", 7)
    after = contents(believer)
    shutil.copyfile(backup, believer.history)
    ensure(believer)
    assert contents(believer) == after
    assert restorations_since(believer.history, NOW) == []


def test_a_home_without_a_log_gets_one_from_its_index(tmp_path: Path) -> None:
    old = Believer(tmp_path)
    old.kpis(at("2026-11-10"), {"value": 1})
    old.kpis(at("2026-11-11"), {"value": 2})
    old.lake = FolderStore(tmp_path / "lake")
    ensure(old)
    before = contents(old)
    assert [x.newest() for x in histories(old.lake)] != [None]
    old.history.unlink()
    ensure(old)
    assert contents(old) == before


def remove_log(folder: Path) -> None:
    shutil.rmtree(folder)


def cut_document(folder: Path) -> None:
    document = max(folder.rglob("entries.json"))
    document.write_bytes(document.read_bytes()[:-200])


def flip_document(folder: Path) -> None:
    document = max(folder.rglob("entries.json"))
    document.write_text(document.read_text().replace('"rows": ', '"rows": 1', 1))


@pytest.mark.parametrize("harm", [remove_log, cut_document, flip_document])
def test_a_lost_log_is_written_anew_from_the_index(
    believer: Believer, harm: Callable[[Path], None]
) -> None:
    before = contents(believer)
    harm(believer.path / "lake" / "history")
    ensure(believer)
    believer.history.unlink()
    ensure(believer)
    assert contents(believer) == before


def test_what_a_damaged_file_of_the_log_had_is_named(believer: Believer) -> None:
    file = max((believer.path / "lake").rglob("*-key_result_score_history-*.parquet"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    believer.history.unlink()
    ensure(believer)
    [told] = restorations_since(believer.history, NOW)
    key = file.relative_to(believer.path / "lake")
    assert told.endswith(f", without {key}, which cannot be read")


def test_a_month_that_is_over_has_one_file_a_table(believer: Believer) -> None:
    months = sorted((believer.path / "lake" / "history").glob("*/month=*"))
    assert [x.name for x in months] == ["month=2026-11", "month=2026-12"]
    tables = [x.name.split("-")[1] for x in months[0].glob("*.parquet")]
    assert len(tables) == len(set(tables)) == 7


def test_a_newer_log_is_refused(believer: Believer) -> None:
    document = max((believer.path / "lake").rglob("entries.json"))
    content = json.loads(document.read_text())
    document.write_text(json.dumps(content | {"format": 2}))
    with pytest.raises(LogError, match="newer version of Okra has written the history"):
        ensure(believer)


def test_a_commit_beside_another_is_refused(believer: Believer) -> None:
    position = position_of(believer.history)
    assert position
    assert believer.lake
    log = HistoryLog(believer.lake, position.history_id)
    log.append(NOW, {}, position.entry)
    with pytest.raises(LogError, match="another process has written the history"):
        believer.kpis(at("2026-12-03"), {"value": 9})
    ensure(believer)
    believer.kpis(at("2026-12-03"), {"value": 9})


def test_a_change_of_the_zone_and_back_is_no_restatement(tmp_path: Path) -> None:
    believer = Believer(tmp_path, lake=FolderStore(tmp_path / "lake"))
    for day, zone, value in (
        ("2026-11-10", "UTC", 1),
        ("2026-11-11", "Asia/Tokyo", 2),
        ("2026-11-12", "UTC", 1),
        ("2026-11-13", "UTC", 5),
    ):
        believer.zone = zone
        believer.kpis(at(day), {"value": value})
    assert log_restatements(believer.history, believer.warehouse) == 1
    [(old, new)] = believer.rows(
        "select old_value, new_value from okr.restatements", of="warehouse"
    )
    assert (old, new) == (1, 5)
    assert believer.rows("select setting, value from kept.settings order by since") == [
        ("timezone", "UTC"),
        ("timezone", "Asia/Tokyo"),
        ("timezone", "UTC"),
    ]


def test_a_setting_that_no_earlier_version_noted_is_no_change_of_it(tmp_path: Path) -> None:
    """The run right after an upgrade restates a figure; a later one has another number of members and restates none."""
    believer = Believer(tmp_path, lake=FolderStore(tmp_path / "lake"))
    believer.kpis(at("2026-11-10"), {"value": 1})
    for day, members, value in (
        ("2026-11-11", "1000", 2),
        ("2026-11-12", "10", 3),
        ("2026-11-13", "10", 4),
    ):
        believer.other_settings = {"largest_members": members}
        believer.kpis(at(day), {"value": value})
    log_restatements(believer.history, believer.warehouse)
    restated = "select old_value, new_value from okr.restatements order by all"
    assert believer.rows(restated, of="warehouse") == [(1, 2), (3, 4)]


def test_an_old_index_is_behind_a_log_that_was_lost_and_written_anew(believer: Believer) -> None:
    backup = shutil.copy(believer.history, believer.path / "backup.duckdb")
    shutil.rmtree(believer.path / "lake")
    run(believer, "2026-12-03", 7)
    before = contents(believer)
    shutil.copyfile(backup, believer.history)
    ensure(believer)
    assert contents(believer) == before
