"""The tables of a day's scoring are written together."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.okr.levers.lever import Lever
from pipelines.okr.scoring.courses import CoursePoint
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.tables.scores import KEY_RESULT_LEVERS, Run, store_scores

DAY, NEXT_DAY = date(2026, 11, 16), date(2026, 11, 17)
LEVER = Lever(
    as_of=DAY,
    objective_id="grow",
    key_result_id="grow/it",
    window="total",
    asked_member="total",
    driver="member",
    dimension="rep",
    member="lee",
    current_rate=Decimal("4.0"),
    needed_rate=Decimal("7.4"),
    change=Decimal(50),
    change_pct=Decimal("0.833333"),
    possible=True,
    probability=Decimal("0.71"),
    rank=3,
    unit="deals",
    why="50 deals more by 2026-11-30.",
)
POINT = CoursePoint(DAY, "grow/it", DAY, Decimal("4.25"), Decimal("10.5"), None, None, None)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def store(
    warehouse: Path, as_of: date, levers: list[Lever], points: list[CoursePoint], name: str
) -> None:
    scored_at = datetime(2026, 11, 18, tzinfo=UTC)
    run = Run(name, as_of, scored_at, f"dagster-{name}", False, "1", ["stripe"], [])
    card = Scorecard(key_results=(), objectives=(), courses=tuple(points))
    store_scores(warehouse, [(card, levers)], [], {}, run)


def rows(warehouse: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f"from okr.{table} order by all").fetchall()


def test_levers_and_courses_are_read_back_as_they_were_stored(warehouse: Path) -> None:
    store(warehouse, DAY, [LEVER], [POINT], "run-1")
    for table, row in (("key_result_levers", LEVER), ("key_result_courses", POINT)):
        values = (getattr(row, field.name) for field in fields(row))
        assert rows(warehouse, table) == [(*values, "run-1")]


def test_a_lever_that_is_not_possible_has_no_numbers_where_none_are_known(warehouse: Path) -> None:
    bare = replace(
        LEVER, possible=False, needed_rate=None, change=None, change_pct=None, probability=None
    )
    store(warehouse, DAY, [bare], [], "run-1")
    [row] = rows(warehouse, "key_result_levers")
    assert row.count(None) == 4


def test_another_day_replaces_levers_and_courses_and_adds_a_run(warehouse: Path) -> None:
    store(warehouse, DAY, [LEVER], [POINT], "run-1")
    store(warehouse, NEXT_DAY, [replace(LEVER, as_of=NEXT_DAY)], [], "run-2")
    [lever] = rows(warehouse, "key_result_levers")
    assert (lever[0], lever[-1]) == (NEXT_DAY, "run-2")
    assert rows(warehouse, "key_result_courses") == []
    assert [row[0] for row in rows(warehouse, "runs")] == ["run-1", "run-2"]


@pytest.mark.parametrize(
    ("levers", "points"), [([LEVER, LEVER], [POINT]), ([LEVER], [POINT, POINT])]
)
def test_a_row_twice_is_refused_and_no_table_changes(
    warehouse: Path, levers: list[Lever], points: list[CoursePoint]
) -> None:
    store(warehouse, DAY, [LEVER], [POINT], "run-1")
    with pytest.raises(duckdb.ConstraintException):
        store(warehouse, NEXT_DAY, levers, points, "run-2")
    for table in ("key_result_levers", "key_result_courses"):
        assert [row[-1] for row in rows(warehouse, table)] == ["run-1"]
    assert [row[0] for row in rows(warehouse, "runs")] == ["run-1"]


def test_each_column_has_its_comment(warehouse: Path) -> None:
    store(warehouse, DAY, [LEVER], [POINT], "run-1")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        query = "select table_name, column_name from duckdb_columns() where not internal and comment is null"
        assert connection.execute(query).fetchall() == []
        [(comment,)] = connection.execute(
            "select comment from duckdb_tables() where table_name = $1", [KEY_RESULT_LEVERS.name]
        ).fetchall()
    assert comment == KEY_RESULT_LEVERS.comment
