"""What a definition file may say: the models of an objective and its key results.

The models check the form (keys, types, ranges); what needs to know the KPIs or the other files is
checked in `checks` and `lineage`. Every validator says what is wrong and what would be right.
"""

import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from pipelines.okr.kpi.numbers import parse_number
from pipelines.okr.kpi.periods import (
    CALENDAR_YEAR,
    Cadence,
    FiscalYear,
    Period,
    PeriodError,
    parse_day,
    parse_period,
)
from pipelines.okr.kpi.status import Commitment

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


class _Definition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def canonical(self) -> dict[str, Any]:
        """The definition without its formatting: `96 %` and 0.960 are the same number here."""
        return {
            name: _canonical(getattr(self, name))
            for name, field in type(self).model_fields.items()
            if name not in _ADDED_LATER or getattr(self, name) != field.default
        }


class Milestone(_Definition):
    """Something that is done or is not: the only kind of key result kept by hand."""

    done: Truth = Field(description="true once it is done")
    due: Day = Field(description="The day it is due", examples=["2026-12-01"])


def _one_of_the_goals(schema: dict[str, Any]) -> None:
    goals = ("at_least", "at_most", "between", "milestone")
    schema["oneOf"] = [{"required": [goal]} for goal in goals]


class KeyResult(_Definition):
    """One key result: a KPI, a number and a deadline; or a milestone."""

    model_config = ConfigDict(json_schema_extra=_one_of_the_goals)

    id: Slug = Field(description="A slug, unique in the objective", examples=["revenue"])
    name: Text | None = Field(None, description="The key result in words")
    kpi: Text | None = Field(None, description="The name of a KPI", examples=["net_revenue"])
    at_least: Number | None = Field(None, description="The target to reach or exceed")
    at_most: Number | None = Field(None, description="The target not to exceed")
    between: tuple[Number, Number] | None = Field(
        None, description="The band to stay in, both ends included", examples=[[10, 20]]
    )
    baseline: Baseline = Field(
        None, alias="from", description="Where a level starts: a number, or `measured`"
    )
    per: Cadence | None = Field(None, description="The goal holds in each such window")
    over: Cadence | None = Field(None, description="Compare the latest complete such window")
    for_each: Text | None = Field(None, description="The goal holds for each member of this one")
    members: Roster = Field(
        None, description="Who is meant by for_each, with data or without", examples=[["Kim Lee"]]
    )
    name_members: Truth = Field(
        True, description="With false nobody is named; only how many meet it is shown"
    )
    where: Members = Field({}, description="Only these members", examples=[{"color": "green"}])
    by: Day | None = Field(None, description="The deadline, if not the period's end")
    weight: Weight = Field(Decimal(1), description="Its weight in the objective, 0 or more")
    milestone: Milestone | None = Field(
        None, description="Done or not", examples=[{"done": False, "due": "2026-12-01"}]
    )

    @model_validator(mode="after")
    def _has_one_goal(self) -> Self:
        goals = [name for name in GOALS if getattr(self, name) is not None]
        if not goals:
            raise refusal("no number", "add one of at_least, at_most, between or milestone")
        if len(goals) > 1:
            raise refusal(f"more than one goal ({', '.join(goals)})", "keep one of them")
        if self.between is not None and self.between[0] > self.between[1]:
            low, high = self.between
            raise refusal("the band is upside down", f"write between: [{high}, {low}]")
        if self.for_each is None and (self.members is not None or not self.name_members):
            key = "name_members" if self.members is None else "members"
            raise refusal(f"`{key}` without `for_each`", "add `for_each:` with the dimension")
        if self.milestone is None and self.kpi is None:
            raise refusal("no KPI", "add `kpi:` with the name of a KPI")
        return self

    @property
    def target(self) -> Decimal | None:
        """The number of an `at_least` or `at_most`; a band has two and gives None."""
        return self.at_most if self.at_least is None else self.at_least

    @property
    def scored_by(self) -> dict[str, Any]:
        """The definition without its name, and without its weight, which counts in the objective."""
        return {k: part for k, part in self.canonical.items() if k not in (*_CALLED, "weight")}


GOALS = ("at_least", "at_most", "between", "milestone")


class Objective(_Definition):
    """One objective with its key results: the content of one definition file."""

    objective: Text = Field(description="The objective in words")
    id: Slug = Field(description="A slug, unique across all files", examples=["two-million"])
    owner: Text | None = Field(None, description="Who answers for it")
    period: Span = Field(description="When it runs", examples=["2026-Q4"])
    commitment: Commitment = Field("committed", description="With aspirational, 0.7 is good")
    parent: Slug | None = Field(None, description="The id of the objective it serves")
    weight: Weight = Field(Decimal(1), description="Its weight in the parent, 0 or more")
    key_results: tuple[KeyResult, ...] = Field(description="Its key results, or []")

    @model_validator(mode="after")
    def _can_be_weighed(self) -> Self:
        if self.key_results and not any(result.weight for result in self.key_results):
            raise refusal("the weights add up to zero", "give one key result a weight above 0")
        return self

    @property
    def definition_hash(self) -> str:
        """The fingerprint of what the objective is scored by; what it is called, and by whom kept, are not in it."""
        scored = {name: part for name, part in self.canonical.items() if name not in _CALLED}
        results = [
            result.scored_by | {"weight": _canonical(result.weight)} for result in self.key_results
        ]
        return _hash(scored | {"key_results": results})

    def deadline(self, result: KeyResult) -> date:
        """The last day that counts for one of its key results."""
        if result.milestone is not None:
            return result.milestone.due
        return result.by or self.period.end

    def key_result_hash(self, result: KeyResult) -> str:
        """The fingerprint of what a key result is scored by, its objective's frame included."""
        frame = {key: _canonical(getattr(self, key)) for key in ("id", "period", "commitment")}
        return _hash({"objective": frame, "key_result": result.scored_by})


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a definition file, with which editors complete and check it.

    It is generated from the models: it accepts the forms that they accept.
    """
    schema = Objective.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "An objective and its key results"
    return schema


_CALLED = ("objective", "owner", "name", "name_members")
"""What a reader is told, and no score depends on."""
_ADDED_LATER = ("members", "name_members")
"""What a definition is free of where it is not written, so that older definitions keep their fingerprint."""


def _hash(canonical: object) -> str:
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _canonical(value: object) -> object:
    if isinstance(value, _Definition):
        return value.canonical
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Period):
        return [value.cadence, value.start.isoformat(), value.end.isoformat()]
    return [_canonical(item) for item in value] if isinstance(value, tuple) else value
