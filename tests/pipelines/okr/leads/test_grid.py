"""Two KPIs side by side: which weeks or months both have, and what each came to in them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import TOTAL, DistinctFact, KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR, containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.leads.grid import LEARNED_FROM, Grid, last_whole_month
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def view(facts: KpiFacts) -> KpiView:
    return KpiView(KpiIndex(facts), {}, CALENDAR_YEAR)


def counted_by_month(first: int, last: int) -> KpiFacts:
    """Visitors of the months of 2026 from the first to the last one: 100 times the month's number."""
    starts = [date(2026, month, 1) for month in range(first, last + 1)]
    ends = [containing(start, "month").end for start in starts]
    rows = [
        DistinctFact("month", start, TOTAL, TOTAL, Decimal(100 * start.month), end)
        for start, end in zip(starts, ends, strict=True)
    ]
    return KpiFacts(KPIS["visitors"], (), frozenset(), ends[-1], rows)


def test_the_reaches_that_are_tried_are_those_that_the_page_names():
    """docs/measures.md: spans of 2, 4, 8 and 13 weeks, or 1, 3 and 6 months."""
    assert {name: tuple(reaches) for name, reaches in LEARNED_FROM.items()} == {
        "week": (2, 4, 8, 13),
        "month": (1, 3, 6),
    }


def test_daily_kpis_stand_side_by_side_by_the_whole_weeks_of_both(past):
    """The second one begins on the second Monday; the last week lacks its Sunday."""
    deals = view(past.daily("deals", MONDAY, [1] * 27))
    revenue = view(past.daily("revenue", MONDAY + 7 * DAY, range(20)))
    grid = Grid(deals, revenue, MONDAY + 26 * DAY)
    assert grid.cadence == "week"
    assert [period.start for period in grid.periods] == [MONDAY + 7 * DAY, MONDAY + 14 * DAY]
    assert grid.leads.tolist() == [7, 7]
    # 0 + … + 6, and 7 + … + 13
    assert grid.follows.tolist() == [21, 70]
    assert grid.origins == [7, 14]


def test_a_week_that_began_before_the_data_is_none(past):
    daily = view(past.daily("deals", MONDAY + DAY, [1] * 20))
    grid = Grid(daily, daily, MONDAY + 20 * DAY)
    assert [period.start for period in grid.periods] == [MONDAY + 7 * DAY, MONDAY + 14 * DAY]


def test_a_week_without_data_is_as_the_one_before_it_and_nothing_before_the_first(past):
    """A ratio without a denominator has no value: in the first and in the third of four weeks."""
    bottoms = [0] * 7 + [10] * 7 + [0] * 7 + [10] * 7
    sides = {MONDAY + n * DAY: (4, bottom) for n, bottom in enumerate(bottoms)}
    churn = view(past.ratio("churn", sides))
    assert Grid(churn, churn, MONDAY + 27 * DAY).leads.tolist() == [0, 0.4, 0.4, 0.4]


def test_where_one_is_counted_by_month_it_is_by_month(past):
    visitors = view(counted_by_month(1, 9))
    deals = view(past.daily("deals", date(2026, 6, 1), [1] * 122))
    grid = Grid(deals, visitors, date(2026, 9, 30))
    assert grid.cadence == "month"
    assert [period.start.month for period in grid.periods] == [6, 7, 8, 9]
    assert grid.leads.tolist() == [30, 31, 31, 30]
    assert grid.follows.tolist() == [600, 700, 800, 900]
    # of the visitors the five months before are over as well
    assert grid.origins == [6, 7, 8, 9]


def test_one_that_has_nothing_yet_has_no_periods(past):
    deals = view(past.daily("deals", MONDAY, [1] * 28))
    nothing = view(KpiFacts(KPIS["visitors"], (), frozenset(), None))
    never = view(KpiFacts(KPIS["spend"], (), frozenset(), None))
    for grid in (
        Grid(deals, nothing, MONDAY + 27 * DAY),
        Grid(nothing, deals, MONDAY + 27 * DAY),
        Grid(deals, never, MONDAY + 27 * DAY),
    ):
        assert grid.periods == []
    assert Grid(deals, nothing, MONDAY + 27 * DAY).cadence is None


@pytest.mark.parametrize(("days", "weeks"), [(1, 1), (7, 1), (10, 1), (11, 2), (28, 4)])
def test_days_are_rounded_to_weeks_and_are_at_least_one(past, days, weeks):
    daily = view(past.daily("deals", MONDAY, [1] * 28))
    grid = Grid(daily, daily, MONDAY + 27 * DAY)
    assert grid.periods_in(days) == weeks
    assert grid.days_in(weeks) == 7 * weeks


@pytest.mark.parametrize(("days", "months"), [(1, 1), (44, 1), (46, 2), (90, 3)])
def test_a_month_counts_as_thirty_days(days, months):
    visitors = view(counted_by_month(1, 5))
    grid = Grid(visitors, visitors, date(2026, 5, 31))
    assert grid.periods_in(days) == months
    assert grid.days_in(months) == 30 * months


@pytest.mark.parametrize(
    ("through", "last"),
    [
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 11, 29), date(2026, 10, 31)),
        (date(2026, 12, 1), date(2026, 11, 30)),
    ],
)
def test_a_month_counts_once_its_last_day_is_over(through, last):
    assert last_whole_month(through) == last
