"""Holds the rows of a source against what their stream declares: which fit, and why the others do not.

Columns are converted whole. Only a column that does not fit as a whole is searched for the rows at fault.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sdk.contract import Stream
from connectors.sdk.currencies import CURRENCIES
from connectors.sdk.rules import (
    MISSING,
    NO_DAY,
    NO_KEY,
    OUTSIDE,
    UNKNOWN,
    WRONG_TYPE,
    bounds_of,
    example_of,
    message_of,
    values_of,
)

UNFIT = (pa.ArrowException, TypeError, ValueError, OverflowError)
"""What a conversion to a declared type raises."""


@dataclass(frozen=True)
class Misfit:
    """A row that does not fit, and the first reason."""

    what: str
    """The code of the finding."""
    message: str
    column: str
    at: date | datetime | None
    """The row's cursor; None where that is what is wrong."""
    counts_at: date | datetime | None
    """The value of `Stream.counts_on`; None where that cannot be read."""
    example: str
    """The row's key, and a value that its column does not declare, as far as they can be shown."""
    row: Mapping[str, Any]


class Fitted(NamedTuple):
    """Rows, held against what their stream declares."""

    table: pa.Table
    """Those that fit, under the declared schema."""
    misfits: Sequence[Misfit]
    """The others, in their order."""
    absent: frozenset[str]
    """The columns that none of the rows has, not even empty."""


def fitting(stream: Stream, rows: Sequence[Mapping[str, Any]]) -> Fitted:
    """Hold rows against what their stream declares. Fields that are not declared are dropped."""
    columns: dict[str, pa.Array] = {}
    reasons: dict[int, tuple[str, str]] = {}
    absent = set()
    # of a row with several faults, that of the key counts, then that of the cursor
    for name in dict.fromkeys([*stream.key, stream.cursor, *stream.schema.names]):
        values, is_absent = given_values(name, rows)
        if is_absent:
            absent.add(name)
        columns[name], unfit = column_of(stream, stream.schema.field(name), values)
        for place, what in unfit.items():
            reasons.setdefault(place, (what, name))
    ordered = [columns[name] for name in stream.schema.names]
    if reasons:
        keep = np.ones(len(rows), dtype=bool)
        keep[[*reasons]] = False
        ordered = [column.filter(pa.array(keep)) for column in ordered]
    misfits = [
        Misfit(
            what,
            message_of(stream, what, stream.schema.field(name)),
            name,
            columns[stream.cursor][place].as_py(),
            columns[stream.counts_on or stream.cursor][place].as_py(),
            example_of(stream, rows[place], what, name),
            rows[place],
        )
        for place, (what, name) in sorted(reasons.items())
    ]
    return Fitted(pa.Table.from_arrays(ordered, schema=stream.schema), misfits, frozenset(absent))


def still_fitting(stream: Stream, table: pa.Table) -> pa.Table:
    """The rows of a table with the stream's columns that fit what the stream declares today."""
    keep = np.ones(table.num_rows, dtype=bool)
    for field in stream.schema:
        column = table.column(field.name)
        keep &= ~outside_of(field, column)
        if is_needed(stream, field):
            keep &= np.asarray(column.is_valid())
    columns = [table.column(name).filter(pa.array(keep)) for name in stream.schema.names]
    return pa.Table.from_arrays(columns, schema=stream.schema)


def column_of(
    stream: Stream, field: pa.Field, given: Sequence[Any]
) -> tuple[pa.Array, dict[int, str]]:
    """A column of rows, null where a given value does not fit, and what is wrong, by the row's place."""
    unfit: dict[int, str] = {}
    try:
        values = converted(field.type, given)
    except UNFIT:
        code = NO_DAY if field.name == stream.cursor else WRONG_TYPE
        unfit = dict.fromkeys(unreadable(field.type, given), code)
        values = converted(
            field.type, [None if place in unfit else value for place, value in enumerate(given)]
        )
    if values.null_count and is_needed(stream, field):
        for place in np.flatnonzero(np.asarray(values.is_null())):
            unfit.setdefault(int(place), code_of_null(stream, field.name))
    outside = outside_of(field, values)
    if outside.any():
        code = UNKNOWN if values_of(field) else OUTSIDE
        for place in np.flatnonzero(outside):
            unfit.setdefault(int(place), code)
    return values, unfit


def given_values(name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[list[Any], bool]:
    """The column's value in each row, None in a row that lacks it; and whether all of them lack it."""
    try:
        return [row[name] for row in rows], False
    except (KeyError, TypeError, IndexError):
        present = [isinstance(row, Mapping) and name in row for row in rows]
        values = [row[name] if has else None for row, has in zip(rows, present, strict=True)]
        return values, not any(present)


def converted(kind: pa.DataType, values: Sequence[Any]) -> pa.Array:
    """`values` in the declared type. Raises one of `UNFIT`."""
    refuse_lossy(kind, values)
    return pa.array(values, type=kind)


def unreadable(kind: pa.DataType, values: Sequence[Any], first: int = 0) -> Iterator[int]:
    """The places, counted from `first`, of the values that do not fit a type. Halved, as they are usually few."""
    try:
        converted(kind, values)
    except UNFIT:
        if len(values) == 1:
            yield first
            return
        middle = len(values) // 2
        yield from unreadable(kind, values[:middle], first)
        yield from unreadable(kind, values[middle:], first + middle)


def refuse_lossy(kind: pa.DataType, values: Sequence[Any]) -> None:
    """Raise TypeError for values that Arrow would change without an error.

    It would cut 10.5 to the integer 10, take a time without a zone as UTC, a moment as its day, a number as a moment,
    a truth value as 1, and a text as the list of its letters. NaN and infinity are no amounts.
    """
    types = {type(value) for value in values} - {type(None)}
    if pa.types.is_integer(kind):
        fits = all(issubclass(type_, int) and type_ is not bool for type_ in types)
    elif pa.types.is_timestamp(kind):
        fits = all(issubclass(type_, datetime) for type_ in types)
        fits = fits and all(value.tzinfo for value in values if value is not None)
    elif pa.types.is_date(kind):
        fits = all(issubclass(type_, date) and not issubclass(type_, datetime) for type_ in types)
    elif pa.types.is_floating(kind):
        fits = all(issubclass(type_, int | float) and type_ is not bool for type_ in types)
        fits = fits and all(math.isfinite(value) for value in values if value is not None)
    elif pa.types.is_decimal(kind):
        fits = bool not in types
    elif pa.types.is_list(kind):
        fits = not any(issubclass(type_, str | bytes | Mapping) for type_ in types)
    else:
        return  # Arrow itself refuses what does not fit
    if not fits:
        raise TypeError


def is_needed(stream: Stream, field: pa.Field) -> bool:
    """Whether every row must have a value in the column."""
    return not field.nullable or field.name == stream.cursor or field.name in stream.key


def code_of_null(stream: Stream, name: str) -> str:
    """What a missing value of a needed column is called."""
    if name == stream.cursor:
        return NO_DAY
    return NO_KEY if name in stream.key else MISSING


def outside_of(field: pa.Field, values: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Which values the column does not allow. A null is not among them."""
    outside: np.ndarray = np.zeros(len(values), dtype=bool)
    allowed, bounds = values_of(field), bounds_of(field)
    if not allowed and not bounds:
        return outside
    if isinstance(allowed, str):
        outside = ~np.asarray(pc.is_in(pc.utf8_upper(values), value_set=pa.array(CURRENCIES)))
    elif allowed:
        outside = ~np.asarray(pc.is_in(values, value_set=pa.array(allowed, field.type)))
    for name, bound in bounds.items():
        compare = pc.less if name == "least" else pc.greater
        outside |= np.asarray(compare(values, pa.scalar(bound, field.type)).fill_null(False))
    outside &= np.asarray(values.is_valid())
    return outside
