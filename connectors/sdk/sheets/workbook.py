"""The cells of an Excel workbook (.xlsx, .xlsm), from its XML: ECMA-376 part 1, chapter 18.

Read here and not by openpyxl, which does not tell a formula with an empty result from one without a result, gives no
merged cells unless it holds all cells in memory, and reads nothing of a workbook saved as Strict Open XML. The
names of the elements are those of both forms; only their namespaces differ, which are not looked at.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from xml.etree.ElementTree import Element, fromstring, iterparse

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.bounds import LARGEST_PART, MOST_COLUMNS, SPLIT, CellCount
from connectors.sdk.sheets.cells import Cell, Grid, Line, Place, Share, is_empty, merged_cells

Shown = Literal["number", "date", "duration", "percentage"]
"""As what the format of a cell shows its number."""
ASIAN_DATES = {*range(27, 37), *range(50, 59), *range(71, 82)}
"""Built-in formats that are dates and times in Chinese, Japanese, Korean and Thai (ECMA-376, 18.8.30)."""
THAI_PERCENTAGES = {67, 68}
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d*)")
_TEXT_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].')


@dataclass(frozen=True)
class Book:
    """What the cells of a workbook's sheets refer to."""

    texts: Sequence[str]
    formats: Sequence[Shown]
    """By the number of a cell's style."""
    epoch: datetime
    is_calculated: bool
    """False when the results of formulas wait to be calculated by the program that opens the file."""


def workbook_grid(archive: zipfile.ZipFile, name: str, tab: str) -> Grid:
    """The cells of the sheet called `tab`, or of the first one that is not hidden.

    Raises `Rejected`, and what `zipfile` and the XML parser raise of a damaged file.
    """
    root = part_of_type(relations(archive, ""), "/officeDocument")
    if root is None:
        raise Rejected(f"{name} has no workbook in it", "save it again as .xlsx")
    tree = element(archive, root)
    parts = relations(archive, root)
    sheet = sheet_part(tree, parts, name, tab)
    properties, calculation = child(tree, "workbookPr"), child(tree, "calcPr")
    mac = properties is not None and is_true(properties.get("date1904"))
    stale = calculation is not None and is_true(calculation.get("fullCalcOnLoad"))
    book = Book(
        texts=shared_texts(archive, part_of_type(parts, "/sharedStrings")),
        formats=formats_in(archive, part_of_type(parts, "/styles")),
        epoch=MAC_EPOCH if mac else WINDOWS_EPOCH,
        is_calculated=not stale,
    )
    lines: list[Line] = []
    merged: dict[Place, Place] = {}
    number, count = 0, CellCount(name)
    for part in parts_of_sheet(archive, sheet):
        if local(part) == "row":
            number = int(part.get("r") or number + 1)
            cells = cells_of(part, book)
            count.add(len(cells))
            if not all(map(is_empty, cells)):
                lines.append(Line(number, cells))
        else:
            first, _, last = part.get("ref", "").partition(":")
            (top, left), (bottom, right) = place(first), place(last or first)
            count.add(abs(right - left) + 1, rows=abs(bottom - top) + 1)
            merged |= merged_cells((top, left), (bottom, right))
    return Grid(name, lines, "workbook", merged)


def sheet_part(tree: Element, parts: Mapping[str, tuple[str, str]], name: str, tab: str) -> str:
    """The place of the part that holds the sheet. Raises `Rejected`."""
    sheets = child_elements(tree, "sheets")
    if tab and tab not in {sheet.get("name") for sheet in sheets}:
        raise Rejected(f"{name} has no sheet {tab!r}", "correct what stands behind the #")
    for sheet in sheets:
        reference = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        kind, target = parts.get(reference, ("", ""))
        is_meant = sheet.get("name") == tab if tab else sheet.get("state", "visible") == "visible"
        if is_meant and kind.endswith("/worksheet"):
            return target
    what = f"a chart and no cells on its sheet {tab!r}" if tab else "no sheet with cells in sight"
    remedy = "write the name of the sheet with the rows behind a #: kpis.xlsx#2026"
    raise Rejected(f"{name} has {what}", remedy)


def parts_of_sheet(archive: zipfile.ZipFile, part: str) -> Iterator[Element]:
    """Each `row` and `mergeCell` of a sheet; a row is emptied once the next one is asked for."""
    size_of(archive, part)
    holder: Element | None = None
    with archive.open(part) as file:
        for event, item in iterparse(file, ("start", "end")):  # noqa: S314 as in `element`
            tag = local(item)
            if event == "start":
                holder = item if tag == "sheetData" else holder
            elif tag == "row":
                yield item
                if holder is not None:
                    holder.clear()
            elif tag == "mergeCell":
                yield item


def cells_of(row: Element, book: Book) -> list[Cell]:
    """The cells of a row, without the empty ones at its end."""
    cells: list[Cell] = []
    for part in row:
        if local(part) != "c":
            continue
        reference = part.get("r")
        # one that is too far is refused, and not reached by empty cells
        column = min(place(reference)[1] if reference else len(cells), MOST_COLUMNS)
        value = cell_of(part, book)
        if value is not None:
            cells += [None] * (column - len(cells))
            cells[column:] = [value]
        elif not reference:
            cells.append(None)
    return cells


def cell_of(part: Element, book: Book) -> Cell:
    """A cell. A formula without its result is a text that begins with `=`."""
    kind = part.get("t", "n")
    formula, held = child(part, "f"), child(part, "v")
    if kind == "inlineStr":
        text = child(part, "is")
        return None if text is None else text_of(text)
    value = (held.text or "") if held is not None else ""
    if formula is not None and ((not value and kind != "str") or not book.is_calculated):
        return f"={formula.text or ''}"
    if not value:
        return None
    if kind == "s":
        return book.texts[int(value)]
    if kind == "b":
        return is_true(value)
    if kind in {"str", "e"}:
        return value
    if kind == "d":
        return as_day(datetime.fromisoformat(value))
    style = int(part.get("s", "0"))
    shown = book.formats[style] if style < len(book.formats) else "number"
    return number_of(Decimal(repr(float(value))), shown, book.epoch)


def number_of(number: Decimal, shown: Shown, epoch: datetime) -> Cell:
    """The number of a cell, as what its format shows it."""
    if shown == "percentage":
        return Share(number)
    if shown == "duration":
        return "a time"
    if shown == "date":
        try:
            moment = from_excel(float(number), epoch)
        except (OverflowError, ValueError):
            return "a date outside the calendar"
        return as_day(moment)
    return number


def as_day(moment: datetime | date | time | timedelta | None) -> Cell:
    """The day of a date cell, with its hour where it has one."""
    if isinstance(moment, datetime):
        return moment.date() if moment.time() == time() else moment
    return moment if isinstance(moment, date) else "a time"


def formats_in(archive: zipfile.ZipFile, part: str | None) -> list[Shown]:
    """As what each style shows a number."""
    if part is None:
        return []
    tree = element(archive, part)
    codes = dict(BUILTIN_FORMATS)
    for form in child_elements(tree, "numFmts"):
        codes[int(form.get("numFmtId", "0"))] = form.get("formatCode", "")
    return [
        shown_as(int(style.get("numFmtId", "0")), codes)
        for style in child_elements(tree, "cellXfs")
    ]


def shown_as(number: int, codes: Mapping[int, str]) -> Shown:
    """As what the format with this number shows a cell."""
    code = codes.get(number)
    if code is None:
        if number in THAI_PERCENTAGES:
            return "percentage"
        return "date" if number in ASIAN_DATES else "number"
    if is_timedelta_format(code):
        return "duration"
    if is_date_format(code):
        return "date"
    positive = _TEXT_IN_FORMAT.sub("", code).split(";")[0]
    return "percentage" if "%" in positive else "number"


def shared_texts(archive: zipfile.ZipFile, part: str | None) -> list[str]:
    """The texts that cells refer to by number."""
    if part is None:
        return []
    return [text_of(item) for item in element(archive, part) if local(item) == "si"]


def text_of(item: Element) -> str:
    """The text of a cell, whose parts may be formatted differently, without its reading aids (`rPh`)."""
    texts = []
    for part in item:
        if local(part) == "t":
            texts.append(part.text or "")
        elif local(part) == "r":
            texts += [run.text or "" for run in part if local(run) == "t"]
    return "".join(texts)


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """By id the type and the place of the parts that `part` refers to; of the whole package for an empty name."""
    folder, name = posixpath.split(part)
    tree = element(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        item.get("Id", ""): (
            item.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, item.get("Target", ""))).lstrip("/"),
        )
        for item in tree
    }


def part_of_type(parts: Mapping[str, tuple[str, str]], ending: str) -> str | None:
    """The place of the part whose type ends so."""
    return next((place for kind, place in parts.values() if kind.endswith(ending)), None)


def element(archive: zipfile.ZipFile, part: str) -> Element:
    """The XML of a part."""
    size_of(archive, part)
    return fromstring(archive.read(part))  # noqa: S314 expat limits the expansion of entities


def size_of(archive: zipfile.ZipFile, part: str) -> None:
    """Raise `Rejected` when a part is larger than any that a person made."""
    if archive.getinfo(part).file_size > LARGEST_PART:
        what = f"the workbook's {part} unpacks to more than {LARGEST_PART // 2**20} MiB"
        raise Rejected(what, SPLIT)


def place(reference: str) -> Place:
    """Row and column of a reference: B3 is (3, 1)."""
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        raise ValueError
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def local(item: Element) -> str:
    """The name of an element without its namespace."""
    return item.tag.rpartition("}")[2]


def child(item: Element, name: str) -> Element | None:
    """The first element of this name directly below `item`."""
    return next((part for part in item if local(part) == name), None)


def child_elements(item: Element, name: str) -> Sequence[Element]:
    """The elements below the first one of this name; none when there is none."""
    part = child(item, name)
    return () if part is None else tuple(part)


def is_true(text: str | None) -> bool:
    """A boolean as XML writes it."""
    return text in {"1", "true", "on"}
