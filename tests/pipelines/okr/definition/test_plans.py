"""The planned way to a target: what is due after each day, and which plans make no sense."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.definition.plans import DatedPlan, PlanKpi, plan_faults
from pipelines.okr.kpi.periods import parse_period

JULY, AUGUST, SEPTEMBER = (parse_period(f"2026-0{month}") for month in (7, 8, 9))
START, END = date(2026, 7, 1), date(2026, 9, 30)


def plan(*amounts: tuple[object, int]) -> DatedPlan:
    return DatedPlan(tuple((period, Decimal(amount)) for period, amount in amounts))


def test_the_amount_of_a_period_is_spread_over_its_days():
    """31 + 62 + 7 = 100: a hundredth a day in July, two a day in August."""
    way = plan((JULY, 31), (AUGUST, 62), (SEPTEMBER, 7))
    assert way.total == 100
    assert way.shares_of_total([0, 1, 31, 32, 62, 92]) == [
        0, Decimal("0.01"), Decimal("0.31"), Decimal("0.33"), Decimal("0.93"), 1,
    ]  # fmt: skip


def test_a_period_that_takes_back_leaves_the_share_within_0_and_1():
    way = plan((JULY, -31), (AUGUST, 131))
    assert way.shares_of_total([10, 62]) == [0, 1]


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(2026, 6, 30), "10"),
        (date(2026, 7, 1), "11"),
        (date(2026, 7, 31), "41"),
        (date(2026, 8, 1), "43"),
        (date(2026, 8, 31), "103"),
        (date(2026, 9, 1), "104"),
        (date(2026, 9, 30), "133"),
        (date(2026, 10, 1), "133"),
    ],
)
def test_a_level_moves_evenly_between_the_dates_of_its_plan(day, level):
    """From 10 by 1 a day to 41, by 2 a day to 103, and where the plan ends by 1 a day to the target."""
    way = plan((JULY, 41), (AUGUST, 103))
    assert way.level(day, START, Decimal(10), END, Decimal(133)) == Decimal(level)


def test_a_plan_that_reaches_the_end_needs_no_target():
    way = plan((JULY, 41), (AUGUST, 103), (SEPTEMBER, 163))
    assert way.level(END, START, Decimal(10), END, Decimal(0)) == 163


def faults(way: DatedPlan | PlanKpi, *, is_total: bool = True) -> list[str]:
    return [what for _, what, _ in plan_faults(way, START, END, is_total=is_total)]


def test_a_whole_plan_is_sound():
    assert faults(plan((JULY, 1), (AUGUST, 1), (SEPTEMBER, 1))) == []
    assert faults(plan((parse_period("2026-Q3"), 1))) == []
    assert faults(plan((AUGUST, 1)), is_total=False) == [], "a level moves on between its dates"
    assert faults(PlanKpi("budget")) == []


@pytest.mark.parametrize(
    ("way", "is_total", "told"),
    [
        (plan((JULY, 1), (AUGUST, 1)), True, "or two amounts, for 2026-09-01"),
        (plan((AUGUST, 1), (SEPTEMBER, 1)), True, "or two amounts, for 2026-07-01"),
        (plan((JULY, 1), (parse_period("2026-Q3"), 1)), True, "or two amounts, for 2026-08-01"),
        (plan((JULY, 1), (AUGUST, 1), (SEPTEMBER, -1)), True, "`2026-09` of the plan is below 0"),
        (plan((JULY, 0), (AUGUST, 0), (SEPTEMBER, 0)), True, "the plan brings nothing"),
        (plan((parse_period("2026-06"), 1)), True, "`2026-06` of the plan is not within"),
        (plan((parse_period("2026-10"), 1)), False, "`2026-10` of the plan is not within"),
        (PlanKpi("budget"), False, "the plan of a level cannot be the KPI `budget`"),
    ],
)
def test_a_plan_with_gaps_or_beyond_its_days_is_none(way, is_total, told):
    assert any(told in what for what in faults(way, is_total=is_total))
