"""What stands beside the ladder of targets."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.kpi.status import Policy
from pipelines.okr.targets.references import Reference, References

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
