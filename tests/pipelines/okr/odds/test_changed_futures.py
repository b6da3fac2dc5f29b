"""On which days the steps of futures fall, and a share whose numerator stays within its denominator."""

from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.okr.kpi.periods import containing
from pipelines.okr.odds.changed_futures import days_of_steps
from pipelines.okr.odds.coming_steps import ComingDays, ComingPeriods
from pipelines.okr.odds.simulated_kpis import part_of

DAY = timedelta(days=1)
FRIDAY = date(2026, 6, 5)


def test_of_a_kpi_of_each_day_they_are_the_next_days():
    days = list(days_of_steps(ComingDays(FRIDAY), FRIDAY, 3))
    assert days == [FRIDAY + DAY, FRIDAY + 2 * DAY, FRIDAY + 3 * DAY]
    assert list(days_of_steps(ComingDays(FRIDAY), FRIDAY, 0)) == []


def test_of_working_days_the_weekend_is_none():
    working = ComingDays(FRIDAY, (True,) * 5 + (False,) * 2)
    assert list(days_of_steps(working, FRIDAY, 6)) == [
        *[date(2026, 6, day) for day in (8, 9, 10, 11, 12)],
        date(2026, 6, 15),
    ]


def test_of_periods_they_are_the_days_of_their_numbers():
    """Those of a cut within June: its own number is still to come."""
    coming = ComingPeriods(containing(date(2026, 5, 1), "month"), 4)
    assert list(days_of_steps(coming, FRIDAY - DAY, 3)) == [
        date(2026, 6, 5),
        date(2026, 7, 5),
        date(2026, 8, 5),
    ]
    # what is due already has come late: it falls on the next day
    assert list(days_of_steps(coming, FRIDAY, 2)) == [date(2026, 6, 6), date(2026, 7, 5)]


def test_they_are_looked_for_in_four_years():
    """The ends of 2026 to 2029 lie within 1,464 days of Friday, 5 June 2026, that of 2030 does not."""
    coming = ComingPeriods(containing(date(2025, 1, 1), "year"))
    assert [day.year for day in days_of_steps(coming, FRIDAY, 9)] == [2026, 2027, 2028, 2029]


@pytest.mark.parametrize(
    ("top", "bottom", "part"),
    [
        ([5, 1], [3, 4], [3, 3]),
        ([1, 2], [3, 4], [1, 2]),
        ([5, 5, 0], [3, 3, 3], [3, 3, 3]),
        ([0, 9], [4, 4], [0, 8]),
    ],
)
def test_what_is_too_much_for_a_step_comes_later(top, bottom, part):
    moved = part_of(np.array([top], dtype=np.float32), np.array([bottom], dtype=np.float32))
    assert moved.tolist() == [part]
