"""The weeks, months and quarters that the numbers of a sheet stand for, as the installation's calendar has them.

In a fiscal year of whole weeks a month is a period of four to six weeks, and a quarter is made of such periods. The
scores and the models go by the same calendar (`pipelines.okr.kpi.week_calendars`), which no connector imports; a test
holds both against each other, day by day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = "months"
CALENDARS = (MONTHS, "4-4-5", "4-5-4", "5-4-4", "13x4")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Both in the words of the settings OKRA_FISCAL_CALENDAR and OKRA_FISCAL_WEEK_START."""
YEAR_ENDS: Mapping[str, int] = {"nearest": 3, "last": 0}
"""How many days after the first of its first month a year of whole weeks may begin, by OKRA_FISCAL_LAST_WEEK."""
NAMED_BY = ("end", "start")
_QUARTERS = (0, 3, 6, 9)
"""The periods with which quarters begin; of 13 periods the last quarter has one more."""


@dataclass(frozen=True)
class FiscalPeriods:
    """The calendar by which periods begin and end."""

    first_month: int = 1
    calendar: str = MONTHS
    week_start: str = "sunday"
    last_week: str = "nearest"
    named_by: str = "end"

    @property
    def has_weeks(self) -> bool:
        """Whether months and quarters are made of whole weeks."""
        return self.calendar != MONTHS

    def first_day(self, day: date, every: str) -> date:
        """The first day of the week (from Monday), month or fiscal quarter that `day` falls in."""
        if every == "week":
            return day - timedelta(days=day.weekday())
        if every not in {"month", "quarter"}:
            return day
        if self.has_weeks:
            return max(x for x in self._starts(self._year_of(day), every) if x <= day)
        months = day.year * 12 + day.month - 1
        if every == "quarter":
            months -= (day.month - self.first_month) % 3
        return _month(months)

    def last_day(self, first: date, every: str) -> date:
        """The last day of the period that begins on `first`."""
        if every == "week":
            return first + timedelta(days=6)
        if every not in {"month", "quarter"}:
            return first
        if self.has_weeks:
            next_first = min(x for x in self._starts(self._year_of(first), every) if x > first)
        else:
            months = first.year * 12 + first.month - 1
            next_first = _month(months + (1 if every == "month" else 3))
        return next_first - timedelta(days=1)

    def numbered(self, year: int, number: int) -> date | None:
        """The first day of a period by its number, as `2026-P03` has it; None where there is none."""
        ahead = 1 if self.named_by == "end" and self.first_month > 1 else 0
        firsts = self._starts(year - ahead, "month")[:-1]
        return firsts[number - 1] if 1 <= number <= len(firsts) else None

    def _starts(self, year: int, every: str) -> Sequence[date]:
        """The first days of the periods of a year of whole weeks, and that of the next year."""
        is_of_13 = self.calendar == "13x4"
        weeks = (4,) * 13 if is_of_13 else tuple(map(int, self.calendar.split("-"))) * 4
        start = self._year_start(year)
        firsts = [start + timedelta(weeks=sum(weeks[:place])) for place in range(len(weeks))]
        if every == "quarter":
            firsts = [firsts[place] for place in _QUARTERS]
        return [*firsts, self._year_start(year + 1)]

    def _year_of(self, day: date) -> int:
        """The calendar year near whose first month the fiscal year of a day begins."""
        year = day.year + 1
        while self._year_start(year) > day:
            year -= 1
        return year

    def _year_start(self, year: int) -> date:
        latest = date(year, self.first_month, 1) + timedelta(days=YEAR_ENDS[self.last_week])
        return latest - timedelta(days=(latest.weekday() - WEEKDAYS.index(self.week_start)) % 7)


CALENDAR_YEAR = FiscalPeriods()


def _month(months: int) -> date:
    """The first day of a month, by the months since the year 0."""
    return date(months // 12, months % 12 + 1, 1)
