"""The file of a sheet."""

import csv
import io
from datetime import datetime, time, timedelta
from typing import Any

import openpyxl

from connectors.sandbox.google_sheets import Failed, Shown, Value, cell
from tests.connectors.spreadsheet.fuzz.good_sheets import Sheet, SheetRow


def content_of(sheet: Sheet) -> bytes:
    """The bytes of a CSV or XLSX file."""
    return workbook_of(sheet) if sheet.is_workbook else text_of(sheet)


def answer_of(sheet: Sheet) -> dict[str, Any]:
    """What Google Sheets answers for the cells of a sheet."""
    rows: list[list[Value]] = [[title] for title in sheet.title]
    rows.append([sheet.header.get(name, name) for name in sheet.columns])
    top = len(rows)
    for row in sheet.rows:
        cells = [google_value(row, name) for name in sheet.columns]
        rows.append([*cells, *row.extra])
    merges = [
        {
            "startRowIndex": first + top,
            "endRowIndex": last + top + 1,
            "startColumnIndex": sheet.columns.index(name),
            "endColumnIndex": sheet.columns.index(name) + 1,
        }
        for first, last, name in sheet.merged
        if name in sheet.columns
    ]
    for merge in merges:  # only the first of merged cells keeps its value
        for number in range(merge["startRowIndex"] + 1, merge["endRowIndex"]):
            rows[number][merge["startColumnIndex"]] = None
    data = [{"rowData": [{"values": [cell(value) for value in row]} for row in rows]}]
    return {"sheets": [{"data": data, "merges": merges}]}


def google_value(row: SheetRow, name: str) -> Value:
    """A workbook's cell as one of Google Sheets."""
    value, form = row.cells.get(name, ""), row.formats.get(name, "")
    if isinstance(value, datetime):
        return Shown((value - datetime(1899, 12, 30)) / timedelta(days=1), "DATE_TIME")
    if isinstance(value, time):
        return Shown(value.hour / 24, "TIME")
    if isinstance(value, timedelta):
        return Shown(value / timedelta(days=1), "TIME")
    if isinstance(value, str) and value.startswith(("=", "#")):
        return Failed()
    if isinstance(value, int | float) and not isinstance(value, bool):
        kinds = {"%": "PERCENT", "y": "DATE", "h": "TIME"}
        shown = [kind for sign, kind in kinds.items() if sign in form.split('"')[0]]
        return Shown(value, shown[0]) if shown else value
    return value


def text_of(sheet: Sheet) -> bytes:
    """A CSV, or with other separators."""
    header = line([sheet.header.get(name, name) for name in sheet.columns], sheet.separator)
    lines = [*sheet.title, header]
    for index, row in enumerate(sheet.rows):
        if index == sheet.repeats_header_at:
            lines.append(header)
        lines.append(line_of(sheet, row))
    text = sheet.newline.join(lines) + (sheet.newline if sheet.ends_with_newline else "")
    if sheet.names_separator:
        text = f"sep={sheet.separator}{sheet.newline}{text}"
    if sheet.encoding == "utf-16-be-bom":
        return b"\xfe\xff" + text.encode("utf-16-be")
    try:
        return text.encode(sheet.encoding)
    except UnicodeEncodeError:
        # a program would write question marks, which nobody could take for what was meant
        return text.encode("utf-8")


def line_of(sheet: Sheet, row: SheetRow) -> str:
    """A row of a text file."""
    columns = list(sheet.columns)
    while row.omits_end and columns and not row.cells.get(columns[-1]):
        columns.pop()
    cells = [
        str(row.cells.get(name, ""))
        if name in row.unquoted
        else line([str(row.cells.get(name, ""))], sheet.separator)
        for name in columns
    ]
    return sheet.separator.join([*cells, *row.extra])


def line(cells: list[str], separator: str) -> str:
    """Cells with the quotes that they need."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerow(cells)
    return "" if cells == [""] else text.getvalue().removesuffix("\r\n")


def workbook_of(sheet: Sheet) -> bytes:
    """An XLSX file, as openpyxl writes it."""
    book = openpyxl.Workbook()
    cells = book.active
    assert cells is not None
    for number, title in enumerate(sheet.title, start=1):
        cells.cell(number, 1, title)
    top = len(sheet.title) + 1
    for column, name in enumerate(sheet.columns, start=1):
        cells.cell(top, column, sheet.header.get(name, name))
    for number, row in enumerate(sheet.rows, start=top + 1):
        for column, name in enumerate(sheet.columns, start=1):
            value = row.cells.get(name, "")
            if value == "":
                continue
            item = cells.cell(number, column, value)
            if name in row.formats and not isinstance(value, str | bool):
                item.number_format = row.formats[name]
        for column, value in enumerate(row.extra, start=len(sheet.columns) + 1):
            cells.cell(number, column, value)
    for first, last, name in sheet.merged:
        if name not in sheet.columns:
            continue
        column = sheet.columns.index(name) + 1
        cells.merge_cells(None, first + top + 1, column, last + top + 1, column)
    for index in sheet.hidden_rows:
        cells.row_dimensions[index + top + 1].hidden = True
    for name in sheet.hidden_columns & {*sheet.columns}:
        letter = openpyxl.utils.get_column_letter(sheet.columns.index(name) + 1)
        cells.column_dimensions[letter].hidden = True
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
