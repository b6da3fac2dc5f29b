"""Reports that `sources.yml` declares: dimensions, metrics and conditions by Google's names.

orders_by_country:
  dimensions: [country, deviceCategory]
  metrics: {orders: "keyEvents:purchase", revenue: purchaseRevenue}
  filters: {country: [Germany, Austria], pagePath: {not: {begins_with: /jobs}}}
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import pyarrow as pa
from pydantic import BeforeValidator, Field, model_validator

from connectors.google_analytics.reports import Report
from connectors.sdk.contract import Cadence, Stream, StreamForm, column
from connectors.sdk.stream_forms import (
    COLUMN_TYPES,
    NamesByColumn,
    as_list,
    column_names,
    refusal,
    repeated,
    version_of,
)

if TYPE_CHECKING:  # slow to import
    from google.analytics.data_v1beta.types import RunReportResponse

SCHEMA_REMEDY = (
    "correct the names as developers.google.com/analytics/devguides/reporting/data/v1/api-schema has them; "
    "which go together, its Dimensions & Metrics Explorer says"
)
PLACED_BY = {"day": ("date", "date"), "month": ("yearMonth", "month")}
"""By what rows are of: Google's dimension, and the column."""
MOST_DIMENSIONS, MOST_METRICS = 8, 10
"""Of a report, without the dimension that Okra adds (RunReportRequest: nine dimensions, ten metrics)."""
MATCH_TYPES = {
    "begins_with": "BEGINS_WITH",
    "ends_with": "ENDS_WITH",
    "contains": "CONTAINS",
    "matches": "FULL_REGEXP",
}
"""The conditions of a filter, and their names in StringFilter."""

DISTINCT = re.compile(r"[uU]sers$|[pP]urchasers$")
ADD_UP_ALL_THE_SAME = frozenset({"newUsers", "firstTimePurchasers"})
"""Of the numbers of people: those that count each person on one day of all."""
RATE = re.compile(r"Rate(:|$)|^average|AveragePosition$|Per[A-Z]|^returnOn")
UNITS = {
    "TYPE_SECONDS": "seconds",
    "TYPE_MILLISECONDS": "milliseconds",
    "TYPE_MINUTES": "minutes",
    "TYPE_HOURS": "hours",
    "TYPE_FEET": "feet",
    "TYPE_MILES": "miles",
    "TYPE_METERS": "meters",
    "TYPE_KILOMETERS": "kilometers",
}
"""By Google's type of a metric."""


def snake_case(name: str) -> str:
    """The column of one of Google's names: `keyEvents:purchase` is `key_events_purchase`."""
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", separated).strip("_").lower()


def by_column(written: Any) -> Any:
    """Google's names by the columns that they are stored in, from a name, a list or a mapping."""
    names = as_list(written)
    if isinstance(names, list | tuple):
        columns = [snake_case(str(name)) for name in names]
        if taken_twice := repeated(columns):
            raise refusal(
                f"two names would be the column `{taken_twice[0]}`", "write `column: name` for each"
            )
        names = dict(zip(columns, names, strict=True))
    return column_names(names)


def condition_of(name: str, written: Any) -> Mapping[str, Any]:
    """A condition of one dimension as a FilterExpression. Upper and lower case differ."""
    if isinstance(written, str) and written:
        return string_filter(name, "EXACT", written)
    if isinstance(written, list | tuple) and written and all(isinstance(x, str) for x in written):
        values = {"values": [*written], "case_sensitive": True}
        return {"filter": {"field_name": name, "in_list_filter": values}}
    if isinstance(written, Mapping) and written and {*written} <= {*MATCH_TYPES, "not"}:
        parts = [part_of(name, key, value) for key, value in written.items()]
        return parts[0] if len(parts) == 1 else {"and_group": {"expressions": parts}}
    raise refusal(
        f"the filter of `{name}` cannot be read",
        "write a value, a list of values, or one of {not: ...}, {begins_with: ...}, {ends_with: ...}, "
        "{contains: ...} and {matches: ...}",
    )


def part_of(name: str, key: str, written: Any) -> Mapping[str, Any]:
    """One key of a condition."""
    if key == "not":
        return {"not_expression": condition_of(name, written)}
    if not isinstance(written, str) or not written:
        raise refusal(f"`{key}` of `{name}` is no text", f"write it such as {{{key}: /shop}}")
    return string_filter(name, MATCH_TYPES[key], written)


def string_filter(name: str, match_type: str, value: str) -> Mapping[str, Any]:
    """A condition on the text of a dimension."""
    condition = {"match_type": match_type, "value": value, "case_sensitive": True}
    return {"filter": {"field_name": name, "string_filter": condition}}


ByColumn = Annotated[
    Mapping[str, str], BeforeValidator(by_column, json_schema_input_type=NamesByColumn)
]


class ReportForm(StreamForm):
    """A report of the Data API."""

    dimensions: ByColumn = Field({}, examples=["[country, deviceCategory]"])
    """By the column. A list takes the columns from Google's names."""
    metrics: ByColumn = Field(
        examples=["{orders: 'keyEvents:purchase', revenue: purchaseRevenue}"], min_length=1
    )
    by: Literal["day", "month"] = Field("day", examples=["month"])
    """Whether a row is of a day or of a month. Different people of a month are asked for by month."""
    filters: Mapping[str, Any] = Field({}, examples=["{country: [Germany, Austria]}"])
    """Conditions of dimensions, all of which must hold."""

    @model_validator(mode="after")
    def can_be_asked_for(self) -> Self:
        """Refuse a report that Google would refuse, or whose columns are not clear."""
        for key, most in (("dimensions", MOST_DIMENSIONS), ("metrics", MOST_METRICS)):
            named = getattr(self, key)
            if len(named) > most:
                raise refusal(f"{len(named)} {key}", f"name {most} at most", key=key)
            if len({*named.values()}) < len(named):
                raise refusal(f"a name stands twice in `{key}`", "name each once", key=key)
        times = {dimension for dimension, _ in PLACED_BY.values()} & {*self.dimensions.values()}
        if times:
            remedy = "leave it out: `by: day` and `by: month` add it"
            raise refusal(f"`dimensions` has `{min(times)}`", remedy, key="dimensions")
        _, placed = PLACED_BY[self.by]
        columns = [placed, *self.dimensions, *self.metrics]
        if taken_twice := repeated(columns):
            raise refusal(
                f"two columns are called `{taken_twice[0]}`", "rename one, as `column: name`"
            )
        _ = self.condition
        return self

    @property
    def condition(self) -> Mapping[str, Any] | None:
        """The filters as a FilterExpression."""
        parts = [condition_of(name, written) for name, written in self.filters.items()]
        return {"and_group": {"expressions": parts}} if parts else None

    def report(self, schema: pa.Schema | None = None) -> Report:
        """What is asked for. `schema` says which metrics are amounts."""
        dimension, placed = PLACED_BY[self.by]
        return Report(
            {dimension: placed} | {name: column for column, name in self.dimensions.items()},
            {name: column for column, name in self.metrics.items()},
            frozenset(x.name for x in schema or () if pa.types.is_decimal(x.type)),
            self.condition,
        )

    def columns_of(self, answer: "RunReportResponse") -> pa.Schema:
        """The columns of a report, by the headers of an answer."""
        _, placed = PLACED_BY[self.by]
        day = "Day in the property's time zone" if self.by == "day" else "First day of the month"
        types = {header.name: header.type_.name for header in answer.metric_headers}
        currency = answer.metadata.currency_code
        return pa.schema(
            [
                column(placed, pa.date32(), day),
                *(column(x, pa.string(), f"`{y}`") for x, y in self.dimensions.items()),
                *(metric(x, y, types[y], currency) for x, y in self.metrics.items()),
            ]
        )

    def stream(self, name: str, schema: pa.Schema, **more: Any) -> Stream:
        """The stream of the report."""
        _, placed = PLACED_BY[self.by]
        is_daily = self.by == "day"
        return Stream(
            name=name,
            description=self.description or f"{', '.join(self.metrics.values())} by {self.by}",
            schema=schema,
            key=(placed, *self.dimensions),
            cursor=placed,
            window=Cadence.DAY if is_daily else Cadence.MONTH,
            windows_per_slice=31 if is_daily else 12,
            version=version_of([self.by, self.dimensions, self.metrics, self.condition]),
            **more,
        )


def metric(name: str, metric: str, kind: str, currency: str) -> pa.Field:
    """The column of a metric. Of a day's different people the description says that they cannot be added up."""
    is_distinct = bool(DISTINCT.search(metric)) and metric not in ADD_UP_ALL_THE_SAME
    adds_up = not is_distinct and not RATE.search(metric)
    return column(
        name,
        COLUMN_TYPES["integer" if kind == "TYPE_INTEGER" else "decimal"],
        f"`{metric}`" + ("" if adds_up else "; not to be added up"),
        unit=currency if kind == "TYPE_CURRENCY" else UNITS.get(kind, "people" if is_distinct else ""),
        adds_up=adds_up,
    )  # fmt: skip
