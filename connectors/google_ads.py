"""Google Ads: what the campaigns cost, and what conversions they are credited with.

Read with Google's own package, which is large and therefore an extra: without it the source is listed but cannot
be opened. Days are in the account's zone, and amounts in its currency; cost is in millionths. A conversion counts
for the day of the click and may come late: with Google's defaults a day grows for up to two months, so each day
is read again for that long.

What the account as a whole cost is asked for as well, and held against the sum of its campaigns.

The connector uses the service's client with its own channel instead of `GoogleAdsClient`, which cannot open a
channel to this machine. What `GoogleAdsClient` adds to a call (the developer token) is added here.

Docs: developers.google.com/google-ads/api/docs/query/overview, …/docs/best-practices/quotas,
…/docs/best-practices/understand-api-errors.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.sdk import google_api
from connectors.sdk.contract import (
    Calls,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Total,
    column,
    zone_named,
)
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
)
from connectors.sdk.fields import lenient, read_day
from connectors.sdk.http import header_value, usable_address
from connectors.sdk.totals import totals_unless_refused

if TYPE_CHECKING:  # an extra, and slow to import: done when an account is opened
    from google.ads.googleads.v26.errors.types.errors import GoogleAdsError
    from google.ads.googleads.v26.services.services.google_ads_service import (
        GoogleAdsServiceClient,
    )

CAMPAIGN_DAYS = Stream(
    name="campaign_days",
    description="What each campaign cost and brought, by day; a campaign that was not shown has no row",
    schema=pa.schema(
        [
            column("date", pa.date32(), "Day in the account's time zone"),
            column("campaign_id", pa.int64(), "The campaign"),
            column("campaign_name", pa.string(), "Its name on the day it was read"),
            column("currency", pa.string(), "The account's currency, ISO 4217"),
            column("impressions", pa.int64(), "How often its ads were shown", unit="impressions"),
            column("clicks", pa.int64(), "Clicks on its ads", unit="clicks"),
            column("cost_micros", pa.int64(), "What it cost", unit="millionth of the currency"),
            column("conversions_value", pa.decimal128(38, 6), "Value of the conversions credited to "
                   "it, as the account attributes them", unit="currency"),
        ]
    ),
    key=("date", "campaign_id"),
    cursor="date",
    restates_for=timedelta(days=60),
    arrives_within=timedelta(hours=4),
    windows_per_slice=92,
)  # fmt: skip

CAMPAIGNS_QUERY = (
    "SELECT segments.date, campaign.id, campaign.name, customer.currency_code, "
    "metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions_value "
    "FROM campaign WHERE segments.date BETWEEN '{first}' AND '{last}' "
    "ORDER BY segments.date, campaign.id"
)
ACCOUNT_QUERY = (
    "SELECT segments.date, metrics.impressions, metrics.clicks, metrics.cost_micros "
    "FROM customer WHERE segments.date BETWEEN '{first}' AND '{last}' ORDER BY segments.date"
)
"""What the account as a whole was shown and cost. A day of zeros has no row."""
ZONE_QUERY = "SELECT customer.time_zone FROM customer"

BUCKET = "search"
TIMEOUT_SECONDS = 300.0
"""For a whole answer, which is a stream."""
SCOPE = "https://www.googleapis.com/auth/adwords"
DEFAULT_ENDPOINT = "https://googleads.googleapis.com"
FAILURE = "google.ads.googleads.v26.errors.googleadsfailure-bin"
"""The trailing metadata in which Google Ads says what is wrong."""
SHORT_TERM_QUOTAS = {
    "RESOURCE_TEMPORARILY_EXHAUSTED",
    "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
}
"""Quota errors that pass within minutes."""
MILLIONTH = Decimal("0.000001")


class GoogleAdsConnection:
    """An open account."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Sends no request yet. Raises `SourceError` when the options make no sense."""
        endpoint = usable_address(
            values.get("GOOGLE_ADS_API_ENDPOINT") or DEFAULT_ENDPOINT, "GOOGLE_ADS_API_ENDPOINT"
        )
        self._customer = customer_number(values, "GOOGLE_ADS_CUSTOMER_ID")
        token = header_value(
            values.get("GOOGLE_ADS_DEVELOPER_TOKEN", ""), "GOOGLE_ADS_DEVELOPER_TOKEN"
        )
        self._metadata = [("developer-token", token)]
        if values.get("GOOGLE_ADS_LOGIN_CUSTOMER_ID"):
            manager = customer_number(values, "GOOGLE_ADS_LOGIN_CUSTOMER_ID")
            self._metadata.append(("login-customer-id", manager))
        self._calls = calls
        self._client = open_client(endpoint, values.get("GOOGLE_APPLICATION_CREDENTIALS", ""))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The account's time zone."""
        zones = [row.customer.time_zone for row in self._search(ZONE_QUERY)]
        return zone_named(
            next(iter(zones), ""),
            "the Google Ads account has the time zone",
            "see Admin > Preferences in Google Ads, or update tzdata",
        )

    def pages(self, piece: Slice) -> Iterator[Page]:
        query = CAMPAIGNS_QUERY.format(first=piece.first, last=piece.last_day)
        yield Page([row_of(row) for row in self._search(query)])
        yield Page([], totals=totals_unless_refused(lambda: self._account_totals(piece)))

    def _account_totals(self, piece: Slice) -> Iterator[Total]:
        """What the account comes to on each day of the slice, all campaigns together."""
        query = ACCOUNT_QUERY.format(first=piece.first, last=piece.last_day)
        by_day = {row.segments.date: row.metrics for row in self._search(query)}
        for day in piece.windows:
            metrics = by_day.get(f"{day}")
            columns = ("impressions", "clicks", "cost_micros")
            yield Total(day, {x: getattr(metrics, x) if metrics else 0 for x in columns})

    def close(self) -> None:
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def _search(self, query: str) -> list[Any]:
        """The rows that `query` gives. A stream that breaks off is requested again as a whole."""

        def rows() -> list[Any]:
            request = {"customer_id": self._customer, "query": query}
            stream = self._client.search_stream(
                request, retry=None, timeout=TIMEOUT_SECONDS, metadata=self._metadata
            )
            # the plain protobuf messages, as their proto-plus wrappers are slow
            return [row for part in stream for row in type(part).pb(part).results]

        return self._calls(BUCKET, rows)


def customer_number(values: Mapping[str, str], option: str) -> str:
    """The account's number as the API takes it, without dashes. Raises `Rejected` when it is none."""
    number = values.get(option, "").strip().replace("-", "")
    if not re.fullmatch(r"[0-9]{10}", number):
        raise Rejected(
            f"{option} is not the number of a Google Ads account",
            "it has ten digits and stands at the top of Google Ads, for example 123-456-7890",
        )
    return number


def open_client(endpoint: str, credentials: str) -> "GoogleAdsServiceClient":
    """A client of `endpoint`, which has passed `usable_address`: http is on loopback, without credentials.

    Raises `SourceError` when Google's package is not installed, and `CredentialError` when the file named by
    `credentials` is not there or no service account's.
    """
    try:
        from google.ads.googleads.v26.services.services.google_ads_service import (
            GoogleAdsServiceClient,
        )
        from google.ads.googleads.v26.services.services.google_ads_service.transports import (
            GoogleAdsServiceGrpcTransport,
        )
    except ModuleNotFoundError:
        raise SourceError(
            "Google Ads is read with a package that is not installed",
            "pip install google-ads",
        ) from None
    channel = google_api.loopback_channel(endpoint, "GOOGLE_ADS_API_ENDPOINT")
    if channel is None:
        channel = GoogleAdsServiceGrpcTransport.create_channel(
            urlsplit(endpoint).netloc,
            credentials=google_api.service_account(credentials, SCOPE),
            options=[("grpc.max_receive_message_length", -1)],
        )
    return GoogleAdsServiceClient(transport=GoogleAdsServiceGrpcTransport(channel=channel))


def row_of(row: Any) -> dict[str, Any]:
    """A row under the names of the columns. What does not fit them is left for the schema to refuse."""
    metrics = row.metrics
    return {
        "date": lenient(read_day)(row.segments.date),
        "campaign_id": row.campaign.id,
        "campaign_name": row.campaign.name,
        "currency": row.customer.currency_code,
        "impressions": metrics.impressions,
        "clicks": metrics.clicks,
        "cost_micros": metrics.cost_micros,
        "conversions_value": amount(metrics.conversions_value),
    }


def amount(value: float) -> Decimal | float:
    """The decimal of a float, to the millionth, as Google sends values as floats; NaN and infinity as they are."""
    return Decimal(repr(value)).quantize(MILLIONTH) if math.isfinite(value) else value


def diagnose(error: Exception) -> SourceError | None:
    """What an exception of Google's clients means; None for any other."""
    failure = failure_in(error)
    fault = fault_of(failure) if failure else None
    return fault or google_api.diagnose(error)


def failure_in(error: Exception) -> "GoogleAdsError | None":
    """The first error that Google Ads itself reports of a call; None where it reports none."""
    trailing = getattr(getattr(error, "response", None), "trailing_metadata", None)
    for key, value in (trailing() if trailing else None) or ():
        if key == FAILURE:
            from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure

            return next(iter(GoogleAdsFailure.deserialize(value).errors), None)
    return None


def fault_of(error: "GoogleAdsError") -> SourceError | None:
    """What an error of Google Ads means; None leaves it to the status of the call."""
    kind = type(error).pb(error).error_code.WhichOneof("error_code") or ""
    code = getattr(error.error_code, kind).name if kind else "unknown"
    message = f"{code}: {google_api.sentence(error.message)}"
    if kind == "authentication_error":  # its message can repeat what was sent
        return CredentialError(
            f"Google Ads does not accept who asks ({code})",
            "check GOOGLE_ADS_DEVELOPER_TOKEN, and the key that GOOGLE_APPLICATION_CREDENTIALS names",
        )
    if kind == "authorization_error":
        return PermissionDenied(
            f"Google Ads denies access: {message}",
            "give the service account access under Admin > Access and security; where that is "
            "done in a manager account, set GOOGLE_ADS_LOGIN_CUSTOMER_ID to its number",
        )
    if kind == "quota_error":
        delay = error.details.quota_error_details.retry_delay.total_seconds() or None
        if code in SHORT_TERM_QUOTAS:
            return Throttled(f"Google Ads asks for fewer requests: {message}", retry_after=delay)
        message = f"Google Ads' quota is spent: {message}"
        return QuotaExhausted(message, google_api.QUOTA_REMEDY, retry_after=delay)
    if kind in {"", "internal_error", "database_error"}:
        return None
    return Rejected(f"Google Ads refuses the request: {message}")


SOURCE = Source(
    name="google_ads",
    title="Google Ads",
    options=(
        Option("GOOGLE_ADS_CUSTOMER_ID", "Number of the account, such as 123-456-7890"),
        Option("GOOGLE_ADS_DEVELOPER_TOKEN", "Developer token of the API centre", secret=True),
        Option(
            "GOOGLE_ADS_LOGIN_CUSTOMER_ID",
            "Number of the manager account through which the account is reached, if any",
            default="",
        ),
        Option(
            "GOOGLE_APPLICATION_CREDENTIALS",
            "Path of the JSON key file of a service account that may read the account",
            default="",
        ),
        Option("GOOGLE_ADS_API_ENDPOINT", "Address of the API", default=DEFAULT_ENDPOINT),
    ),
    streams=(CAMPAIGN_DAYS,),
    # a query is one of the 15,000 operations a day (2,880 at first), however many rows answer it
    limits=(Limit(BUCKET, 5, burst=5),),
    open=GoogleAdsConnection,
    diagnose=diagnose,
    workers=3,
)
