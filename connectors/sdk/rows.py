"""From the rows of a source to the tables of a window: declared columns, declared types, one row a key."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sdk.contract import Slice, Stream, midnight, next_window
from connectors.sdk.errors import Drift

COMPACT_AT = 100_000
"""Rows of one window that are held before they are reduced to one row a key, so that repeats do not pile up."""
_ARRIVAL = "__arrival"


def to_table(stream: Stream, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """`rows` under the declared schema. Fields that are not declared are dropped and never stored.

    Raises `Drift` naming the column when a declared column is missing, has another type, or a key is null.
    """
    columns = []
    for field in stream.schema:
        try:
            given = [row[field.name] for row in rows]
            refuse_lossy(field.type, given)
            values = pa.array(given, type=field.type)
        except KeyError:
            raise Drift(
                f"{stream.name} came without its column {field.name!r}",
                "the source has dropped or renamed it: adapt the connector's schema",
            ) from None
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            # the message names the type and not the value, as values can be private
            raise Drift(
                f"{stream.name}.{field.name} no longer fits {field.type} ({type(error).__name__})",
                "the source has changed its type: adapt the connector's schema",
            ) from None
        if values.null_count and not field.nullable:
            raise Drift(
                f"{stream.name}.{field.name} is null in {values.null_count} rows",
                "declare the column null=True if the source may leave it out",
            )
        columns.append(values)
    return pa.Table.from_arrays(columns, schema=stream.schema)


def refuse_lossy(kind: pa.DataType, values: Sequence[Any]) -> None:
    """Raise TypeError for values that Arrow would change without an error.

    It would cut 10.5 to the integer 10, take a time without a zone as UTC, a moment as its day, and a number as a
    moment.
    """
    types = {type(value) for value in values} - {type(None)}
    if pa.types.is_integer(kind):
        fits = all(issubclass(type_, int) and type_ is not bool for type_ in types)
    elif pa.types.is_timestamp(kind):
        fits = all(issubclass(type_, datetime) for type_ in types)
        fits = fits and all(value.tzinfo for value in values if value is not None)
    elif pa.types.is_date(kind):
        fits = all(issubclass(type_, date) and not issubclass(type_, datetime) for type_ in types)
    else:
        return  # Arrow itself refuses what does not fit
    if not fits:
        raise TypeError


def by_window(piece: Slice, rows: Sequence[Mapping[str, Any]]) -> dict[date, pa.Table]:
    """The rows of some pages, by window. Rows outside the slice are dropped: they belong to another slice.

    The newest slice of a mutable stream also keeps rows that changed since its end (see `Slice.reaches_now`).
    """
    table = to_table(piece.stream, rows)
    # vectorised: there are too many rows to compute the day of each
    places = np.searchsorted(
        edges(piece), whole_numbers(table.column(piece.stream.cursor)), "right"
    )
    tables = {}
    for place in np.unique(places):
        if 1 <= place <= len(piece.windows):
            inside = np.flatnonzero(places == place)
            whole = len(inside) == table.num_rows
            tables[piece.windows[place - 1]] = table if whole else table.take(pa.array(inside))
    return tables


def edges(piece: Slice) -> np.ndarray:
    """The start of each window of the slice, in order, and the end of the last one, as `whole_numbers`."""
    stream = piece.stream
    starts = [*piece.windows, next_window(piece.last, stream.window)]
    kind = stream.schema.field(stream.cursor).type
    if pa.types.is_timestamp(kind):
        bounds = pa.array([midnight(day, piece.zone) for day in starts], pa.timestamp("us", "UTC"))
    else:
        bounds = pa.array(starts, pa.date32())
    numbers = whole_numbers(bounds).copy()
    if piece.reaches_now:
        numbers[-1] = np.iinfo(numbers.dtype).max
    return numbers


def whole_numbers(cursor: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A column of moments as microseconds since 1970, of days as days since 1970."""
    if pa.types.is_timestamp(cursor.type):
        return np.asarray(cursor.cast(pa.timestamp("us", "UTC")).cast(pa.int64()))
    return np.asarray(cursor.cast(pa.int32()))


def share_out(
    piece: Slice, rows: Sequence[Mapping[str, Any]], held: Mapping[date, list[pa.Table]]
) -> None:
    """Add each of `rows` to the tables of its window."""
    for window, table in by_window(piece, rows).items():
        hold(piece.stream, held[window], table)


def hold(stream: Stream, held: list[pa.Table], table: pa.Table) -> None:
    """Keep the rows of a page, and reduce them to one row a key whenever there are many."""
    held.append(table)
    if len(held) > 1 and sum(part.num_rows for part in held[1:]) > COMPACT_AT:
        held[:] = [newest_of_each_key(stream, held)]


def newest_of_each_key(stream: Stream, tables: Sequence[pa.Table]) -> pa.Table:
    """One row a key, in the order of the keys: the one with the latest cursor, among equals the last to arrive.

    A row arrives twice when it moves while pages are read, and when a mutable window is pulled again. Sorted by
    key, equal rows give equal files.
    """
    whole = pa.concat_tables(tables).combine_chunks()
    if not whole.num_rows:
        return whole
    arrival = pa.array(range(whole.num_rows), pa.int64())
    keys = [*stream.key, *([] if stream.cursor in stream.key else [stream.cursor]), _ARRIVAL]
    ordered = whole.append_column(_ARRIVAL, arrival).sort_by([(key, "ascending") for key in keys])
    last_of_key = None
    for key in stream.key:
        column = ordered.column(key)
        differs = pc.not_equal(column.slice(0, len(column) - 1), column.slice(1))
        last_of_key = differs if last_of_key is None else pc.or_(last_of_key, differs)
    keep = pa.chunked_array(
        [*(last_of_key.chunks if last_of_key is not None else []), pa.array([True])]
    )
    return ordered.filter(keep).drop_columns([_ARRIVAL]).combine_chunks()
