"""What stands beside the ladder of targets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.okr.targets.references import Reference, References
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
FIRST, THROUGH = date(2025, 1, 1), date(2026, 10, 31)
BY_MONTH = [*range(1, 13), *range(2, 12)]
"""A day of each month from January 2025 to October 2026 brings so much."""
AMOUNTS = [
    BY_MONTH[(day.year - 2025) * 12 + day.month - 1]
    for day in (FIRST + n * DAY for n in range((THROUGH - FIRST).days + 1))
]


@pytest.fixture
def beside(define: Callable) -> Callable:
    def of(goal: str, facts: KpiFacts, **frame: str) -> References:
        [objective] = define("- id: it\n  " + goal.replace("\n", "\n  "), **frame)
        [index] = index_facts({facts.kpi.name: facts}).values()
        return References(objective, index, THROUGH, Policy())

    return of


def test_a_total_has_its_year_before_its_best_period_and_its_present_rate(beside, past):
    references = beside("kpi: deals\nat_least: 1", past.daily("deals", FIRST, AMOUNTS))
    # November 2025: 30 × 11; the best month is December 2025: 31 × 12
    assert references.year_before() == Reference(
        Decimal(330), date(2025, 11, 1), date(2025, 11, 30)
    )
    assert references.best() == Reference(Decimal(372), date(2025, 12, 1), date(2025, 12, 31))
    # 31 days of October at 11, 30 of September at 10 and 30 of August at 9 are 911 in 91 days
    present = references.present_rate()
    assert present.value == Decimal(911) / 91 * 30
    assert (present.start, present.end) == (date(2026, 8, 2), THROUGH)


def test_of_a_goal_per_window_it_is_what_enough_windows_reached(beside, past):
    goal = "kpi: deals\nat_least: 1\nper: month\nmet_in: 2"
    references = beside(goal, past.daily("deals", FIRST, AMOUNTS), period="2026-Q4")
    # October to December 2025 brought 310, 330 and 372: two of them at least 330
    assert references.year_before().value == 330


def test_less_is_better_of_a_budget(beside, past):
    references = beside("kpi: spend\nat_most: 1", past.daily("spend", FIRST, AMOUNTS))
    assert references.best() == Reference(Decimal(31), date(2025, 1, 1), date(2025, 1, 31))


def test_of_a_goal_for_each_member_it_is_that_of_the_weakest(beside, past):
    deals = past.daily("deals", FIRST, AMOUNTS, rep="kim")
    rows = [
        DayFact(FIRST + n * DAY, {"rep": rep}, Decimal(amount * share))
        for rep, share in (("kim", 1), ("lee", 2))
        for n, amount in enumerate(AMOUNTS)
    ]
    references = beside("kpi: deals\nat_least: 1\nfor_each: rep", replace(deals, days=rows))
    assert references.year_before().value == 330


def test_a_level_is_as_it_stood_at_the_end(beside, past):
    references = beside("kpi: likes\nat_least: 1", past.daily("likes", FIRST, AMOUNTS))
    assert references.year_before().value == 11
    assert references.present_rate().value == 11


def test_days_that_are_missing_are_no_reference(beside, past):
    amounts = [None if n == 310 else amount for n, amount in enumerate(AMOUNTS)]
    references = beside("kpi: deals\nat_least: 1", past.daily("deals", FIRST, amounts))
    assert references.year_before() is None, "November 7, 2025 was not delivered"
    assert references.best().start == date(2025, 12, 1)


def by_month(**of_months: int) -> list[int]:
    """So much on each day: one, but in the months that are named, such as `y2026m10=5`."""
    days = (FIRST + n * DAY for n in range((THROUGH - FIRST).days + 1))
    return [of_months.get(f"y{day.year}m{day.month}", 1) for day in days]


def test_the_latest_whole_period_may_be_the_best_one(beside, past):
    """October ends with the last day that is known; a goal of the month after next looks back to it too."""
    facts = past.daily("deals", FIRST, by_month(y2026m10=9))
    for period in ("2026-11", "2026-12", "2027-06"):
        best = beside("kpi: deals\nat_least: 1", facts, period=period).best()
        assert (best.start, best.end, best.value) == (date(2026, 10, 1), THROUGH, 279)


def test_the_first_whole_period_may_be_the_best_one_and_a_part_of_one_is_none(beside, past):
    facts = past.daily("deals", FIRST, by_month(y2025m1=9))
    assert beside("kpi: deals\nat_least: 1", facts).best().start == FIRST
    without_new_year = past.daily("deals", FIRST + DAY, by_month(y2025m1=9)[1:])
    assert beside("kpi: deals\nat_least: 1", without_new_year).best().start > date(2025, 1, 31)


def test_of_two_that_are_alike_the_later_one_is_the_best(beside, past):
    facts = past.daily("deals", FIRST, by_month(y2025m3=5, y2025m5=5))
    assert beside("kpi: deals\nat_least: 1", facts).best().start == date(2025, 5, 1)


def test_before_any_period_is_over_there_is_none(beside, past):
    young = past.daily("deals", date(2026, 10, 2), [5] * 30)
    references = beside("kpi: deals\nat_least: 1", young)
    assert (references.best(), references.year_before()) == (None, None)
    # of the 91 days most are not known
    assert references.present_rate() is None


def test_ninety_one_days_are_enough_for_a_rate_and_ninety_are_not(beside, past):
    first = THROUGH - 90 * DAY
    whole = beside("kpi: deals\nat_least: 1", past.daily("deals", first, [7] * 91))
    assert whole.present_rate().value == 210
    less = beside("kpi: deals\nat_least: 1", past.daily("deals", first + DAY, [7] * 90))
    assert less.present_rate() is None


def test_what_is_read_from_a_window_or_for_each_is_no_rate_of_days(beside, past):
    """The latest month and the weakest of the three whole months of the 91 days: 31 · 11 and 30 · 10 … as they are."""
    facts = past.daily("deals", FIRST, AMOUNTS)
    over = beside("kpi: deals\nat_least: 1\nover: month", facts, period="2026-Q4")
    assert over.present_rate().value == 341
    per = beside("kpi: deals\nat_least: 1\nper: month\nmet_in: 1", facts, period="2026-Q4")
    # of September and October, which are whole, October brought more
    assert per.present_rate().value == 341
    every = beside("kpi: deals\nat_least: 1\nper: month\nmet_in: all", facts, period="2026-Q4")
    assert every.present_rate().value == 300


def test_of_a_budget_per_window_it_is_what_enough_windows_stayed_below(beside, past):
    goal = "kpi: spend\nat_most: 1\nper: month\nmet_in: 2"
    references = beside(goal, past.daily("spend", FIRST, AMOUNTS), period="2026-Q4")
    # 310, 330 and 372: two of them at most 330
    assert references.year_before().value == 330


def test_people_of_a_whole_quarter_have_no_present_rate(beside):
    """Who came in August and in October is counted once: 570 in the quarter, of 300 in each of its months."""
    counts = [
        DistinctFact("month", date(2026, month, 1), "total", "total", Decimal(300), date(2026, month, last))
        for month, last in ((7, 31), (8, 31), (9, 30), (10, 31))
    ]  # fmt: skip
    quarter = DistinctFact(
        "quarter", date(2026, 7, 1), "total", "total", Decimal(570), date(2026, 9, 30)
    )
    days = {FIRST + n * DAY for n in range((THROUGH - FIRST).days + 1)}
    by_month = KpiFacts(KPIS["visitors"], (), days, THROUGH, counts)
    goal = "kpi: visitors\nat_least: 1"
    both = beside(goal, replace(by_month, distinct_periods=[*counts, quarter]), period="2027-Q1")
    assert both.best() == Reference(Decimal(570), date(2026, 7, 1), date(2026, 9, 30))
    assert both.present_rate() is None
    # where nobody counts quarters, the last whole month counts, of the goal too
    assert beside(goal, by_month, period="2027-Q1").present_rate().value == 300


def test_a_deadline_before_the_end_is_held_against_as_many_days(beside, past):
    facts = past.daily("deals", FIRST, AMOUNTS)
    references = beside("kpi: deals\nat_least: 1\nby: 2026-11-10", facts)
    assert references.year_before() == Reference(
        Decimal(110), date(2025, 11, 1), date(2025, 11, 10)
    )
    assert references.present_rate().value == Decimal(911) / 91 * 10


def test_who_joined_within_the_period_is_not_held_against(beside, past):
    """Lee came on 2 November 2025, and is asked from then on: of that November Kim alone was there."""
    rows = [
        DayFact(FIRST + n * DAY, {"rep": rep}, Decimal(amount))
        for rep, first, amount in (("kim", 0, 5), ("lee", 305, 1))
        for n in range(first, len(AMOUNTS))
    ]
    deals = past.daily("deals", FIRST, AMOUNTS, rep="kim")
    references = beside("kpi: deals\nat_least: 1\nfor_each: rep", replace(deals, days=rows))
    assert date(2025, 11, 2) == FIRST + 305 * DAY
    assert references.year_before().value == 150
    # in October 2026 both were
    assert references.present_rate().value == 30
