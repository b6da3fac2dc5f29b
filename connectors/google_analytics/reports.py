"""What a report is asked for, and what its answer says: rows, how far they can be trusted, tokens that are left.

Dimensions and metrics: developers.google.com/analytics/devguides/reporting/data/v1/api-schema. `activeUsers` are
what Analytics itself shows as users: those with an engaged session, or whose first visit it was. `totalUsers` are
all who sent any event (support.google.com/analytics/answer/12253918).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from connectors.sdk.fields import lenient, read_whole

if TYPE_CHECKING:  # slow to import
    from google.analytics.data_v1beta.types import RunReportResponse


@dataclass(frozen=True)
class Report:
    """What is asked for: Google's dimensions and metrics, each with the column that it is stored in."""

    dimensions: Mapping[str, str]
    metrics: Mapping[str, str]
    decimals: frozenset[str] = frozenset()
    """The columns of metrics that are amounts. The others are whole numbers."""
    condition: Mapping[str, Any] | None = None
    """Of the dimensions, as a FilterExpression; None where every row counts."""


REPORTS: Mapping[str, Report] = {
    "traffic_by_channel": Report(
        {"date": "date", "sessionDefaultChannelGroup": "channel"},
        {
            "sessions": "sessions",
            "engagedSessions": "engaged_sessions",
            "activeUsers": "users",
            "newUsers": "new_users",
            "totalUsers": "total_users",
        },
    ),
    "visitors_by_day": Report(
        {"date": "date"},
        {"activeUsers": "visitors", "totalUsers": "total_users"},
    ),
    "visitors_by_month": Report(
        {"yearMonth": "month"},
        {"activeUsers": "visitors", "totalUsers": "total_users"},
    ),
}
"""The reports of the connector's own streams, by stream."""

SESSIONS_BY_DAY = Report({"date": "date"}, {"sessions": "sessions"})
DAYS = {"date": ("%Y%m%d", 8), "yearMonth": ("%Y%m", 6)}
"""The dimensions that are days or months: how Google writes them, and in how many characters."""


AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?")
NINE_DECIMALS = Decimal("1e-9")
OF_ANY_DOUBLE = Context(prec=330)


def rows_of(report: "RunReportResponse", asked: Report) -> Iterator[dict[str, Any]]:
    """The rows, with the names of the columns. Google sends values as text."""
    columns = {**asked.dimensions, **asked.metrics}
    readers = [
        lenient(read_amount if columns.get(header.name) in asked.decimals else read_whole)
        for header in report.metric_headers
    ]
    dimensions = [header.name for header in report.dimension_headers]
    metrics = [header.name for header in report.metric_headers]
    for row in type(report).pb(report).rows:  # plain protobuf, as the proto-plus wrappers are slow
        stored: dict[str, Any] = {}
        for name, dimension in zip(dimensions, row.dimension_values, strict=True):
            stored[str(columns.get(name))] = value_of(name, dimension.value)
        for name, read, metric in zip(metrics, readers, row.metric_values, strict=True):
            stored[str(columns.get(name))] = read(metric.value)
        yield stored


def read_amount(text: str) -> Decimal:
    """A number that Google writes as a double, to the ninth decimal: what is beyond comes of its own arithmetic."""
    if not AMOUNT.fullmatch(text):
        raise ValueError
    return Decimal(text).quantize(NINE_DECIMALS, context=OF_ANY_DOUBLE)


def withheld(report: "RunReportResponse") -> list[str]:
    """The metrics that whoever signs in may not see, and of which Google gives zeros instead.

    `schemaRestrictionResponse` of ResponseMetaData: restrictions of cost and revenue data.
    """
    restrictions = report.metadata.schema_restriction_response.active_metric_restrictions
    return [restriction.metric_name for restriction in restrictions]


def value_of(dimension: str, text: str) -> date | str:
    """The value of a dimension: of a month its first day. What is no day is returned as it is.

    Google puts rare values together in a row whose dimensions are all `(other)`, the day included, and writes
    `(not set)` where it does not know. The schema refuses both as a day; as a channel they are its name.
    """
    if dimension not in DAYS:
        return text
    form, length = DAYS[dimension]
    try:
        return datetime.strptime(text, form).date() if len(text) == length else text
    except ValueError:
        return text


def flags_of(report: "RunReportResponse") -> frozenset[str]:
    """The trust flags of an answer."""
    metadata = report.metadata
    flags = {
        "thresholded": metadata.subject_to_thresholding,
        "sampled": metadata.sampling_metadatas,
        "data_loss_other_row": metadata.data_loss_from_other_row,
        "truncated": metadata.data_truncation_reasons,
    }
    return frozenset(flag for flag, applies in flags.items() if applies)


def spent(report: "RunReportResponse") -> str:
    """The name of a quota that this answer has used up; empty when none is."""
    quota = type(report).pb(report).property_quota
    for name in ("tokens_per_day", "tokens_per_hour", "tokens_per_project_per_hour"):
        if quota.HasField(name) and getattr(quota, name).remaining <= 0:
            return name.replace("_", " ")
    return ""


def tokens_left(report: "RunReportResponse") -> str:
    """The property's remaining tokens, in words; empty when Google does not say."""
    quota = type(report).pb(report).property_quota
    spans = {"today": "tokens_per_day", "this hour": "tokens_per_hour"}
    return ", ".join(
        f"{getattr(quota, name).remaining:,} tokens {span}"
        for span, name in spans.items()
        if quota.HasField(name)
    )
