"""The header of a sheet, and the rows below it by the names of their columns."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.cells import Cell, Grid, Line, is_empty
from connectors.sdk.sheets.columns import NAMED, columns_of
from connectors.spreadsheet.values import BadCell

T = TypeVar("T")

NUMBERS = ("value", "numerator", "denominator")


@dataclass(frozen=True)
class Header:
    """The names of the columns."""

    index: int
    """Which of the sheet's lines it is."""
    columns: Sequence[str]
    width: int
    """How many cells the line has, those without a name as well."""

    def cell(self, line: Line, column: str) -> Cell:
        """The cell of a line in a column; None where the line ends before it, or there is no such column."""
        place = self.columns.index(column) if column in self.columns else len(line.cells)
        return line.cells[place] if place < len(line.cells) else None

    def is_repeated_by(self, cells: Sequence[Cell]) -> bool:
        """Whether a row has the same names."""
        return columns_of(cells) == list(self.columns)


@dataclass(frozen=True)
class SheetRow:
    """One row under the header."""

    grid: Grid
    header: Header
    line: Line

    @property
    def place(self) -> str:
        """Where the row is, as a message says it."""
        return f"{self.grid.name}, row {self.line.number}"

    @property
    def says_nothing(self) -> bool:
        """Whether it has neither a KPI nor a day nor a number of its own: a note beside or below the rows."""
        names = [name for name in ("kpi", "date", *NUMBERS) if name in self.header.columns]
        return all(is_empty(self.cell(name)) for name in names)

    @property
    def is_short(self) -> bool:
        """Whether it is a row of a text file that ends before the header does."""
        return self.grid.kind == "text" and len(self.line.cells) < self.header.width

    @property
    def is_header(self) -> bool:
        """Whether it names columns."""
        return {*columns_of(self.line.cells)} >= NAMED

    @property
    def repeats_header(self) -> bool:
        """Whether it is the header again, as at the top of each printed page."""
        return self.header.is_repeated_by(self.line.cells)

    def cell(self, column: str) -> Cell:
        """The cell in a column; None where the row ends before it, or there is no such column."""
        return self.header.cell(self.line, column)

    def refuse_merged(self, column: str, *, is_number: bool = False) -> None:
        """Raise `BadCell` where the cell is merged with others: whose row its content is of is not sure."""
        if column not in self.header.columns:
            return
        place = (self.line.number, self.header.columns.index(column))
        first = self.grid.merged.get(place)
        if first is not None and (is_number or first != place):
            raise BadCell(
                "merged", "is merged with another cell", "unmerge them and fill in each", column
            )

    def read(self, column: str, how: Callable[[Cell], T]) -> T:
        """The cell, read by `how`. Raises `BadCell` with its column."""
        self.refuse_merged(column)
        try:
            return how(self.cell(column))
        except BadCell as bad:
            raise BadCell(bad.code, bad.what, bad.remedy, column) from None


def header_of(grid: Grid, dimensions: Collection[str]) -> Header:
    """The header: the first line with the cells `kpi` and `date`. Raises `Rejected`, naming each fault.

    `dimensions` are the names that a KPI declares, no column of which may be there twice.
    """
    if not grid.lines:
        raise Rejected(f"{grid.name} is empty", "write the header: kpi, date, value")
    names = [columns_of(line.cells) for line in grid.lines]
    index = next((n for n, row in enumerate(names) if {*row} >= NAMED), 0)
    line, columns = grid.lines[index], names[index]
    where = f"{grid.name}, row {line.number}"
    read = {"kpi", "date", *NUMBERS, *dimensions}
    faults = [
        f"{where}, column `{name}` is there twice; rename one"
        for name in sorted({name for name in columns if columns.count(name) > 1} & read)
    ]
    missing = [name for name in ("kpi", "date") if name not in columns]
    if "value" not in columns and not {"numerator", "denominator"} <= {*columns}:
        missing.append("value")
    faults += [
        f"{where} the header has no column `{name}`; "
        "name the columns kpi, date and value (a ratio's numerator and denominator)"
        for name in missing
    ]
    if faults:
        raise Rejected(" | ".join(faults))
    return Header(index, columns, len(line.cells))
