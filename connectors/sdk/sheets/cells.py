"""The cells of a sheet, whatever kind of file they come from, without guessing what they mean.

Numbers are decimals. A workbook and Google store binary floats, each of which is read as its shortest decimal text,
as the person typed it: 0.1 and not 0.1000000000000000055.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Place = tuple[int, int]
"""Row as it is numbered on the screen, from 1, and column from 0."""


class Share(Decimal):
    """The number of a cell that is shown as a percentage: 0.96 where the screen says 96 %."""


Cell = str | Decimal | date | bool | None
"""A date cell is a `date`, or a `datetime` when it has an hour as well. A formula's error (#DIV/0!) is its text."""


@dataclass(frozen=True)
class Line:
    """One row of a sheet that is not empty."""

    number: int
    """As it is numbered on the screen, from 1."""
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Grid:
    """One sheet. Hidden and filtered rows and columns are part of it."""

    name: str
    lines: Sequence[Line]
    kind: Literal["text", "workbook", "google"]
    merged: Mapping[Place, Place] = field(default_factory=dict)
    """By cell of merged cells, the first of them, whose value all of them show. Without the first cells of those that
    are merged within one row."""
    is_cut_by_comma: bool = False
    """Whether a comma ends a cell, so that one inside a number cuts it in two."""
    torn_line: int = 0
    """The row at whose early end a text file stops, as a copy that broke off does; 0 where there is none."""


def is_empty(cell: Cell) -> bool:
    """Whether a cell is empty or blank."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_typed(cell: Cell) -> str:
    """A cell as a person would type it: `65 %` of a percentage, `2026-11-20` of a date, with or without an hour."""
    if isinstance(cell, Share):
        return f"{cell * 100} %"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def lines_of(rows: Sequence[tuple[int, Sequence[Cell]]]) -> list[Line]:
    """The numbered rows that are not empty."""
    return [Line(number, cells) for number, cells in rows if not all(map(is_empty, cells))]


def merged_cells(first: Place, last: Place) -> dict[Place, Place]:
    """The cells between the corners of merged cells, as in `Grid.merged`."""
    cells = {
        (row, column): first
        for row in range(first[0], last[0] + 1)
        for column in range(first[1], last[1] + 1)
    }
    if first[0] == last[0]:
        del cells[first]
    return cells
