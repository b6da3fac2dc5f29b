"""The periods that the headers of a wide sheet name: `Jan 26`, `Januar 2026`, `01.2026`, `Q1 2026`, `KW 3 2026`.

The names of months and quarters are those of the sheet's language in Unicode's CLDR. What could be read in two ways
is refused: `03/04`, or `Q1` of a fiscal year that does not begin in January. In a fiscal year of whole weeks a month
is a period, which `2026-P03` or any of its days names; `Mar 26` is refused, as the calendar's month may be meant.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale

from connectors.sdk.sheets.cells import Cell, is_empty
from connectors.spreadsheet.fiscal_periods import CALENDAR_YEAR, FiscalPeriods
from connectors.spreadsheet.layout import Cadence, Layout
from connectors.spreadsheet.values import BadCell, day_in, shown

SHORTEST_NAME = 3
"""The letters that the name of a month has at least, where it is cut short."""
EXCEL_NAMES = {"de": {"mrz": 3}}
"""Names of Excel's that CLDR does not have."""
PERIOD = "period"
"""A month of a fiscal year of whole weeks."""
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<gap>[\s./-]*)(?P<label>.+)")
_YEAR_LAST = re.compile(r"(?P<label>.+?)(?P<gap>[\s./'’-]*)(?P<year>\d{4}|\d{2})")
_WEEK = re.compile(r"(?:kw|cw|w|wk|week|woche)[\s.]*(?P<week>\d{1,2})")
_PERIOD = re.compile(r"p(?:eriod)?[\s.]*(?P<number>\d{1,2})")
_QUARTER = re.compile(r"q[\s.]*(?P<quarter>[1-4])")
_DAY_FORMS = {
    "DD.MM.YYYY": r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    "DD/MM/YYYY": r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    "MM/DD/YYYY": r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
}
_EARLIEST, _LATEST = 1970, 2199


def period_in(
    cell: Cell, layout: Layout, fiscal: FiscalPeriods = CALENDAR_YEAR, year: int | None = None
) -> date | None:
    """The first day of the period that a header names; None where it names none.

    Args:
        cell: the header.
        layout: that of the sheet, with the length of a period.
        fiscal: the calendar that months and quarters are of.
        year: that of a header without one, where the layout or the row above has it.

    Raises:
        BadCell: where it could be read in two ways, or lacks its year.
    """
    cadence = layout.periods
    assert cadence is not None, "only a wide sheet has headers of periods"
    if is_empty(cell):
        return None
    if isinstance(cell, date):
        return _of_day(cell, cadence, fiscal)
    if not isinstance(cell, str):
        return None
    if cadence == "day":
        try:
            return day_of(cell, layout)
        except BadCell:
            return None
    text = " ".join(cell.split()).casefold()
    kind = PERIOD if fiscal.has_weeks and cadence == "month" else cadence
    label, written = _parts(text, kind, layout.locale)
    if kind == PERIOD and label is None and _parts(text, cadence, layout.locale)[0] is not None:
        what = "can be a month of the calendar or a period of the fiscal year"
        raise BadCell("two_ways", what, "write 2026-P01, or a day of the period as a date")
    if label is None:
        return None
    if written is None and year is None:
        form = "2026-P01" if kind == PERIOD else "Jan 2026"
        raise BadCell("no_year", "has no year", f"write it such as {form}, or declare `year:`")
    if written is not None and year is not None and written % 100 != year % 100:
        raise BadCell("two_years", f"is not of {year}, which is declared", "correct one of them")
    return _first_day(kind, label, year if written is None else written, fiscal)


def day_of(cell: Cell, layout: Layout) -> date:
    """The day in a cell, in the form that is declared. Raises `BadCell`."""
    form = _DAY_FORMS.get(layout.days)
    match = re.fullmatch(form, cell.strip()) if form and isinstance(cell, str) else None
    if match is None:
        return day_in(cell)
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        what = f"is {shown(cell)}, which is no date"
        raise BadCell("not_a_date", what, f"write it as {layout.days}") from None


def year_in(cell: Cell) -> int | None:
    """The year in the cell above a header; None where there is none."""
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        cell = str(int(cell))
    if isinstance(cell, str) and re.fullmatch(r"\s*\d{4}\s*", cell):
        return int(cell)
    return None


def _of_day(day: date, cadence: Cadence, fiscal: FiscalPeriods) -> date:
    if isinstance(day, datetime):
        raise BadCell("not_a_date", "has an hour beside its day", "give the day alone")
    first = fiscal.first_day(day, cadence)
    if cadence == "week" and first != day:
        # a week may be named by its last day, or begin on a Sunday
        raise BadCell("no_monday", f"is {day}, which is no Monday", "name weeks by their Monday")
    if cadence == "quarter" and day.day == 1 and day != first and not fiscal.has_weeks:
        raise BadCell(
            "no_quarter",
            f"is {day}, on which no quarter begins",
            "name quarters by their first day",
        )
    return first


def _parts(text: str, kind: str, locale: Locale) -> tuple[int | None, int | None]:
    """The number of a month, quarter or week, and the year, where a header has them."""
    if (ordinal := _label(text, kind, locale)) is not None:
        return ordinal, None
    for form in (_YEAR_FIRST, _YEAR_LAST):
        match = form.fullmatch(text)
        if match is None:
            continue
        label, digits = match["label"].strip(), match["year"]
        if label.isdecimal():
            if kind != "month" or not match["gap"] or len(label) > 2:
                continue
            if len(digits) < 4:
                what = f"is {shown(text)}, which can be read in two ways"
                raise BadCell("two_ways", what, "write the year in full: 01.2026")
            number: int | None = int(label) if 1 <= int(label) <= 12 else None
        else:
            number = _label(label, kind, locale)
        year = int(digits) if len(digits) == 4 else 2000 + int(digits)
        if number is not None and _EARLIEST <= year <= _LATEST:
            return number, year
    return None, None


def _label(text: str, kind: str, locale: Locale) -> int | None:
    if kind == "week":
        match = _WEEK.fullmatch(text)
        return int(match["week"]) if match and 1 <= int(match["week"]) <= 53 else None
    name = text.rstrip(".").strip()
    if kind == PERIOD:
        match = _PERIOD.fullmatch(name)
        return int(match["number"]) if match else None
    if kind == "quarter":
        match = _QUARTER.fullmatch(name)
        return int(match["quarter"]) if match else _quarters(locale).get(name)
    return _month(name, locale)


def _month(name: str, locale: Locale) -> int | None:
    """The month that a name means, also cut short where only one begins with it."""
    names = _months(locale)
    if name in names:
        return names[name]
    if len(name) < SHORTEST_NAME or not name.isalpha():
        return None
    begun = {month for whole, month in names.items() if whole.startswith(name)}
    if len(begun) > 1:
        numbers = " or ".join(str(month) for month in sorted(begun))
        what = f"begins the names of several months ({numbers})"
        raise BadCell("two_ways", what, "write the name in full")
    return next(iter(begun), None)


@lru_cache
def _months(locale: Locale) -> Mapping[str, int]:
    names = dict(EXCEL_NAMES.get(locale.language, {}))
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in locale.months[context][width].items():
                names.setdefault(name.casefold().rstrip("."), month)
    return names


@lru_cache
def _quarters(locale: Locale) -> Mapping[str, int]:
    names: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for quarter, name in locale.quarters[context][width].items():
                names.setdefault(name.casefold().rstrip("."), quarter)
    return names


def _first_day(kind: str, number: int, year: int | None, fiscal: FiscalPeriods) -> date | None:
    assert year is not None, "one of both has it"
    if kind == "month":
        return date(year, number, 1)
    if kind == PERIOD:
        return fiscal.numbered(year, number)
    if kind == "quarter":
        if fiscal.first_month != 1 or fiscal.has_weeks:
            what = "can be a quarter of the calendar or of the fiscal year"
            raise BadCell("two_ways", what, "write the first day of the quarter, as a date")
        return date(year, number * 3 - 2, 1)
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError:
        return None
