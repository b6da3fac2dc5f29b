"""From the cells of sheets to the rows of KPIs. Everything that cannot be read is refused, with all faults at once.

A sheet has the columns `kpi`, `date` and `value` (a ratio: `numerator` and `denominator`) and one for each
dimension, in any order; the first row that is not empty is the header. Other columns are ignored.

A row whose numbers are all empty is not filled in yet and is skipped. It may only come after the last day that is
filled in: before that, it may be a forgotten number. A number is written as 12, 12.5 or 96 %; a comma is refused,
as 1,234 can mean a thousand or one and a fraction.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar

from connectors.sdk.errors import Rejected
from connectors.spreadsheet.cells import Cell, Grid
from connectors.spreadsheet.declared import SheetKpi, period_of
from connectors.spreadsheet.values import BadCell, date_in, is_empty, name_in, number_in

T = TypeVar("T")
Row = dict[str, Any]
SHOWN_FAULTS = 5
NUMBERS = ("value", "numerator", "denominator")


@dataclass
class SheetReader:
    """The rows of all sheets, and the faults of those that cannot be read."""

    declared: Mapping[str, SheetKpi]
    fiscal_year_start: int = 1
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _places: dict[tuple[str, date, str], str] = field(default_factory=dict)
    """Where the row of a KPI, period and members is."""
    _unfilled: list[tuple[str, date, str]] = field(default_factory=list)
    """KPI, day and place of the rows that are not filled in."""

    def add(self, grid: Grid) -> None:
        """Read one sheet."""
        numbered_header = header_of(grid)
        if numbered_header is None:
            self.faults.append(f"{grid.name} is empty; write the header: kpi, date, value")
            return
        number, header = numbered_header
        columns = columns_of(header)
        twice = sorted({name for name in columns if columns.count(name) > 1} - {""})
        for name in twice:
            self._fault(
                f"{grid.name}, row {number}, column `{name}`", "is there twice", "rename one"
            )
        missing = [name for name in ("kpi", "date") if name not in columns]
        if not {"value"} & {*columns} and not {"numerator", "denominator"} <= {*columns}:
            missing.append("value")
        for name in missing:
            self._fault(
                f"{grid.name}, row {number}",
                f"the header has no column `{name}`",
                "name the columns kpi, date and value (a ratio's numerator and denominator)",
            )
        if twice or missing:
            return
        for place, cells in enumerate(grid.rows[number:], start=number + 1):
            if not all(is_empty(cell) for cell in cells):
                self._row(_Line(grid, place, columns, cells))

    def done(self) -> list[Row]:
        """The rows. Raises `Rejected` with the faults, the first few of them in words."""
        self._check_unfilled()
        if self.faults:
            more = len(self.faults) - SHOWN_FAULTS
            text = " | ".join(self.faults[:SHOWN_FAULTS]) + (
                f" | and {more} more" if more > 0 else ""
            )
            raise Rejected(text)
        return self.rows

    def _row(self, line: "_Line") -> None:
        try:
            name, kpi = self._kpi(line)
            day = line.read("date", date_in(line.grid.kind))
            numbers = self._numbers(line, name, kpi)
            members = {column: self._member(line, name, column) for column in kpi.dimensions}
        except BadCell as bad:
            self._fault(line.at(bad.column), bad.what, bad.remedy)
            return
        if numbers is None:
            self._unfilled.append(
                (name, day, line.at("value" if not kpi.is_ratio else "numerator"))
            )
            return
        dimensions = json.dumps(members, ensure_ascii=False, sort_keys=True)
        if self._is_first(line, name, kpi, day, dimensions):
            self.rows.append({"kpi": name, "date": day, "dimensions": dimensions, **numbers})

    def _kpi(self, line: "_Line") -> tuple[str, SheetKpi]:
        name = line.read("kpi", name_in)
        if name not in self.declared:
            close = get_close_matches(name, self.declared, n=1)
            raise BadCell(
                "names a KPI that OKRA_SHEET_KPIS does not declare",
                f"did you mean `{close[0]}`?" if close else "correct the name, or declare the KPI",
                "kpi",
            )
        return name, self.declared[name]

    def _numbers(self, line: "_Line", name: str, kpi: SheetKpi) -> Row | None:
        """The numbers of the row's kind as text; None when none of them is filled in."""
        wanted = NUMBERS[1:] if kpi.is_ratio else NUMBERS[:1]
        for column in NUMBERS:
            if column not in wanted and not is_empty(line.cell(column)):
                raise BadCell(
                    f"has a number, but {name} is a {kpi.kind}",
                    f"fill in {' and '.join(wanted)}",
                    column,
                )
        empty = [column for column in wanted if is_empty(line.cell(column))]
        if len(empty) == len(wanted):
            return None
        if empty:
            raise BadCell("is empty", "a ratio takes both numbers", empty[0])
        read = number_in(percent=kpi.unit == "percent" and not kpi.is_ratio)
        return dict.fromkeys(NUMBERS) | {column: line.read(column, read) for column in wanted}

    def _member(self, line: "_Line", name: str, dimension: str) -> str:
        if dimension not in line.columns:
            raise BadCell(
                f"is not there, but {name} is declared with it",
                f"add the column, or take {dimension} out of the KPI's dimensions",
                dimension,
            )
        if is_empty(line.cell(dimension)):
            raise BadCell(
                "is empty", f"write whose number it is; a total over every {dimension} is added up here",
                dimension,
            )  # fmt: skip
        return line.read(dimension, name_in)

    def _is_first(self, line: "_Line", name: str, kpi: SheetKpi, day: date, members: str) -> bool:
        """Whether these members have no other row on that day; of a flow or ratio, in its period."""
        start = day if kpi.kind == "stock" else period_of(day, kpi.every, self.fiscal_year_start)
        key = (name, start, members)
        if key not in self._places:
            self._places[key] = line.at()
            return True
        same = "day" if kpi.kind == "stock" else kpi.every
        self._fault(
            line.at(),
            f"{name} has a row of that {same} already ({self._places[key]})",
            "add them up in one row, or declare the column that tells them apart as a dimension",
        )
        return False

    def _check_unfilled(self) -> None:
        last: dict[str, date] = {}
        for row in self.rows:
            last[row["kpi"]] = max(row["date"], last.get(row["kpi"], row["date"]))
        for name, day, where in self._unfilled:
            if name in last and day <= last[name]:
                self._fault(
                    where,
                    f"is empty, though {name} is filled in up to {last[name]}",
                    "write the number (0 if there was nothing), or remove the row if it is not known",
                )

    def _fault(self, where: str, what: str, remedy: str) -> None:
        self.faults.append(f"{where} {what}; {remedy}")


@dataclass(frozen=True)
class _Line:
    """One row under the header."""

    grid: Grid
    number: int
    columns: Sequence[str]
    cells: Sequence[Cell]

    def at(self, column: str = "") -> str:
        """Where a cell is, as a message says it."""
        where = f"{self.grid.name}, row {self.number}"
        return f"{where}, column `{column}`" if column else where

    def cell(self, column: str) -> Cell:
        """The cell in a column; None where the row ends before it, or there is no such column."""
        place = self.columns.index(column) if column in self.columns else len(self.cells)
        return self.cells[place] if place < len(self.cells) else None

    def read(self, column: str, how: Callable[[Cell], T]) -> T:
        """The cell, read by `how`. Raises `BadCell` with its column."""
        extra = self.cells[len(self.columns) :]
        if self.grid.kind == "text" and not all(is_empty(cell) for cell in extra):
            raise BadCell(
                "has more cells than the header",
                "a comma in a number or text ends its cell: write 12.5, and put texts in quotes",
            )
        try:
            return how(self.cell(column))
        except BadCell as bad:
            raise BadCell(bad.what, bad.remedy, column) from None


def header_of(grid: Grid) -> tuple[int, Sequence[Cell]] | None:
    """The first row that is not empty, and its number."""
    for number, cells in enumerate(grid.rows, start=1):
        if not all(is_empty(cell) for cell in cells):
            return number, cells
    return None


def columns_of(header: Sequence[Cell]) -> list[str]:
    """The names of the columns as a declaration writes them: `Sales rep` is sales_rep."""
    names = ["_".join(str(cell or "").lower().replace("-", " ").split()) for cell in header]
    while names and not names[-1]:
        names.pop()
    return names


def read_rows(
    grids: Iterable[Grid], declared: Mapping[str, SheetKpi], fiscal_year_start: int = 1
) -> list[Row]:
    """The rows of all sheets. Raises `Rejected`, naming sheet, row and column of each fault."""
    reader = SheetReader(declared, fiscal_year_start)
    for grid in grids:
        reader.add(grid)
    return reader.done()


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows of each day."""
    days: dict[date, list[Row]] = {}
    for row in rows:
        days.setdefault(row["date"], []).append(row)
    return days
