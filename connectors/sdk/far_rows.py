"""Rows of a year that must be a mistake, such as 0202 or 2062. No window will ever hold them: they become findings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.sdk.contract import Finding, Slice, midnight, window_of
from connectors.sdk.rules import OUTSIDE, REMEDY, example_of

EARLIEST = date(1990, 1, 1)
YEARS_AHEAD = 10
"""How many years ahead a plan or a booking may be. Until its day comes, its row is left out without a finding."""


def far_rows(piece: Slice, table: pa.Table) -> list[Mapping[str, Any]]:
    """The rows of a table that belong to no window that will ever be pulled.

    Empty for all slices but the newest: a source that gives all of its rows for every slice would have them reported
    by every slice.
    """
    stream, through = piece.stream, piece.data_through
    if through is None or piece.last != window_of(through, stream.window):
        return []
    cursor = table.column(stream.cursor)
    far = pc.or_(
        pc.less(cursor, bound(piece, EARLIEST)),
        pc.greater_equal(cursor, bound(piece, too_late(piece))),
    )
    rows: list[Mapping[str, Any]] = table.filter(far).to_pylist()
    return rows


def too_late(piece: Slice) -> date:
    """The first day that no row of the slice can have."""
    return date((piece.data_through or piece.last).year + YEARS_AHEAD + 1, 1, 1)


def bound(piece: Slice, day: date) -> pa.Scalar:
    """The beginning of a day as a value of the stream's cursor."""
    kind = piece.stream.schema.field(piece.stream.cursor).type
    is_moment = pa.types.is_timestamp(kind)
    return pa.scalar(midnight(day, piece.zone) if is_moment else day, kind)


def far_finding(piece: Slice, row: Mapping[str, Any]) -> Finding:
    """The finding of one such row; it has no day that could be flagged."""
    stream = piece.stream
    example = example_of(stream, row, OUTSIDE, stream.cursor)
    return Finding(
        what=OUTSIDE,
        message=f"{stream.name}.{stream.cursor} is before {EARLIEST.year}, or more than {YEARS_AHEAD} years ahead: "
        f"{REMEDY}",
        column=stream.cursor,
        examples=(example,) if example else (),
    )
