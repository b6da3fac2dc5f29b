"""Check-ins in sheets: what people say of the key results, a row each.

    key_result,day,by,confidence,note,decision
    two-million/revenue,2026-11-20,ceo@example.com,80 %,The large order of May is signed.,Keep the target.

CHECK_INS_SHEETS lists the sheets, as OKRA_SHEETS does those of KPIs. The header is the first row with `key_result` and
`day`. No other column than these is stored, so that a private one never leaves the sheet.

Each run reads the sheets whole. A window holds them as they stood on its day, with the texts as they were written:
whoever scores knows the key results, and says which rows are about none. A row without a key result, or without a day
that can be read, is set aside. A sheet that cannot be read at all fails the pull, and what was read of it before stays.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk import google_api
from connectors.sdk.contract import (
    Calls,
    Finding,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    column,
)
from connectors.sdk.errors import Rejected
from connectors.sdk.sheets import listed
from connectors.sdk.sheets.cells import Cell, Grid, Line, as_typed, is_empty
from connectors.sdk.sheets.columns import columns_of
from connectors.sdk.sheets.listed import ListedSheets, business_zone

OPTION = "CHECK_INS_SHEETS"
NEEDED = ("key_result", "day")
COLUMNS = (*NEEDED, "by", "confidence", "note", "decision")
"""The columns that are read."""
CLOSE = 0.8
"""How much of two names is the same where one is a slip of the pen of the other: one letter of five may differ."""

CHECK_INS = Stream(
    name="check_ins",
    description="What people say of the key results, as the sheets stood: one row a check-in",
    schema=pa.schema(
        [
            column("read_on", pa.date32(), "The day on which the sheets were read"),
            column("sheet", pa.string(), "Name of the document or file"),
            column("row", pa.int64(), "Number of the row, from 1"),
            column("key_result", pa.string(), "Its objective and its id"),
            column("day", pa.date32(), "The day on which it was said"),
            column("by", pa.string(), "Who said it", null=True),
            column(
                "confidence",
                pa.string(),
                "How sure the person is that it is met, as written",
                null=True,
            ),
            column("note", pa.string(), "How it stands, in words", null=True),
            column("decision", pa.string(), "What was decided", null=True),
        ]
    ),
    key=("read_on", "sheet", "row"),
    cursor="read_on",
    snapshot=True,
)


class CheckInsConnection:
    """The sheets, read when they are asked for."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        self._zone = business_zone(values)
        self._sheets = ListedSheets(OPTION, values, calls)

    @property
    def zone(self) -> ZoneInfo:
        """The business zone, in which people date what they say."""
        return self._zone

    def pages(self, piece: Slice) -> Iterator[Page]:
        names: Counter[str] = Counter()
        for grid in self._sheets.grids(NEEDED):
            names[grid.name] += 1
            number = names[grid.name]  # two sheets of one document have its name
            name = f"{grid.name} ({number})" if number > 1 else grid.name
            rows, findings = rows_in(grid, name)
            yield Page([{"read_on": piece.last, **row} for row in rows], findings=findings)

    def close(self) -> None:
        self._sheets.close()


def rows_in(grid: Grid, name: str) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The check-ins of a sheet that is called `name`, and what is wrong with others. Raises `Rejected`."""
    header = next((line for line in grid.lines if {*columns_of(line.cells)} >= {*NEEDED}), None)
    if header is None:
        raise Rejected(
            f"{name} has no row with the columns key_result and day", "write them as its header"
        )
    names = columns_of(header.cells)
    repeated = [column for column in COLUMNS if names.count(column) > 1]
    if repeated:
        raise Rejected(
            f"{name}, row {header.number}, has the column {repeated[0]} twice", "rename one"
        )
    rows: list[dict[str, Any]] = []
    findings = list(misspelt(names, f"{name}, row {header.number}"))
    for line in grid.lines:
        if line.number <= header.number or columns_of(line.cells) == names:
            continue
        cells = cells_of(line, names)
        if all(map(is_empty, cells.values())):
            continue
        try:
            rows.append({"sheet": name, "row": line.number, **check_in_of(cells)})
        except BadRow as bad:
            place = f"{name}, row {line.number}, column {bad.column}"
            findings.append(
                Finding(
                    what=bad.code,
                    message=f"{place}, {bad.what}: {bad.remedy}",
                    column=bad.column,
                    examples=(f"row {line.number}",),
                )
            )
    return rows, findings


def misspelt(names: Sequence[str], place: str) -> Iterator[Finding]:
    """A finding for each column that is not read, and is a slip of the pen away from one that is and is not there."""
    lacking = [column for column in COLUMNS if column not in names]
    for name in names:
        if name and name not in COLUMNS and (close := get_close_matches(name, lacking, 1, CLOSE)):
            yield Finding(
                what="unknown_column",
                message=f"{place}, a column is not read: did you mean {close[0]}?",
                is_set_aside=False,
                column=close[0],
            )


def cells_of(line: Line, names: Sequence[str]) -> dict[str, Cell]:
    """The cells of the columns that are read."""
    by_name = dict(zip(names, line.cells, strict=False))
    return {column: by_name.get(column) for column in COLUMNS}


class BadRow(Exception):
    """A row that cannot be kept: a code for it, in which column, what is wrong, and what to write."""

    def __init__(self, code: str, column: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.code = code
        self.column = column
        self.what = what
        self.remedy = remedy


def check_in_of(cells: Mapping[str, Cell]) -> dict[str, Any]:
    """The check-in of a row. Raises `BadRow`."""
    if is_empty(cells["key_result"]):
        raise BadRow(
            "no_key_result", "key_result", "is empty", "write it such as two-million/revenue"
        )
    texts = {
        column: None if is_empty(cell) else as_typed(cell).strip() for column, cell in cells.items()
    }
    return {**texts, "day": day_in(cells["day"])}


def day_in(cell: Cell) -> date:
    """The day of a date cell, or of a text such as 2026-11-20; of a form's timestamp its day. Raises `BadRow`.

    11/12/2026 is in November or in December, and a number is no day, though spreadsheets count days.
    """
    remedy = "format the cell as a date, or write 2026-11-20"
    if is_empty(cell):
        raise BadRow("no_date", "day", "is empty", remedy)
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    try:
        return datetime.fromisoformat(cell.strip() if isinstance(cell, str) else "").date()
    except ValueError:
        raise BadRow("not_a_date", "day", "is no date", remedy) from None


SOURCE = Source(
    name="check_ins",
    title="Check-ins in sheets",
    options=(
        Option(
            OPTION,
            "The sheets of check-ins, comma-separated: paths, addresses, links of Google Sheets",
            secret=True,  # whoever has a shared link has the sheet
            may_be_written=True,
        ),
        *listed.OPTIONS,
    ),
    streams=(CHECK_INS,),
    limits=listed.LIMITS,
    open=CheckInsConnection,
    diagnose=google_api.diagnose,
    workers=1,
    has_figures=False,
)
