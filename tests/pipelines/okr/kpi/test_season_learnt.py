"""The factors of a season, by hand, and from how many days on each is learnt."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.season import Season, season_of
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.kpi.working_days import WorkingDays

DAY = timedelta(days=1)
COUNT = Kpi("deals", "flow", "deals")
CUT = date(2026, 12, 31)
Amount = Callable[[date], int | None]


def learnt(
    days: int, amount: Amount, kpi: Kpi = COUNT, cut: date = CUT, seen_to: date | None = None
) -> Season | None:
    """The season by the days through the cut; None of an amount is a day that was not delivered."""
    known = [(day, amount(day)) for day in (cut - n * DAY for n in range(days))]
    rows = [DayFact(day, {}, Decimal(n)) for day, n in known if n is not None]
    facts = KpiFacts(kpi, rows, frozenset(row.day for row in rows), cut)
    return season_of(KpiView(KpiIndex(facts), {}), seen_to or cut)


def test_a_weekday_is_drawn_towards_the_even_by_three_observations():
    """Seven on each of eight Mondays and nothing else, so one a day: 8 · 7 + 3 of 8 + 3, and 3 of 11."""
    season = learnt(56, lambda day: 7 if day.weekday() == 0 else 0)
    assert season is not None
    assert season.weekday.tolist() == pytest.approx([59 / 11, *[3 / 11] * 6])
    # Monday, 7 December, and the day before
    assert season.weights(date(2026, 12, 6), date(2026, 12, 7)) == pytest.approx([3 / 11, 59 / 11])


def test_eight_weeks_have_to_be_seen_and_not_only_lie_there():
    """Of 58 days two were not delivered, then three."""
    assert learnt(58, lambda day: None if day.day in (10, 11) and day.month == 12 else 1)
    assert (
        learnt(58, lambda day: None if day.day in (10, 11, 12) and day.month == 12 else 1) is None
    )


def test_a_delivered_day_without_a_row_brought_nothing():
    days = frozenset(CUT - n * DAY for n in range(56))
    rows = [DayFact(day, {}, Decimal(7)) for day in days if day.weekday() == 0]
    # before the first row nothing is known
    facts = KpiFacts(COUNT, rows, days | {min(days) - DAY}, CUT)
    first = min(row.day for row in rows)
    season = season_of(KpiView(KpiIndex(facts), {}), CUT)
    assert season is None, f"the first row is of {first}, less than eight weeks ago"
    before = DayFact(min(days), {}, Decimal(0))
    season = season_of(KpiView(KpiIndex(replace(facts, days=[*rows, before])), {}), CUT)
    assert season is not None
    assert season.weekday.tolist() == pytest.approx([59 / 11, *[3 / 11] * 6])


def test_what_brings_nothing_or_less_has_no_season():
    assert learnt(100, lambda day: 0) is None
    assert learnt(100, lambda day: -1) is None


@pytest.mark.parametrize(("days", "is_learnt"), [(182, False), (183, True)])
def test_month_ends_are_learnt_from_183_days_on(days, is_learnt):
    season = learnt(days, lambda day: 31 if (day + 3 * DAY).day <= 3 else 1)
    assert season is not None
    assert (season.month_end != 1) == is_learnt
    assert (season.month_end > 10) == is_learnt


def test_the_end_of_a_month_is_its_last_three_days():
    """Three times as much: 28 to 30 June, and 26 to 28 February of a year that is no leap year."""
    season = Season(np.ones(7), np.ones(12), 3.0)
    june = season.weights(date(2026, 6, 26), date(2026, 7, 2)).tolist()
    assert june == [1, 1, 3, 3, 3, 1, 1]
    assert season.weights(date(2026, 2, 25), date(2026, 3, 1)).tolist() == [1, 3, 3, 3, 1]


def december(day: date) -> int:
    return 40 if day.month == 12 else 10


@pytest.mark.parametrize(("days", "is_learnt"), [(729, False), (730, True)])
def test_months_are_learnt_from_two_whole_years(days, is_learnt):
    """A year brings 334 · 10 + 31 · 40, so 12.55 a day: December has 3.19 of it, and 62 of 65 observations count."""
    season = learnt(days, december)
    assert season is not None
    if not is_learnt:
        assert season.month.tolist() == [1] * 12
        return
    assert season.month[11] == pytest.approx((62 * 40 / 12.55 + 3) / 65, abs=0.03)
    assert season.month[5] == pytest.approx((60 * 10 / 12.55 + 3) / 63, abs=0.02)


def test_growth_from_year_to_year_is_no_season():
    season = learnt(730, lambda day: 10 if day.year == 2025 else 20)
    assert season is not None and season.month == pytest.approx(np.ones(12), abs=0.02)


def test_part_of_a_year_before_the_whole_ones_says_nothing_of_its_months():
    """September to December 2024 brought five times as much as a day does since."""
    season = learnt(850, lambda day: 50 if day.year == 2024 else 10)
    assert season is not None and season.month == pytest.approx(np.ones(12), abs=0.02)


def test_three_years_and_a_day_are_learnt_from_and_no_more():
    """Sunday, 31 December 2023 is the 1,097th day before; Monday, 1 January 2024 is the 1,096th."""
    even = learnt(1_096, lambda day: 10)
    before = learnt(1_097, lambda day: 9_999 if day < date(2024, 1, 1) else 10)
    within = learnt(1_096, lambda day: 9_999 if day == date(2024, 1, 1) else 10)
    assert even is not None and before is not None and within is not None
    assert before.weekday.tolist() == even.weekday.tolist()
    assert within.weekday[0] > 1.5 * even.weekday[0]


def test_days_after_the_cut_are_not_looked_at():
    season = learnt(
        100, lambda day: 99 if day > date(2026, 12, 1) else 1, seen_to=date(2026, 12, 1)
    )
    assert season is not None and season.weekday.tolist() == pytest.approx([1] * 7)


FRIDAYS = frozenset(CUT - n * DAY for n in range(56) if (CUT - n * DAY).weekday() == 4)
AWARE = replace(COUNT, working_days=WorkingDays(closed=FRIDAYS))
"""Closed on the last eight Fridays."""


def test_a_closed_day_is_drawn_towards_nothing_by_three_observations():
    """Two on each of eight closed days and ten on the others: a fifth, of which 8 of 11 count."""
    season = learnt(56, lambda day: 2 if day in FRIDAYS else 10, AWARE)
    assert season is not None
    assert season.closed == pytest.approx(0.2 * 8 / 11)
    assert season.weekday.tolist() == pytest.approx([1] * 7)
    # Thursday to Saturday
    assert season.weights(date(2026, 12, 10), date(2026, 12, 12)) == pytest.approx(
        [1, season.closed, 1]
    )


def test_closed_days_that_take_away_count_as_nothing():
    season = learnt(56, lambda day: -2 if day in FRIDAYS else 10, AWARE)
    assert season is not None and season.closed == 0


def test_where_no_closed_day_is_known_none_is_expected_on_them():
    season = learnt(64, lambda day: None if day in FRIDAYS else 10, AWARE)
    assert season is not None and season.closed == 0


def test_what_comes_on_closed_days_alone_has_no_season():
    """Nothing can be said of the open days, on which it is expected."""
    assert learnt(56, lambda day: 10 if day in FRIDAYS else 0, AWARE) is None


@pytest.mark.filterwarnings("error")
def test_days_that_bring_less_than_nothing_leave_the_other_factors_numbers():
    """One each day, and of a month's last three the odd ones take six away: a month's end has the factor 0."""

    def net(day: date) -> int:
        is_last = (day + 3 * DAY).month != day.month
        return 1 if not is_last else -6 if day.day % 2 else 0

    season = learnt(800, net)
    assert season is not None
    assert season.month_end == 0
    assert np.isfinite(season.month).all() and (season.month > 0.8).all()
    december = Timeline(date(2026, 12, 1), CUT, date(2026, 12, 15), date(2026, 12, 15))
    [half] = season.expected_shares(december, [15])
    assert Decimal("0.5") < half < Decimal("0.56"), "15 of the 28 days that bring something"


@pytest.mark.filterwarnings("error")
def test_a_year_that_brought_less_than_nothing_is_no_season():
    """Two a day in the latest year, but four on each day of July; the year before lost one a day."""
    latest = CUT - 364 * DAY

    def amount(day: date) -> int:
        return -1 if day < latest else 4 if day.month == 7 else 2

    season = learnt(730, amount)
    assert season is not None
    # of the latest year alone: (31 · 4 · 365 / 792 + 3) ÷ (31 + 3)
    assert season.month[6] == pytest.approx((31 * 4 * 365 / 792 + 3) / 34, rel=0.05)


def test_days_that_all_bring_nothing_have_even_shares():
    """A goal for the last three days of a month in which the season expects nothing."""
    season = Season(np.ones(7), np.ones(12), 0.0)
    start = date(2026, 6, 28)
    course = Timeline(start, start + 2 * DAY, start, start)
    assert season.expected_shares(course, [0, 1, 2, 3]) == [
        0,
        Decimal("0.333333333"),
        Decimal("0.666666666"),
        1,
    ]


def test_a_share_is_rounded_down_to_nine_places():
    season = Season(np.ones(7), np.ones(12), 1.0)
    start = date(2026, 6, 1)
    course = Timeline(start, start + 2 * DAY, start, start)
    assert season.expected_shares(course, [0, 1, 2, 3]) == [
        0,
        Decimal("0.333333333"),
        Decimal("0.666666666"),
        1,
    ]


def test_goals_on_one_kpi_share_its_season_and_members_have_their_own():
    rows = [
        DayFact(CUT - n * DAY, {"rep": rep}, Decimal(amount))
        for n in range(60)
        for rep, amount in (("kim", 7 if (CUT - n * DAY).weekday() == 0 else 0), ("lee", 1))
    ]
    kpi = replace(COUNT, dimensions=("rep",))
    index = KpiIndex(KpiFacts(kpi, rows, frozenset(row.day for row in rows), CUT))
    whole, kim = KpiView(index, {}), KpiView(index, {"rep": "kim"})
    assert season_of(whole, CUT) is season_of(KpiView(index, {}), CUT)
    assert season_of(kim, CUT).weekday[0] > season_of(whole, CUT).weekday[0] > 1
    assert season_of(whole, CUT - DAY) is not season_of(whole, CUT)
