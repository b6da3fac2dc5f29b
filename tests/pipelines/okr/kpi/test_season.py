"""How much of a total should be there by now, by the KPI's own week, month and year."""

from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.season import Season, season_of
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.timeline import Timeline

DAY = timedelta(days=1)
COUNT = Kpi("deals", "flow", "deals")


def view_of(start: date, days: int, amount) -> KpiView:
    rows = [
        DayFact(day, {}, Decimal(amount(day))) for day in (start + DAY * n for n in range(days))
    ]
    return KpiView(
        KpiIndex(KpiFacts(COUNT, rows, frozenset(row.day for row in rows), rows[-1].day)), {}
    )


def expected(season: Season, course: Timeline) -> Decimal:
    """The share of a total that should be there by the cut."""
    return season.expected_shares(course, [course.elapsed])[0]


def test_fewer_than_eight_weeks_have_no_season():
    assert season_of(view_of(date(2026, 1, 1), 55, lambda day: 1), date(2026, 2, 24)) is None
    assert season_of(view_of(date(2026, 1, 1), 56, lambda day: 1), date(2026, 2, 25)) is not None


def test_an_even_kpi_is_expected_by_the_days():
    season = season_of(view_of(date(2024, 1, 1), 900, lambda day: 3), date(2026, 6, 18))
    course = Timeline(date(2026, 6, 1), date(2026, 6, 30), date(2026, 6, 15), date(2026, 6, 15))
    assert expected(season, course) == Decimal("0.5")


def test_a_weekend_without_sales_expects_none():
    """From Monday the 1st to Sunday the 14th; by Friday half of what ten working days bring."""
    closed = view_of(date(2025, 1, 6), 56 * 7, lambda day: 0 if day.weekday() > 4 else 10)
    season = season_of(closed, date(2026, 2, 1))
    friday = Timeline(date(2026, 6, 1), date(2026, 6, 14), date(2026, 6, 5), date(2026, 6, 5))
    sunday = Timeline(date(2026, 6, 1), date(2026, 6, 14), date(2026, 6, 7), date(2026, 6, 7))
    assert abs(expected(season, friday) - Decimal("0.5")) < Decimal("0.02")
    assert abs(expected(season, sunday) - Decimal("0.5")) < Decimal("0.02")


def test_a_rush_at_the_end_of_months_is_expected_at_the_end():
    """Nothing but one a day, and 31 on each of the last three: 27 of 120 by the 27th of June."""
    rush = view_of(date(2025, 1, 1), 500, lambda day: 31 if (day + 3 * DAY).day <= 3 else 1)
    season = season_of(rush, date(2026, 5, 15))
    course = Timeline(date(2026, 6, 1), date(2026, 6, 30), date(2026, 6, 27), date(2026, 6, 27))
    assert abs(expected(season, course) - Decimal(27) / 120) < Decimal("0.05")


def test_two_years_teach_the_shape_of_a_year():
    """December brings four times as much as any other month: 11 ÷ 15 of the year before it."""
    peak = view_of(date(2023, 1, 1), 3 * 365, lambda day: 40 if day.month == 12 else 10)
    course = Timeline(date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 30), date(2026, 11, 30))
    learnt = expected(season_of(peak, date(2025, 12, 30)), course)
    assert abs(learnt - Decimal(11) / 15) < Decimal("0.02")


def test_it_is_one_at_the_deadline_and_nothing_before_the_start():
    season = season_of(view_of(date(2026, 1, 1), 100, lambda day: day.day), date(2026, 4, 10))
    start, end = date(2026, 4, 1), date(2026, 4, 30)
    assert expected(season, Timeline(start, end, start - DAY, start)) == 0
    assert expected(season, Timeline(start, end, end, end)) == 1
