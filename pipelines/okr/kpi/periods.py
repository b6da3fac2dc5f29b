"""Periods: named stretches of days, both ends included (docs/okr-semantics.md, Periods).

A fiscal year is named by the calendar year in which it ends, or by the one in which it starts where that is
the custom: with a year that starts in October, `2026` is 2025-10-01 to 2026-09-30 and `2026-Q1` is October to
December 2025. Its quarters and halves carry its number. Months are those of the calendar, unless the fiscal year
is made of whole weeks (`week_calendars`): a month is then its period of four or five weeks, such as `2026-P03`. Weeks
are ISO weeks, whatever the fiscal year. Days are plain dates in the one business time zone, so a day on which the
clocks change is a day like any other.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pipelines.okr.kpi.week_calendars import WeekCalendar

Cadence = Literal["day", "week", "month", "quarter", "half", "year"]
NamedBy = Literal["end", "start"]
CADENCES: tuple[Cadence, ...] = ("day", "week", "month", "quarter", "half", "year")

_DAY = timedelta(days=1)
_MONTHS: Mapping[Cadence, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_EARLIEST, _LATEST = 1970, 2199
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:-H(?P<half>[12])|-Q(?P<quarter>[1-4])|-W(?P<week>\d\d)|-P(?P<part>\d\d)"
    r"|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)
_OTHER_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:FY|CY)?[ -]?(?P<year>\d{4})[ /_-]?(?P<part>H[12]|Q[1-4]|W\d\d)?",
        r"(?P<part>H[12]|Q[1-4]|W\d\d)[ /_-]?(?:FY)?(?P<year>\d{4})",
        r"(?P<year>\d{4})[/._-](?P<part>0?[1-9]|1[0-2])",
        r"(?P<part>0?[1-9]|1[0-2])[/._-](?P<year>\d{4})",
    )
)
"""Other ways to write a year and a part of it, to say what was likely meant."""
_FORMS = "2026, 2026-H2, 2026-Q4, 2026-11, 2026-W48 or {start: 2026-02-01, end: 2026-06-30}"


class PeriodError(ValueError):
    """A period that cannot be read; `what` is wrong and the `remedy` are apart."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """The month in or near which a fiscal year starts, and the calendar year that it is named by."""

    first_month: int = 1
    named_by: NamedBy = "end"
    weeks: WeekCalendar | None = None
    """How it is made of whole weeks; None where it is made of the calendar's months."""

    @property
    def years_ahead(self) -> int:
        """By how much the number of a fiscal year is higher than the calendar year it starts in."""
        return 1 if self.named_by == "end" and self.first_month > 1 else 0


CALENDAR_YEAR = FiscalYear()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included; `cadence` is None for days of one's own."""

    cadence: Cadence | None
    label: str
    start: date
    end: date
    fiscal_year: FiscalYear = CALENDAR_YEAR

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


def parse_period(written: object, fiscal_year: FiscalYear = CALENDAR_YEAR) -> Period:
    """The period behind `2026-Q4` and its like, or behind a mapping with `start` and `end`.

    Raises:
        PeriodError: if it names no period.
    """
    if isinstance(written, Period):
        return written
    if isinstance(written, Mapping):
        return _parse_range(written, fiscal_year)
    match = _WRITTEN.fullmatch(str(written))
    if match is None:
        raise PeriodError(*_not_a_period(str(written)))
    year = int(match["year"])
    if not _EARLIEST <= year <= _LATEST:
        raise PeriodError(f"the year {year} is out of reach", f"{_EARLIEST} to {_LATEST} are known")
    try:
        return _named(year, match, fiscal_year)
    except PeriodError:
        raise
    except ValueError as error:
        raise PeriodError(f"there is no {written} ({error})", f"write {_FORMS}") from None


def _not_a_period(text: str) -> tuple[str, str]:
    """What is wrong with a text that names no period, and what would be right."""
    if re.fullmatch(r"[HQ]\d|W\d\d?|\d\d-\d\d|[^\W\d_]+", text, re.IGNORECASE):
        return f"`{text}` is a period without a year", f"write {_FORMS}"
    for pattern in _OTHER_FORMS:
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            meant = "-".join(filter(None, (parts["year"], (parts.get("part") or "").upper())))
            meant = re.sub(r"-(\d)$", r"-0\1", meant)
            return f"`{text}` is not a period", f"did you mean {meant}?"
    return f"`{text}` is not a period", f"write {_FORMS}"


def _named(year: int, match: re.Match[str], fiscal: FiscalYear) -> Period:
    if match["week"]:
        return containing(date.fromisocalendar(year, int(match["week"]), 1), "week", fiscal)
    if match["day"]:
        return containing(date.fromisoformat(match[0]), "day", fiscal)
    if match["month"]:
        day = date(year, int(match["month"]), 1)
        if fiscal.weeks is None:
            return containing(day, "month", fiscal)
        near = containing(day.replace(day=15), "month", fiscal)
        what = f"`{match[0]}` is a month, and the fiscal year is made of whole weeks"
        raise PeriodError(what, f"write {near.label}, which is {near.start} to {near.end}")
    if match["part"]:
        return _part_of_weeks(year, match, fiscal)
    kind: Cadence = "quarter" if match["quarter"] else "half" if match["half"] else "year"
    place = int(match["quarter"] or match["half"] or 1) - 1
    if fiscal.weeks is not None:
        return _of_weeks(year - fiscal.years_ahead, place, kind, fiscal, fiscal.weeks)
    first = (year - fiscal.years_ahead) * 12 + fiscal.first_month - 1 + place * _MONTHS[kind]
    return containing(_month_start(first), kind, fiscal)


def _part_of_weeks(year: int, match: re.Match[str], fiscal: FiscalYear) -> Period:
    """`2026-P03`. Raises `PeriodError` and `ValueError`."""
    place = int(match["part"])
    if fiscal.weeks is None:
        what = f"`{match[0]}` is a period of weeks, and the fiscal year is made of months"
        raise PeriodError(what, f"write {_FORMS}")
    if not 1 <= place <= len(fiscal.weeks.period_weeks):
        raise ValueError(f"a year has {len(fiscal.weeks.period_weeks)} periods")
    return _of_weeks(year - fiscal.years_ahead, place - 1, "month", fiscal, fiscal.weeks)


def _of_weeks(
    year: int, place: int, cadence: Cadence, fiscal: FiscalYear, weeks: WeekCalendar
) -> Period:
    """The period of whole weeks at a place of the fiscal year that begins in, or near, `year`."""
    start, end = weeks.stretch(year, place, cadence, fiscal.first_month)
    number = f"{year + fiscal.years_ahead:04d}"
    label = {
        "month": f"{number}-P{place + 1:02d}",
        "quarter": f"{number}-Q{place + 1}",
        "half": f"{number}-H{place + 1}",
    }.get(cadence, number)
    return Period(cadence, label, start, end, fiscal)


def _parse_range(written: Mapping[object, object], fiscal_year: FiscalYear) -> Period:
    remedy = "write {start: 2026-02-01, end: 2026-06-30}"
    if set(written) != {"start", "end"}:
        raise PeriodError("a period of one's own has a start and an end and nothing else", remedy)
    start, end = _parse_day(written["start"], remedy), _parse_day(written["end"], remedy)
    if end < start:
        raise PeriodError(f"the period ends ({end}) before it starts ({start})", remedy)
    return Period(None, f"{start}..{end}", start, end, fiscal_year)


def _parse_day(written: object, remedy: str) -> date:
    if isinstance(written, date):
        return written
    try:
        day = parse_day(str(written))
    except ValueError:
        raise PeriodError(f"`{written}` is not a date", remedy) from None
    return day


def parse_day(text: str) -> date:
    """The date behind `2026-11-30`, and nothing else that the ISO format would let through.

    Raises:
        ValueError: if there is no such day, or it is out of reach.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"`{text}` is not a date")
    day = date.fromisoformat(text)
    if not _EARLIEST <= day.year <= _LATEST:
        raise ValueError(f"`{text}` is out of reach")
    return day


def containing(day: date, cadence: Cadence, fiscal_year: FiscalYear = CALENDAR_YEAR) -> Period:
    """The day, week, month, quarter, half or year that the day lies in."""
    if cadence == "day":
        return Period("day", day.isoformat(), day, day, fiscal_year)
    if cadence == "week":
        iso = day.isocalendar()
        monday = day - timedelta(days=iso.weekday - 1)
        label = f"{iso.year}-W{iso.week:02d}"
        return Period("week", label, monday, monday + timedelta(days=6), fiscal_year)
    weeks = fiscal_year.weeks
    if weeks is not None:
        year, place = weeks.place_of(day, cadence, fiscal_year.first_month)
        return _of_weeks(year, place, cadence, fiscal_year, weeks)
    offset = fiscal_year.first_month - 1
    length = _MONTHS[cadence]
    fiscal_month = day.year * 12 + day.month - 1 - offset
    first = fiscal_month - fiscal_month % length
    start = _month_start(first + offset)
    end = _month_start(first + length + offset) - _DAY
    return Period(cadence, _label(cadence, first, start, fiscal_year), start, end, fiscal_year)


def _label(cadence: Cadence, fiscal_month: int, start: date, fiscal_year: FiscalYear) -> str:
    year, month = divmod(fiscal_month, 12)
    year += fiscal_year.years_ahead
    if cadence == "month":
        return f"{start.year:04d}-{start.month:02d}"
    if cadence == "quarter":
        return f"{year:04d}-Q{month // 3 + 1}"
    return f"{year:04d}-H{month // 6 + 1}" if cadence == "half" else f"{year:04d}"


def _month_start(months: int) -> date:
    year, month = divmod(months, 12)
    return date(year, month + 1, 1)


def windows(
    start: date, end: date, cadence: Cadence, fiscal_year: FiscalYear = CALENDAR_YEAR
) -> tuple[Period, ...]:
    """Every window of the cadence that touches the days from `start` to `end`, in order, whole."""
    touching: list[Period] = []
    day = start
    while day <= end:
        window = containing(day, cadence, fiscal_year)
        touching.append(window)
        day = window.end + _DAY
    return tuple(touching)


def whole_windows(
    start: date, end: date, cadence: Cadence, fiscal_year: FiscalYear = CALENDAR_YEAR
) -> tuple[Period, ...]:
    """The windows that lie inside `start` to `end`: a month's target is not asked of half a month."""
    touching = windows(start, end, cadence, fiscal_year)
    return tuple(window for window in touching if window.start >= start and window.end <= end)


def ordinal(period: Period) -> int:
    """A number that grows by one from each period of a cadence to the next."""
    months = _MONTHS.get(period.cadence) if period.cadence else None
    if months is None:
        return period.start.toordinal() // period.days
    weeks, first_month = period.fiscal_year.weeks, period.fiscal_year.first_month
    if weeks is not None and period.cadence is not None:
        year, place = weeks.place_of(period.start, period.cadence, first_month)
        return year * len(weeks.weeks_by(period.cadence)) + place
    return (period.start.year * 12 + period.start.month - period.fiscal_year.first_month) // months


def previous(period: Period) -> Period:
    """The period it is compared with: the one before of its kind, or as many days right before."""
    day_before = period.start - _DAY
    if period.cadence is not None:
        return containing(day_before, period.cadence, period.fiscal_year)
    start = period.start - timedelta(days=period.days)
    return Period(None, f"{start}..{day_before}", start, day_before, period.fiscal_year)


def year_before(period: Period) -> Period:
    """The same period a year before: the same month, quarter, half or fiscal year; of weeks the one 52 weeks back.

    A day or a stretch of one's own has the same dates; 29 February is taken back to the 28th.
    """
    has_weeks = period.fiscal_year.weeks is not None and period.cadence not in (None, "day")
    is_week = period.cadence == "week" or has_weeks
    start = period.start - timedelta(weeks=52) if is_week else a_year_before(period.start)
    if period.cadence is not None:
        return containing(start, period.cadence, period.fiscal_year)
    end = a_year_before(period.end)
    return Period(None, f"{start}..{end}", start, end, period.fiscal_year)


def a_year_before(day: date) -> date:
    """The same date of the year before; of 29 February the 28th."""
    last = monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def cut_alike(before: Period, period: Period, through: date) -> Period:
    """An earlier period cut to as many days as `period` has had; whole once that is over."""
    if through >= period.end:
        return before
    end = min(before.end, before.start + (through - period.start))
    return Period(None, f"{before.start}..{end}", before.start, end, period.fiscal_year)
