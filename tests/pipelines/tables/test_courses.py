"""The courses in the warehouse: those of the day played last, every column told what it is."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.okr.scoring.courses import CoursePoint
from pipelines.tables.scores import KEY_RESULT_COURSES
from pipelines.tables.table import transaction

FIRST, SECOND = date(2026, 11, 16), date(2026, 11, 17)


def point(as_of, day, actual):
    value = None if actual is None else Decimal(actual)
    return CoursePoint(as_of, "grow/deals", day, value, Decimal("10.5"), None, None, None)


def store(warehouse, points, run_id):
    with transaction(warehouse) as connection:
        KEY_RESULT_COURSES.replace(connection, points, run_id=run_id)


def rows(warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            "select as_of, day, actual, pace, forecast_p50, run_id from okr.key_result_courses order by day"
        ).fetchall()


def test_another_day_takes_the_place_of_the_one_before(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    store(warehouse, [point(FIRST, FIRST, "3"), point(FIRST, SECOND, None)], "run-1")
    store(warehouse, [point(SECOND, FIRST, "4.25")], "run-2")
    assert rows(warehouse) == [(SECOND, FIRST, Decimal("4.25"), Decimal("10.5"), None, "run-2")]


def test_no_course_at_all_is_an_empty_table(tmp_path):
    store(tmp_path / "warehouse.duckdb", [], "run-1")
    assert rows(tmp_path / "warehouse.duckdb") == []


def test_a_day_stands_once_in_a_course_or_nothing_changes(tmp_path):
    warehouse = tmp_path / "warehouse.duckdb"
    store(warehouse, [point(FIRST, FIRST, "3")], "run-1")
    with pytest.raises(duckdb.ConstraintException):
        store(warehouse, [point(FIRST, SECOND, "1"), point(FIRST, SECOND, "2")], "run-2")
    assert [row[-1] for row in rows(warehouse)] == ["run-1"]


def test_every_column_is_described(tmp_path):
    store(tmp_path / "warehouse.duckdb", [], "run-1")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        described = dict(
            connection.execute(
                "select column_name, comment from duckdb_columns() where table_name = 'key_result_courses'"
            ).fetchall()
        )
    assert described == {name: text for name, (_, text) in KEY_RESULT_COURSES.columns.items()}
