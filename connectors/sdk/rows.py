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
"""Rows of one window held before they are brought to one row a key, so that repeats do not pile up."""
_ARRIVAL = "__arrival"


def to_table(stream: Stream, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """`rows` under the declared schema; what is not declared is dropped here and never stored.

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
            # the fault names the type and not the value: values can be private
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
    """Raise TypeError for what Arrow would store by changing it without a word.

    It cuts 10.5 to the integer 10, takes a time without a zone as UTC, a moment as its day, and a number as
    a moment.
    """
    types = {type(value) for value in values} - {type(None)}
    if pa.types.is_integer(kind):
        fits = all(issubclass(each, int) and each is not bool for each in types)
    elif pa.types.is_timestamp(kind):
        fits = all(issubclass(each, datetime) for each in types)
        fits = fits and all(value.tzinfo for value in values if value is not None)
    elif pa.types.is_date(kind):
        fits = all(issubclass(each, date) and not issubclass(each, datetime) for each in types)
    else:
        return  # Arrow refuses by itself
    if not fits:
        raise TypeError


def by_window(piece: Slice, rows: Sequence[Mapping[str, Any]]) -> dict[date, pa.Table]:
    """The rows of some pages, split by window. Rows outside the slice are dropped: another slice has them.

    The newest slice of a mutable stream also keeps what has changed since (see `Slice.reaches_now`).
    """
    table = to_table(piece.stream, rows)
    # compared as whole numbers, by the thousand at once: rows are too many to be dated one by one
    places = np.searchsorted(
        edges(piece), whole_numbers(table.column(piece.stream.cursor)), "right"
    )
    found = {}
    for place in np.unique(places):
        if 1 <= place <= len(piece.windows):
            inside = np.flatnonzero(places == place)
            whole = len(inside) == table.num_rows
            found[piece.windows[place - 1]] = table if whole else table.take(pa.array(inside))
    return found


def edges(piece: Slice) -> np.ndarray:
    """Where each window of the slice begins, in order, and where the last one ends, as `whole_numbers`."""
    stream = piece.stream
    starts = [*piece.windows, next_window(piece.last, stream.window)]
    kind = stream.schema.field(stream.cursor).type
    if pa.types.is_timestamp(kind):
        found = pa.array([midnight(day, piece.zone) for day in starts], pa.timestamp("us", "UTC"))
    else:
        found = pa.array(starts, pa.date32())
    numbers = whole_numbers(found).copy()
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
    """Add each of `rows` to what is held of its window."""
    for window, table in by_window(piece, rows).items():
        hold(piece.stream, held[window], table)


def hold(stream: Stream, held: list[pa.Table], table: pa.Table) -> None:
    """Keep the rows of a page; bring them to one row a key whenever many have come together."""
    held.append(table)
    if len(held) > 1 and sum(part.num_rows for part in held[1:]) > COMPACT_AT:
        held[:] = [newest_of_each_key(stream, held)]


def newest_of_each_key(stream: Stream, tables: Sequence[pa.Table]) -> pa.Table:
    """One row a key, in the order of the keys: the one with the latest cursor, of equals the last to arrive.

    Rows arrive twice when they move while the source is being paged through, and when a mutable
    window is pulled again. The order makes equal rows equal bytes.
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
