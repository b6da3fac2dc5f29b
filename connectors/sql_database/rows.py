"""From what a database gives to rows with the types of their stream."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk.contract import Finding, Slice, Stream
from connectors.sdk.rules import OUTSIDE, example_of
from connectors.sql_database.paging import moment

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
PLANNED_AHEAD = timedelta(days=31)
"""How long before it is shipped a parcel may have its day."""
WHOLE = re.compile(r"\s*[-+]?[0-9]{1,20}(\.0*)?\s*")
MAX_DIGITS = 20
"""More than the largest column of whole numbers has."""


def stored(
    stream: Stream, rows: Sequence[Sequence[Any]], zones: Mapping[str, ZoneInfo]
) -> list[dict[str, Any]]:
    """Rows with the types of the stream, where the conversion is unambiguous; the schema refuses the rest."""
    names = stream.schema.names
    columns = [
        typed(field, values, zones[field.name])
        for field, values in zip(stream.schema, zip(*rows, strict=True), strict=False)
    ]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def far_days(piece: Slice, rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """A finding for each row that counts in a year that cannot be meant, such as 0202 or 2062. It is kept."""
    stream = piece.stream
    for row in rows:
        changed_at, at = row[stream.cursor], row.get(stream.counts_on)
        if not isinstance(changed_at, datetime) or not isinstance(at, datetime):
            continue
        if EARLIEST <= at <= changed_at + PLANNED_AHEAD:
            continue
        day = changed_at.astimezone(piece.zone).date()
        if piece.first <= day and (day <= piece.last or piece.reaches_now):
            message = (
                f"{stream.name}.{stream.counts_on} is before {EARLIEST.year}, or more than "
                f"{PLANNED_AHEAD.days} days after {stream.cursor}: correct it at the source"
            )
            example = example_of(stream, row, OUTSIDE, stream.counts_on)
            yield Finding(
                what=OUTSIDE,
                message=message,
                is_set_aside=False,
                column=stream.counts_on,
                day=day,
                examples=(example,) if example else (),
            )


def typed(field: pa.Field, values: Sequence[Any], zone: ZoneInfo) -> Sequence[Any]:
    """A column of moments in UTC, of whole numbers, or of texts. Texts with declared values lose blanks around them."""
    if pa.types.is_timestamp(field.type):
        return [moment(value, zone) for value in values]
    if pa.types.is_integer(field.type):
        return [whole(value) for value in values]
    texts = [text(value) for value in values]
    if b"values" not in (field.metadata or {}):
        return texts
    return [value.strip() if isinstance(value, str) else value for value in texts]


def text(value: Any) -> Any:
    """The text of an id, which may be a number at the source."""
    if type(value) is str or isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int | Decimal | UUID) else value


def whole(value: Any) -> Any:
    """A number without a fraction, which drivers give as Decimal, float or text, as an int; others as they are."""
    if type(value) is int or not isinstance(value, str | float | Decimal):
        return value
    if isinstance(value, str) and not WHOLE.fullmatch(value):
        return value
    number = Decimal(value)
    is_whole = number.is_finite() and number.adjusted() < MAX_DIGITS
    return int(number) if is_whole and number == number.to_integral_value() else value
