"""The types of what is written in a definition file. Each says what is wrong and what would be right."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from pipelines.okr.kpi.filters import NOT, MemberSet
from pipelines.okr.kpi.numbers import ONE, parse_number
from pipelines.okr.kpi.periods import (
    CALENDAR_YEAR,
    FiscalYear,
    Period,
    PeriodError,
    parse_day,
    parse_period,
)

MEASURED = "measured"
_TOO_LARGE = Decimal(10) ** 18
"""No figure is that large, not even in rupiah. Tables have 32 digits before the point, and odds are told of 15."""
_MANY_DIGITS = re.compile(r"[+-]?(\d_?){19,}(\.\d*)?\s*%?")


@dataclass(frozen=True, slots=True)
class KpiTarget:
    """A target that another KPI gives, such as a budget: its value over the goal's own days, times a factor."""

    kpi: str
    times: Decimal = ONE

    def __str__(self) -> str:
        return self.kpi if self.times == ONE else f"{self.kpi} × {self.times.normalize():f}"


@dataclass(frozen=True, slots=True)
class MemberTargets:
    """A target for each member of `for_each`, by the members' names."""

    pairs: tuple[tuple[str, Decimal], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The members that have one."""
        return tuple(name for name, _ in self.pairs)

    def of(self, member: str) -> Decimal | None:
        """The target of a member; None where it has none."""
        return dict(self.pairs).get(member)


def refusal(what: str, remedy: str, *, key: str = "") -> PydanticCustomError:
    """The error that every validator raises. The fault that is shown has both halves of it.

    `key`: the key that is wrong, where a validator looks at several of them.
    """
    context = {"what": what, "remedy": remedy, "key": key}
    return PydanticCustomError("okr", "{what}; {remedy}", context)


def number(written: object) -> Decimal:
    """An exact number such as 2_000_000 or 96 %."""
    many = isinstance(written, str) and _MANY_DIGITS.fullmatch(written.strip())
    if many or abs(exact := _exact(written)) >= _TOO_LARGE:
        raise refusal(f"`{written}` has more than 18 digits", "write a number that can be meant")
    return exact


def _exact(written: object) -> Decimal:
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
    weight = number(written)
    if weight < 0:
        raise refusal(f"the weight {weight} is negative", "write 0 or more; the default is 1")
    return weight


def _baseline(written: object) -> object:
    return written if written in (None, MEASURED) else number(written)


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


def _bound(written: object) -> Decimal | KpiTarget:
    if isinstance(written, KpiTarget):
        return written
    return _kpi_target(written) if isinstance(written, dict) else number(written)


def _target(written: object) -> Decimal | KpiTarget | MemberTargets:
    if isinstance(written, MemberTargets):
        return written
    if not isinstance(written, dict) or "kpi" in written:
        return _bound(written)
    if not written:
        raise refusal("a target without a number", "write a number, or {kpi: budget_revenue}")
    pairs = []
    for member, amount in written.items():
        if isinstance(amount, dict | list):
            what = f"the target of `{member}` is no number"
            raise refusal(what, "write it such as {north: 7, south: 5}", key=str(member))
        pairs.append((str(member), number(amount)))
    return MemberTargets(tuple(sorted(pairs)))


def _kpi_target(written: dict[str, object]) -> KpiTarget:
    kpi = written.get("kpi")
    unknown = sorted({*map(str, written)} - {"kpi", "times"})
    if not isinstance(kpi, str) or not kpi.strip():
        raise refusal("a target of no KPI", "write it such as {kpi: budget_revenue}", key="kpi")
    if unknown:
        what = f"unknown key `{unknown[0]}` of a target"
        raise refusal(what, "write it such as {kpi: budget_revenue, times: 1.05}", key=unknown[0])
    times = number(written.get("times", ONE))
    if times <= 0:
        raise refusal(
            f"`times: {times}` is not above 0", "write a factor such as 1.05", key="times"
        )
    return KpiTarget(kpi.strip(), times)


def _members(written: object) -> object:
    if not isinstance(written, dict):
        return written
    asked: dict[str, str | MemberSet] = {}
    for dimension, members in written.items():
        if dimension == NOT:
            continue
        if isinstance(members, dict):
            raise refusal(
                f"`{dimension}` is held to no member",
                f"write one or a list; to leave members out, write `not: {{{dimension}: ...}}`",
                key=str(dimension),
            )
        names = _names(members, dimension)
        asked[dimension] = names[0] if len(names) == 1 else MemberSet(names)
    for dimension, names in _left_out(written.get(NOT)):
        if dimension in asked:
            what = f"`{dimension}` is both held to members and to all but some"
            raise refusal(what, "keep one of them", key=NOT)
        asked[dimension] = MemberSet(names, excluded=True)
    return asked


def _left_out(written: object) -> Iterator[tuple[str, tuple[str, ...]]]:
    if written is None:
        return
    if not isinstance(written, dict) or not written:
        raise refusal("`not` names no dimension", "write it such as not: {seller: none}", key=NOT)
    for dimension, members in written.items():
        yield str(dimension), _names(members, dimension)


def _names(written: object, dimension: object) -> tuple[str, ...]:
    """The members, one or a list of them, in the order of their names."""
    names = list(written) if isinstance(written, list | tuple) else [written]
    if isinstance(written, MemberSet):
        names = list(written.names)
    texts = ["" if isinstance(name, dict | list) else str(name).strip() for name in names]
    if not texts or "" in texts:
        what = f"`{dimension}` has an empty list or an empty name"
        raise refusal(what, "write it such as {product: widget}", key=str(dimension))
    if named_twice := _repeated(texts):
        what = f"`{named_twice[0]}` stands twice in `{dimension}`"
        raise refusal(what, "name each member once", key=str(dimension))
    return tuple(sorted(texts))


def _roster(written: object) -> object:
    if written is None:
        return None
    if not isinstance(written, list | tuple) or not written:
        raise refusal(f"`members: {written}` is no list", "write it such as [Kim Lee, Ada Moss]")
    names = ["" if isinstance(name, dict | list) else str(name).strip() for name in written]
    named_twice = _repeated(names)
    if named_twice or "" in names:
        what = (
            f"`{named_twice[0]}` stands twice in `members`"
            if named_twice
            else "`members` has an empty name"
        )
        raise refusal(what, "name each member once")
    return tuple(names)


def _repeated(names: Sequence[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise refusal("a text of blanks only", "write the words, or leave the line out")
    return text


NUMBER_SCHEMA = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?[\d_]*\.?\d+\s*%?$"}]
}
_DAY_SCHEMA = {"type": "string", "format": "date"}
_PERIOD_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 1970, "maximum": 2199},
        {"type": "string", "pattern": r"^\d{4}(-(H[12]|Q[1-4]|[WP]\d\d|\d\d(-\d\d)?))?$"},
        {
            "type": "object",
            "properties": {"start": _DAY_SCHEMA, "end": _DAY_SCHEMA},
            "required": ["start", "end"],
            "additionalProperties": False,
        },
    ]
}
_NAME_SCHEMA = {"type": ["string", "number", "boolean"]}
_NAMES_SCHEMA = {"anyOf": [_NAME_SCHEMA, {"type": "array", "items": _NAME_SCHEMA, "minItems": 1}]}
_MEMBERS_SCHEMA = {
    "type": "object",
    "properties": {
        NOT: {"type": "object", "additionalProperties": _NAMES_SCHEMA, "minProperties": 1}
    },
    "additionalProperties": _NAMES_SCHEMA,
}
_KPI_TARGET_SCHEMA = {
    "type": "object",
    "properties": {"kpi": {"type": "string"}, "times": NUMBER_SCHEMA},
    "required": ["kpi"],
    "additionalProperties": False,
}
_BOUND_SCHEMA = {"anyOf": [*NUMBER_SCHEMA["anyOf"], _KPI_TARGET_SCHEMA]}
_TARGET_SCHEMA = {
    "anyOf": [
        *_BOUND_SCHEMA["anyOf"],
        {
            "type": "object",
            "properties": {"kpi": False},
            "additionalProperties": NUMBER_SCHEMA,
            "minProperties": 1,
        },
    ]
}
_ROSTER_SCHEMA = {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}
_MEASURED_OR_NUMBER = {"anyOf": [{"const": MEASURED}, *NUMBER_SCHEMA["anyOf"]]}

Number = Annotated[Decimal, BeforeValidator(number), WithJsonSchema(NUMBER_SCHEMA)]
Weight = Annotated[Decimal, BeforeValidator(_weight), WithJsonSchema(NUMBER_SCHEMA)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(_DAY_SCHEMA)]
Span = Annotated[Period, BeforeValidator(_period), WithJsonSchema(_PERIOD_SCHEMA)]
Truth = Annotated[bool, BeforeValidator(_truth), WithJsonSchema({"type": "boolean"})]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_not_blank)]
Bound = Annotated[Decimal | KpiTarget, BeforeValidator(_bound), WithJsonSchema(_BOUND_SCHEMA)]
Target = Annotated[
    Decimal | KpiTarget | MemberTargets,
    BeforeValidator(_target),
    WithJsonSchema(_TARGET_SCHEMA),
]
Members = Annotated[
    dict[str, str | MemberSet], BeforeValidator(_members), WithJsonSchema(_MEMBERS_SCHEMA)
]
Roster = Annotated[tuple[str, ...] | None, BeforeValidator(_roster), WithJsonSchema(_ROSTER_SCHEMA)]
Baseline = Annotated[
    Decimal | Literal["measured"] | None,
    BeforeValidator(_baseline),
    WithJsonSchema(_MEASURED_OR_NUMBER),
]
