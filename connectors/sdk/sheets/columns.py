"""The header of a sheet: the names of its columns."""

from collections.abc import Sequence

from connectors.sdk.sheets.cells import Cell

NAMED = {"kpi", "date"}
"""The columns by which the header of a sheet of KPIs is known."""


def columns_of(cells: Sequence[Cell]) -> list[str]:
    """The names of the columns as a declaration writes them: `Sales rep` is sales_rep."""
    names = ["_".join(str(cell or "").lower().replace("-", " ").split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names
