"""Fiscal calendars of whole weeks: 4-4-5, 4-5-4, 5-4-4, and 13 periods of four weeks.

A fiscal year has 52 weeks, and begins on the declared weekday near the first day of its first month: on the nearest
one, or on the last one by then. So every fifth or sixth year has a 53rd week, which belongs to its last period.
In the calendar of the National Retail Federation (4-5-4, weeks from Sunday, year near 1 February, nearest) these are
2000, 2006, 2012, 2017 and 2023 (https://nrf.com/resources/4-5-4-calendar).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import Literal

Pattern = Literal["4-4-5", "4-5-4", "5-4-4", "13x4"]
YearEnds = Literal["nearest", "last"]
WEEKS = 52
_WEEK = 7
_NEAR = 3
"""The nearest Monday, for one, is never more than three days away."""
_QUARTERS_OF_13 = (3, 3, 3, 4)
"""The periods of each quarter where a year has 13: the last quarter has one more."""


@dataclass(frozen=True, slots=True)
class WeekCalendar:
    """How the weeks of a fiscal year make up its periods, and when it begins.

    `first_weekday`: the day on which weeks begin, 0 for Monday, 6 for Sunday. `year_ends`: on the day before the first
    weekday that is nearest to the first day of the first month, or the last one by then.
    """

    pattern: Pattern = "4-5-4"
    first_weekday: int = 6
    year_ends: YearEnds = "nearest"

    @property
    def days_near(self) -> int:
        """How many days after the first of its first month a year may begin."""
        return _NEAR if self.year_ends == "nearest" else 0

    @property
    def periods_a_quarter(self) -> tuple[int, ...]:
        return _QUARTERS_OF_13 if self.pattern == "13x4" else (3, 3, 3, 3)

    @property
    def period_weeks(self) -> tuple[int, ...]:
        """The weeks of each period of a year of 52."""
        if self.pattern == "13x4":
            return (4,) * 13
        return tuple(int(weeks) for weeks in self.pattern.split("-")) * 4

    def weeks_by(self, cadence: str) -> tuple[int, ...]:
        """The weeks of each period, quarter, half or year in a year of 52."""
        if cadence == "month":
            return self.period_weeks
        ends = [0, *accumulate(self.periods_a_quarter)]
        quarters = tuple(sum(self.period_weeks[first:end]) for first, end in pairwise(ends))
        if cadence == "quarter":
            return quarters
        return (sum(quarters[:2]), sum(quarters[2:])) if cadence == "half" else (sum(quarters),)

    def year_start(self, year: int, first_month: int) -> date:
        """The first day of the fiscal year that begins near the first of `first_month` in `year`."""
        latest = date(year, first_month, 1) + timedelta(days=self.days_near)
        return latest - timedelta(days=(latest.weekday() - self.first_weekday) % _WEEK)

    def year_of(self, day: date, first_month: int) -> int:
        """The calendar year near whose `first_month` the fiscal year of a day begins."""
        year = day.year + 1
        while self.year_start(year, first_month) > day:
            year -= 1
        return year

    def stretch(self, year: int, place: int, cadence: str, first_month: int) -> tuple[date, date]:
        """The first and the last day of the period, quarter or half at `place`, from 0, of a fiscal year."""
        weeks = self.weeks_by(cadence)
        start = self.year_start(year, first_month)
        first = start + timedelta(weeks=sum(weeks[:place]))
        if place == len(weeks) - 1:  # with the 53rd week, where there is one
            return first, self.year_start(year + 1, first_month) - timedelta(days=1)
        return first, first + timedelta(weeks=weeks[place], days=-1)

    def place_of(self, day: date, cadence: str, first_month: int) -> tuple[int, int]:
        """The year and the place in it of the period, quarter or half that a day lies in."""
        year = self.year_of(day, first_month)
        week = min((day - self.year_start(year, first_month)).days // _WEEK, WEEKS - 1)
        ends = accumulate(self.weeks_by(cadence))
        return year, next(place for place, end in enumerate(ends) if week < end)
