"""Queries in GAQL that `sources.yml` declares: fields of one resource by day.

    ad_groups:
      query: select campaign.name, ad_group.name, segments.device, metrics.clicks from ad_group

Okra adds the day, the range of days, and the name of the resource, which together with the segments identifies a row
(developers.google.com/google-ads/api/docs/query/overview, …/docs/reporting/segmentation). The messages of Google's own
package say which fields there are, and of which type.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

import pyarrow as pa
from pydantic import BeforeValidator, Field, model_validator

from connectors.sdk.contract import Stream, StreamForm, column
from connectors.sdk.errors import Rejected
from connectors.sdk.fields import lenient, read_day
from connectors.sdk.stream_forms import (
    COLUMN_TYPES,
    column_names,
    meant,
    refusal,
    repeated,
    version_of,
)

if TYPE_CHECKING:  # an extra, and slow to import
    from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

DAY, RESOURCE_NAME = "segments.date", "resource_name"
QUERY = re.compile(
    r"select (?P<fields>[a-z0-9_.]+(?: ?, ?[a-z0-9_.]+)*) from (?P<resource>[a-z_]+)"
    r"(?: where (?P<conditions>.+?))?(?: parameters (?P<parameters>.+))?",
    re.IGNORECASE,
)
QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
DATES = {DAY, "segments.week", "segments.month", "segments.quarter"}
"""The fields that are days, which Google writes as texts."""
DOES_NOT_ADD_UP = re.compile(
    r"^average_|_(share|rate|percentage)$|_per_|^ctr$|^unique_|^historical_|^optimization_score"
)
NINE_DECIMALS = Decimal("1e-9")
OF_ANY_FLOAT = Context(prec=330)
"""The largest float has 309 digits before the point. The schema refuses what its column cannot hold."""


def decimal_of(value: float, smallest: Decimal = NINE_DECIMALS) -> Decimal | float:
    """The decimal of a float, as Google sends amounts as floats; NaN and infinity as they are."""
    if not math.isfinite(value):
        return value
    return Decimal(repr(value)).quantize(smallest, context=OF_ANY_FLOAT)


@dataclass(frozen=True)
class Query:
    """A query, taken apart."""

    fields: tuple[str, ...]
    resource: str
    conditions: str = ""
    parameters: str = ""

    def text(self, days: str) -> str:
        """The query for some days, such as `DURING YESTERDAY`."""
        conditions = f"{DAY} {days}" + (f" AND {self.conditions}" if self.conditions else "")
        parameters = f" PARAMETERS {self.parameters}" if self.parameters else ""
        selected = ", ".join(self.selected)
        return (
            " ".join(["SELECT", selected, "FROM", self.resource, "WHERE", conditions]) + parameters
        )

    @property
    def selected(self) -> tuple[str, ...]:
        """The declared fields, and those that identify a row."""
        return tuple(dict.fromkeys([DAY, f"{self.resource}.{RESOURCE_NAME}", *self.fields]))


def query_in(text: str) -> Query:
    """The query in a text. Refuses one that Okra cannot ask for by day."""
    whole = " ".join(text.split())
    bare = QUOTED.sub("''", whole).lower()
    for clause in ("order by", "limit"):
        if re.search(rf"\b{clause}\b", bare):
            raise refusal(f"the query has `{clause}`", "leave it out: every row of a day is kept")
    match = QUERY.fullmatch(whole)
    if match is None:
        raise refusal(
            "the query cannot be read",
            "write it as `select campaign.id, metrics.clicks from campaign where campaign.status = 'ENABLED'`",
        )
    conditions = match["conditions"] or ""
    if re.search(r"\bsegments\.(date|week|month|quarter|year)\b", QUOTED.sub("''", conditions)):
        raise refusal("the query has a condition of days", "leave it out: Okra asks for each day")
    fields = tuple(name.strip() for name in match["fields"].split(","))
    return Query(fields, match["resource"].lower(), conditions, match["parameters"] or "")


def column_of(field: str, resource: str) -> str:
    """The column of a field: `clicks` of `metrics.clicks`, `campaign_name` of `campaign.name`."""
    if field == f"{resource}.{RESOURCE_NAME}":
        return RESOURCE_NAME
    within, _, name = field.partition(".")
    return (name if within in ("metrics", "segments") else field).replace(".", "_")


class QueryForm(StreamForm):
    """A query."""

    query: str = Field(
        min_length=1, examples=["select campaign.name, metrics.clicks from campaign"]
    )
    columns: Annotated[Mapping[str, str], BeforeValidator(column_names)] = Field(
        {}, examples=["{spend_micros: metrics.cost_micros}"]
    )
    """Other names of columns than those that come of the fields, each with its field."""

    @model_validator(mode="after")
    def can_be_asked_for(self) -> Self:
        """Refuse a query that is none, and columns that are not told apart."""
        selected = self.parts.selected
        for name, field in self.columns.items():
            if field not in selected:
                raise refusal(
                    f"`columns: {name}` is of `{field}`, which the query does not select",
                    meant(field, selected),
                    key="columns",
                )
        names = [*self.by_field.values()]
        if taken_twice := repeated(names):
            remedy = f"give one of them another name, as `columns: {{{taken_twice[0]}_2: ...}}`"
            raise refusal(f"two fields would be the column `{taken_twice[0]}`", remedy)
        column_names(dict.fromkeys(names))
        if not any(field.startswith("metrics.") for field in self.parts.fields):
            raise refusal("the query selects no metric", "add one, such as `metrics.clicks`")
        return self

    @cached_property
    def parts(self) -> Query:
        """The query, taken apart."""
        return query_in(self.query)

    @property
    def by_field(self) -> Mapping[str, str]:
        """The column of each selected field."""
        renamed = {field: name for name, field in self.columns.items()}
        query = self.parts
        return {x: renamed.get(x) or column_of(x, query.resource) for x in query.selected}

    @property
    def key(self) -> tuple[str, ...]:
        """What identifies a row: the day, the resource and the segments."""
        named = (DAY, f"{self.parts.resource}.{RESOURCE_NAME}")
        segments = [x for x in self.parts.selected if x.startswith("segments.") and x != DAY]
        return tuple(self.by_field[field] for field in (*named, *segments))

    def columns_of(self) -> pa.Schema:
        """The columns, by Google's messages. Raises `Rejected` for a field that there is not."""
        return pa.schema(
            [
                stored_column(name, field, null=name not in self.key)
                for field, name in self.by_field.items()
            ]
        )

    def stream(self, name: str, schema: pa.Schema, alike: Stream) -> Stream:
        """The stream of the query's rows, which come, change and reach back like those of `alike`."""
        return replace(
            alike,
            name=name,
            description=self.description or f"{', '.join(self.parts.fields)} by day",
            schema=schema,
            key=self.key,
            cursor=self.by_field[DAY],
            version=version_of([self.parts.text(""), self.by_field]),
        )


def stored_column(name: str, field: str, *, null: bool) -> pa.Field:
    """The column of a field."""
    last = descriptors(field)[-1]
    within, _, metric = field.partition(".")
    adds_up = within != "metrics" or not DOES_NOT_ADD_UP.search(metric)
    return column(
        name,
        COLUMN_TYPES[type_of(field, last)],
        f"`{field}`" + ("" if adds_up else "; not to be added up"),
        unit="millionth of the currency" if field.endswith("_micros") else "",
        null=null,
        adds_up=adds_up,
    )


def descriptors(field: str) -> "list[FieldDescriptor]":
    """The way to a field in Google's message of a row. Raises `Rejected` where there is none."""
    from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow

    message = type(GoogleAdsRow.pb(GoogleAdsRow())).DESCRIPTOR
    way: list[FieldDescriptor] = []
    steps = field.split(".")
    for place, step in enumerate(steps):
        known = message.fields_by_name if message is not None else {}
        if step not in known:
            before = ".".join(steps[:place])
            raise Rejected(
                f"Google Ads has no field {field!r}",
                meant(field, [f"{before}.{x}".lstrip(".") for x in known], "see its Query Builder"),
            )
        way.append(known[step])
        message = known[step].message_type
    if message is not None or way[-1].is_repeated:
        kind = "a list" if way[-1].is_repeated else "a group of fields"
        raise Rejected(
            f"{field} is {kind}, which no column can hold", "name a field with one value"
        )
    return way


def type_of(field: str, last: "FieldDescriptor") -> str:
    """The type of a field's column, in words."""
    if field in DATES:
        return "date"
    if last.cpp_type in (last.CPPTYPE_DOUBLE, last.CPPTYPE_FLOAT):
        return "decimal"
    if last.cpp_type == last.CPPTYPE_BOOL:
        return "boolean"
    return "text" if last.cpp_type in (last.CPPTYPE_STRING, last.CPPTYPE_ENUM) else "integer"


def reader_of(field: str) -> Callable[[Any], Any]:
    """Reads a field of a row: the value, the name of an enumeration's value, None where Google says nothing."""
    *way, last = descriptors(field)
    kind = type_of(field, last)

    def read(row: Any) -> Any:
        for step in way:
            if not row.HasField(step.name):
                return None
            row = getattr(row, step.name)
        if last.has_presence and not row.HasField(last.name):
            return None
        value = getattr(row, last.name)
        if last.enum_type is not None:
            known = last.enum_type.values_by_number.get(value)
            return known.name if known else str(value)
        if kind == "date":
            return lenient(read_day)(value)
        return decimal_of(value) if kind == "decimal" else value

    return read


@dataclass(frozen=True)
class DeclaredQuery:
    """A declared query that is pulled."""

    form: QueryForm
    stream: Stream

    @cached_property
    def readers(self) -> Mapping[str, Callable[[Any], Any]]:
        """By column."""
        return {name: reader_of(field) for field, name in self.form.by_field.items()}

    def text(self, first: date, last: date) -> str:
        """The query for some days, both included."""
        return self.form.parts.text(f"BETWEEN '{first}' AND '{last}'")

    def row(self, row: Any) -> dict[str, Any]:
        """A row under the names of the columns."""
        return {name: read(row) for name, read in self.readers.items()}
