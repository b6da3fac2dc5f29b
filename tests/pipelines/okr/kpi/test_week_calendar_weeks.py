"""How many weeks the parts of a fiscal year of weeks have, and on which day it begins."""

from datetime import date, timedelta

import pytest

from pipelines.okr.kpi.week_calendars import WeekCalendar

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("pattern", "cadence", "weeks"),
    [
        ("4-4-5", "month", (4, 4, 5) * 4),
        ("4-5-4", "month", (4, 5, 4) * 4),
        ("5-4-4", "quarter", (13,) * 4),
        ("4-4-5", "half", (26, 26)),
        ("4-4-5", "year", (52,)),
        ("13x4", "month", (4,) * 13),
        # of thirteen periods the last quarter has one more
        ("13x4", "quarter", (12, 12, 12, 16)),
        ("13x4", "half", (24, 28)),
    ],
)
def test_a_year_has_52_weeks_in_its_parts(pattern, cadence, weeks):
    calendar = WeekCalendar(pattern)
    assert calendar.weeks_by(cadence) == weeks
    assert sum(weeks) == 52


def test_unless_it_is_said_it_is_the_retail_calendar():
    assert WeekCalendar() == WeekCalendar("4-5-4", first_weekday=6, year_ends="nearest")


@pytest.mark.parametrize(
    ("year", "nearest", "last"),
    [
        # 1 February 2026 is a Sunday
        (2026, date(2026, 2, 1), date(2026, 2, 1)),
        # that of 2023 is a Wednesday: Sunday, 29 January is three days before it
        (2023, date(2023, 1, 29), date(2023, 1, 29)),
        # that of 2024 a Thursday: Sunday, 4 February is three days after it
        (2024, date(2024, 2, 4), date(2024, 1, 28)),
        # that of 2025 a Saturday
        (2025, date(2025, 2, 2), date(2025, 1, 26)),
    ],
)
def test_a_year_begins_on_the_nearest_sunday_or_on_the_last_one(year, nearest, last):
    assert WeekCalendar(year_ends="nearest").year_start(year, 2) == nearest
    assert WeekCalendar(year_ends="last").year_start(year, 2) == last


def test_a_year_may_begin_with_another_weekday():
    """1 January 2026 is a Thursday, and Monday, 29 December three days before it."""
    assert WeekCalendar(first_weekday=0).year_start(2026, 1) == date(2025, 12, 29)
    assert WeekCalendar(first_weekday=4).year_start(2026, 1) == date(2026, 1, 2)


def test_a_day_is_of_the_year_that_has_begun_by_then():
    calendar = WeekCalendar()
    first = date(2026, 2, 1)
    assert calendar.year_of(first, 2) == 2026
    assert calendar.year_of(first - DAY, 2) == 2025
    assert calendar.year_of(date(2026, 12, 31), 2) == 2026
    # one that begins in December of the year before is the later one's
    monday = WeekCalendar(first_weekday=0)
    assert monday.year_of(date(2025, 12, 29), 1) == 2026
    assert monday.year_of(date(2025, 12, 28), 1) == 2025


def test_a_period_goes_from_its_first_week_to_its_last_and_the_last_one_to_the_end_of_the_year():
    """The year from 29 January 2023 has 53 weeks, up to 3 February 2024."""
    calendar = WeekCalendar()
    assert calendar.stretch(2023, 0, "month", 2) == (date(2023, 1, 29), date(2023, 2, 25))
    assert calendar.stretch(2023, 1, "month", 2) == (date(2023, 2, 26), date(2023, 4, 1))
    assert calendar.stretch(2023, 11, "month", 2) == (date(2023, 12, 31), date(2024, 2, 3))
    assert calendar.stretch(2023, 3, "quarter", 2) == (date(2023, 10, 29), date(2024, 2, 3))
    assert calendar.stretch(2023, 0, "year", 2) == (date(2023, 1, 29), date(2024, 2, 3))


def test_a_day_has_its_place_among_the_parts_of_its_year():
    calendar = WeekCalendar()
    assert calendar.place_of(date(2023, 2, 25), "month", 2) == (2023, 0)
    assert calendar.place_of(date(2023, 2, 26), "month", 2) == (2023, 1)
    # of the 53rd week the last one
    for cadence, place in (("month", 11), ("quarter", 3), ("half", 1), ("year", 0)):
        assert calendar.place_of(date(2024, 2, 3), cadence, 2) == (2023, place)
        assert calendar.place_of(date(2024, 2, 4), cadence, 2) == (2024, 0)
