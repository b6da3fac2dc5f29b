"""What a stream declares of its columns, and how a message says that a row does not keep to it.

Messages name columns and never values, as values can be private; a value is an example only where a column declares
which values it can have.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from connectors.sdk.contract import Stream

NO_KEY, NO_DAY, WRONG_TYPE, MISSING = "no_key", "no_day", "wrong_type", "missing_value"
UNKNOWN, OUTSIDE = "unknown_value", "outside_range"
REMEDY = "correct it at the source, and the next pull takes the row"
ID = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{1,40}")
"""A text that can be shown of a key: a number, or an id with a digit. Names of people and addresses are neither."""
CODE = re.compile(r"[a-z_-]{1,30}|[A-Z_-]{1,30}")
"""A value that can be shown: `canceled`, `EURO`. A name of a person, from the next column, has two cases or blanks."""


def values_of(field: pa.Field) -> list[str] | str:
    """The values that a column can have, or the name of their list; none where any is allowed."""
    declared: list[str] | str = json.loads((field.metadata or {}).get(b"values", b"[]"))
    return declared


def bounds_of(field: pa.Field) -> dict[str, int]:
    """The `least` and `most` of a column, where they are declared."""
    notes = field.metadata or {}
    return {name: int(notes[name.encode()]) for name in ("least", "most") if name.encode() in notes}


def adds_up(field: pa.Field) -> bool:
    """Whether the column of several rows can be summed. Numbers of different people and rates cannot."""
    return b"adds_up" not in (field.metadata or {})


def rules_of(field: pa.Field) -> list[str]:
    """What a column declares of its values, in words."""
    allowed = values_of(field)
    listed = [allowed if isinstance(allowed, str) else ", ".join(allowed)] if allowed else []
    return listed + [f"at {name} {bound}" for name, bound in bounds_of(field).items()]


def message_of(stream: Stream, what: str, field: pa.Field, remedy: str = REMEDY) -> str:
    """What is wrong with a column of some rows, and what to do about it."""
    reason = {
        NO_KEY: "is empty, and it names the row",
        NO_DAY: "is no day or moment, and it says which day the row belongs to",
        WRONG_TYPE: f"is not {kind_in_words(field.type)}",
        MISSING: "is empty, and the row needs it",
        UNKNOWN: f"is {no_value_of(field)}",
        OUTSIDE: " or ".join(
            f"is {'less' if name == 'least' else 'more'} than {bound}"
            for name, bound in bounds_of(field).items()
        ),
    }[what]
    return f"{stream.name}.{field.name} {reason}{remedy and ': ' + remedy}"


def no_value_of(field: pa.Field) -> str:
    """What a value is that the column does not declare."""
    allowed = values_of(field)
    if isinstance(allowed, str):
        return f"no currency of {allowed} that Okra knows"
    return f"none of {', '.join(allowed)}"


def kind_in_words(kind: pa.DataType) -> str:
    """A type as a person calls it."""
    if pa.types.is_integer(kind):
        return f"a whole number of {kind.bit_width} bits"
    if pa.types.is_decimal(kind):
        return f"an amount with at most {kind.scale} decimals"
    words = {
        pa.types.is_timestamp: "a moment with its zone",
        pa.types.is_date: "a day",
        pa.types.is_boolean: "true or false",
        pa.types.is_string: "a text",
        pa.types.is_floating: "a number",
        pa.types.is_list: "a list",
    }
    return next((text for is_kind, text in words.items() if is_kind(kind)), str(kind))


def example_of(stream: Stream, row: Any, what: str, column: str) -> str:
    """What can be shown of a row: the parts of its key that are ids, numbers or days, and a value not declared."""
    if not isinstance(row, Mapping):
        return ""
    # the finding tells the day
    parts = [(name, row.get(name)) for name in stream.key if name not in (column, stream.cursor)]
    shown = [
        f"{name} {value}"
        for name, value in parts
        if type(value) in (int, date) or (isinstance(value, str) and ID.fullmatch(value))
    ]
    value = str(row.get(column)) if what == UNKNOWN else ""
    if CODE.fullmatch(value):
        return f"{value} ({', '.join(shown)})" if shown else value
    return ", ".join(shown)
