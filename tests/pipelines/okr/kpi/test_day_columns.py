"""Days as columns are the days that went in."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.kpi.day_columns import DayColumns, amount_column, day_columns
from pipelines.okr.kpi.facts import DayFact, Own

FIRST = date(2026, 11, 1)
AMOUNTS = st.none() | st.decimals(-10_000, 10_000, places=3)
FACTS = st.lists(
    st.builds(
        DayFact,
        st.dates(FIRST, FIRST + timedelta(days=9)),
        st.sampled_from([{}, {"rep": "kim"}, {"rep": "lee", "region": "north"}]),
        AMOUNTS,
        AMOUNTS,
        AMOUNTS,
    ),
    max_size=12,
)


@given(FACTS)
def test_rows_come_back_as_they_went_in(facts):
    columns = day_columns(facts)
    assert list(columns) == sorted(facts, key=lambda fact: fact.day)
    assert len(columns) == len(facts)
    assert columns[1:3] == list(columns)[1:3]
    assert day_columns(columns) is columns
    assert columns.has_amount.tolist() == [
        any(x is not None for x in (row.value, row.numerator, row.denominator)) for row in columns
    ]


def test_amounts_in_their_own_currency_come_back_too():
    facts = [DayFact(FIRST, {"currency": "EUR"}, Decimal("1.10"), own=Own(Decimal(1))),
             DayFact(FIRST, {"currency": "USD"}, Decimal("2"), own=Own(numerator=Decimal("-0.125")))]  # fmt: skip
    columns = day_columns(facts)
    assert columns.decimals == 3
    assert list(columns) == facts
    assert columns.with_amounts(columns.amounts)[0].own is None


def test_what_64_bits_cannot_hold_is_held_all_the_same():
    large = Decimal(10) ** 20 + Decimal("0.5")
    columns = day_columns([DayFact(FIRST, {}, large), DayFact(FIRST, {}, large)])
    assert columns.amounts["value"].units.dtype == object
    assert [row.value for row in columns] == [large, large]
    small = columns.amounts["value"].taken(slice(0, 0))
    assert small.units.dtype == "int64"


@pytest.mark.parametrize(("size", "is_safe"), [(2**60 - 1, True), (2**60, False)])
def test_two_amounts_are_held_in_64_bits_while_their_sum_is_below_the_61st(size, is_safe):
    for units in ([size, 0], [-size, 0]):
        column = amount_column(np.array(units, dtype=object), np.array([True, True]))
        assert (column.units.dtype == "int64") is is_safe


def test_sums_know_what_either_side_knows():
    columns: DayColumns = day_columns([DayFact(FIRST, {}, Decimal(-2)), DayFact(FIRST, {})])
    value = columns.amounts["value"]
    assert (value + columns.without_amounts).known.tolist() == [True, False]
    assert (value + columns.nothing).known.tolist() == [True, True]
    assert (value + value).units.tolist() == [-4, 0]
    assert value.sizes().units.tolist() == [2, 0]
    assert value.equals(day_columns(columns).amounts["value"])
    assert not value.equals(value.sizes())
    assert not value.equals(columns.nothing)
