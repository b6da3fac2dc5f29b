"""How a field of a JSON row becomes the value of a column: where it is, and how it is written there.

Each kind of field has a reader (`read_instant`), which raises ValueError, TypeError or ArithmeticError for what it
cannot read. What cannot be read becomes `UNREADABLE`, which fits no column: its row is set aside.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.sdk.contract import Finding, Page
from connectors.sdk.errors import Drift

READER_ERRORS = (ValueError, TypeError, ArithmeticError)
"""What readers raise."""


@dataclass(frozen=True)
class Unreadable:
    """Stands for a value that could not be read. It is of no column's type, and does not show the value."""


UNREADABLE = Unreadable()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Field:
    """A field of a row. `path` names the keys on the way to it, with dots: `price.amount`."""

    path: str
    read: Callable[[Any], Any]
    """Reads the value as it is stored."""
    optional: bool = False
    """True where the source leaves the field out when it is empty: null then. Otherwise its absence is drift."""

    def value(self, row: Any) -> Any:
        """The field's value in `row`, or `UNREADABLE`. Raises KeyError when it is missing."""
        try:
            # most fields are at the top, and there are many rows
            given = row[self.path] if self.path in row else at(row, self.path)
        except (KeyError, TypeError):
            if self.optional:
                return None
            raise KeyError(self.path) from None
        if given is None:
            return None
        try:
            return self.read(given)
        except READER_ERRORS:
            return UNREADABLE


def at(answer: Any, path: str) -> Any:
    """What is at `path` in `answer`; all of it for an empty path. Raises KeyError when there is nothing."""
    for key in path.split(".") if path else ():
        if not isinstance(answer, Mapping):
            raise KeyError(key)
        answer = answer[key]
    return answer


def at_or_none(answer: Any, path: str) -> Any:
    """What is at `path` in `answer`; None when there is nothing."""
    try:
        return at(answer, path)
    except KeyError:
        return None


def lenient(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`read`, but None stays None, and a value that it cannot read becomes `UNREADABLE`."""

    def read_leniently(value: Any) -> Any:
        if value is None:
            return None
        try:
            return read(value)
        except READER_ERRORS:
            return UNREADABLE

    return read_leniently


def columns(row: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """The values of `fields` in `row`, by column. A missing one is left for the schema to refuse."""
    values = {}
    for column, field in fields.items():
        try:
            values[column] = field.value(row)
        except KeyError:
            continue
    return values


def page_of(
    origin: str,
    objects: Sequence[Any],
    rows: Callable[[Any], Iterable[dict[str, Any]]],
    day_of: Callable[[Any], date | None],
) -> Page:
    """The rows of some objects, each of which can have several. An object of another shape is set aside.

    `origin` begins its message, and `day_of` gives the day that its finding is of. Raises `Drift` when no object has
    the shape that is expected.
    """
    stored: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for item in objects:
        try:
            stored += rows(item)
        except (AttributeError, KeyError, TypeError) as error:
            missing = f", {error} is missing" if isinstance(error, KeyError) else ""
            message = f"{origin} gave an object of another shape{missing}: adapt the connector"
            findings.append(Finding(what="wrong_shape", message=message, day=day_of(item)))
    if findings and len(findings) == len(objects):
        raise Drift(
            findings[0].message.removesuffix(": adapt the connector"), "adapt the connector"
        )
    return Page(stored, findings=findings)


def as_given(path: str, *, optional: bool = False) -> Field:
    """The value as JSON has it."""
    return Field(path, lambda value: value, optional)


def text(path: str, *, optional: bool = False) -> Field:
    """A text, or a whole number as text: for ids, that some sources write as numbers."""
    return Field(path, read_text, optional)


def instant(path: str, *, optional: bool = False) -> Field:
    """A moment in ISO 8601 with its offset from UTC."""
    return Field(path, read_instant, optional)


def unix_seconds(path: str, *, optional: bool = False) -> Field:
    """A moment as whole seconds since 1970."""
    return Field(path, read_unix_seconds, optional)


def day(path: str, *, optional: bool = False) -> Field:
    """A day as 2026-11-25."""
    return Field(path, read_day, optional)


def minor_units(path: str, *, decimals: int = 2, optional: bool = False) -> Field:
    """An amount that is written as a decimal text ("12.50"), in the currency's smallest unit (1250)."""
    return Field(path, lambda value: read_minor_units(value, decimals), optional)


def read_text(value: Any) -> str:
    """See `text`."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    return str(value)


def read_instant(value: Any) -> datetime:
    """See `instant`. A moment that names no offset is refused: it could be of any zone."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def read_unix_seconds(value: Any) -> datetime:
    """See `unix_seconds`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return EPOCH + timedelta(seconds=value)


def read_day(value: Any) -> date:
    """See `day`."""
    return date.fromisoformat(value)


def read_whole(value: str) -> int:
    """A whole number that is written as a text."""
    if not re.fullmatch(r"-?[0-9]+", value):
        raise ValueError
    return int(value)


def read_decimal(value: str) -> Decimal:
    """An amount that is written as a text, in the currency and not in its smallest unit."""
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        raise ValueError
    return Decimal(value)


def read_minor_units(value: Any, decimals: int) -> int:
    """See `minor_units`. A JSON number with a fraction is refused: it went through a float, and may be off."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    try:
        units = Decimal(value).scaleb(decimals)
    except InvalidOperation:
        raise ValueError from None
    if not units.is_finite() or units != units.to_integral_value():
        raise ValueError
    return int(units)
