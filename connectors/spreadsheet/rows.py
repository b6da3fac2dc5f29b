"""From the cells of sheets to the rows of KPIs. What cannot be read as it stands is refused, all at once.

A sheet has the columns `kpi`, `date` and `value` (a ratio: `numerator` and `denominator`) and one for each
dimension, in any order; the first row with anything in it is the header. Other columns are not looked at.

A row whose numbers are all empty has not been filled in yet and is no row. It may only come after the last
day that is filled in: before it, nobody could tell a forgotten number from nothing. For a number, a cell
says 12, 12.5 or 96 %; a comma is refused, as 1,234 is a thousand to one reader and one and a bit to another.
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
SHOWN = 5
"""Faults that are told at once."""
NUMBERS = ("value", "numerator", "denominator")


@dataclass
class Reading:
    """Every row of every sheet, and what is wrong with the others."""

    declared: Mapping[str, SheetKpi]
    fiscal_year_start: int = 1
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _given: dict[tuple[str, date, str], str] = field(default_factory=dict)
    _waiting: list[tuple[str, date, str]] = field(default_factory=list)

    def add(self, grid: Grid) -> None:
        """Read one sheet."""
        found = header_of(grid)
        if found is None:
            self.faults.append(f"{grid.name} is empty; write the header: kpi, date, value")
            return
        number, header = found
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
            if not all(is_empty(each) for each in cells):
                self._row(_Line(grid, place, columns, cells))

    def done(self) -> list[Row]:
        """The rows. Raises `Rejected` with the faults, the first few of them in words."""
        self._check_waiting()
        if self.faults:
            more = len(self.faults) - SHOWN
            text = " | ".join(self.faults[:SHOWN]) + (f" | and {more} more" if more > 0 else "")
            raise Rejected(text)
        return self.rows

    def _row(self, line: "_Line") -> None:
        try:
            name, kpi = self._kpi(line)
            day = line.read("date", date_in(line.grid.kind))
            numbers = self._numbers(line, name, kpi)
            members = {each: self._member(line, name, each) for each in kpi.dimensions}
        except BadCell as bad:
            self._fault(line.at(bad.column), bad.what, bad.remedy)
            return
        if numbers is None:
            self._waiting.append((name, day, line.at("value" if not kpi.is_ratio else "numerator")))
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
        for each in NUMBERS:
            if each not in wanted and not is_empty(line.cell(each)):
                raise BadCell(
                    f"has a number, but {name} is a {kpi.kind}",
                    f"fill in {' and '.join(wanted)}",
                    each,
                )
        filled = [each for each in wanted if not is_empty(line.cell(each))]
        if not filled:
            return None
        for each in wanted:
            if each not in filled:
                raise BadCell("is empty", "a ratio takes both numbers", each)
        read = number_in(percent=kpi.unit == "percent" and not kpi.is_ratio)
        return dict.fromkeys(NUMBERS) | {each: line.read(each, read) for each in wanted}

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
        """Whether nothing was said yet of these members on that day: of a flow or ratio, in its period."""
        start = day if kpi.kind == "stock" else period_of(day, kpi.every, self.fiscal_year_start)
        said = (name, start, members)
        if said not in self._given:
            self._given[said] = line.at()
            return True
        same = "day" if kpi.kind == "stock" else kpi.every
        self._fault(
            line.at(),
            f"{name} has a row of that {same} already ({self._given[said]})",
            "add them up in one row, or declare the column that tells them apart as a dimension",
        )
        return False

    def _check_waiting(self) -> None:
        last: dict[str, date] = {}
        for row in self.rows:
            last[row["kpi"]] = max(row["date"], last.get(row["kpi"], row["date"]))
        for name, day, where in self._waiting:
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
        """Where a cell is, for a person."""
        where = f"{self.grid.name}, row {self.number}"
        return f"{where}, column `{column}`" if column else where

    def cell(self, column: str) -> Cell:
        """The cell under a header; None where the row ends before it, or nothing has that header."""
        place = self.columns.index(column) if column in self.columns else len(self.cells)
        return self.cells[place] if place < len(self.cells) else None

    def read(self, column: str, how: Callable[[Cell], T]) -> T:
        """What the cell says. Raises `BadCell` with its column."""
        extra = self.cells[len(self.columns) :]
        if self.grid.kind == "text" and not all(is_empty(each) for each in extra):
            raise BadCell(
                "has more cells than the header",
                "a comma in a number or text ends its cell: write 12.5, and put texts in quotes",
            )
        try:
            return how(self.cell(column))
        except BadCell as bad:
            raise BadCell(bad.what, bad.remedy, column) from None


def header_of(grid: Grid) -> tuple[int, Sequence[Cell]] | None:
    """The first row with anything in it, and its number."""
    for number, cells in enumerate(grid.rows, start=1):
        if not all(is_empty(each) for each in cells):
            return number, cells
    return None


def columns_of(header: Sequence[Cell]) -> list[str]:
    """The names of the columns as a declaration writes them: `Sales rep` is sales_rep."""
    names = ["_".join(str(each or "").lower().replace("-", " ").split()) for each in header]
    while names and not names[-1]:
        names.pop()
    return names


def read_rows(
    grids: Iterable[Grid], declared: Mapping[str, SheetKpi], fiscal_year_start: int = 1
) -> list[Row]:
    """The rows of all sheets. Raises `Rejected`, naming sheet, row and column of each fault."""
    reading = Reading(declared, fiscal_year_start)
    for grid in grids:
        reading.add(grid)
    return reading.done()


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows of each day."""
    found: dict[date, list[Row]] = {}
    for row in rows:
        found.setdefault(row["date"], []).append(row)
    return found
