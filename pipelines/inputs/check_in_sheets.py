"""Check-ins in a sheet: CSV or XLSX in `check_ins/`, a row each, with the keys of the YAML as its header."""

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.cells import as_typed, is_empty
from connectors.sdk.sheets.columns import columns_of
from connectors.sdk.sheets.files import grid_of
from pipelines.okr.definition.yaml_tree import Tree, TreeError

SUFFIXES = (".csv", ".xlsx")
_NEEDED = {"key_result", "day"}


def tree_of_sheet(content: bytes, name: str) -> Tree:
    """The rows as a file in YAML would have them, with the rows of the sheet as its lines. Raises `TreeError`."""
    try:
        grid = grid_of(content, name, header=_NEEDED)
    except Rejected as error:
        raise TreeError(1, str(error), "correct the sheet, or remove it") from None
    headers = (line for line in grid.lines if {*columns_of(line.cells)} >= _NEEDED)
    header = next(headers, None)
    if header is None:
        raise TreeError(
            1, "no row has the columns key_result and day", "write them as the sheet's header"
        )
    names = columns_of(header.cells)
    rows: list[dict[str, str]] = []
    tree = Tree(rows, {(): header.number})
    for line in grid.lines:
        if line.number <= header.number:
            continue
        place = len(rows)
        named = zip(names, line.cells, strict=False)
        rows.append({name: as_typed(cell) for name, cell in named if name and not is_empty(cell)})
        tree.lines[place,] = line.number
        tree.lines |= {(place, name): line.number for name in rows[-1]}
    return tree
