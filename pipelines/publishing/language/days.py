"""Days, moments and periods as the readers of one language write them."""

from datetime import UTC, date, datetime
from functools import lru_cache

from babel.core import Locale
from babel.dates import format_date, format_skeleton, format_time

from pipelines.okr.kpi.periods import (
    CALENDAR_YEAR,
    Cadence,
    FiscalYear,
    PeriodError,
    containing,
    parse_period,
)
from pipelines.publishing.language.translation import Translation

_NAMED_PERIODS: tuple[Cadence, ...] = ("month", "quarter", "half", "year")


@lru_cache(100_000)
def _date(day: date, form: str, locale: Locale) -> str:
    """A day as a form of Babel's or a pattern has it."""
    return str(format_date(day, form, locale))


@lru_cache(100_000)
def _by_skeleton(skeleton: str, day: date, locale: Locale) -> str:
    """The parts of a day that a skeleton names, as the language orders them."""
    return str(format_skeleton(skeleton, day, locale=locale))


class Days(Translation):
    """Texts with days in them. Quarters, halves and years are those of `fiscal_year`."""

    def __init__(self, locale: str, fiscal_year: FiscalYear = CALENDAR_YEAR) -> None:
        super().__init__(locale)
        self.fiscal_year = fiscal_year

    def day(self, day: date, form: str = "medium", *, today: date | None = None) -> str:
        """`Nov 24, 2026`: short enough for a table, clear in any country; without the year where it is today's."""
        if form == "axis":
            return _by_skeleton("MMM", day, self._locale)
        if form == "axis-day" or (today is not None and day.year == today.year):
            return _by_skeleton("MMMd", day, self._locale)
        return _date(day, form, self._locale)

    def time(self, moment: datetime) -> str:
        """`6:30 AM`, or `06:30` where the day has 24 hours; in the zone of `moment`."""
        return format_time(moment, "short", locale=self._locale).replace("\u202f", "\u00a0")

    def moment(self, moment: datetime) -> str:
        """`Nov 25, 2026, 6:30 AM UTC`, whatever the zone of `moment`."""
        utc = moment.astimezone(UTC)
        return f"{self.day(utc.date())}, {self.time(utc)} UTC"

    def span(self, start: date, end: date) -> str:
        """`2026`, `Q3 2026`, `November 2026`, or its first and last day."""
        for cadence in _NAMED_PERIODS:
            period = containing(start, cadence, self.fiscal_year)
            if (period.start, period.end) == (start, end):
                if cadence == "month" and self.fiscal_year.weeks is None:
                    return _by_skeleton("yMMMM", start, self._locale)
                return self.window(period.label)
        if start == end:
            return self.day(start)
        return f"{self.day(start)} – {self.day(end)}"

    def window(self, label: str, *, short: bool = False, today: date | None = None) -> str:
        """A window by its label: `week of Nov 23`, `November 2026`, `Q4 2026`; any other label as it is.

        A short one is for an axis. The year is left out where it is that of `today`.
        """
        try:
            period = parse_period(label)
        except PeriodError:
            return label
        year, month = period.start.year, period.start.month
        this_year = today is not None and year == today.year
        if period.cadence == "month":
            if short:
                return _by_skeleton("yMMM", period.start, self._locale)
            if this_year:
                return _date(period.start, "LLLL", self._locale)
            return _by_skeleton("yMMMM", period.start, self._locale)
        if period.cadence == "quarter":
            named = self.text("period.quarter", quarter=(month + 2) // 3)
            return named if this_year else self.text("period.of_year", period=named, year=year)
        if period.cadence == "half":
            named = self.text("period.half", half=(month + 5) // 6)
            return named if this_year else self.text("period.of_year", period=named, year=year)
        if period.cadence == "week":
            first = _by_skeleton("MMMd", period.start, self._locale)
            if short:
                return first
            named = first if this_year else self.day(period.start)
            return self.text("period.week", day=named)
        if period.cadence == "day":
            return self.day(period.start, "axis-day" if short else "medium", today=today)
        return label
