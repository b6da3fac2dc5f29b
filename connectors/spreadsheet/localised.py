"""A sheet in the plain form with other words: its headers, days and names of KPIs become those that are read.

Kennzahl;Datum;Betrag             kpi;date;value
Umsatz;30.11.2026;1.234,56   →    revenue;2026-11-30;1.234,56
"""

from dataclasses import replace

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.cells import Cell, Grid, Line, is_empty
from connectors.sdk.sheets.columns import columns_of
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.period_headers import day_of
from connectors.spreadsheet.values import BadCell


def in_plain_form(grid: Grid, layout: Layout) -> Grid:
    """The sheet with the names of columns and KPIs that are read everywhere, without the rows that are skipped.

    Raises `Rejected` where no row has the declared columns.
    """
    roles = {layout.header(role): role for role in ({*layout.columns} | {"date"})}
    roles |= {} if layout.kpi else {layout.header("kpi"): "kpi"}
    index = next(
        (n for n, line in enumerate(grid.lines) if {*roles} <= {*columns_of(line.cells)}), None
    )
    if index is None:
        raise Rejected(
            f"{grid.name} has no row with the columns {', '.join(sorted(roles))}",
            "correct `columns` of the layout, or the header",
        )
    names = columns_of(grid.lines[index].cells)
    # a column that is called like one that is read, and is declared to be another, is that other one
    header: list[Cell] = [
        roles.get(name, f"({name})" if name in roles.values() else name) for name in names
    ]
    header += grid.lines[index].cells[len(names) :]
    lines = [
        _line(line, header, layout, is_header=columns_of(line.cells) == names)
        for line in grid.lines[index:]
        if not _is_skipped(line, header, layout)
    ]
    if layout.kpi:
        lines = [
            replace(line, cells=["kpi" if n == 0 else layout.kpi, *line.cells])
            for n, line in enumerate(lines)
        ]
    merged = grid.merged
    if layout.kpi:
        merged = {(r, c + 1): (fr, fc + 1) for (r, c), (fr, fc) in merged.items()}
    return replace(grid, lines=lines, merged=merged)


def _line(line: Line, header: list[Cell], layout: Layout, *, is_header: bool) -> Line:
    if is_header:
        return replace(line, cells=header)
    cells = list(line.cells)
    for place, role in enumerate(header[: len(cells)]):
        if is_empty(cells[place]):
            continue
        try:
            if role == "date":
                cells[place] = day_of(cells[place], layout)
            elif role == "kpi":
                cells[place] = layout.kpi_named(cells[place])
        except BadCell:
            continue  # told where the row is read
    return replace(line, cells=cells)


def _is_skipped(line: Line, header: list[Cell], layout: Layout) -> bool:
    return any(
        layout.skips(cell)
        for cell, role in zip(line.cells, header, strict=False)
        if role == "kpi" or role in layout.columns
    )
