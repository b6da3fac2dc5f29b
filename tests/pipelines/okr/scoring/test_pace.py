from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.definition.budgets import AskedNumbers, Budget
from pipelines.okr.definition.field_types import KpiTarget
from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.plans import DatedPlan
from pipelines.okr.definition.question import PlannedWay, Question
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.kpi.working_days import WorkingDays
from pipelines.okr.scoring.pace import (
    budget_progress,
    current_rate,
    expected_share,
    expected_shares,
    in_units,
    paced_score,
    required_rate,
)

COUNT = Kpi("deals", "flow", "deals")
MONEY = Kpi("revenue", "flow", "USD", precision=2)
START, END = date(2026, 11, 1), date(2026, 11, 30)


def seen_to(cut: date) -> Timeline:
    return Timeline(START, END, cut, cut)


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (date(2026, 10, 31), 0),
        (date(2026, 11, 15), Decimal("0.5")),
        (END, 1),
        (date(2026, 12, 9), 1),
    ],
)
def test_expected_is_zero_the_day_before_the_start_and_one_at_the_deadline(cut, expected):
    assert expected_share(seen_to(cut)) == expected


@given(st.integers(-5, 40), st.integers(0, 10))
def test_expected_never_falls_as_days_go_by(days, more):
    earlier, later = (seen_to(START + timedelta(days=n)) for n in (days, days + more))
    assert 0 <= expected_share(earlier) <= expected_share(later) <= 1
    assert earlier.elapsed + earlier.remaining == earlier.days


def test_a_required_rate_below_ten_has_two_digits_and_is_rounded_to_the_safe_side():
    assert required_rate(COUNT, Decimal(7), 30) == Decimal("0.24")
    assert required_rate(COUNT, Decimal(7), 30, at_most=True) == Decimal("0.23")
    assert required_rate(COUNT, Decimal(2), 62) == Decimal("0.033"), "2 ÷ 62 = 0.03226"
    assert required_rate(COUNT, Decimal(1000), 30) == 34, "from ten on whole"
    assert required_rate(MONEY, Decimal(100), 30) == Decimal("3.34")
    assert required_rate(MONEY, Decimal(100), 30, at_most=True) == Decimal("3.33")


def test_nothing_is_required_once_it_is_met_and_no_rate_without_days():
    assert required_rate(COUNT, Decimal(-3), 5) == 0
    assert required_rate(COUNT, Decimal(3), 0) is None
    assert current_rate(COUNT, Decimal(7), 0) is None
    assert current_rate(COUNT, Decimal(7), 30) == Decimal("0.23")


def test_a_budget_is_held_against_time():
    budget, half = Decimal(100), Decimal("0.5")
    assert budget_progress(Decimal(50), budget, half) == 1
    assert budget_progress(Decimal(80), budget, half) == Decimal("0.625")
    assert budget_progress(Decimal(101), budget, half) == 0
    assert budget_progress(Decimal(0), budget, Decimal(0)) == 1
    assert budget_progress(Decimal(0), Decimal(-1), half) == 0


@pytest.mark.parametrize(
    ("gained", "days", "rate"),
    [
        # counts have one decimal at least, and two digits below ten
        (21, 2, "10.5"),
        (60, 2, "30.0"),
        (1, 9, "0.11"),
        (1, 60, "0.017"),
        # four decimals are the finest
        (1, 3_000, "0.0003"),
        (1, 30_000, "0.0000"),
        (0, 5, "0.0"),
        (-7, 30, "-0.23"),
    ],
)
def test_a_current_rate_has_the_digits_that_say_something(gained, days, rate):
    assert str(current_rate(COUNT, Decimal(gained), days)) == rate


def test_a_rate_of_money_has_its_cents():
    assert str(current_rate(MONEY, Decimal(60), 2)) == "30.00"
    assert required_rate(MONEY, Decimal(2), 62) == Decimal("0.033")


def test_one_day_is_enough_for_a_rate():
    assert required_rate(COUNT, Decimal(30), 1) == 30
    assert current_rate(COUNT, Decimal(30), 1) == 30


def test_a_score_is_held_against_what_was_due():
    assert paced_score(Decimal("0.2"), Decimal("0.4")) == Decimal("0.5")
    assert paced_score(Decimal("0.5"), Decimal("0.4")) == 1
    assert paced_score(Decimal(0), Decimal(0)) == 1, "nothing was due yet"


def question(kpi: Kpi, goal: Goal, **fields: object) -> Question:
    facts = KpiFacts(kpi, (), frozenset(), START)
    return Question(KpiView(KpiIndex(facts), {}), goal, Policy(), **fields)  # type: ignore[arg-type]


LEVEL = Kpi("likes", "stock", "likes")
AT_LEAST, AT_MOST = Goal("at_least", low=Decimal(100)), Goal("at_most", high=Decimal(100))
QUARTER = Decimal("0.25")


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (question(COUNT, AT_LEAST), 25),
        (question(COUNT, AT_MOST), 25),
        # a level without a baseline, and one from 60 on
        (question(LEVEL, AT_LEAST), 25),
        (question(LEVEL, AT_LEAST, baseline=Decimal(60)), 70),
        # one that may be twice as large at the start, and one that comes down from 140
        (question(LEVEL, AT_MOST), 175),
        (question(LEVEL, AT_MOST, baseline=Decimal(140)), 130),
        # one that is to be held
        (question(LEVEL, AT_LEAST, baseline=Decimal(100), measured=True), 100),
        (question(LEVEL, Goal("between", low=Decimal(1), high=Decimal(2))), None),
    ],
)
def test_what_is_due_in_units_is_the_value_whose_score_is_the_expected_one(asked, due):
    assert in_units(asked, QUARTER) == due


def test_what_is_to_be_held_is_due_as_a_whole_from_the_start_on():
    held = question(LEVEL, AT_LEAST, baseline=Decimal(100), measured=True)
    assert expected_shares(held, seen_to(START), [0, 15]) == [1, 1]


def test_a_young_total_goes_by_working_days_where_its_kpi_says_so_and_a_level_by_days():
    """November 2026 begins on a Sunday and has 21 working days; by Sunday, the 15th, ten are over."""
    aware = replace(COUNT, working_days=WorkingDays())
    days = seen_to(START)
    assert expected_shares(question(aware, AT_LEAST), days, [1, 15, 30]) == [
        0,
        Decimal(10) / 21,
        1,
    ]
    assert expected_shares(question(COUNT, AT_LEAST), days, [0, 15, 30]) == [0, Decimal("0.5"), 1]
    weekend = Timeline(date(2026, 11, 7), date(2026, 11, 8), START, START)
    assert expected_shares(question(aware, AT_LEAST), weekend, [1]) == [Decimal("0.5")]


def dated(*amounts: int) -> PlannedWay:
    """A plan of the weeks from Monday, 2 November 2026 on."""
    weeks = [
        containing(date(2026, 11, 2) + timedelta(weeks=n), "week") for n in range(len(amounts))
    ]
    return PlannedWay(DatedPlan(tuple(zip(weeks, map(Decimal, amounts), strict=True))))


WEEKS = Timeline(date(2026, 11, 2), date(2026, 11, 15), date(2026, 11, 2), date(2026, 11, 2))
"""Two of them."""


def test_a_total_goes_by_its_plan():
    """70 in the first week and 30 in the second: after one day 10 of 100."""
    planned = question(COUNT, AT_LEAST, plan=dated(70, 30))
    assert expected_shares(planned, WEEKS, [0, 1, 7, 14]) == [
        0,
        Decimal("0.1"),
        Decimal("0.7"),
        1,
    ]


def test_a_level_goes_by_the_levels_of_its_plan():
    """From 60 to 80 on the first Sunday and to the 100 of the goal on the second: half of the way, and all of it."""
    planned = question(LEVEL, AT_LEAST, plan=dated(80), baseline=Decimal(60))
    assert expected_shares(planned, WEEKS, [0, 7, 14]) == [0, Decimal("0.5"), 1]
    # without a baseline it begins with nothing
    planned = question(LEVEL, AT_LEAST, plan=dated(80))
    assert expected_shares(planned, WEEKS, [0, 7, 14]) == [0, Decimal("0.8"), 1]
    # one that comes down from 140
    planned = question(LEVEL, AT_MOST, plan=dated(110), baseline=Decimal(140))
    assert expected_shares(planned, WEEKS, [0, 7, 14]) == [0, Decimal("0.75"), 1]


def test_where_a_plan_says_no_way_a_level_goes_by_the_days():
    """A band has no target, a KPI's plan no levels, and from the target on there is no way."""
    half = [Decimal("0.5")]
    band = Goal("between", low=Decimal(1), high=Decimal(2))
    assert expected_shares(question(LEVEL, band, plan=dated(80)), WEEKS, [7]) == half
    assert expected_shares(question(LEVEL, AT_LEAST, plan=PlannedWay()), WEEKS, [7]) == half
    there = question(LEVEL, AT_LEAST, plan=dated(80), baseline=Decimal(100))
    assert expected_shares(there, WEEKS, [7]) == half
    # nor is anything known of a total's
    assert expected_shares(question(COUNT, AT_LEAST, plan=PlannedWay()), WEEKS, [7]) == half


def test_a_total_goes_by_the_budget_that_gives_its_target():
    """30 in the first week and 10 in the second: three quarters after the first."""
    plan = replace(COUNT, name="plan", is_plan=True, every="week")
    rows = [
        DayFact(WEEKS.start, {}, Decimal(30)),
        DayFact(WEEKS.start + timedelta(weeks=1), {}, Decimal(10)),
    ]
    facts = KpiFacts(plan, rows, frozenset(row.day for row in rows), WEEKS.deadline)
    budget = Budget(KpiTarget("plan"), KpiView(KpiIndex(facts), {}))
    asked = question(COUNT, AT_LEAST, numbers=AskedNumbers(AT_LEAST, low=budget))
    assert expected_shares(asked, WEEKS, [7]) == [Decimal("0.75")]
    level = question(LEVEL, AT_LEAST, numbers=AskedNumbers(AT_LEAST, low=budget))
    assert expected_shares(level, WEEKS, [7]) == [Decimal("0.5")]
