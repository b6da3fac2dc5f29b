"""From the cells of a sheet with a column a period to the rows of KPIs, or to what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from connectors.sdk.sheets.cells import Grid, is_empty
from connectors.sdk.sheets.columns import columns_of
from connectors.spreadsheet.declared import SheetKpi, SheetKpis
from connectors.spreadsheet.entries import Days, Entry
from connectors.spreadsheet.header import NUMBERS, Header
from connectors.spreadsheet.kpi_names import closest, kpi_called
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.scaled_numbers import number_as_laid_out, without_dash
from connectors.spreadsheet.splits import Splits
from connectors.spreadsheet.values import BadCell, hinges_on_mark, name_in
from connectors.spreadsheet.wide import WideHeader, WideRow, wide_header


@dataclass(frozen=True)
class Unfilled:
    """A number that is not filled in."""

    kpi: str
    day: date
    place: str
    column: str


@dataclass(frozen=True)
class SetAside:
    """A row or a cell that cannot be read."""

    place: str
    fault: BadCell
    kpi: str = ""
    day: date | None = None


@dataclass(frozen=True)
class WideRows:
    """The rows of one sheet."""

    grid: Grid
    header: WideHeader
    layout: Layout
    declared: SheetKpis
    days: Days

    def __iter__(self) -> Iterator[Entry | Unfilled | SetAside]:
        of_header = columns_of(self.grid.lines[self.header.index].cells)
        lengths = Splits(self.grid, Header(self.header.index, of_header, self.header.width))
        for line in self.grid.lines[self.header.index + 1 :]:
            row = WideRow(self.grid, self.header, line)
            if columns_of(line.cells) != of_header and not row.is_skipped(self.layout):
                yield from self._of_row(row, lengths)

    def _of_row(self, row: WideRow, lengths: Splits) -> Iterator[Entry | Unfilled | SetAside]:
        name = self.layout.kpi
        try:
            lengths.refuse_length(row.line)
            if not name and is_empty(row.label("kpi")) and not row.has_numbers:
                return  # a note
            name = name or self.layout.kpi_named(row.label("kpi"))
            known = {*self.declared.kpis, *self.declared.broken}
            if name not in known and not row.has_numbers:
                return  # the title of the rows below it
            kpi = kpi_called(
                name,
                self.declared.kpis,
                self.declared.broken,
                self.layout.rows,
                "name its KPI in `rows` of the layout, or the row in `skip` if it is a total or a note",
            )
            self._refuse_other_kind(name, kpi)
            row.refuse_cut(name, kpi)
            members = {column: self._member(row, name, column) for column in kpi.dimensions}
        except BadCell as bad:
            if name not in self.declared.kpis:
                name = closest(name, [*self.declared.kpis, *self.declared.broken])
            column = self.layout.columns.get(bad.column, bad.column)
            yield SetAside(row.place, BadCell(bad.code, bad.what, bad.remedy, column), name)
            return
        for place, day in self.header.periods.items():
            yield self._of_cell(row, place, Meant(name, kpi, day, members))

    def _of_cell(self, row: WideRow, place: int, meant: "Meant") -> Entry | Unfilled | SetAside:
        column = self.header.names[place]
        try:
            cell = without_dash(row.number(place), self.layout)
            if is_empty(cell):
                return Unfilled(meant.name, meant.day, row.place, column)
            number = number_as_laid_out(meant.name, meant.kpi, self.layout)(cell)
        except BadCell as bad:
            fault = BadCell(bad.code, bad.what, bad.remedy, column)
            return SetAside(row.place, fault, meant.name, meant.day)
        return Entry(
            kpi=meant.name,
            day=meant.day,
            members=tuple(sorted(meant.members.items())),
            numbers=tuple((dict.fromkeys(NUMBERS) | {"value": number}).items()),
            place=row.place,
            hinges_on_mark=hinges_on_mark(cell),
            column=column,
        )

    def _refuse_other_kind(self, name: str, kpi: SheetKpi) -> None:
        if kpi.is_ratio:
            raise BadCell(
                "other_kind",
                f"names {name}, which is a ratio, and a cell has one number only",
                "keep its two sides as KPIs of their own, and declare their `expr`",
                "kpi",
            )
        if kpi.every != self.layout.periods:
            raise BadCell(
                "other_period",
                f"names {name}, which is given every {kpi.every}, and the sheet has a column a {self.layout.periods}",
                f"declare it with `every: {self.layout.periods}`",
                "kpi",
            )

    def _member(self, row: WideRow, name: str, dimension: str) -> str:
        if dimension not in self.header.labels:
            raise BadCell(
                "no_member",
                f"is not there, but {name} is declared with it",
                f"name its column in `columns` of the layout, or take {dimension} out of the KPI's dimensions",
                dimension,
            )
        try:
            return name_in(row.label(dimension))
        except BadCell as bad:
            remedy = "write whose number it is, or name the row in `skip` if it is a total"
            remedy = remedy if bad.code == "no_name" else bad.remedy
            raise BadCell(bad.code, bad.what, remedy, dimension) from None


@dataclass(frozen=True)
class Meant:
    """What a number stands for."""

    name: str
    kpi: SheetKpi
    day: date
    members: Mapping[str, str]


def wide_rows(grid: Grid, layout: Layout, declared: SheetKpis, days: Days) -> WideRows:
    """The rows of a sheet. Raises `Rejected` where its header cannot be read."""
    dimensions = {name for kpi in declared.kpis.values() for name in kpi.dimensions}
    header = wide_header(grid, layout, dimensions, days.fiscal)
    return WideRows(grid, header, layout, declared, days)
