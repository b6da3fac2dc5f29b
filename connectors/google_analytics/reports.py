"""What a report is asked for, and what its answer says: rows, how far they can be trusted, tokens that are left.

Dimensions and metrics: developers.google.com/analytics/devguides/reporting/data/v1/api-schema. `activeUsers` are
what Analytics itself shows as users: those with an engaged session, or whose first visit it was. `totalUsers` are
all who sent any event (support.google.com/analytics/answer/12253918).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from connectors.sdk.fields import lenient, read_whole

if TYPE_CHECKING:  # slow to import
    from google.analytics.data_v1beta.types import RunReportResponse

REPORTS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "traffic_by_channel": (
        {"date": "date", "sessionDefaultChannelGroup": "channel"},
        {
            "sessions": "sessions",
            "engagedSessions": "engaged_sessions",
            "activeUsers": "users",
            "newUsers": "new_users",
            "totalUsers": "total_users",
        },
    ),
    "visitors_by_day": (
        {"date": "date"},
        {"activeUsers": "visitors", "totalUsers": "total_users"},
    ),
    "visitors_by_month": (
        {"yearMonth": "month"},
        {"activeUsers": "visitors", "totalUsers": "total_users"},
    ),
}
"""By stream: Google's dimensions and metrics, and the columns they are stored in."""

SESSIONS_COLUMNS = {"date": "date", "sessions": "sessions"}
DAYS = {"date": ("%Y%m%d", 8), "yearMonth": ("%Y%m", 6)}
"""The dimensions that are days or months: how Google writes them, and in how many characters."""


def rows_of(report: "RunReportResponse", columns: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The rows, with the names of the columns. Google sends values as text."""
    dimensions = [header.name for header in report.dimension_headers]
    metrics = [header.name for header in report.metric_headers]
    for row in type(report).pb(report).rows:  # plain protobuf, as the proto-plus wrappers are slow
        stored: dict[str, Any] = {}
        for name, dimension in zip(dimensions, row.dimension_values, strict=True):
            stored[str(columns.get(name))] = value_of(name, dimension.value)
        for name, metric in zip(metrics, row.metric_values, strict=True):
            stored[str(columns.get(name))] = lenient(read_whole)(metric.value)
        yield stored


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
