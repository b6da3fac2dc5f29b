"""The reports of the sample company's Google Analytics property: `RunReport` of the Data API (v1beta).

The messages are the vendor's own classes. Answers follow developers.google.com/analytics/devguides/
reporting/data/v1: values are texts, rows of nothing but zeros are left out, `limit` and `offset` page
through an order the request chooses. Test hooks are arguments of the server, never reachable by a request.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import grpc
from google.analytics.data_v1beta.types import (
    DateRange,
    DimensionHeader,
    DimensionValue,
    Filter,
    FilterExpression,
    MetricHeader,
    MetricType,
    MetricValue,
    OrderBy,
    PropertyQuota,
    QuotaStatus,
    ResponseMetaData,
    Row,
    RunReportRequest,
    RunReportResponse,
    SamplingMetadata,
)

from connectors.sandbox.traffic import CHANNELS, different_people, visitors, visits

PROPERTY = "412345678"
DIMENSIONS: dict[str, Callable[[date, str], str]] = {
    "date": lambda day, channel: f"{day:%Y%m%d}",
    "yearMonth": lambda day, channel: f"{day:%Y%m}",
    "sessionDefaultChannelGroup": lambda day, channel: channel,
}
METRICS = {
    "sessions": "sessions",
    "engagedSessions": "engaged_sessions",
    "newUsers": "new_users",
    "activeUsers": "users",
    "totalUsers": "users",
    "keyEvents:purchase": "sessions",
    "purchaseRevenue": "sessions",
    "userEngagementDuration": "engaged_sessions",
}
TYPES = {
    "keyEvents:purchase": MetricType.TYPE_FLOAT,
    "purchaseRevenue": MetricType.TYPE_CURRENCY,
    "userEngagementDuration": MetricType.TYPE_SECONDS,
}
"""Of the metrics that are no whole numbers."""
WORTH = {
    "keyEvents:purchase": Decimal("0.25"),
    "purchaseRevenue": Decimal("12.475"),
    "userEngagementDuration": Decimal(31),
}
"""What a session, or an engaged one, has of a metric: a quarter buys, for 49.90."""
NOT_ACTIVE_PERCENT = 4
"""People who sent an event and were not active, in per cent of those who were."""
TESTS: dict[str, Callable[[str, str], bool]] = {
    "EXACT": lambda value, asked: value == asked,
    "BEGINS_WITH": lambda value, asked: value.startswith(asked),
    "ENDS_WITH": lambda value, asked: value.endswith(asked),
    "CONTAINS": lambda value, asked: asked in value,
    "FULL_REGEXP": lambda value, asked: re.fullmatch(asked, value) is not None,
}
"""By the name of a MatchType."""
CHANNEL = "sessionDefaultChannelGroup"
DEFAULT_LIMIT, LARGEST_LIMIT = 10_000, 250_000


@dataclass
class Faults:
    """What goes wrong or is withheld, for tests."""

    statuses: list[tuple[grpc.StatusCode, str] | None] = field(default_factory=list)
    """What the next calls fail with, in turn; None lets a call succeed."""
    thresholded: frozenset[date] = frozenset({date(2026, 3, 14)})
    """Days of which the smallest channel is withheld, so that nobody can be recognised in it."""
    sampled: frozenset[date] = frozenset()
    other_row: frozenset[date] = frozenset()
    missing_rows: set[tuple[date, str]] = field(default_factory=set)
    """Rows, by day and channel, that are missing."""
    rows_per_answer: int = LARGEST_LIMIT
    tokens_left: int = 200_000
    """Of the property's daily quota."""
    timezone: str = "Etc/UTC"
    restricted: frozenset[str] = frozenset()
    """Metrics that whoever signs in may not see: they are zero."""


class Refused(Exception):
    """A request that is refused, or fails."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Reports:
    """A property's reports as they stand on `today`."""

    def __init__(self, today: date, faults: Faults | None) -> None:
        self.today = today
        self.faults = faults or Faults()
        self.reports: list[RunReportRequest] = []
        """Every request, in the order of its arrival."""
        self._lock = threading.Lock()

    def run_report(self, request: RunReportRequest) -> RunReportResponse:
        """The answer to a request. Raises `Refused`."""
        with self._lock:
            self.reports.append(request)
            status = self.faults.statuses.pop(0) if self.faults.statuses else None
        if status:
            raise Refused(*status)
        if request.property != f"properties/{PROPERTY}":
            raise Refused(
                grpc.StatusCode.PERMISSION_DENIED,
                "User does not have sufficient permissions for this property. To learn more about "
                "Property ID, see https://developers.google.com/analytics/devguides/reporting/data/v1/property-id.",
            )
        try:
            return self._report(request)
        except ValueError as error:
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, str(error)) from None

    def _report(self, request: RunReportRequest) -> RunReportResponse:
        dimensions = [named(item.name, DIMENSIONS, "dimension") for item in request.dimensions]
        metrics = [named(item.name, METRICS, "metric") for item in request.metrics]
        limit = request.limit or DEFAULT_LIMIT
        if not metrics or limit < 0 or request.offset < 0 or len(request.date_ranges) != 1:
            raise ValueError("A report needs a metric, one date range and no negative limit.")
        days = [*days_of(request.date_ranges[0], self.today)]
        rows = [
            (labels, numbers)
            for labels, numbers in self._groups(days, dimensions, metrics, request.dimension_filter)
            if request.keep_empty_rows or any(numbers)
        ]
        in_order(rows, request.order_bys, dimensions, metrics)
        page_size = min(limit, LARGEST_LIMIT, self.faults.rows_per_answer)
        return RunReportResponse(
            dimension_headers=[DimensionHeader(name=name) for name in dimensions],
            metric_headers=[
                MetricHeader(name=name, type_=TYPES.get(name, MetricType.TYPE_INTEGER))
                for name in metrics
            ],
            rows=[row(*item) for item in rows[request.offset : request.offset + page_size]],
            row_count=len(rows),
            metadata=self._metadata({*days}, CHANNEL in dimensions, metrics),
            property_quota=self._quota() if request.return_property_quota else None,
            kind="analyticsData#runReport",
        )

    def _groups(
        self,
        days: Sequence[date],
        dimensions: Sequence[str],
        metrics: Sequence[str],
        condition: FilterExpression,
    ) -> Iterator[tuple[list[str], list[int | Decimal]]]:
        """Each combination of dimension values, with its numbers.

        A filter of channels needs them as a dimension: how many people several channels have together is not known.
        """
        channels = [
            channel
            for channel in (CHANNELS if CHANNEL in dimensions else ("",))
            if passes(condition, {CHANNEL: channel})
        ]
        groups: dict[tuple[str, ...], tuple[list[date], str]] = {}
        for day in days:
            for channel in channels:
                if not self._withheld(day, channel):
                    key = tuple(DIMENSIONS[name](day, channel) for name in dimensions)
                    groups.setdefault(key, ([], channel))[0].append(day)
        for key, (members, channel) in groups.items():
            yield [*key], [self._number(metric, members, channel) for metric in metrics]

    def _number(self, metric: str, days: Sequence[date], channel: str) -> int | Decimal:
        if metric in self.faults.restricted:
            return 0
        if metric in ("activeUsers", "totalUsers"):
            people = self._people(days, channel)
            others = -(-people * NOT_ACTIVE_PERCENT // 100) if metric == "totalUsers" else 0
            return people + others
        number: int = sum(
            getattr(numbers, METRICS[metric])
            for day in days
            for name, numbers in visits(day, self.today).items()
            if not channel or channel == name
        )
        return number * WORTH.get(metric, 1)

    def _people(self, days: Sequence[date], channel: str) -> int:
        """Different people of consecutive days: fewer than the sum over the days, as people return."""
        if len(days) == 1 and not channel:
            return visitors(days[0], self.today)
        if len(days) == 1:
            day_visits = visits(days[0], self.today).get(channel)
            return day_visits.users if day_visits else 0
        months: dict[tuple[int, int], list[date]] = {}
        for day in days:
            months.setdefault((day.year, day.month), []).append(day)
        people = sum(different_people(part[0], part[-1], self.today) for part in months.values())
        if not channel:
            return people
        everyone = sum(x.users for day in days for x in visits(day, self.today).values())
        return people * sum(self._people([day], channel) for day in days) // max(everyone, 1)

    def _withheld(self, day: date, channel: str) -> bool:
        return (day, channel) in self.faults.missing_rows or (
            day in self.faults.thresholded and channel == CHANNELS[-1]
        )

    def _metadata(
        self, days: set[date], by_channel: bool, metrics: Sequence[str]
    ) -> ResponseMetaData:
        faults = self.faults
        sampling = SamplingMetadata(samples_read_count=500_000, sampling_space_size=1_000_000)
        return ResponseMetaData(
            currency_code="USD",
            time_zone=faults.timezone,
            subject_to_thresholding=by_channel and not days.isdisjoint(faults.thresholded),
            sampling_metadatas=[] if days.isdisjoint(faults.sampled) else [sampling],
            data_loss_from_other_row=not days.isdisjoint(faults.other_row),
            schema_restriction_response=ResponseMetaData.SchemaRestrictionResponse(
                active_metric_restrictions=[
                    ResponseMetaData.SchemaRestrictionResponse.ActiveMetricRestriction(
                        metric_name=name, restricted_metric_types=["REVENUE_DATA"]
                    )
                    for name in metrics
                    if name in faults.restricted
                ]
            ),
        )

    def _quota(self) -> PropertyQuota:
        status = QuotaStatus(consumed=1, remaining=self.faults.tokens_left)
        return PropertyQuota(
            tokens_per_day=status,
            tokens_per_hour=QuotaStatus(consumed=1, remaining=40_000),
            concurrent_requests=QuotaStatus(consumed=0, remaining=10),
            tokens_per_project_per_hour=QuotaStatus(consumed=1, remaining=14_000),
        )


def named(name: str, known: dict[str, Any], kind: str) -> str:
    """`name`, when there is such a dimension or metric."""
    if name not in known:
        raise ValueError(
            f"Field {name} is not a valid {kind}. For a list of valid dimensions and metrics, see "
            "https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema"
        )
    return name


def passes(condition: FilterExpression, values: dict[str, str]) -> bool:
    """Whether the values of a row's dimensions pass a filter."""
    match condition._pb.WhichOneof("expr"):
        case "and_group":
            return all(passes(part, values) for part in condition.and_group.expressions)
        case "or_group":
            return any(passes(part, values) for part in condition.or_group.expressions)
        case "not_expression":
            return not passes(condition.not_expression, values)
        case "filter":
            return meets(condition.filter, values)
        case _:
            return True


def meets(condition: Filter, values: dict[str, str]) -> bool:
    """Whether the value of a dimension meets one condition."""
    value = values[named(condition.field_name, values, "dimension")]
    listed, text = condition.in_list_filter, condition.string_filter
    if condition._pb.WhichOneof("one_filter") == "in_list_filter":
        return any(
            alike(value, entry, listed.case_sensitive, TESTS["EXACT"]) for entry in listed.values
        )
    return alike(value, text.value, text.case_sensitive, TESTS[text.match_type.name])


def alike(value: str, asked: str, case_sensitive: bool, test: Callable[[str, str], bool]) -> bool:
    """Whether `value` passes a test against what is asked for."""
    return test(value, asked) if case_sensitive else test(value.casefold(), asked.casefold())


def days_of(asked: DateRange, today: date) -> Iterator[date]:
    """The days of a range: written as dates, or `today`, `yesterday`, `3daysAgo`."""
    day, last = day_of(asked.start_date, today), day_of(asked.end_date, today)
    if last < day:
        raise ValueError("The start date is after the end date.")
    while day <= last:
        yield day
        day += timedelta(days=1)


def day_of(text: str, today: date) -> date:
    """One day of a date range. Raises ValueError where it is none."""
    ago = {"today": "0", "yesterday": "1"}.get(text, text.removesuffix("daysAgo"))
    if ago.isdigit():
        return today - timedelta(days=int(ago))
    return datetime.strptime(text, "%Y-%m-%d").date()


def in_order(
    rows: list[tuple[list[str], list[int | Decimal]]],
    order: Sequence[OrderBy],
    dimensions: Sequence[str],
    metrics: Sequence[str],
) -> None:
    """Sort in the requested order; by default, as the vendor does, by the first metric, largest first."""
    rows.sort(key=lambda item: -item[1][0])
    for by in reversed(order):
        if by.dimension.dimension_name:
            place = dimensions.index(by.dimension.dimension_name)
            rows.sort(key=lambda item: item[0][place], reverse=by.desc)
        else:
            place = metrics.index(by.metric.metric_name)
            rows.sort(key=lambda item: item[1][place], reverse=by.desc)


def row(labels: Sequence[str], numbers: Sequence[int | Decimal]) -> Row:
    """A row of an answer. What is no whole number is written as a double."""
    return Row(
        dimension_values=[DimensionValue(value=label) for label in labels],
        metric_values=[
            MetricValue(value=str(x) if isinstance(x, int) else repr(float(x))) for x in numbers
        ],
    )
