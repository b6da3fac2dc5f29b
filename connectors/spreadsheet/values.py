"""Reads one cell as a name, a day or a number. Nothing is guessed.

A fault quotes the cell only where it looks like a number or a date: any other content of the column may be private.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from connectors.spreadsheet.cells import Cell

GOOGLE_EPOCH = date(1899, 12, 30)
"""Day 0 of Google's serial dates."""
LARGEST_BARE_SHARE = Decimal("1.5")
"""150 %: a larger number without a percent sign is far more likely 96 meant as 96 % than 9,600 %."""
MAX_INTEGER_DIGITS = 28
"""As many as the warehouse's decimals hold with room for sums."""

_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*(%?)")
_SHOWABLE = re.compile(r"[\d\s.,:/%+'-]{1,24}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORMULA = re.compile(
    r"=.*|#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|ERROR!)", re.DOTALL
)
"""A formula without its result, or the error that a spreadsheet shows instead."""


class BadCell(Exception):
    """A cell that cannot be read: in which column, what is wrong with it and what to write."""

    def __init__(self, what: str, remedy: str, column: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.column = column


def is_empty(cell: Cell) -> bool:
    """Whether a cell is empty or blank."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """A cell as a message shows it."""
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell).strip()
    return f"`{text}`" if _SHOWABLE.fullmatch(text) else "a text"


def name_in(cell: Cell) -> str:
    """The name of a KPI or a member: a text, or a whole number such as a year."""
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return f"{cell.to_integral_value():f}"
    if not isinstance(cell, str) or not cell.strip():
        raise BadCell("is no name" if not is_empty(cell) else "is empty", "write a name")
    if _FORMULA.fullmatch(cell.strip()):
        raise formula(cell)
    return " ".join(cell.split())


def date_in(kind: str) -> Callable[[Cell], date]:
    """A reader of days, for the cells of a `text`, a `workbook` or a `google` sheet."""

    def read(cell: Cell) -> date:
        if isinstance(cell, datetime):
            raise BadCell("has an hour beside its day", "give the day alone")
        if isinstance(cell, date):
            return cell
        if isinstance(cell, Decimal) and kind == "google":
            if cell != cell.to_integral_value():
                raise BadCell("has an hour beside its day", "give the day alone")
            if 0 < cell < 200_000:
                return GOOGLE_EPOCH + timedelta(days=int(cell))
        if isinstance(cell, str):
            return iso_day(cell.strip())
        if is_empty(cell):
            raise BadCell("is empty", "write the day such as 2026-11-30")
        raise BadCell(
            f"is {shown(cell)}, which is no date", "format the cell as a date, or write 2026-11-30"
        )

    return read


def iso_day(text: str) -> date:
    """A day written as 2026-11-30. Other forms are ambiguous: 11/12/2026 is in November or in December."""
    if not text:
        raise BadCell("is empty", "write the day such as 2026-11-30")
    if _FORMULA.fullmatch(text):
        raise formula(text)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell(f"is {shown(text)}, which is no date", "write it as 2026-11-30") from None


def number_in(*, percent: bool) -> Callable[[Cell], str]:
    """A reader of numbers as decimal texts; `percent`: of a KPI that is a share, where 96 % is 0.96."""

    def read(cell: Cell) -> str:
        number, has_sign = (cell, False) if isinstance(cell, Decimal) else typed_number(cell)
        if percent and not has_sign and abs(number) > LARGEST_BARE_SHARE:
            raise BadCell(
                f"is {shown(cell)}, which would be {number:%}", f"write {number:f} % or a share"
            )
        if not number.is_finite() or number.adjusted() >= MAX_INTEGER_DIGITS:
            raise BadCell("is too large to be meant", "write a smaller number")
        return plain(number)

    return read


def typed_number(cell: Cell) -> tuple[Decimal, bool]:
    """The number in a text, and whether it has a percent sign."""
    if not isinstance(cell, str):
        raise BadCell(f"is {shown(cell)}, which is no number", "write a number such as 12.5")
    text = cell.strip()
    if match := _NUMBER.fullmatch(text):
        number = Decimal(match[1])
        return (number.scaleb(-2), True) if match[2] else (number, False)
    if _FORMULA.fullmatch(text):
        raise formula(text)
    if "," in text and _SHOWABLE.fullmatch(text):
        raise BadCell(
            f"is {shown(text)}, where the comma can mean two things",
            "write it without thousands and with a point: 1234.56",
        )
    raise BadCell(
        f"is {shown(text)}, which is no number",
        "write a number such as 12.5, without a unit; leave the cell empty if it is not known yet",
    )


def plain(number: Decimal) -> str:
    """A number as it would be written by hand: 42 and not 42.0, 0.00001 and not 1E-5, never -0."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def formula(text: str) -> BadCell:
    """The fault of a formula that failed, or has no result."""
    if text.lstrip().startswith("#"):
        return BadCell("holds a formula that fails", "mend the formula, or write the number")
    return BadCell(
        "holds a formula without its result",
        "open the file in a spreadsheet program and save it again, or write the number",
    )
