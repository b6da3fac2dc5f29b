"""Rows of a text file that have been cut in the wrong place: by a comma in a number, or by the end of a torn file.

`calls,2026-11-21,1,250` under `kpi,date,value,comment` has as many cells as the header, and may be 1,250 calls.
"""

import re
from collections.abc import Iterable

from connectors.spreadsheet.cells import Cell, Grid, Line, is_empty
from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.header import NUMBERS, Header
from connectors.spreadsheet.values import BadCell

_UP_TO_THOUSANDS = re.compile(r"\s*[+-]?\d{1,3}\s*")
_THOUSANDS = re.compile(r"\s*\d{3}(\.\d+)?\s*%?\s*")
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_FRACTION = re.compile(r"\s*\d+\s*%?\s*")
_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d+)?\s*%?\s*")
QUOTE = "write the number without thousands and with a point, or put the cell in quotes"


def refuse_split(grid: Grid, header: Header, line: Line, name: str, kpi: SheetKpi) -> None:
    """Raise `BadCell` where a row may have been cut in the wrong place."""
    if grid.kind != "text":
        return
    if line.number == grid.torn_line:
        raise BadCell(
            "cut_off", "is the last one and ends too early", "save or copy the file again"
        )
    if len(line.cells) > header.width or any(
        not is_empty(cell) for cell in line.cells[len(header.columns) :]
    ):
        raise BadCell("too_many_cells", "has more cells than the header", QUOTE)
    if not grid.is_cut_by_comma:
        return
    for column in kpi.number_columns:
        place = header.columns.index(column) if column in header.columns else len(line.cells)
        follower = header.columns[place + 1] if place + 1 < len(header.columns) else ""
        if follower in {"kpi", "date", *NUMBERS} or place + 1 >= len(line.cells):
            continue
        if may_be_cut(line.cells[place], line.cells[place + 1], kpi) and not is_sure(
            grid.lines[header.index + 1 :], line, place + 1, is_member=follower in kpi.dimensions
        ):
            raise BadCell(
                "split_number",
                f"and the cell behind it may be one number of {name} that a comma has cut in two",
                f"{QUOTE}; numbers of another column are sure in front of `{column}`",
                column,
            )


def may_be_cut(number: Cell, rest: Cell, kpi: SheetKpi) -> bool:
    """Whether two cells may have been one number with a comma: 1,250 or, where there are fractions, 12,5."""
    first, second = str(number or ""), str(rest or "")
    if _UP_TO_THOUSANDS.fullmatch(first) and _THOUSANDS.fullmatch(second):
        return True
    return not kpi.is_whole and bool(_WHOLE.fullmatch(first) and _FRACTION.fullmatch(second))


def is_sure(lines: Iterable[Line], line: Line, place: int, *, is_member: bool) -> bool:
    """Whether the cell at `place` belongs into its column, though it looks like the rest of a number.

    A member has no cell behind it: a number in front of it that was cut would have pushed it there. Any other column
    is sure when all of its cells are numbers, one of which cannot be the rest of a number.
    """
    if is_member and not any(not is_empty(cell) for cell in line.cells[place + 1 :]):
        return True
    cells = [
        str(other.cells[place])
        for other in lines
        if place < len(other.cells) and not is_empty(other.cells[place])
    ]
    return all(_NUMBER.fullmatch(cell) for cell in cells) and any(
        len(cell.strip().partition(".")[0]) > 3 for cell in cells
    )
