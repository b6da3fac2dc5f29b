"""Numbers of a sheet that stand for more than they say: those in thousands, and a lone dash."""

from collections.abc import Callable
from decimal import Decimal

from connectors.sdk.sheets.cells import Cell
from connectors.spreadsheet.declared import SheetKpi
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.values import BadCell, number_in
from connectors.spreadsheet.wide import DASHES


def number_as_laid_out(name: str, kpi: SheetKpi, layout: Layout) -> Callable[[Cell], str]:
    """Reads the numbers of a KPI as its sheet is laid out. What it returns raises `BadCell`."""
    times = layout.times_of(name)
    if times == 1 or kpi.is_share:
        return number_in(name, layout.of(kpi))
    # of thousands, a fraction is a whole number
    exact = number_in(name, layout.of(kpi).model_copy(update={"precision": 6}))
    whole = number_in(name, kpi)

    def read(cell: Cell) -> str:
        if kpi.is_ratio:
            raise BadCell(
                "two_ways",
                f"is one of two numbers of {name}, and `times: {times}` does not say which it is of",
                "write both numbers out, and name the other KPIs in `times`, as in `times: {revenue: 1000}`",
            )
        return whole(Decimal(exact(cell)) * times)

    return read


def without_dash(cell: Cell, layout: Layout) -> Cell:
    """The cell, or what a lone dash means. Raises `BadCell` where that is not declared."""
    if not (isinstance(cell, str) and cell.strip() in DASHES):
        return cell
    if layout.dash is None:
        raise BadCell(
            "two_ways",
            "is `-`, which can be 0 or a number that is not known",
            "write 0 or leave it empty, or declare `dash: zero` or `dash: empty`",
        )
    return Decimal(0) if layout.dash == "zero" else None
