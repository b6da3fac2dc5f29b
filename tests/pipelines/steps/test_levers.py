"""The levers in the warehouse: the table of the day played last."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.okr.levers.lever import Lever
from pipelines.tables.scores import KEY_RESULT_LEVERS
from pipelines.tables.table import transaction

LEVER = Lever(
    as_of=date(2026, 11, 16),
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


@pytest.fixture
def warehouse(tmp_path):
    return tmp_path / "warehouse.duckdb"


def store_levers(warehouse, levers, run_id):
    with transaction(warehouse) as connection:
        KEY_RESULT_LEVERS.replace(connection, levers, run_id=run_id)


def stored(warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select * from okr.key_result_levers order by all").fetchall()


def test_every_field_of_a_lever_is_a_column_in_its_order_and_the_run_is_the_last():
    names = [field.name for field in fields(Lever)]
    assert [*names, "run_id"] == list(KEY_RESULT_LEVERS.columns)


def test_what_is_stored_is_read_back_exactly(warehouse):
    store_levers(warehouse, [LEVER], "run-1")
    [row] = stored(warehouse)
    assert row == (*(getattr(LEVER, field.name) for field in fields(Lever)), "run-1")


def test_a_lever_that_is_not_possible_has_no_numbers_where_none_are_known(warehouse):
    bare = replace(
        LEVER, possible=False, needed_rate=None, change=None, change_pct=None, probability=None
    )
    store_levers(warehouse, [bare], "run-1")
    [row] = stored(warehouse)
    assert row.count(None) == 4


def test_a_new_day_takes_the_place_of_the_old_one(warehouse):
    store_levers(warehouse, [LEVER], "run-1")
    store_levers(warehouse, [replace(LEVER, as_of=date(2026, 11, 17))], "run-2")
    assert [(row[0], row[-1]) for row in stored(warehouse)] == [(date(2026, 11, 17), "run-2")]
    store_levers(warehouse, [], "run-3")
    assert stored(warehouse) == [], "all goals are on their way again"


def test_a_lever_twice_is_refused_and_the_old_ones_stay(warehouse):
    store_levers(warehouse, [LEVER], "run-1")
    with pytest.raises(duckdb.ConstraintException):
        store_levers(warehouse, [LEVER, LEVER], "run-2")
    assert [row[-1] for row in stored(warehouse)] == ["run-1"]


def test_the_table_says_what_it_holds(warehouse):
    store_levers(warehouse, [LEVER], "run-1")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        undescribed = connection.execute(
            "select column_name from duckdb_columns() where table_name = $1 and comment is null",
            [KEY_RESULT_LEVERS.name],
        ).fetchall()
    assert undescribed == []
