"""From the cells of sheets to the rows of KPIs. A row that cannot be read is set aside with a finding.

A sheet has the columns `kpi`, `date` and `value` (a ratio: `numerator` and `denominator`) and one for each
dimension, in any order, below a header with these names. Other columns are ignored, as are lines above the header.

A row whose numbers are all empty is not filled in yet and is skipped. It may only come after the last day that is
filled in: before that, it may be a forgotten number. A row of a period that is not over waits for its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from connectors.sdk.contract import Finding
from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.cells import Cell, Grid, is_empty
from connectors.spreadsheet.declared import SheetKpi, SheetKpis
from connectors.spreadsheet.entries import (
    Days,
    Entry,
    Row,
    doubt_early_rows,
    doubt_spellings,
    without_conflicts,
    without_doubtful_marks,
)
from connectors.spreadsheet.findings import Findings
from connectors.spreadsheet.header import NUMBERS, SheetRow, header_of
from connectors.spreadsheet.kpi_names import closest, kpi_called
from connectors.spreadsheet.layout import PLAIN, Layout
from connectors.spreadsheet.localised import in_plain_form
from connectors.spreadsheet.scaled_numbers import number_as_laid_out, without_dash
from connectors.spreadsheet.splits import Splits
from connectors.spreadsheet.values import BadCell, day_in, hinges_on_mark, name_in
from connectors.spreadsheet.wide_rows import Unfilled, wide_rows


@dataclass
class SheetReader:
    """The rows of all sheets, and what is wrong with those that cannot be read."""

    declared: Mapping[str, SheetKpi]
    days: Days
    broken: frozenset[str] = frozenset()
    """The KPIs whose declaration cannot be read."""
    layout: Layout = PLAIN
    """How the sheets are laid out."""
    findings: Findings = field(default_factory=Findings)
    _faults: list[str] = field(default_factory=list)
    """Of sheets that cannot be read at all."""
    _entries: list[Entry] = field(default_factory=list)
    _unfilled: list[tuple[str, date, str, str]] = field(default_factory=list)
    """KPI, day, place and column of the rows that are not filled in."""
    _early: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    """Day and place of the rows before the first day, by KPI."""

    def add(self, grid: Grid) -> None:
        """Read one sheet."""
        dimensions = {name for kpi in self.declared.values() for name in kpi.dimensions}
        try:
            if self.layout.periods:
                self._add_wide(grid)
                return
            if self.layout != PLAIN:
                grid = in_plain_form(grid, self.layout)
            header = header_of(grid, dimensions)
        except Rejected as fault:
            self._faults.append(str(fault))
            return
        splits, above = Splits(grid, header), None
        for line in grid.lines[header.index + 1 :]:
            row = SheetRow(grid, header, line)
            if row.says_nothing:
                self._check_broken(row, above)
            elif row.is_header:
                if not row.repeats_header:
                    self._faults.append(
                        f"{row.place} is a second header, with other columns; "
                        "put each table on a sheet of its own"
                    )
                    return
            else:
                self._read(row, splits)
            above = row

    def _add_wide(self, grid: Grid) -> None:
        """Read one sheet with a column a period. Raises `Rejected`."""
        declared = SheetKpis(self.declared, self.broken)
        for part in wide_rows(grid, self.layout, declared, self.days):
            if isinstance(part, Unfilled):
                self._unfilled.append((part.kpi, part.day, part.place, part.column))
            elif isinstance(part, Entry):
                kpi = self.declared[part.kpi]
                if self._is_asked_for(part.place, part.kpi, kpi, part.day, part.column):
                    self._entries.append(part)
            else:
                self._note(part.place, part.fault, part.kpi, part.day)

    def done(self) -> tuple[list[Row], list[Finding]]:
        """The rows, and the findings. Raises `Rejected` where a sheet cannot be read at all."""
        if self._faults:
            raise Rejected(" | ".join(self._faults))
        entries = without_doubtful_marks(self._entries, self.findings)
        entries = without_conflicts(entries, self.declared, self.days, self.findings)
        doubt_spellings(entries, self.findings)
        self._check_unfilled(entries)
        column = "" if self.layout.periods else "date"
        doubt_early_rows(self._early, entries, self.days.start, self.findings, column=column)
        return [entry.row for entry in entries], self.findings.all()

    def _read(self, row: SheetRow, splits: Splits) -> None:
        name, day = "", None
        with suppress(BadCell):  # raised again below, unless the name of the KPI is wrong as well
            day = row.read("date", day_in)
        try:
            splits.refuse_length(row.line)
            name, kpi = self._kpi(row)
            splits.refuse_cut(row.line, name, kpi)
            kpi = self.layout.of(kpi)
            numbers = self._numbers(row, name, kpi)
            day = row.read("date", day_in)
            members = {column: self._member(row, name, column) for column in kpi.dimensions}
        except BadCell as bad:
            if splits.shifts_names and bad.column in {"", "kpi", "date"}:
                day = None
            else:
                name = name or self._likely_kpi(row)
            self._note(row.place, bad, name, day)
            return
        if numbers is None:
            self._unfilled.append((name, day, row.place, kpi.number_columns[0]))
        elif self._is_asked_for(row.place, name, kpi, day):
            entry = Entry(
                kpi=name,
                day=day,
                members=tuple(sorted(members.items())),
                numbers=tuple(numbers.items()),
                place=row.place,
                hinges_on_mark=any(hinges_on_mark(row.cell(x)) for x in kpi.number_columns),
                may_be_cut=splits.may_be_cut(row.line, kpi),
            )
            self._entries.append(entry)

    def _check_broken(self, row: SheetRow, above: SheetRow | None) -> None:
        """Note a row that a line end has broken in two, which leaves both parts too short."""
        if above is None or not (row.is_short and above.is_short):
            return
        day = None
        with suppress(BadCell):
            day = above.read("date", day_in)
        text = "has the rest of the row above it, which a line end has broken"
        self.findings.add(
            [row.place],
            "broken_row",
            text,
            "put a text with a line end in quotes",
            kpi=self._likely_kpi(above),
            day=day,
        )

    def _note(self, place: str, bad: BadCell, kpi: str, day: date | None) -> None:
        """Note what cannot be read. A day to come is wrong as well, so that any day may be meant."""
        is_known = day is not None and (day <= self.days.today or self._is_plan(kpi))
        self.findings.add(
            [place],
            bad.code,
            bad.what,
            bad.remedy,
            column=bad.column,
            kpi=kpi,
            day=day if is_known else None,
        )

    def _is_plan(self, name: str) -> bool:
        return name in self.declared and self.declared[name].plan

    def _likely_kpi(self, row: SheetRow) -> str:
        """The declared KPI that a row names, perhaps misspelt; empty where that is not sure."""
        try:
            return closest(row.read("kpi", name_in), [*self.declared, *self.broken])
        except BadCell:
            return ""

    def _kpi(self, row: SheetRow) -> tuple[str, SheetKpi]:
        name = row.read("kpi", name_in)
        return name, kpi_called(name, self.declared, self.broken)

    def _numbers(self, row: SheetRow, name: str, kpi: SheetKpi) -> Row | None:
        """The numbers of the row's kind as text; None when none of them is filled in."""
        wanted = kpi.number_columns
        for column in NUMBERS:
            if column not in wanted and not is_empty(row.cell(column)):
                raise BadCell(
                    "other_kind",
                    f"has a number, but {name} is a {kpi.kind}",
                    f"fill in {' and '.join(wanted)}",
                    column,
                )
        for column in wanted:
            if column not in row.header.columns:
                raise BadCell(
                    "no_column",
                    f"is not there, but {name} is a {kpi.kind}",
                    f"name the columns of its numbers {' and '.join(wanted)}",
                    column,
                )
            row.refuse_merged(column, is_number=True)
        empty = [
            column for column in wanted if is_empty(row.read(column, self._without_declared_dash))
        ]
        if len(empty) == len(wanted):
            return None
        if empty:
            raise BadCell("half_a_ratio", "is empty", "a ratio takes both numbers", empty[0])
        scaled = number_as_laid_out(name, kpi, self.layout)

        def read(cell: Cell) -> str:
            return scaled(self._without_declared_dash(cell))

        return dict.fromkeys(NUMBERS) | {column: row.read(column, read) for column in wanted}

    def _without_declared_dash(self, cell: Cell) -> Cell:
        """The cell, or what a lone dash means where the layout says it. Any other is told as what is no number."""
        return cell if self.layout.dash is None else without_dash(cell, self.layout)

    def _member(self, row: SheetRow, name: str, dimension: str) -> str:
        if dimension not in row.header.columns:
            raise BadCell(
                "no_member",
                f"is not there, but {name} is declared with it",
                f"add the column, or take {dimension} out of the KPI's dimensions",
                dimension,
            )
        row.refuse_merged(dimension)
        if is_empty(row.cell(dimension)):
            raise BadCell(
                "no_member",
                "is empty",
                f"write whose number it is; a total over every {dimension} is added up here",
                dimension,
            )
        return row.read(dimension, name_in)

    def _is_asked_for(
        self, place: str, name: str, kpi: SheetKpi, day: date, column: str = "date"
    ) -> bool:
        """Whether the day is one that is pulled. A day of a period that is not over waits without a word."""
        if day < self.days.start:
            self._early.setdefault(name, []).append((day, place))
            return False
        if not kpi.plan and self.days.period(kpi, day) > self.days.today:
            self.findings.add(
                [place],
                "still_to_come",
                f"is {day}, which is still to come",
                "leave the number empty until then, or declare the KPI with `plan: true`"
                if self.layout.periods
                else "correct the date, or leave the number empty until then",
                column=column,
                kpi=name,
            )
            return False
        return True

    def _check_unfilled(self, entries: Iterable[Entry]) -> None:
        last: dict[str, date] = {}
        for entry in entries:
            last[entry.kpi] = max(entry.day, last.get(entry.kpi, entry.day))
        for name, day, place, column in self._unfilled:
            if name in last and self.days.start <= day <= last[name]:
                self.findings.add(
                    [place],
                    "not_filled_in",
                    f"({day}) is empty, though {name} is filled in up to {last[name]}"
                    if self.layout.periods
                    else f"is empty, though {name} is filled in up to {last[name]}",
                    "write the number (0 if there was nothing); until then it is missing"
                    if self.layout.periods
                    else "write the number (0 if there was nothing), or remove the row if it is not known",
                    column=column,
                    kpi=name,
                    day=day,
                )


def read_rows(
    grids: Iterable[Grid], declared: SheetKpis, days: Days, layout: Layout = PLAIN
) -> tuple[list[Row], Sequence[Finding]]:
    """The rows of all sheets, and what is wrong with the others.

    Raises `Rejected`, naming each sheet that cannot be read at all.
    """
    reader = SheetReader(declared.kpis, days, declared.broken, layout)
    for grid in grids:
        reader.add(grid)
    return reader.done()
