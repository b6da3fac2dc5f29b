"""Meta Ads: what the campaigns on Facebook and Instagram cost, and what purchases they are credited with.

Insights of the Marketing API come as reports that are prepared in the background: a report is started, polled until
it is ready, and read page by page. Days are in the advertising account's zone, and amounts in its currency. Insights
are kept for 37 months.

A purchase is credited within the configured attribution window (by default 7 days after a click). Meta decides for
which day it counts: since June 2025 the parameter `action_report_time` is ignored. A purchase on a website or in an
app counts for the day of the purchase, whenever the ad was shown. A purchase on Facebook or Instagram counts for the
day on which the ad was shown, so that such a day grows until the attribution window is over, 28 days at most. Events
also reach Meta late. 28 days after a day was reported it no longer changes, so each day is read again for as long.

Without a filter on their status, a report leaves out campaigns that were deleted or archived, so every status is
asked for. What the account as a whole cost is asked for as well, at once and not as a report, as it has one row a day.
It includes every campaign, and is held against the campaigns. Amounts are rounded to the cent in each row, so the
spend may differ by a unit of the currency, or by half a per cent.

The paging links of a report are not followed, as they hold the token: its cursor is sent with the next request.

Docs: developers.facebook.com/docs/marketing-api/insights (deleted and archived objects; discrepancy with Ads Manager),
…/insights/best-practices (reports; 28 days), developers.facebook.com/blog/post/2026/01/08 (the error of a report that
failed, since v25.0).
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.meta_ads.attribution import DEFAULT_WINDOW, WINDOWS, attribution_window
from connectors.meta_ads.insights import PAGE_ROWS, Insights, fault_meant
from connectors.meta_ads.rows import page_of, sums_of
from connectors.sdk.contract import (
    Calls,
    Limit,
    Option,
    Page,
    Slice,
    Source,
    Stream,
    Tolerance,
    Total,
    Vitals,
    column,
    zone_named,
)
from connectors.sdk.errors import Rejected
from connectors.sdk.graph_api import (
    BUCKET,
    DEFAULT_BASE,
    VERSION,
    Graph,
    app_secret_option,
)
from connectors.sdk.option_values import header_value, optional_header, usable_address
from connectors.sdk.totals import totals_unless_refused

MONEY = pa.decimal128(38, 6)

CAMPAIGN_DAYS = Stream(
    name="campaign_days",
    description="What each campaign cost and brought, by day; a campaign that was not shown has no row",
    schema=pa.schema(
        [
            column("date", pa.date32(), "Day in the account's time zone"),
            column("campaign_id", pa.string(), "The campaign"),
            column("campaign_name", pa.string(), "Its name on the day it was read"),
            column("currency", pa.string(), "The account's currency, ISO 4217"),
            column("impressions", pa.int64(), "How often its ads were shown", unit="impressions"),
            column("clicks", pa.int64(), "Clicks of every kind", unit="clicks"),
            column("spend", MONEY, "What it cost", unit="currency"),
            column("purchase_value", MONEY, "Value of the purchases credited to it; null where Meta has none for "
                   "ad sets with different settings", unit="currency", null=True),
            column("attribution_window", pa.string(), "Within which they were credited"),
        ]
    ),
    key=("date", "campaign_id"),
    cursor="date",
    restates_for=timedelta(days=28),
    reaches_back=timedelta(days=1_123),  # 37 months, which are as many days at least
    arrives_within=timedelta(hours=4),
    windows_per_slice=90,
    tolerances={"spend": Tolerance(share=Decimal("0.005"), amount=Decimal(1))},
)  # fmt: skip

FIELDS = "campaign_id,campaign_name,account_currency,impressions,clicks,spend,action_values,attribution_setting"
STATUSES = ("ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES", "ARCHIVED", "DELETED")
"""Every status that a campaign can have (`Campaign.EffectiveStatus` of Meta's business SDK)."""
ANY_STATUS = json.dumps(
    [{"field": "campaign.effective_status", "operator": "IN", "value": STATUSES}]
)


class MetaAdsConnection:
    """One advertising account, with a token that may read it."""

    def __init__(self, values: Mapping[str, str], calls: Calls) -> None:
        """Calls nothing yet. Raises `SourceError` when the options make no sense."""
        self._account = account_name(values.get("META_ADS_ACCOUNT_ID", ""))
        self._window = attribution_window(values.get("META_ADS_ATTRIBUTION_WINDOW", ""))
        token = header_value(values.get("META_ADS_ACCESS_TOKEN", ""), "META_ADS_ACCESS_TOKEN")
        app_secret = optional_header(values, "META_ADS_APP_SECRET")
        base = usable_address(values.get("META_ADS_API_BASE") or DEFAULT_BASE, "META_ADS_API_BASE")
        self._graph = Graph(f"{base}/{VERSION}", token, app_secret, calls, fault_meant)
        self._insights = Insights(self._graph, calls)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The account's time zone."""
        account = self._graph.get(f"/{self._account}", {"fields": "timezone_name"})
        return zone_named(
            str(account.get("timezone_name")),
            "the Meta advertising account has the time zone",
            "set another in Meta's Ads Manager, or update tzdata",
        )

    def pages(self, piece: Slice) -> Iterator[Page]:
        report = self._report(piece)
        for rows in self._insights.pages(report, {"limit": PAGE_ROWS}):
            yield page_of(rows, self._window)
        yield Page([], totals=totals_unless_refused(lambda: self._account_totals(piece)))

    def _report(self, piece: Slice) -> str:
        """The number of a report of all campaigns, or of the live ones where Meta takes no filter by status.

        The others are then missing, which the account's totals show.
        """
        form = {
            "level": "campaign",
            "time_increment": "1",
            "time_range": days_of(piece),
            "fields": FIELDS,
            "action_attribution_windows": json.dumps([self._window]),
        }
        try:
            return self._insights.report(self._account, {**form, "filtering": ANY_STATUS})
        except Rejected as fault:
            if "filter" not in fault.message.lower():
                raise
            return self._insights.report(self._account, form)

    def _account_totals(self, piece: Slice) -> Iterator[Total]:
        """What the account comes to on each day of the slice, deleted campaigns included."""
        params: dict[str, str | int] = {
            "level": "account",
            "time_increment": "1",
            "time_range": days_of(piece),
            "fields": "impressions,clicks,spend",
            "limit": len(piece.windows),
        }
        rows = (row for page in self._insights.pages(self._account, params) for row in page)
        by_day = {row.get("date_start"): row for row in rows}
        for day in piece.windows:
            yield Total(day, sums_of(by_day.get(f"{day}", {})))

    def vitals(self) -> Vitals:
        """The time, and what is left of the app's usage."""
        return self._graph.vitals()

    def close(self) -> None:
        self._graph.close()


def days_of(piece: Slice) -> str:
    """The days of a slice as Insights takes them."""
    return json.dumps({"since": f"{piece.first}", "until": f"{piece.last_day}"})


def account_name(given: str) -> str:
    """The account as the API names it. Raises `Rejected` when `given` is no account's number."""
    number = given.strip().removeprefix("act_")
    if not re.fullmatch(r"[0-9]{1,20}", number):
        raise Rejected(
            "META_ADS_ACCOUNT_ID is not the number of an advertising account",
            "take it from the address of Meta's Ads Manager (act=…)",
        )
    return f"act_{number}"


SOURCE = Source(
    name="meta_ads",
    title="Meta Ads",
    options=(
        Option("META_ADS_ACCOUNT_ID", "Number of the advertising account, with or without act_"),
        Option("META_ADS_ACCESS_TOKEN", "A token with ads_read for the account", secret=True),
        app_secret_option("META_ADS_APP_SECRET"),
        Option(
            "META_ADS_ATTRIBUTION_WINDOW",
            "Within what time a purchase is credited to an ad: " + ", ".join(WINDOWS),
            default=DEFAULT_WINDOW,
        ),
        Option("META_ADS_API_BASE", "Address of the Graph API", default=DEFAULT_BASE),
    ),
    streams=(CAMPAIGN_DAYS,),
    limits=(Limit(BUCKET, 10, burst=10),),
    open=MetaAdsConnection,
    # most of the time passes in waiting for reports
    workers=4,
    # 2: all names of a purchase, and campaigns that were deleted or archived
    version="2",
)
