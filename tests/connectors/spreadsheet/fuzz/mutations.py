"""What goes wrong with sheets. Each mutation changes how a sheet is written, and never what its rows mean.

A slip that makes another sound value (5 for 6, 2025 for 2026) is left out: no reader can tell it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.connectors.spreadsheet.fuzz.good_sheets import (
    KPIS,
    Sheet,
    SheetRow,
    good_number,
    plain,
    text_number,
    workbook_number,
)

Mutation = Callable[[Random, Sheet], None]
GROUPS = (",", ".", " ", "\u00a0", "\u202f", "'", "\u2019")
TEXT_ENCODINGS = (
    "utf-8-sig",
    "utf-16",
    "utf-16-be-bom",
    "utf-16-le",
    "cp1252",
    "latin-1",
    "utf-32",
)
DIGITS = {
    "full width": dict(zip(map(ord, "0123456789"), "０１２３４５６７８９", strict=True)),
    "arabic": dict(zip(map(ord, "0123456789"), "٠١٢٣٤٥٦٧٨٩", strict=True)),
}
WHOLE_THOUSANDS = re.compile(r"\s*-?\d{1,3}([.,]\d{3})+\s*")
"""43,290 where a point is the decimal mark: another sound value."""
NO_NUMBERS = (
    "n/a", "#N/A", "#DIV/0!", "#REF!", "########", "TRUE", "-", "?", "12 calls", "€ 5", "$5", "5,", "1E+05", "1.2E+5",
    "--5", "5-5", "½", "=SUM(A1:A9)", "O", "l2", "1 2 3", "1_000", "0x10", "1;5", "1..5", "5 %%", "nan", "inf", "0,0,0",
)  # fmt: skip


def a_row(rng: Random, sheet: Sheet) -> SheetRow:
    return rng.choice(sheet.rows)


def a_number(rng: Random, sheet: Sheet) -> tuple[SheetRow, str]:
    row = a_row(rng, sheet)
    return row, rng.choice(sorted(row.numbers))


def separator(rng: Random, sheet: Sheet) -> None:
    sheet.separator = rng.choice([";", "\t", "|"])
    sheet.names_separator = rng.random() < 0.3


def encoding(rng: Random, sheet: Sheet) -> None:
    sheet.encoding = rng.choice(TEXT_ENCODINGS)


def line_ends(rng: Random, sheet: Sheet) -> None:
    sheet.newline = rng.choice(["\r\n", "\r", "\n\n"])
    sheet.ends_with_newline = rng.random() < 0.5


def title(rng: Random, sheet: Sheet) -> None:
    sheet.title = rng.choice([["Figures, 2026"], ["Team", "", "by Ann"], ["a,b;c\td"], [""] * 3])


def header(rng: Random, sheet: Sheet) -> None:
    sheet.header = {
        name: rng.choice([name.upper(), f" {name} ", name.title()]) for name in sheet.columns
    }


def repeated_header(rng: Random, sheet: Sheet) -> None:
    sheet.repeats_header_at = rng.randrange(len(sheet.rows))


def column_order(rng: Random, sheet: Sheet) -> None:
    rng.shuffle(sheet.columns)


def further_column(rng: Random, sheet: Sheet) -> None:
    sheet.columns.insert(rng.randrange(len(sheet.columns) + 1), "target")
    for row in sheet.rows:
        row.cells["target"] = (
            rng.choice([1000, 2500, 900]) if sheet.is_workbook else rng.choice(["1000", "2500"])
        )


def missing_column(rng: Random, sheet: Sheet) -> None:
    sheet.columns.remove(rng.choice(sheet.columns))


def column_twice(rng: Random, sheet: Sheet) -> None:
    sheet.columns.append(rng.choice(sheet.columns))


def other_date(rng: Random, sheet: Sheet) -> None:
    """A day in a form that can be read two ways, or in none."""
    row = a_row(rng, sheet)
    day, years = row.day, ("2062", "1926", "0026", "206", "20226", "26", "2016", "2O26")
    row.cells["date"] = rng.choice([
        f"{day:%d.%m.%Y}", f"{day:%m/%d/%Y}", f"{day:%d/%m/%y}", f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day:%d %B %Y}",
        f"{day:%Y-%m-%d} 00:00", f"{day:%Y-%m}", f"{day:%Y-%m}-32", f"{day:%Y}-13-01", "soon", "", "#######", "#VALUE!",
        f"{rng.choice(years)}{day:-%m-%d}", str((day - datetime(1899, 12, 30).date()).days), str(day.year),
    ])  # fmt: skip


def other_date_cell(rng: Random, sheet: Sheet) -> None:
    """A day in another kind of cell."""
    row, serial = a_row(rng, sheet), 46_000 + rng.randrange(400)
    if not sheet.is_workbook:
        return other_date(rng, sheet)
    row.cells["date"] = rng.choice([
        datetime.combine(row.day, time(8, 30)), datetime.combine(row.day, time()), serial, 2026, serial + 0.5, True,
        time(8), timedelta(days=2), row.day.replace(year=2062), row.day.replace(year=1926), -5,
    ])  # fmt: skip
    if isinstance(row.cells["date"], int | float):
        row.formats["date"] = "General"
    return None


def spaces(rng: Random, sheet: Sheet) -> None:
    """Spaces around a cell, which change nothing."""
    row = a_row(rng, sheet)
    column = rng.choice(["kpi", "date", "team", *row.numbers])
    if isinstance(row.cells[column], str):
        space = rng.choice(
            [" ", "\u00a0", "  ", "\u202f", "\t" if sheet.separator != "\t" else " "]
        )
        row.cells[column] = rng.choice(
            [f"{space}{row.cells[column]}", f"{row.cells[column]}{space}"]
        )


def thousands(rng: Random, sheet: Sheet) -> None:
    """A number with thousands and a decimal mark of some country, perhaps as a cell without quotes."""
    row, column = a_number(rng, sheet)
    mark = KPIS[row.kpi].decimal or rng.choice([".", ","])
    group = rng.choice([sign for sign in GROUPS if sign != mark])
    number = row.numbers[column] * (100 if KPIS[row.kpi].is_share else 1)
    sign = " %" if KPIS[row.kpi].is_share else ""
    # trailing zeros may be written as well, as a fixed format does
    text = f"{number:,f}" if rng.random() < 0.5 else f"{number:,.{rng.choice([2, 3])}f}"
    if sum(map(text.count, "0123456789")) < 40 and Decimal(text.replace(",", "")) == number:
        row.cells[column] = text.translate({ord(","): group, ord("."): mark}) + sign
        if rng.random() < 0.5:
            row.unquoted.add(column)


def other_mark(rng: Random, sheet: Sheet) -> None:
    """The other decimal mark than the KPI declares, in all rows but those that a reader would take for thousands."""
    for row in sheet.rows:
        for column in row.numbers:
            if isinstance(row.cells[column], str):
                swapped = str(row.cells[column]).translate({ord("."): ",", ord(","): "."})
                if KPIS[row.kpi].decimal and WHOLE_THOUSANDS.fullmatch(swapped):
                    continue
                row.cells[column] = swapped
                if rng.random() < 0.3:
                    row.unquoted.add(column)


def minus(rng: Random, sheet: Sheet) -> None:
    """A negative number as SAP, accountants and typographers write it."""
    row, column = a_number(rng, sheet)
    if KPIS[row.kpi].is_share:
        return
    number = abs(row.numbers[column])
    row.numbers[column] = -number
    text = plain(number, KPIS[row.kpi].decimal or ".")
    row.cells[column] = rng.choice(
        [f"{text}-", f"({text})", f"\u2212{text}", f"- {text}", f"-{text}"]
    )


def no_number(rng: Random, sheet: Sheet) -> None:
    row, column = a_number(rng, sheet)
    row.cells[column] = rng.choice(NO_NUMBERS)
    # "5," without quotes would be a 5
    row.unquoted.discard(column)


def no_number_cell(rng: Random, sheet: Sheet) -> None:
    """A workbook's cell that is no number, or one that is shown as something else."""
    row, column = a_number(rng, sheet)
    if sheet.is_workbook:
        row.cells[column] = rng.choice(
            [True, time(8), timedelta(hours=30), row.day, "=1+1", "#N/A", "text"]
        )
        row.formats.pop(column, None)


def wrong_format(rng: Random, sheet: Sheet) -> None:
    """A number that is shown as a day, a time or, where it is none, as a percentage."""
    row, column = a_number(rng, sheet)
    forms = ["yyyy-mm-dd", "[h]:mm", "h:mm"] + ([] if KPIS[row.kpi].is_share else ["0%"])
    row.formats[column] = rng.choice(forms)


def without_percent(rng: Random, sheet: Sheet) -> None:
    """A percentage without its sign, where no scale is declared."""
    for row in sheet.rows:
        if KPIS[row.kpi].is_share and KPIS[row.kpi].scale is None:
            number = row.numbers["value"]
            number = number * 100 if rng.random() < 0.5 else number
            row.cells["value"] = float(number) if sheet.is_workbook else plain(number)
            row.formats["value"] = rng.choice(["General", "0.00", '0.0" %"'])


def other_digits(rng: Random, sheet: Sheet) -> None:
    row, column = a_number(rng, sheet)
    if isinstance(row.cells[column], str):
        row.cells[column] = row.cells[column].translate(DIGITS[rng.choice(sorted(DIGITS))])


def kpi_typo(rng: Random, sheet: Sheet) -> None:
    row = a_row(rng, sheet)
    name = row.kpi
    row.cells["kpi"] = rng.choice(
        [name[:-1], name.upper(), name + "s", name.replace("s", "z") + "x", "", "Total", "kpi"]
    )


def member_form(rng: Random, sheet: Sheet) -> None:
    """A member in other letters, or in another form of Unicode."""
    row = a_row(rng, sheet)
    if row.member and isinstance(row.cells["team"], str):
        row.cells["team"] = rng.choice([
            unicodedata.normalize("NFD", row.member), row.member.upper(), row.member.title(), "", f"{row.member}\u200b",
        ])  # fmt: skip


def doubled_row(rng: Random, sheet: Sheet) -> None:
    """A copy of a row, perhaps with another number."""
    row = a_row(rng, sheet)
    copy = SheetRow(
        row.kpi, row.day, dict(row.numbers), row.member, dict(row.cells), dict(row.formats)
    )
    if rng.random() < 0.6:
        kpi = KPIS[row.kpi]
        for column in row.numbers:
            number = copy.numbers[column] = good_number(rng, kpi)
            if sheet.is_workbook:
                copy.cells[column], copy.formats[column] = workbook_number(rng, kpi, number)
            else:
                copy.cells[column] = text_number(rng, kpi, number)
    sheet.rows.insert(rng.randrange(len(sheet.rows) + 1), copy)


def other_cells(rng: Random, sheet: Sheet) -> None:
    """Cells behind the last column, or none at the end of a row."""
    row = a_row(rng, sheet)
    row.extra = rng.choice([[""], ["", ""], ["250"], ["", "note"]])
    # where the empty cells before it are left out, 250 would stand in a column of numbers
    row.omits_end = not row.extra or (rng.random() < 0.3 and "250" not in row.extra)


def empty_cell(rng: Random, sheet: Sheet) -> None:
    row = a_row(rng, sheet)
    row.cells[rng.choice(["kpi", "date", "team", *row.numbers])] = ""


def stray_quote(rng: Random, sheet: Sheet) -> None:
    row = a_row(rng, sheet)
    # inside a member's name a quote is a letter like any other
    column = rng.choice([name for name in sheet.columns if name != "team"])
    row.cells[column] = rng.choice(['"{}', '{}"', '"{}"x', '{}"{}']).format(
        *[row.cells.get(column, "")] * 2
    )
    row.unquoted.add(column)


def broken_line(rng: Random, sheet: Sheet) -> None:
    """A text with a line end, and without quotes."""
    row = a_row(rng, sheet)
    row.cells["comment"] = "two\nlines"
    row.unquoted.add("comment")


def merged(rng: Random, sheet: Sheet) -> None:
    if len(sheet.rows) > 2:
        first = rng.randrange(len(sheet.rows) - 1)
        sheet.merged.append((first, first + 1, rng.choice(sheet.columns)))


def hidden(rng: Random, sheet: Sheet) -> None:
    sheet.hidden_rows = {rng.randrange(len(sheet.rows)) for _ in range(3)}
    sheet.hidden_columns = {rng.choice(sheet.columns)}


MUTATIONS: Mapping[str, Mutation] = {
    function.__name__: function
    for function in (
        separator, encoding, line_ends, title, header, repeated_header, column_order, further_column, missing_column,
        column_twice, other_date, other_date_cell, spaces, thousands, other_mark, minus, no_number, no_number_cell,
        wrong_format, without_percent, other_digits, kpi_typo, member_form, doubled_row, other_cells, empty_cell,
        stray_quote, broken_line, merged, hidden,
    )
}  # fmt: skip


def torn(rng: Random, content: bytes) -> bytes:
    """The beginning of a file."""
    return content[: rng.randrange(len(content))]


def noise(rng: Random, content: bytes) -> bytes:
    """A file with some bytes changed, added or taken away."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 5)):
        place = rng.randrange(len(changed))
        edit: Any = rng.choice(["set", "add", "remove"])
        if edit == "set":
            changed[place] = rng.randrange(256)
        elif edit == "add":
            changed[place:place] = rng.choice(
                [b"\0", b'"', b",", b"\n", b"\xff", b"<", b"#", b"\xef\xbb\xbf"]
            )
        elif len(changed) > 1:
            del changed[place]
    return bytes(changed)
