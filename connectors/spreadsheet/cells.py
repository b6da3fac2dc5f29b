"""From the bytes of a CSV, TSV or XLSX file to cells, without guessing what they mean.

Numbers are decimals. A workbook stores binary floats, each of which is read as its shortest decimal text, as the
person typed it: 0.1 and not 0.1000000000000000055.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Literal

from connectors.sdk.errors import Rejected

Cell = str | Decimal | date | bool | None
"""A date cell is a `date`, or a `datetime` when it has an hour as well. A formula's error (#DIV/0!) is its text."""


@dataclass(frozen=True)
class Grid:
    """One sheet, row by row as it is numbered on the screen: `rows[0]` is row 1."""

    name: str
    rows: Sequence[Sequence[Cell]]
    kind: Literal["text", "workbook", "google"]


def grid_of(content: bytes, name: str, tab: str = "") -> Grid:
    """The cells of a file; of a workbook those of `tab`, or of its first sheet. Raises `Rejected`."""
    if content.startswith(b"PK"):
        return Grid(name, workbook_rows(content, name, tab), "workbook")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Rejected(f"{name} is an old Excel file (.xls)", "save it as .xlsx or CSV")
    return Grid(name, text_rows(decoded(content, name), name), "text")


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 as Excel's `Unicode Text` is."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected(
            f"{name} is not in UTF-8",
            "save it as CSV UTF-8, with that name in Excel's list of types",
        ) from None


def text_rows(text: str, name: str) -> list[list[Cell]]:
    """The rows of a CSV file, whose separator is the most frequent of comma, semicolon and tab in its first line."""
    head = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    separator = max(",;\t", key=head.count)
    try:
        return [
            [*row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        ]
    except csv.Error as error:
        raise Rejected(
            f"{name} is not CSV: {error}",
            "close every quote, or save it again from the spreadsheet",
        ) from None


def workbook_rows(content: bytes, name: str, tab: str) -> list[list[Cell]]:
    """The rows of a workbook's sheet, with the results that its formulas had when it was saved.

    A formula without a result (in a file that a program wrote) stays a formula and is refused later: an empty
    cell would pass for one that is not filled in yet.
    """
    results = sheet_rows(content, name, tab, data_only=True)
    formulas = sheet_rows(content, name, tab, data_only=False)
    return [
        [
            cell(formula if result is None else result)
            for result, formula in zip_longest(row, as_typed)
        ]
        for row, as_typed in zip(results, formulas, strict=True)
    ]


def sheet_rows(content: bytes, name: str, tab: str, *, data_only: bool) -> Iterator[Sequence[Any]]:
    """The rows of a sheet as openpyxl gives them."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not read
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
            if tab and tab not in book.sheetnames:
                raise Rejected(f"{name} has no sheet {tab!r}", "correct what stands behind the #")
            sheet = book[tab] if tab else book.worksheets[0]
            sheet.reset_dimensions()  # some programs write wrong ones, which would cut off rows
            rows = list(sheet.iter_rows(values_only=True))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise Rejected(
            f"{name} is no workbook that can be read ({type(error).__name__})",
            "open it in a spreadsheet program and save it again as .xlsx",
        ) from None
    return iter(rows)


def cell(value: Any) -> Cell:
    """A workbook's cell."""
    if isinstance(value, bool | str | Decimal) or value is None:
        return value
    if isinstance(value, int | float):
        return Decimal(repr(value))
    if isinstance(value, datetime):
        midnight = value == datetime(value.year, value.month, value.day)
        return value.date() if midnight else value
    return value if isinstance(value, date) else str(value)
