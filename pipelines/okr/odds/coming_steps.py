"""Which days the steps of a forecast fall on: the days that a KPI has, or its weeks, months or quarters.

A KPI of working days has no weekends to come, and one that is given once a month has one number a month. So a step
is a day on which the KPI has something to say, and the number of steps up to a deadline is counted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from pipelines.okr.forecast.training_series import WEEK, Ints, Truth
from pipelines.okr.kpi.periods import Cadence, Period, containing

_DAY = timedelta(days=1)
_MIN_EXPECTED = 9.0
"""Values that a weekday without any would have had by now if it were like the others, which takes eleven weeks.

By chance it has none once in 8,000.
"""


class ComingSteps(Protocol):
    """The steps after the cut."""

    def through(self, day: date) -> int:
        """How many of them fall on days up to this one."""


@dataclass(frozen=True, slots=True)
class ComingDays:
    """A step for each day after the cut on one of the `open_weekdays` (7,), Monday first."""

    cut: date
    open_weekdays: tuple[bool, ...] = (True,) * WEEK

    @property
    def days_a_week(self) -> int:
        return sum(self.open_weekdays)

    def through(self, day: date) -> int:
        if self.days_a_week == WEEK:
            return max((day - self.cut).days, 0)
        return max(self.number(day) - self.number(self.cut), 0)

    def days(self, steps: int) -> Ints:
        """The numbers of the days that the next `steps` steps fall on (steps,)."""
        weeks = steps // max(1, self.days_a_week) + 1
        first = self.cut + _DAY
        numbers = first.toordinal() + np.arange(WEEK * weeks)
        return numbers[self.is_open(first, WEEK * weeks)][:steps]

    def number(self, day: date) -> int:
        """The number of the latest step up to the day, counted alike for all KPIs with these weekdays."""
        # 1 January of the year 1 was a Monday, and has the number 1.
        weeks, past = divmod(day.toordinal(), WEEK)
        return weeks * self.days_a_week + sum(self.open_weekdays[:past])

    def is_open(self, first: date, days: int) -> Truth:
        """Which of so many days from the first on are steps (days,)."""
        weekdays = (first.weekday() + np.arange(days)) % WEEK
        return np.array(self.open_weekdays)[weekdays]


@dataclass(frozen=True, slots=True)
class ComingPeriods:
    """A step for each period after the `last` known one, on the day of it that usually has its number."""

    last: Period
    from_start: int | None = None
    """The days from the start of a period to the day of its number; None where it is counted from the end."""
    from_end: int = 0

    def through(self, day: date) -> int:
        cadence = self.last.cadence
        assert cadence is not None, "a step is a named period"
        steps, period = 0, self.last
        while True:
            period = containing(period.end + _DAY, cadence, self.last.fiscal_year)
            if self.day_of(period) > day:
                return steps
            steps += 1

    def day_of(self, period: Period) -> date:
        """The day of a period on which its number stands."""
        if self.from_start is None:
            return max(period.end - timedelta(days=self.from_end), period.start)
        return min(period.start + timedelta(days=self.from_start), period.end)


def open_weekdays(first: date, has_value: Truth) -> tuple[bool, ...]:
    """The weekdays (7,) on which a KPI ever has a value, by a history of days from the first on.

    A weekday without one is closed only where chance would have brought it some.
    """
    weekdays = (first.weekday() + np.arange(len(has_value))) % WEEK
    weeks = np.bincount(weekdays, minlength=WEEK)
    values = np.bincount(weekdays, has_value, WEEK)
    expected = weeks * has_value.mean()
    is_closed = (values == 0) & (expected >= _MIN_EXPECTED)
    return tuple(bool(is_open) for is_open in ~is_closed)


def usual_steps(days: Ints, periods: Sequence[Period], last: Period) -> ComingPeriods:
    """The steps after the last known period, when the number of each of `periods` stood on one of `days`."""
    from_start = days - np.array([period.start.toordinal() for period in periods])
    from_end = np.array([period.end.toordinal() for period in periods]) - days
    if len(np.unique(from_start)) < len(np.unique(from_end)):
        return ComingPeriods(last, int(np.median(from_start)))
    return ComingPeriods(last, None, int(np.median(from_end)))


def usual_cadence(days: Ints) -> Cadence | None:
    """The cadence of a KPI with data on these days; None where they are no weeks, months or quarters apart."""
    if len(days) < 2:
        return None
    usual = float(np.median(np.diff(days)))
    cadences: tuple[tuple[Cadence, int, int], ...] = (
        ("week", 6, 8), ("month", 28, 31), ("quarter", 89, 92),
    )  # fmt: skip
    return next((name for name, least, most in cadences if least <= usual <= most), None)
