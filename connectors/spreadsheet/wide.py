"""Sheets with a column a period: which columns are which periods, and the rows below them.

A column of texts that is neither a period nor named in the layout is ignored in front of the first period. One with
figures, or behind it, may be a period whose header is misspelt: the sheet is refused, until `skip` names it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.cells import Cell, Grid, Line, is_empty
from connectors.sdk.sheets.columns import columns_of
from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.fiscal_periods import FiscalPeriods
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.period_headers import period_in, year_in
from connectors.spreadsheet.values import SPLIT, BadCell, shown

DASHES = {"-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"}
"""What accountants write for nothing."""
FORMS = {
    "day": "2026-01-31",
    "week": "KW 3 2026 or 2026-W03",
    "month": "Jan 2026, 01.2026 or 2026-01",
    "quarter": "Q1 2026",
}
"""How the headers of periods are written, to say what would be right."""
FORMS_OF_WEEKS = {
    "month": "2026-P01, or with a day of the period as a date",
    "quarter": "2026-02-01, the first day of the quarter as a date",
}
"""The same where a fiscal year is made of whole weeks."""
_UP_TO_THOUSANDS = re.compile(r"\s*[(+-]?\s*\d{1,3}\s*")
_THOUSANDS = re.compile(r"\s*\d{3}(\.\d+)?\s*[%)]?\s*")
_WHOLE = re.compile(r"\s*[(+-]?\s*\d+\s*")


@dataclass(frozen=True)
class WideHeader:
    """The header of a wide sheet: the places of its columns, from 0."""

    index: int
    """Which of the sheet's lines it is."""
    width: int
    labels: Mapping[str, int]
    """By `kpi` and dimension."""
    periods: Mapping[int, date]
    """By place, the last day of the period, which its numbers are dated."""
    names: Sequence[str]
    """What the header says, as a finding has it."""


@dataclass(frozen=True)
class WideRow:
    """A row below the header."""

    grid: Grid
    header: WideHeader
    line: Line

    @property
    def place(self) -> str:
        """Where the row is, as a message says it."""
        return f"{self.grid.name}, row {self.line.number}"

    def cell(self, place: int) -> Cell:
        """The cell at a place; None where the row ends before it."""
        return self.line.cells[place] if place < len(self.line.cells) else None

    @property
    def has_numbers(self) -> bool:
        """Whether a cell below a period is filled in."""
        return any(not is_empty(self.cell(place)) for place in self.header.periods)

    def is_skipped(self, layout: Layout) -> bool:
        """Whether it is a sub-total or a note, as the layout says."""
        return any(layout.skips(self.cell(place)) for place in self.header.labels.values())

    def label(self, role: str) -> Cell:
        """The cell of the KPI or of a dimension. Raises `BadCell` where it is merged with others."""
        place = self.header.labels[role]
        position = (self.line.number, place)
        if (
            self.grid.merged.get(position, position) != position
            or position in self.grid.merged.values()
        ):
            raise BadCell(
                "merged", "is merged with another cell", "unmerge them and fill in each", role
            )
        return self.cell(place)

    def number(self, place: int) -> Cell:
        """The cell below a period. Raises `BadCell` where it is merged with others: whose number it is is not sure."""
        position = (self.line.number, place)
        if position in self.grid.merged or position in self.grid.merged.values():
            raise BadCell("merged", "is merged with another cell", "unmerge them and fill in each")
        return self.cell(place)

    def refuse_cut(self, name: str, kpi: SheetKpi) -> None:
        """Raise `BadCell` where two cells may be one number that a comma has cut in two: 1,250.

        The last period may be left out of a row, so that its length proves nothing.
        """
        if not self.grid.is_cut_by_comma:
            return
        decimals = max(2, kpi.precision)
        fraction = re.compile(rf"\s*\d{{1,{decimals}}}\s*[%)]?\s*")
        for place in self.header.periods:
            first, second = (str(self.cell(n) or "") for n in (place, place + 1))
            is_cut = _UP_TO_THOUSANDS.fullmatch(first) and _THOUSANDS.fullmatch(second)
            if not is_cut and not kpi.is_whole:
                is_cut = _WHOLE.fullmatch(first) and fraction.fullmatch(second)
            if is_cut:
                raise BadCell(
                    SPLIT,
                    f"and the cell behind it may be one number of {name} that a comma has cut in two",
                    "save the sheet as .xlsx, or with semicolons between the cells",
                    self.header.names[place],
                )


def wide_header(
    grid: Grid, layout: Layout, dimensions: Collection[str], fiscal: FiscalPeriods
) -> WideHeader:
    """The header: the first line with the declared columns and with a period. Raises `Rejected`, naming each fault."""
    if not grid.lines:
        raise Rejected(f"{grid.name} is empty", "write the header")
    search = _Search(grid, layout, dimensions, fiscal)
    near = None
    for index, line in enumerate(grid.lines):
        names = columns_of(search.shown(line))
        if search.needed <= {*names}:
            near = near or line
            if search.has_period(line):
                return search.header(index, line)
    if near is None:
        raise Rejected(
            f"{grid.name} has no row with the columns {', '.join(sorted(search.needed))}",
            "correct `columns` of the layout, or the header",
        )
    raise Rejected(
        f"{grid.name}, row {near.number} has no header of a {layout.periods}",
        f"write headers such as {forms(layout, fiscal)}",
    )


@dataclass(frozen=True)
class _Search:
    """What is looked for in the lines of a sheet."""

    grid: Grid
    layout: Layout
    dimensions: Collection[str]
    fiscal: FiscalPeriods

    @property
    def needed(self) -> set[str]:
        """The names that the header has."""
        roles = {*self.layout.columns} | (set() if self.layout.kpi else {"kpi"})
        return {self.layout.header(role) for role in roles}

    def shown(self, line: Line) -> list[Cell]:
        """The cells of a header line; one that is merged with others shows their value."""
        return [self._shown(line, place) for place in range(self._width(line))]

    def has_period(self, line: Line) -> bool:
        return any(self._is_period(line, place) for place in range(self._width(line)))

    def header(self, index: int, line: Line) -> WideHeader:
        """The header in this line. Raises `Rejected`."""
        where = f"{self.grid.name}, row {line.number}"
        cells = self.shown(line)
        names = [*columns_of(cells), *[""] * len(cells)]
        faults: list[str] = []
        labels = {}
        for role in ("kpi", *sorted(self.dimensions)):
            name = self.layout.header(role)
            if names.count(name) > 1:
                faults.append(f"{where}, column `{name}` is there twice; rename one")
            elif name in names and not (role == "kpi" and self.layout.kpi):
                labels[role] = names.index(name)
        periods: dict[int, date] = {}
        by_day: dict[date, int] = {}
        for place, cell in enumerate(cells):
            if place in labels.values() or self.layout.skips(cell):
                continue
            header_cell = f"{where}, column {letters(place)}"
            try:
                first = self._period(line, place)
            except BadCell as bad:
                faults.append(f"{header_cell} {bad.what}; {bad.remedy}")
                continue
            if first is not None:
                if first in by_day:
                    faults.append(
                        f"{header_cell} is of the same {self.layout.periods} as column {letters(by_day[first])}; "
                        "keep one of them, or name the other in `skip`"
                    )
                by_day[first] = place
                assert self.layout.periods is not None
                periods[place] = self.fiscal.last_day(first, self.layout.periods)
            elif periods or self._has_numbers(index, place):
                faults += self._undeclared(index, place, cell, header_cell)
        if faults:
            raise Rejected(" | ".join(faults))
        texts = [str(cell).strip() if cell is not None else "" for cell in cells]
        return WideHeader(index, len(line.cells), labels, periods, texts)

    def _has_numbers(self, index: int, place: int) -> bool:
        """Whether a column has figures below the header, and so may be a period whose header is misspelt."""
        cells = (x.cells[place] for x in self.grid.lines[index + 1 :] if place < len(x.cells))
        return any(
            isinstance(cell, Decimal) or (isinstance(cell, str) and any(map(str.isdigit, cell)))
            for cell in cells
        )

    def _undeclared(self, index: int, place: int, cell: Cell, header_cell: str) -> Iterator[str]:
        """The fault of a column with figures, or behind a period, that is no period and that no layout names."""
        if not is_empty(cell):
            what = f"says {shown(cell)}" if shown(cell) != "a text" else "has a header"
            yield (
                f"{header_cell} {what} that is no {self.layout.periods}; write it such as "
                f"{forms(self.layout, self.fiscal)}, or name it in `skip` of the layout"
            )
        elif any(
            place < len(line.cells) and not is_empty(line.cells[place])
            for line in self.grid.lines[index + 1 :]
        ):
            yield (
                f"{header_cell} has cells and no header; write one, and name it in `skip` if it is no "
                f"{self.layout.periods}"
            )

    def _width(self, line: Line) -> int:
        """The cells of the line and of those below it: a column without a header may be a period."""
        return max((len(other.cells) for other in self.grid.lines), default=len(line.cells))

    def _is_period(self, line: Line, place: int) -> bool:
        try:
            return self._period(line, place) is not None
        except BadCell:
            return True

    def _period(self, line: Line, place: int) -> date | None:
        year = self.layout.year
        if year == "above":
            above = next((x for x in self.grid.lines if x.number == line.number - 1), None)
            year = None if above is None else year_in(self._shown(above, place))
        cell = self._shown(line, place)
        if self.layout.skips(cell):
            return None
        return period_in(cell, self.layout, self.fiscal, year)

    def _shown(self, line: Line, place: int) -> Cell:
        number, column = self.grid.merged.get((line.number, place), (line.number, place))
        first = (
            line
            if number == line.number
            else next((x for x in self.grid.lines if x.number == number), line)
        )
        return first.cells[column] if column < len(first.cells) else None


def forms(layout: Layout, fiscal: FiscalPeriods) -> str:
    """How headers of the layout's periods are written."""
    cadence = layout.periods or "month"
    of_weeks = FORMS_OF_WEEKS if fiscal.has_weeks else {}
    return of_weeks.get(cadence, FORMS[cadence])


def letters(place: int) -> str:
    """What a spreadsheet calls the column at a place: A, B, … Z, AA."""
    name, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
