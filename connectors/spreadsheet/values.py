"""Reads one cell as a name, a day or a number. Nothing is guessed.

A fault quotes the cell only where it looks like a number or a date: any other content of the column may be private.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from connectors.sdk.sheets.cells import Cell, Share, is_empty
from connectors.spreadsheet.declared import SheetKpi

LARGEST_SHARE = Decimal("1.5")
"""150 %: without a percent sign a larger number is far more likely of the other scale."""
MAX_INTEGER_DIGITS = 28
"""As many as the warehouse's decimals hold with room for sums."""
SMALLEST_FRACTION = Decimal("0.0000005")
"""The models keep six decimals; what a binary float has beyond them is no fraction."""
OTHER_MARK = "other_mark"
"""The code for a number with another decimal mark than its KPI declares."""
AMBIGUOUS = "ambiguous_number"
"""The code for a number that is another one under the other decimal mark."""
SPLIT = "split_number"
"""The code for a number that a comma may have cut in two cells."""
QUOTE = "write the number without thousands and with a point, or put the cell in quotes"
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
MINUS = {ord("\u2212"): "-"}

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
"""A thousand and something, or one and something in thousandths."""
_EITHER_MARK = re.compile(r"[(+\u2212-]?\s*[1-9]\d{0,2}[.,]\d{3}\s*[%)-]?")
_WITH_THOUSANDS = {
    mark: re.compile(
        rf"(?:(?P<whole>[1-9]\d{{0,2}}(?P<group>[{re.escape(other)}\s'’])\d{{3}}(?:(?P=group)\d{{3}})*|\d+)"
        rf"(?:{re.escape(mark)}(?P<fraction>\d+))?|{re.escape(mark)}(?P<only_fraction>\d+))"
    )
    for mark, other in ((".", ","), (",", "."))
}
_SIGNED = re.compile(r"([+-]?)\s*(.*?)\s*(-?)", re.DOTALL)
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_SHOWABLE = re.compile(r"[\d\s.,:/%()+'’-]{1,24}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORMULA = re.compile(
    r"=.*|#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|ERROR!)",
    re.DOTALL,
)
"""A formula without its result, or the error that a spreadsheet shows instead."""


class BadCell(Exception):
    """A cell that cannot be read: a code for it, what is wrong with it, what to write, and in which column."""

    def __init__(self, code: str, what: str, remedy: str, column: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.remedy = remedy
        self.column = column


def shown(cell: Cell) -> str:
    """A cell as a message shows it."""
    text = plain(cell) if isinstance(cell, Decimal) else str(cell).strip()
    return f"`{text}`" if _SHOWABLE.fullmatch(text) else "a text"


def name_in(cell: Cell) -> str:
    """The name of a KPI or a member: a text, or a whole number such as a year.

    Two texts that look the same are the same name: Unicode NFC, without spaces around it, one space for several.
    """
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return f"{cell.to_integral_value():f}"
    if not isinstance(cell, str) or not cell.strip():
        empty = is_empty(cell)
        raise BadCell("no_name", "is empty" if empty else "is no name", "write a name")
    if _FORMULA.fullmatch(cell.strip()):
        raise formula(cell)
    return " ".join(unicodedata.normalize("NFC", cell.translate(INVISIBLE)).split())


def spelling_key(name: str) -> str:
    """Equal for names that differ only in capital letters, or in forms of one letter such as full-width ones."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def day_in(cell: Cell) -> date:
    """The day in a date cell, or in a text such as 2026-11-30.

    Other texts are ambiguous: 11/12/2026 is in November or in December. A number without a date's format is no day,
    though spreadsheets count days: 2026 would be 18 July 1905.
    """
    if isinstance(cell, datetime):
        raise BadCell("not_a_date", "has an hour beside its day", "give the day alone")
    if isinstance(cell, date):
        return cell
    if is_empty(cell):
        raise BadCell("no_date", "is empty", "write the day such as 2026-11-30")
    if not isinstance(cell, str):
        raise BadCell(
            "not_a_date",
            f"is {shown(cell)}, which is no date",
            "format the cell as a date, or write 2026-11-30",
        )
    text = cell.strip()
    if _FORMULA.fullmatch(text):
        raise formula(text)
    refuse_hidden_by_width(text)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell(
            "not_a_date", f"is {shown(text)}, which is no date", "write it as 2026-11-30"
        ) from None


def number_in(name: str, kpi: SheetKpi) -> Callable[[Cell], str]:
    """A reader of the numbers of the KPI `name`, as decimal texts; 96 % of a share is 0.96."""

    def read(cell: Cell) -> str:
        number, has_sign = (
            (Decimal(cell), isinstance(cell, Share))
            if isinstance(cell, Decimal)
            else typed_number(cell, kpi.decimal, name)
        )
        if not number.is_finite() or number.adjusted() >= MAX_INTEGER_DIGITS:
            raise BadCell("not_a_number", "is too large to be meant", "write a smaller number")
        if has_sign and not kpi.is_share:
            raise BadCell(
                "percentage",
                f"is a percentage, but the numbers of {name} are none",
                "write the number without a percent sign, and format the cell as a number",
            )
        if kpi.is_share and not has_sign and number:
            number = share_of(number, name, kpi)
        if kpi.is_whole and abs(number - number.to_integral_value()) >= SMALLEST_FRACTION:
            raise BadCell(
                "fraction",
                f"is {shown(cell)}, but {name} has whole numbers",
                "write a whole number, declare its `precision:` if fractions are meant, or "
                "`decimal:` if the mark is one of thousands",
            )
        return plain(number)

    return read


def share_of(number: Decimal, name: str, kpi: SheetKpi) -> Decimal:
    """The share that a number without a percent sign is on the declared scale."""
    text = shown(number)
    if kpi.scale is None:
        raise BadCell(
            "no_scale",
            f"is {text}, and nothing says whether 1 is 1 % or 100 %",
            f"declare `scale: 0-1` or `scale: 0-100` for {name}, or write the percent sign",
        )
    share = number.scaleb(-2) if kpi.scale == "0-100" else number
    if abs(share) > LARGEST_SHARE:
        raise BadCell(
            "out_of_scale",
            f"is {text}, which would be {plain(share * 100)} %",
            "write it with its percent sign, or correct the number",
        )
    return share


def typed_number(cell: Cell, decimal: str | None, name: str) -> tuple[Decimal, bool]:
    """The number in a text, and whether it has a percent sign: 0.96 for 96 %.

    With a declared `decimal` mark also as programs export it: with thousands, a minus behind it, in parentheses.
    """
    if not isinstance(cell, str):
        raise not_a_number(cell)
    text = cell.strip().translate(MINUS)
    if _FORMULA.fullmatch(text):
        raise formula(text)
    refuse_hidden_by_width(text)
    if _POWER.fullmatch(text):
        raise BadCell(
            "rounded",
            "is shown as a power of ten, which rounds it",
            "format the column as a number and save the file again",
        )
    digits = text.removesuffix("%").rstrip()
    has_sign = digits != text
    if decimal:
        return hundredth(exported_number(digits, decimal, text), has_sign), has_sign
    if _AMBIGUOUS.fullmatch(digits):
        raise BadCell(
            AMBIGUOUS,
            f"is {shown(text)}, where the point can part thousands or a fraction",
            f'declare `decimal: "."` or `decimal: ","` for {name}, or write it without thousands',
        )
    if _PLAIN.fullmatch(digits):
        return hundredth(Decimal(digits), has_sign), has_sign
    if "," in text and _SHOWABLE.fullmatch(text):
        raise BadCell(
            AMBIGUOUS,
            f"is {shown(text)}, where the comma can mean two things",
            f"write it without thousands and with a point: 1234.56; or declare `decimal:` for {name}",
        )
    raise not_a_number(text)


def hinges_on_mark(cell: Cell) -> bool:
    """Whether a text is a number under either decimal mark, and another one: 1,234."""
    return isinstance(cell, str) and _EITHER_MARK.fullmatch(cell.strip()) is not None


def hundredth(number: Decimal, has_sign: bool) -> Decimal:
    """What a number means that has a percent sign, or none."""
    return number.scaleb(-2) if has_sign else number


def exported_number(text: str, decimal: str, whole_text: str) -> Decimal:
    """The number in a text whose decimal mark is known."""
    in_parentheses = text.startswith("(") and text.endswith(")")
    match = _SIGNED.fullmatch(text[1:-1].strip() if in_parentheses else text)
    assert match, "the expression matches any text"
    before, digits, behind = match.groups()
    number = _WITH_THOUSANDS[decimal].fullmatch(digits)
    if number is None or in_parentheses + bool(before) + bool(behind) > 1:
        other = "," if decimal == "." else "."
        fits_other = _WITH_THOUSANDS[other].fullmatch(digits) is not None
        raise BadCell(
            OTHER_MARK if fits_other else "not_a_number",
            f"is {shown(whole_text)}, which is no number whose decimal mark is `{decimal}`",
            f"write a number such as 1234{decimal}5, without a unit, or correct the declared `decimal:`",
        )
    whole = re.sub(r"\D", "", number["whole"] or "0")
    value = Decimal(f"{whole}.{number['fraction'] or number['only_fraction'] or 0}")
    return value.copy_negate() if in_parentheses or "-" in (before, behind) else value


def not_a_number(cell: Cell) -> BadCell:
    """The fault of a cell that holds something else."""
    return BadCell(
        "not_a_number",
        f"is {shown(cell)}, which is no number",
        "write a number such as 12.5, without a unit; leave the cell empty if it is not known yet",
    )


def refuse_hidden_by_width(text: str) -> None:
    """Raise `BadCell` for #####, which Excel writes into a CSV where a column was too narrow."""
    if text and not text.strip("#"):
        raise BadCell(
            "not_a_number",
            "was wider than its column when the file was saved",
            "widen the column and save the file again",
        )


def plain(number: Decimal) -> str:
    """A number as it would be written by hand: 42 and not 42.0, 0.00001 and not 1E-5, never -0."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def formula(text: str) -> BadCell:
    """The fault of a formula that failed, or has no result."""
    if text.lstrip().startswith("#"):
        return BadCell(
            "formula", "holds a formula that fails", "mend the formula, or write the number"
        )
    return BadCell(
        "formula",
        "holds a formula without its result",
        "open the file in a spreadsheet program and save it again, or write the number",
    )
