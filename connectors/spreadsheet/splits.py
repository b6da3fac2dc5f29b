"""Rows of a text file that have been cut in the wrong place: by a comma in a number, or by the end of a torn file.

`calls,2026-11-21,1,250` under `kpi,date,value,comment` has as many cells as the header, and may be 1,250 calls.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.sdk.sheets.cells import Cell, Grid, Line, is_empty
from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.header import NUMBERS, Header
from connectors.spreadsheet.values import QUOTE, SPLIT, BadCell

_UP_TO_THOUSANDS = re.compile(r"\s*[+-]?\d{1,3}\s*")
_THOUSANDS = re.compile(r"\s*\d{3}(\.\d+)?\s*%?\s*")
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_FRACTION = re.compile(r"\s*\d+\s*%?\s*")
_NUMBER = re.compile(r"\s*(?P<whole>[+-]?\d+)(\.\d+)?\s*%?\s*")


@dataclass
class Splits:
    """Finds the rows of a sheet that may have been cut in the wrong place."""

    grid: Grid
    header: Header
    _number_columns: dict[int, bool] = field(default_factory=dict)
    """By place, whether a column holds numbers of its own."""

    @property
    def shifts_names(self) -> bool:
        """Whether a cut in front of them moves the name of the KPI and the day into other columns."""
        return self.grid.is_cut_by_comma and {*self.header.columns[:2]} != {"kpi", "date"}

    def refuse_length(self, line: Line) -> None:
        """Raise `BadCell` where a row has too many cells, or is the torn end of a file."""
        if self.grid.kind != "text":
            return
        if line.number == self.grid.torn_line:
            raise BadCell(
                "cut_off",
                "is the last one and ends too early",
                "save or copy the file again; if it is whole, end its last row with a line end",
            )
        beyond = line.cells[len(self.header.columns) :]
        if len(line.cells) > self.header.width or not all(map(is_empty, beyond)):
            raise BadCell("too_many_cells", "has more cells than the header", QUOTE)

    def refuse_cut(self, line: Line, name: str, kpi: SheetKpi) -> None:
        """Raise `BadCell` where a number of the KPI `name` may be in two cells."""
        for place in self._places_of_rest(line, kpi):
            column = self.header.columns[place - 1]
            is_member = self._column(place) in kpi.dimensions
            if not self._is_sure(line, place, is_member=is_member):
                raise BadCell(
                    SPLIT,
                    f"and the cell behind it may be one number of {name} that a comma has cut in two",
                    f"{QUOTE}; numbers of another column are sure in front of `{column}`",
                    column,
                )

    def may_be_cut(self, line: Line, kpi: SheetKpi) -> bool:
        """Whether a row that is not refused may be cut all the same: its column has such numbers in other rows."""
        return any(self._places_of_rest(line, kpi))

    def _places_of_rest(self, line: Line, kpi: SheetKpi) -> Iterator[int]:
        """The places of cells that may be the rest of the number in front of them."""
        columns = self.header.columns
        if not self.grid.is_cut_by_comma:
            return
        required = {"kpi", "date", *kpi.number_columns, *kpi.dimensions}
        if len(columns) == self.header.width and columns[-1] in required:
            return  # a number in two cells would have pushed the last one out of the header
        for column in kpi.number_columns:
            place = columns.index(column) + 1 if column in columns else len(line.cells)
            if self._column(place) in {"kpi", "date", *NUMBERS} or place >= len(line.cells):
                continue
            if may_be_cut(line.cells[place - 1], line.cells[place], kpi):
                yield place

    def _column(self, place: int) -> str:
        columns = self.header.columns
        return columns[place] if place < len(columns) else ""

    def _is_sure(self, line: Line, place: int, *, is_member: bool) -> bool:
        """Whether the cell at `place` belongs into its column, though it looks like the rest of a number.

        A member has no cell behind it: a number in front of it that was cut would have pushed it there.
        """
        if is_member and all(map(is_empty, line.cells[place + 1 :])):
            return True
        if place not in self._number_columns:
            lines = self.grid.lines[self.header.index + 1 :]
            self._number_columns[place] = is_number_column(lines, place)
        return self._number_columns[place]


def may_be_cut(number: Cell, rest: Cell, kpi: SheetKpi) -> bool:
    """Whether two cells may have been one number with a comma: 1,250 or, where there are fractions, 12,5."""
    first, second = str(number or ""), str(rest or "")
    if _UP_TO_THOUSANDS.fullmatch(first) and _THOUSANDS.fullmatch(second):
        return True
    return not kpi.is_whole and bool(_WHOLE.fullmatch(first) and _FRACTION.fullmatch(second))


def is_number_column(lines: Iterable[Line], place: int) -> bool:
    """Whether all cells at `place` are numbers, one of which cannot be the rest of another."""
    cells = [
        str(line.cells[place])
        for line in lines
        if place < len(line.cells) and not is_empty(line.cells[place])
    ]
    numbers = [_NUMBER.fullmatch(cell) for cell in cells]
    return all(numbers) and any(len(number["whole"]) > 3 for number in numbers if number)
