"""Google Ads, as the sample company would find it: `SearchStream` of the API (v26), over gRPC.

The messages are the vendor's own classes; where its package is not installed this module cannot be imported,
and the company has no such account. Queries may have SELECT, FROM, WHERE with a range of days, and ORDER BY.
An error has a status and, in the trailing metadata, the error of Google Ads.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import grpc
from google.ads.googleads.v26.enums.types.campaign_status import CampaignStatusEnum
from google.ads.googleads.v26.errors.types.errors import GoogleAdsError, GoogleAdsFailure
from google.ads.googleads.v26.services.types.google_ads_service import (
    GoogleAdsRow,
    SearchGoogleAdsStreamRequest,
    SearchGoogleAdsStreamResponse,
)

from connectors.sandbox.advertising import Result, results
from connectors.sandbox.figures import month_after
from connectors.sandbox.grpc_server import GrpcServer
from connectors.sandbox.served import Served

CampaignStatus = CampaignStatusEnum.CampaignStatus
CUSTOMER = "4829105736"
TOKEN = "sampledevelopertoken"  # noqa: S105 (opens nothing but this sandbox)
SERVICE = "google.ads.googleads.v26.services.GoogleAdsService"
FAILURE = "google.ads.googleads.v26.errors.googleadsfailure-bin"
QUERY = re.compile(
    r"SELECT (?P<fields>[\w., ]+?) FROM (?P<resource>\w+)"
    r"(?: WHERE (?:segments\.date (?:BETWEEN '(?P<first>[\d-]+)' AND '(?P<last>[\d-]+)'|DURING (?P<day>YESTERDAY))"
    r"(?: AND (?P<field>[\w.]+) (?P<operator>!?=) '(?P<value>[^']*)')?"
    r"|conversion_action\.status = 'ENABLED'))?"
    r"(?: ORDER BY (?P<order>[\w., ]+?))?(?: LIMIT (?P<limit>\d+))?"
)
CAMPAIGN_FIELDS: dict[str, Callable[[Result, date], Any]] = {
    "segments.date": lambda result, day: day.isoformat(),
    "campaign.id": lambda result, day: int(result.campaign.number),
    "campaign.name": lambda result, day: result.campaign.name,
    "campaign.resource_name": lambda result, day: (
        f"customers/{CUSTOMER}/campaigns/{result.campaign.number}"
    ),
    "campaign.status": lambda result, day: CampaignStatus.ENABLED,
    "metrics.ctr": lambda result, day: result.clicks / result.impressions,
    "metrics.impressions": lambda result, day: result.impressions,
    "metrics.clicks": lambda result, day: result.clicks,
    "metrics.cost_micros": lambda result, day: result.spend_cents * 10_000,
    "metrics.conversions_value": lambda result, day: result.value_cents / 100,
}
TOO_OLD = "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED"
MONTHS_KEPT = 37
"""Metrics by day are kept for so long."""
METRICS = {
    name for name in CAMPAIGN_FIELDS if name.startswith("metrics.") and name != "metrics.ctr"
}
FIELDS_OF: dict[str, set[str]] = {
    "campaign": {*CAMPAIGN_FIELDS},
    "customer": {"segments.date", *METRICS},
    "conversion_action": {"conversion_action.click_through_lookback_window_days"},
}
"""The fields of each resource, besides those of the account."""
Failure = tuple[grpc.StatusCode, str, GoogleAdsError | None]
"""A status, its message, and the error of Google Ads."""


@dataclass
class Faults:
    """What goes wrong, for tests."""

    failures: list[Failure | None] = field(default_factory=list)
    """How the next calls fail, in turn; None lets a call succeed."""
    breaks_off_after: int | None = None
    """The parts that the next stream sends before it breaks off."""
    rows_per_part: int = 10_000
    left_out: frozenset[str] = frozenset()
    """Names of campaigns that are missing from the rows of campaigns."""
    is_manager: bool = False
    """Whether the account manages others, and has no campaigns."""
    conversion_windows: tuple[int, ...] = (30, 59)
    """The conversion windows of the account's conversion actions, in days; 0 for an action without one."""
    tracked_by: str = "CONVERSION_TRACKING_MANAGED_BY_SELF"
    """Whose the conversion actions are."""


class GoogleAdsServer(GrpcServer):
    """An account as it stands on `today`."""

    def __init__(
        self,
        today: date,
        *,
        faults: Faults | None = None,
        timezone: str = "Etc/UTC",
        currency: str = "USD",
    ) -> None:
        self.today = today
        self.faults = faults or Faults()
        self.asked: list[str] = []
        """Every query, in the order of its arrival."""
        self.metadata: list[dict[str, str]] = []
        """The metadata of each call."""
        self._customer = {
            "customer.time_zone": timezone,
            "customer.currency_code": currency,
            "customer.manager": self.faults.is_manager,
            "customer.conversion_tracking_setting.conversion_tracking_status": self.faults.tracked_by,
        }
        self._lock = threading.Lock()
        search = grpc.unary_stream_rpc_method_handler(
            self._search_stream,
            request_deserializer=SearchGoogleAdsStreamRequest.deserialize,
            response_serializer=SearchGoogleAdsStreamResponse.serialize,
        )
        super().__init__(SERVICE, "SearchStream", search)

    def _search_stream(
        self, request: SearchGoogleAdsStreamRequest, context: Any
    ) -> Iterator[SearchGoogleAdsStreamResponse]:
        sent = {item.key: item.value for item in context.invocation_metadata()}
        with self._lock:
            self.asked.append(request.query)
            self.metadata.append(sent)
            failure = self.faults.failures.pop(0) if self.faults.failures else None
            broken_part, self.faults.breaks_off_after = self.faults.breaks_off_after, None
        failure = failure or refused(request.customer_id)
        if failure:
            fail(context, *failure)
        try:
            rows = self._rows(request.query)
        except ValueError as fault:
            code, message = fault.args
            kind = "date_range_error" if code == TOO_OLD else "query_error"
            error = GoogleAdsError(error_code={kind: code}, message=message)
            summary = "Request contains an invalid argument."
            fail(context, grpc.StatusCode.INVALID_ARGUMENT, summary, error)
            raise
        size = self.faults.rows_per_part
        for part, first in enumerate(range(0, len(rows), size)):
            if part == broken_part:
                context.abort(grpc.StatusCode.UNAVAILABLE, "Connection reset by peer")
            yield SearchGoogleAdsStreamResponse(
                results=rows[first : first + size], request_id=f"sample-{len(self.asked)}"
            )

    def _rows(self, query: str) -> list[GoogleAdsRow]:
        """The rows that answer a query. Raises ValueError with the code and sentence of its fault."""
        parts = QUERY.fullmatch(" ".join(query.split()))
        if not parts:
            raise ValueError("UNEXPECTED_INPUT", "Error in query: unexpected input.")
        fields = [name.strip() for name in parts["fields"].split(",")]
        known = {*self._customer} | FIELDS_OF.get(parts["resource"], set())
        unknown = [name for name in fields if name not in known]
        if unknown:
            raise ValueError(
                "UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{unknown[0]}'."
            )
        if parts["resource"] == "customer" and {*fields} <= {*self._customer}:
            return [row({name: self._customer[name] for name in fields})]
        if parts["resource"] == "conversion_action":
            return [row({fields[0]: days}) for days in self.faults.conversion_windows]
        if not parts["first"] and not parts["day"]:
            raise ValueError(
                "EXPECTED_FILTERS_ON_DATE_RANGE", "Expected filters on the date range."
            )
        if self.faults.is_manager:
            raise ValueError(
                "REQUESTED_METRICS_FOR_MANAGER",
                "Metrics cannot be requested for a manager account.",
            )
        yesterday = f"{self.today - timedelta(days=1)}"
        days = days_of(parts["first"] or yesterday, parts["last"] or yesterday)
        year, month = month_after((self.today.year, self.today.month), -MONTHS_KEPT)
        if days and days[0] < date(year, month, min(self.today.day, 28)):
            raise ValueError(
                TOO_OLD,
                "The requested time granularity is not supported for the date range in the query.",
            )
        cells = [(day, result) for day in days for result in results("google_ads", day, self.today)]
        if parts["resource"] == "campaign":
            cells = [cell for cell in cells if cell[1].campaign.name not in self.faults.left_out]
        rows = [
            {name: get(result, day) for name, get in CAMPAIGN_FIELDS.items()}
            for day, result in cells
        ]
        if name := parts["field"]:
            if name not in known:
                raise ValueError(
                    "UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'."
                )
            is_equal = parts["operator"] == "="
            rows = [x for x in rows if (str(x[name]) == parts["value"]) == is_equal]
        if parts["resource"] == "customer":
            rows = sums_by_day(rows)
        for name in reversed([x.strip() for x in (parts["order"] or "").split(",") if x.strip()]):
            rows.sort(key=lambda values: values[name])
        rows = rows[: int(parts["limit"])] if parts["limit"] else rows
        return [row({x: (values | self._customer)[x] for x in fields}) for values in rows]


def sums_by_day(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The metrics of the account on each day: those of all its campaigns together."""
    by_day: dict[str, dict[str, Any]] = {}
    for values in rows:
        day = values["segments.date"]
        total = by_day.setdefault(day, {"segments.date": day, **dict.fromkeys(METRICS, 0)})
        for name in METRICS:
            total[name] += values[name]
    return [*by_day.values()]


def refused(customer: str) -> Failure | None:
    """Why the caller may not read the account of `customer`; None when it may. A developer token is ignored."""
    if customer != CUSTOMER:
        error = GoogleAdsError(
            error_code={"authorization_error": "USER_PERMISSION_DENIED"},
            message="User doesn't have permission to access customer.",
        )
        return grpc.StatusCode.PERMISSION_DENIED, "The caller does not have permission", error
    return None


def fail(context: Any, code: grpc.StatusCode, message: str, error: GoogleAdsError | None) -> None:
    """End a call as Google Ads does: by raising."""
    if error is not None:
        details = GoogleAdsFailure(errors=[error], request_id="sample")
        context.set_trailing_metadata(((FAILURE, GoogleAdsFailure.serialize(details)),))
    context.abort(code, message)


def days_of(first: str, last: str) -> Sequence[date]:
    """The days of a range. Raises ValueError with the code and sentence of its fault."""
    try:
        since, until = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise ValueError("INVALID_VALUE_WITH_BETWEEN_OPERATOR", "Invalid date literal.") from None
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]


def row(values: dict[str, Any]) -> GoogleAdsRow:
    """A row of an answer, from values by the names of their fields."""
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *within, last = name.split(".")
        message = nested
        for part in within:
            message = message.setdefault(part, {})
        message[last] = value
    return GoogleAdsRow(nested)


def serve(today: date, home: Path) -> Served:
    """The sample company's Google Ads account, as it stands on `today`. Needs nothing of `home`."""
    server = GoogleAdsServer(today)
    values = {
        "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER,
        "GOOGLE_ADS_DEVELOPER_TOKEN": TOKEN,
        "GOOGLE_ADS_LOGIN_CUSTOMER_ID": "",
        "GOOGLE_APPLICATION_CREDENTIALS": "",
        "GOOGLE_ADS_API_ENDPOINT": server.address,
    }
    return Served(values, server.close)
