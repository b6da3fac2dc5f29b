"""On which days the steps of a KPI fall, from how much of a past that is told."""

from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.okr.kpi.periods import Cadence, containing
from pipelines.okr.odds.coming_steps import (
    ComingDays,
    ComingPeriods,
    open_weekdays,
    usual_cadence,
    usual_steps,
)

DAY = timedelta(days=1)
MONDAY = date(2026, 6, 1)
WORKING = (True,) * 5 + (False,) * 2
CLOSED_SUNDAYS = (True,) * 6 + (False,)
ALL = (True,) * 7


def test_of_a_kpi_of_each_day_a_step_is_a_day():
    coming = ComingDays(MONDAY)
    assert [coming.through(MONDAY + n * DAY) for n in (-1, 0, 1, 10)] == [0, 0, 1, 10]
    assert coming.days(3).tolist() == [MONDAY.toordinal() + n for n in (1, 2, 3)]


def test_of_working_days_a_week_has_five_steps():
    """After Friday, 5 June the next ones are Monday to Friday."""
    coming = ComingDays(date(2026, 6, 5), WORKING)
    assert coming.days_a_week == 5
    days = [date(2026, 6, 4), date(2026, 6, 7), date(2026, 6, 8), date(2026, 6, 14)]
    assert [coming.through(day) for day in days] == [0, 0, 1, 5]
    assert [date.fromordinal(day).day for day in coming.days(7).tolist()] == [
        *[8, 9, 10, 11, 12],
        *[15, 16],
    ]


def test_steps_are_numbered_from_the_first_of_january_of_the_year_one():
    """It was a Monday. A week later it is the sixth working day, and on the Sunday before still the fifth."""
    coming = ComingDays(MONDAY, WORKING)
    numbers = [coming.number(date(1, 1, day)) for day in (1, 5, 6, 7, 8)]
    assert numbers == [1, 5, 5, 5, 6]


def history(weeks: int, weekday: int = 6, length: int | None = None) -> tuple[bool, ...]:
    """The open weekdays by whole weeks from a Monday on with a value on each day but one weekday."""
    days = np.arange(length or 7 * weeks)
    return open_weekdays(MONDAY, days % 7 != weekday)


def test_a_weekday_is_closed_after_eleven_weeks_without_it():
    """Six of seven days have a value: by chance a weekday would have had 9.4 of eleven, and 8.6 of ten."""
    assert history(11) == CLOSED_SUNDAYS
    assert history(10) == ALL


def test_of_working_days_alone_thirteen_weeks_are_needed():
    """Five of seven: 9.3 of thirteen, and 8.6 of twelve."""
    for weeks, expected in ((13, WORKING), (12, ALL)):
        assert open_weekdays(MONDAY, np.arange(7 * weeks) % 7 < 5) == expected


def test_one_value_keeps_a_weekday_open():
    days = np.arange(7 * 30)
    assert open_weekdays(MONDAY, (days % 7 != 6) | (days == 6)) == ALL


def test_a_history_may_begin_on_any_weekday():
    """From a Thursday on the fourth day is a Sunday."""
    thursday = MONDAY + 3 * DAY
    assert open_weekdays(thursday, np.arange(7 * 12) % 7 != 3) == CLOSED_SUNDAYS


@pytest.mark.parametrize(
    ("gap", "cadence"),
    [
        (5, None), (6, "week"), (7, "week"), (8, "week"), (9, None),
        (27, None), (28, "month"), (31, "month"), (32, None),
        (88, None), (89, "quarter"), (92, "quarter"), (93, None), (1, None),
    ],
)  # fmt: skip
def test_how_far_apart_days_usually_are(gap: int, cadence: Cadence | None):
    assert usual_cadence(np.array([100, 100 + gap])) == cadence
    # the one that is usual, not the mean
    assert usual_cadence(np.array([100, 100 + gap, 100 + 2 * gap, 900])) == cadence


def test_one_day_is_no_distance():
    assert usual_cadence(np.array([100])) is None


def test_a_period_to_come_has_its_number_on_the_usual_day():
    """Counted from its start or from its end, and within it."""
    october = containing(date(2026, 10, 1), "month")
    february = containing(date(2027, 2, 1), "month")
    on_the_fifth = ComingPeriods(october, 4)
    assert on_the_fifth.day_of(february) == date(2027, 2, 5)
    assert ComingPeriods(october, 30).day_of(february) == date(2027, 2, 28)
    on_the_last = ComingPeriods(october)
    assert on_the_last.day_of(february) == date(2027, 2, 28)
    assert ComingPeriods(october, None, 2).day_of(february) == date(2027, 2, 26)
    assert ComingPeriods(october, None, 40).day_of(february) == date(2027, 2, 1)
    days = [date(2026, 11, 4), date(2026, 11, 5), date(2026, 12, 4), date(2026, 12, 5)]
    assert [on_the_fifth.through(day) for day in days] == [0, 1, 1, 2]
    assert [on_the_last.through(day) for day in (date(2026, 11, 29), date(2026, 11, 30))] == [0, 1]


def test_the_usual_day_is_counted_from_where_it_differs_least():
    months = [containing(date(2026, month, 1), "month") for month in (1, 2, 3)]
    fifths = np.array([period.start.toordinal() + 4 for period in months])
    last_but_one = np.array([period.end.toordinal() - 1 for period in months])
    first = usual_steps(fifths, months, months[-1])
    assert (first.from_start, first.from_end) == (4, 0)
    last = usual_steps(last_but_one, months, months[-1])
    assert (last.from_start, last.from_end) == (None, 1)
    # where both differ alike it is the end
    [alone] = [usual_steps(fifths[:1], months[:1], months[0])]
    assert (alone.from_start, alone.from_end) == (None, 26)
