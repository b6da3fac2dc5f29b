"""How large a sheet may be. More is no sheet that a person keeps, and would take memory or minutes without an end."""

from collections.abc import Iterator

from connectors.sdk.errors import Rejected

LARGEST_TEXT = 64 * 2**20
"""Bytes of a text file: a million rows and more."""
LARGEST_PART = 256 * 2**20
"""Bytes of the XML of a sheet, unpacked."""
MOST_COLUMNS = 16_384
"""As Excel has them (its specifications and limits)."""
MOST_CELLS = 10_000_000
"""Cells of a sheet, with the empty ones before the last of a row."""
SPLIT = "keep fewer rows in it, or read them from a database"


def refuse_large_text(content: bytes, name: str) -> None:
    """Raise `Rejected` for a text file that is too large."""
    if len(content) > LARGEST_TEXT:
        raise Rejected(f"{name} has more than {LARGEST_TEXT // 2**20} MiB", SPLIT)


class CellCount:
    """Counts the cells of a sheet row by row. Raises `Rejected` where they are too many."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._cells = 0

    def add(self, columns: int, rows: int = 1) -> None:
        """Count so many rows of so many cells."""
        if columns > MOST_COLUMNS:
            raise Rejected(
                f"{self._name} has more than {MOST_COLUMNS:,} columns",
                "write a row for each number, with its KPI and its day",
            )
        self._cells += columns * rows
        if self._cells > MOST_CELLS:
            raise Rejected(f"{self._name} has more than {MOST_CELLS:,} cells", SPLIT)


def counted(rows: Iterator[list[str]], name: str) -> Iterator[list[str]]:
    """The rows of a text file, as long as they are not too many. Raises `Rejected`."""
    count = CellCount(name)
    for row in rows:
        count.add(len(row))
        yield row
