"""Google Ads: what the campaigns cost, and what conversions they are credited with.

Read with Google's own package, which is large and therefore an extra: without it the source is listed but cannot
be opened. It speaks gRPC only. Days are in the account's zone, and amounts in its currency; cost is in millionths.

A conversion counts for the day of the click, and may follow it by as many days as the conversion window of its
conversion action has: 30 by default, 90 at most (support.google.com/google-ads/answer/3123169). A day is therefore
read again for the longest window of the account, and one day more, as Google counts a conversion within a day. Where
the windows are not all known it is read for 90 days: with conversion actions that are a manager account's
(`conversion_tracking_status`, reference of ConversionTrackingSetting) or have no window.

Days are kept for 37 months (date_range_error REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED of the API's reference), which
are 1,123 days at least. Older ones are not asked for.

What the account as a whole cost is asked for as well, and held against the sum of its campaigns.

Docs: developers.google.com/google-ads/api/docs/query/overview, …/docs/best-practices/quotas.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.google_ads.client import (
    DEFAULT_ENDPOINT,
    customer_number,
    metadata_of,
    open_client,
)
from connectors.google_ads.declared import DeclaredQuery, QueryForm, decimal_of
from connectors.google_ads.faults import diagnose
from connectors.sdk import google_sign_in
from connectors.sdk.contract import (
    ONE_DAY,
    Calls,
    Declarable,
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
from connectors.sdk.declaring import Forms, Schemas
from connectors.sdk.errors import Drift, PermissionDenied, Rejected
from connectors.sdk.fields import lenient, read_day
from connectors.sdk.totals import totals_unless_refused

LONGEST_WINDOW = 90
"""Days: the longest conversion window that there is."""
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
    restates_for=timedelta(days=LONGEST_WINDOW) + ONE_DAY,
    reaches_back=timedelta(days=1_123),
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
ABOUT_QUERY = (
    "SELECT customer.time_zone, customer.manager, "
    "customer.conversion_tracking_setting.conversion_tracking_status FROM customer"
)
WINDOWS_QUERY = (
    "SELECT conversion_action.click_through_lookback_window_days FROM conversion_action "
    "WHERE conversion_action.status = 'ENABLED'"
)

QUERY_REMEDY = "correct the query; Google's Query Builder says which fields go together"
BUCKET = "search"
TIMEOUT_SECONDS = 300.0
"""For a whole answer, which is a stream."""
MILLIONTH = Decimal("0.000001")


class GoogleAdsConnection:
    """An open account."""

    def __init__(
        self,
        values: Mapping[str, str],
        calls: Calls,
        declared: Mapping[str, DeclaredQuery] = MappingProxyType({}),
    ) -> None:
        """`declared`: the queries of declared streams, by stream. Sends no request yet.

        Raises `SourceError` when the options make no sense.
        """
        self._declared = declared
        self._customer = customer_number(values, "GOOGLE_ADS_CUSTOMER_ID")
        self._metadata = metadata_of(values)
        self._calls = calls
        self._client = open_client(values)

    @cached_property
    def _account(self) -> Any:
        """What Google Ads says of the account. Raises `Rejected` for a manager account, which has no campaigns."""
        accounts = [row.customer for row in self.search(ABOUT_QUERY)]
        if not accounts:
            raise Drift("Google Ads says nothing of the account", "adapt the connector")
        if accounts[0].manager:
            raise Rejected(
                "GOOGLE_ADS_CUSTOMER_ID is a manager account, which has no campaigns of its own",
                "set it to the number of the advertising account, and GOOGLE_ADS_LOGIN_CUSTOMER_ID to "
                "the manager account's",
            )
        return accounts[0]

    @property
    def zone(self) -> ZoneInfo:
        """The account's time zone."""
        return zone_named(
            self._account.time_zone,
            "the Google Ads account has the time zone",
            "see Admin > Preferences in Google Ads, or update tzdata",
        )

    def look_backs(self) -> Mapping[str, timedelta]:
        """How long conversions may still change a day of this account."""
        windows = self._conversion_windows
        longest = max(windows) if windows and all(windows) else LONGEST_WINDOW
        look_back = timedelta(days=min(longest, LONGEST_WINDOW)) + ONE_DAY
        return dict.fromkeys([CAMPAIGN_DAYS.name, *self._declared], look_back)

    @cached_property
    def _conversion_windows(self) -> list[int]:
        """The days of the conversion window of each conversion action, 0 for an action without one.

        Empty where conversion actions of another account may count, or where Google does not show them.
        """
        from google.ads.googleads.v26.enums.types.conversion_tracking_status_enum import (
            ConversionTrackingStatusEnum,
        )

        own = ConversionTrackingStatusEnum.ConversionTrackingStatus.CONVERSION_TRACKING_MANAGED_BY_SELF
        if self._account.conversion_tracking_setting.conversion_tracking_status != own:
            return []
        try:
            actions = [row.conversion_action for row in self.search(WINDOWS_QUERY)]
        except (PermissionDenied, Rejected):
            return []
        return [action.click_through_lookback_window_days for action in actions]

    def pages(self, piece: Slice) -> Iterator[Page]:
        if declared := self._declared.get(piece.stream.name):
            query = declared.text(piece.first, piece.last_day)
            yield Page([declared.row(row) for row in self.search(query)])
            return
        query = CAMPAIGNS_QUERY.format(first=piece.first, last=piece.last_day)
        yield Page([row_of(row) for row in self.search(query)])
        yield Page([], totals=totals_unless_refused(lambda: self._account_totals(piece)))

    def _account_totals(self, piece: Slice) -> Iterator[Total]:
        """What the account comes to on each day of the slice, all campaigns together."""
        query = ACCOUNT_QUERY.format(first=piece.first, last=piece.last_day)
        by_day = {row.segments.date: row.metrics for row in self.search(query)}
        for day in piece.windows:
            metrics = by_day.get(f"{day}")
            columns = ("impressions", "clicks", "cost_micros")
            yield Total(day, {x: getattr(metrics, x) if metrics else 0 for x in columns})

    def close(self) -> None:
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def search(self, query: str) -> list[Any]:
        """The rows that `query` gives. A stream that breaks off is requested again as a whole."""

        def rows() -> list[Any]:
            request = {"customer_id": self._customer, "query": query}
            stream = self._client.search_stream(
                request, retry=None, timeout=TIMEOUT_SECONDS, metadata=self._metadata
            )
            # the plain protobuf messages, as their proto-plus wrappers are slow
            return [row for part in stream for row in type(part).pb(part).results]

        return self._calls(BUCKET, rows)


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
    """The decimal of a float, to the millionth."""
    return decimal_of(value, MILLIONTH)


def describe(values: Mapping[str, str], calls: Calls, forms: Forms) -> Schemas:
    """The columns of declared queries, by Google's messages; and whether Google answers them, as it says itself."""
    with closing(GoogleAdsConnection(values, calls)) as connection:
        schemas = {}
        for name, form in forms.items():
            schemas[name] = form.columns_of()
            try:
                connection.search(form.parts.text("DURING YESTERDAY") + " LIMIT 1")
            except Rejected as refused:
                raise Rejected(refused.message, refused.remedy or QUERY_REMEDY) from None
        return schemas


def with_streams(source: Source, forms: Forms, schemas: Schemas) -> Source:
    """The source that pulls the declared queries as well."""
    declared = {
        name: DeclaredQuery(form, form.stream(name, schemas[name], CAMPAIGN_DAYS))
        for name, form in forms.items()
        if name in schemas
    }
    return replace(
        source,
        streams=(*source.streams, *(query.stream for query in declared.values())),
        open=lambda values, calls: GoogleAdsConnection(values, calls, declared),
    )


SOURCE = Source(
    name="google_ads",
    title="Google Ads",
    options=(
        Option("GOOGLE_ADS_CUSTOMER_ID", "Number of the account, such as 123-456-7890"),
        Option(
            "GOOGLE_ADS_LOGIN_CUSTOMER_ID",
            "Number of the manager account through which the account is reached, if any",
            default="",
        ),
        *google_sign_in.ASKED_OPTIONS,
        Option(
            "GOOGLE_ADS_DEVELOPER_TOKEN",
            "Developer token, if there is one: Google has ignored it since September 2026",
            secret=True,
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
    declarable=Declarable(form=QueryForm, with_streams=with_streams, describe=describe),
)
