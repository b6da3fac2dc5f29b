"""The types of what is written in a definition file. Each says what is wrong and what would be right."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from pipelines.okr.kpi.numbers import parse_number
from pipelines.okr.kpi.periods import (
    CALENDAR_YEAR,
    FiscalYear,
    Period,
    PeriodError,
    parse_day,
    parse_period,
)

MEASURED = "measured"


def refusal(what: str, remedy: str, *, key: str = "") -> PydanticCustomError:
    """The error every validator raises: both halves survive up to the fault that is shown.

    `key`: the key that is wrong, where a validator looks at several of them.
    """
    context = {"what": what, "remedy": remedy, "key": key}
    return PydanticCustomError("okr", "{what}; {remedy}", context)


def _number(written: object) -> Decimal:
    if isinstance(written, Decimal) and written.is_finite():
        return written
    if isinstance(written, int) and not isinstance(written, bool):
        return Decimal(written)
    if not isinstance(written, str):
        raise refusal(f"`{written}` is not an exact number", "write it such as 2_000_000 or 96 %")
    try:
        return parse_number(written)
    except ValueError as error:
        raise refusal(f"`{written}` is not a number", str(error)) from None


def _weight(written: object) -> Decimal:
    weight = _number(written)
    if weight < 0:
        raise refusal(f"the weight {weight} is negative", "write 0 or more; the default is 1")
    return weight


def _baseline(written: object) -> object:
    return written if written in (None, MEASURED) else _number(written)


def _day(written: object) -> date:
    if isinstance(written, date):
        return written
    try:
        return parse_day(str(written))
    except ValueError:
        without_year = re.fullmatch(r"\d\d?[-/.]\d\d?[.]?", str(written))
        what = "a day without a year" if without_year else "not a date"
        raise refusal(f"`{written}` is {what}", "write it such as 2026-11-30") from None


def _period(written: object, info: ValidationInfo) -> Period:
    context: dict[str, FiscalYear] = info.context or {}
    try:
        return parse_period(written, context.get("fiscal_year", CALENDAR_YEAR))
    except PeriodError as error:
        raise refusal(error.what, error.remedy) from None


def _truth(written: object) -> bool:
    if isinstance(written, bool):
        return written
    if written in ("true", "True", "false", "False"):
        return written in ("true", "True")
    raise refusal(f"`{written}` is neither true nor false", "write true or false")


def _members(written: object) -> object:
    if isinstance(written, dict) and any(isinstance(v, dict | list) for v in written.values()):
        raise refusal(
            "`where` takes one member for a dimension", "write it such as {product: widget}"
        )
    return written


def _roster(written: object) -> object:
    if written is None:
        return None
    if not isinstance(written, list | tuple) or not written:
        raise refusal(f"`members: {written}` is no list", "write it such as [Kim Lee, Ada Moss]")
    names = ["" if isinstance(name, dict | list) else str(name).strip() for name in written]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "" in names:
        what = f"`{twice[0]}` stands twice in `members`" if twice else "`members` has an empty name"
        raise refusal(what, "name each member once")
    return tuple(names)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise refusal("a text of blanks only", "write the words, or leave the line out")
    return text


_NUMBER_SCHEMA = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?[\d_]*\.?\d+\s*%?$"}]
}
_DAY_SCHEMA = {"type": "string", "format": "date"}
_PERIOD_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 1970, "maximum": 2199},
        {"type": "string", "pattern": r"^\d{4}(-(H[12]|Q[1-4]|W\d\d|\d\d(-\d\d)?))?$"},
        {
            "type": "object",
            "properties": {"start": _DAY_SCHEMA, "end": _DAY_SCHEMA},
            "required": ["start", "end"],
            "additionalProperties": False,
        },
    ]
}
_MEMBERS_SCHEMA = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
_ROSTER_SCHEMA = {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}
_MEASURED_OR_NUMBER = {"anyOf": [{"const": MEASURED}, *_NUMBER_SCHEMA["anyOf"]]}

Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
Weight = Annotated[Decimal, BeforeValidator(_weight), WithJsonSchema(_NUMBER_SCHEMA)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(_DAY_SCHEMA)]
Span = Annotated[Period, BeforeValidator(_period), WithJsonSchema(_PERIOD_SCHEMA)]
Truth = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({"type": "boolean"})]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_not_blank)]
Members = Annotated[dict[str, str], BeforeValidator(_members), WithJsonSchema(_MEMBERS_SCHEMA)]
Roster = Annotated[tuple[str, ...] | None, BeforeValidator(_roster), WithJsonSchema(_ROSTER_SCHEMA)]
Baseline = Annotated[
    Decimal | Literal["measured"] | None,
    BeforeValidator(_baseline),
    WithJsonSchema(_MEASURED_OR_NUMBER),
]
