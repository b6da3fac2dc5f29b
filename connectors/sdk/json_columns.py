"""Columns of declared streams whose rows are JSON or much like it: where each value is, and how it is written."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from connectors.sdk import fields
from connectors.sdk.contract import Stream, zone_named
from connectors.sdk.errors import Rejected
from connectors.sdk.rest import iso_8601, unix_time
from connectors.sdk.stream_forms import (
    ALL_WINDOWS,
    ColumnForm,
    ColumnsForm,
    column_names,
    refusal,
    stream_of,
    version_of,
)

EXACT_DIGITS = 15
"""A JSON number passes through a float, which gives as many decimal digits back as they were written."""
WORDS: Mapping[str, Any] = {
    "description": True,
    "restates_days": True,
    "columns": {"__all__": {"description"}},
}
"""What is declared and makes no other rows of a window."""
Moment = Literal["iso", "unix", "unix_ms"]


class JsonColumn(ColumnForm):
    """One column, and the field of a row that it is read from."""

    path: str = Field("", examples=["price.amount"])
    """The keys on the way to the field, with dots; the column's own name where it is empty."""
    optional: bool = Field(False, examples=[True])
    """Whether rows leave the field out where it is empty, so that all of them may lack it."""
    moment: Moment | None = Field(None, examples=["unix"])
    """How a timestamp is written: ISO 8601, or seconds or milliseconds since 1970. That of the stream by default."""
    timezone: str = Field("", examples=["Europe/Berlin"])
    """The zone of timestamps that are written without an offset. Without it, their rows are set aside."""

    @model_validator(mode="after")
    def is_of_its_type(self) -> Self:
        """Refuse what only timestamps have on another column, and a zone that is not known."""
        for key in ("moment", "timezone"):
            if getattr(self, key) and self.type != "timestamp":
                raise refusal(f"`{key}` of a {self.type}", "leave it out, or say `type: timestamp`")
        checked_zone(self.timezone)
        return self

    def reader(self, name: str, moment: Moment) -> fields.Field:
        """How a row's field becomes the column's value."""
        if self.type == "timestamp":
            zone = ZoneInfo(self.timezone) if self.timezone else None
            read: Callable[[Any], Any] = moment_reader(self.moment or moment, zone)
        else:
            read = READERS[self.type]
        return fields.Field(self.path or name, read, self.optional)


class JsonColumnsForm(ColumnsForm):
    """A stream of such rows."""

    since: str = Field("", examples=["updated_from"])
    """The parameter for the first moment asked for, or for the first day where days place the rows."""
    until: str = Field("", examples=["updated_to"])
    """The parameter for the last one, inclusive."""
    moment: Moment = Field("iso", examples=["unix"])
    """How `since`, `until` and the timestamps of rows are written."""
    columns: Annotated[Mapping[str, JsonColumn], BeforeValidator(column_names)] = Field(
        min_length=1, examples=["{id: integer, net: {path: total.net, type: decimal}}"]
    )

    @model_validator(mode="after")
    def asks_for_what_it_can(self) -> Self:
        """Refuse a snapshot of a range, and a range with an end only."""
        if self.snapshot and (self.since or self.until):
            key = "since" if self.since else "until"
            raise refusal(f"`{key}` with `snapshot`", "leave it out: all is read", key=key)
        if self.until and not self.since:
            raise refusal("`until` without `since`", "add `since`, or leave both out", key="until")
        return self

    def stream(self, name: str) -> Stream:
        """The stream. What cannot be asked for by days is read once for all of them."""
        more = {} if self.since or self.snapshot else {"windows_per_slice": ALL_WINDOWS}
        version = version_of(self.model_dump(mode="json", exclude=WORDS))
        return stream_of(name, self, self.schema, version=version, **more)

    @property
    def readers(self) -> Mapping[str, fields.Field]:
        """How the columns are read, by column."""
        return {name: declared.reader(name, self.moment) for name, declared in self.columns.items()}


def checked_zone(name: str) -> str:
    """The name of a zone. Refuses one that is not known."""
    try:
        if name:
            zone_named(name, "`timezone` is", "write it as Europe/Berlin")
    except Rejected as error:
        raise refusal(error.message, error.remedy, key="timezone") from None
    return name


def moment_reader(moment: Moment, zone: ZoneInfo | None) -> Callable[[Any], datetime]:
    """Reads a moment. One in ISO 8601 without an offset is in `zone`, and refused where there is none."""

    def read_iso(value: Any) -> datetime:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if at.tzinfo is None and zone is None:
            raise ValueError
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)

    if moment == "iso":
        return read_iso
    return fields.read_unix_seconds if moment == "unix" else read_unix_milliseconds


def read_unix_milliseconds(value: Any) -> datetime:
    """A moment as whole milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return fields.EPOCH + timedelta(milliseconds=value)


def read_integer(value: Any) -> Any:
    """A whole number, also one that is written as a text."""
    return fields.read_whole(value) if isinstance(value, str) else value


def read_amount(value: Any) -> Decimal:
    """A decimal from a text or a JSON number. A number of more digits than a float keeps is refused."""
    if isinstance(value, str):
        return fields.read_decimal(value)
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    amount = Decimal(repr(value))
    if isinstance(value, float) and len(amount.normalize().as_tuple().digits) > EXACT_DIGITS:
        raise ValueError
    return amount


def read_number(value: Any) -> Any:
    """A number with a fraction, also one that is written as a text."""
    return float(fields.read_decimal(value)) if isinstance(value, str) else value


def read_truth(value: Any) -> Any:
    """True or false, also as a text."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def read_date(value: Any) -> date:
    """A day, also as a text."""
    return value if type(value) is date else fields.read_day(value)


def json_text(value: Any) -> str:
    """A value as JSON, keys in order, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


WRITTEN: Mapping[Moment, Callable[[datetime], str | int]] = {
    "iso": iso_8601,
    "unix": unix_time,
    "unix_ms": lambda moment: unix_time(moment) * 1000,
}
"""How `since` and `until` are written."""
READERS: Mapping[str, Callable[[Any], Any]] = {
    "integer": read_integer,
    "decimal": read_amount,
    "number": read_number,
    "boolean": read_truth,
    "date": read_date,
    "text": fields.read_text,
    "json": json_text,
}
"""By type in words, how a JSON value is read. A value of another form is set aside with its row."""
