"""Goals on a distinct count that is counted anew for each month and each quarter, as one in YAML is."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi

FIRST, MIDDLE, END = date(2026, 10, 1), date(2026, 11, 16), date(2026, 12, 31)
DAY = timedelta(days=1)


def last_day(start: date, months: int) -> date:
    place = start.year * 12 + start.month - 1 + months
    return date(place // 12, place % 12 + 1, 1) - DAY


def visitors(
    kpi: Kpi, through: date, months: Mapping[date, int], quarters: Mapping[date, int]
) -> KpiFacts:
    """Counts by the first day of each period; one that is open is counted through `through`."""
    counts = [
        DistinctFact(
            cadence, start, "total", "total", Decimal(value), min(last_day(start, length), through)
        )
        for cadence, length, values in (("month", 1, months), ("quarter", 3, quarters))
        for start, value in values.items()
    ]
    return KpiFacts(kpi, (), frozenset(), through, counts)


def past(years: tuple[int, ...], step: int, around: int) -> dict[date, int]:
    """Counts that go up and down by a hundred."""
    starts = [date(year, month, 1) for year in years for month in range(1, 13, step)]
    return {start: around + (n * 37) % 100 for n, start in enumerate(starts)}


def test_a_goal_for_the_quarter_is_held_against_the_quarters_own_count(kpis, play):
    """7,000 different people by mid-November, of whom 4,000 came in October: 7,000 of 10,000, and not 4,000."""
    known = visitors(
        kpis["visitors"], MIDDLE - DAY,
        {FIRST: 4000, date(2026, 11, 1): 3500}, {FIRST: 7000},
    )  # fmt: skip
    [row] = play(
        "- {id: it, kpi: visitors, at_least: 10_000}", known, MIDDLE, period="2026-Q4"
    ).key_results
    assert (row.actual, row.raw_attainment, row.gap) == (7000, Decimal("0.7"), 3000)
    # 46 of 92 days
    assert row.expected == Decimal("0.5")


def test_after_its_end_the_quarters_count_decides(kpis, play):
    months = {FIRST: 4000, date(2026, 11, 1): 3500, date(2026, 12, 1): 3600}
    for count, status in ((10_000, "achieved"), (9_999, "missed")):
        known = visitors(kpis["visitors"], END, months, {FIRST: count})
        [row] = play(
            "- {id: it, kpi: visitors, at_least: 10_000}", known, END + DAY, period="2026-Q4"
        ).key_results
        assert (row.actual, row.status) == (count, status)


@pytest.mark.parametrize(("target", "certain"), [(5000, 0), (3500, 1)])
def test_the_odds_of_a_latest_month_are_learnt_from_months_and_not_from_quarters(
    kpis, play, target, certain
):
    """About 4,000 people a month and 9,000 a quarter: a month of 5,000 has never been."""
    years = (2022, 2023, 2024, 2025)
    open_months = {date(2026, month, 1): 4050 for month in range(1, 12)}
    open_quarters = {date(2026, month, 1): 9050 for month in (1, 4, 7, 10)}
    known = visitors(
        kpis["visitors"], MIDDLE - DAY,
        past(years, 1, 4000) | open_months, past(years, 3, 9000) | open_quarters,
    )  # fmt: skip
    body = f"- {{id: it, kpi: visitors, at_least: {target}, over: month, from: 0}}"
    [row] = play(body, known, MIDDLE, period="2026-Q4").key_results
    assert row.actual == 4050
    assert abs(row.probability - certain) < Decimal("0.1")


def test_a_month_that_only_quarters_count_has_the_latest_whole_period(kpis, play):
    """Without a count of the goal's own days, the latest whole period in them is read."""
    known = visitors(kpis["visitors"], MIDDLE - DAY, {FIRST: 4000}, {})
    [row] = play(
        "- {id: it, kpi: visitors, at_least: 10_000}", known, MIDDLE, period="2026-Q4"
    ).key_results
    assert row.actual == 4000
