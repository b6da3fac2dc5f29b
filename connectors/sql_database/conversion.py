"""The values of a declared stream's rows, as its columns store them.

A value is changed only where nothing is lost: what does not fit stays as it is, and is set aside with a finding.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sql_database.columns import ResultColumn, as_json
from connectors.sql_database.paging import MIDNIGHT_AS_24, ZERO_DATE, moment
from connectors.sql_database.rows import whole

TRUTHS: Mapping[Any, bool] = {0: False, 1: True, "0": False, "1": True, "f": False, "t": True,
                              "false": False, "true": True, b"\0": False, b"\1": True}  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def converted(
    field: pa.Field,
    column: ResultColumn,
    values: Sequence[Any],
    zone: ZoneInfo,
    *,
    in_seconds: bool,
) -> Sequence[Any]:
    """A column of rows in its stored type. `in_seconds`: the database gives instants as seconds since 1970."""
    if in_seconds and column.kind == "instant":
        values = [instant(value) for value in values]
    kind = field.type
    change: Callable[[Any], Any]
    if pa.types.is_timestamp(kind):
        change = partial(moment, zone=zone)
    elif pa.types.is_date(kind):
        change = partial(day, zone=zone)
    elif pa.types.is_integer(kind):
        if {type(value) for value in values} <= {int, type(None)}:
            return values
        change = whole
    elif pa.types.is_decimal(kind):
        if {type(value) for value in values} <= {Decimal, type(None)}:
            return values
        change = partial(decimal, scale=kind.scale)
    elif pa.types.is_boolean(kind):
        change = truth
    elif pa.types.is_floating(kind):
        change = number
    else:
        if {type(value) for value in values} <= {str, type(None)}:
            return values
        change = text
    return [None if value is None else change(value) for value in values]


def instant(value: Any) -> Any:
    """The moment of seconds since 1970. None for no second, which is MySQL's timestamp of zeros; else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return EPOCH + timedelta(microseconds=round(value * 1_000_000)) if value else None


def day(value: Any, zone: ZoneInfo) -> Any:
    """The day of a date, of its text, or of the moment at which it begins in `zone`; anything else as it is."""
    if type(value) is date:
        return value
    if isinstance(value, str):
        if value.startswith(ZERO_DATE):
            return None
        written, days = MIDNIGHT_AS_24.subn("00", value)
        try:
            value = datetime.fromisoformat(written) + timedelta(days)
        except (ValueError, OverflowError):
            return value
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        if local.time() == time.min:
            return local.date()
    return value


def decimal(value: Any, scale: int) -> Any:
    """An exact number. A float, which is none, is rounded to the decimals of the column."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return value
    with suppress(ArithmeticError, ValueError):
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if isinstance(value, float) and exact.is_finite():
            return round(exact, scale)
        return exact
    return value


def number(value: Any) -> Any:
    """A number with a fraction."""
    return float(value) if isinstance(value, Decimal) else value


def truth(value: Any) -> Any:
    """True or false, which SQLite and MySQL have as 1 and 0, and MySQL's bit(1) as a byte of it."""
    if isinstance(value, bool):
        return value
    return TRUTHS.get(value, value) if isinstance(value, int | str | bytes | Decimal) else value


def text(value: Any) -> Any:
    """The text of a value. That of a moment is in UTC, as ISO 8601 writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float | Decimal | UUID | timedelta):
        return str(value)
    return as_json(value)
