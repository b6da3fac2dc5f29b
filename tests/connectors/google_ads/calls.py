"""Asks the server of the sample company for what Okra asks Google Ads."""

from datetime import UTC, date, datetime

from connectors.google_ads.source import CAMPAIGN_DAYS, SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.google_ads import CUSTOMER, TOKEN, GoogleAdsServer
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

TODAY = date(2026, 11, 24)
OCTOBER = Range(date(2026, 10, 1), date(2026, 10, 31))


def options(server: GoogleAdsServer) -> dict[str, str]:
    """What leads to `server`."""
    return {
        "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER,
        "GOOGLE_ADS_DEVELOPER_TOKEN": TOKEN,
        "GOOGLE_ADS_API_ENDPOINT": server.address,
    }


def take(
    server: GoogleAdsServer,
    lake: Lake,
    wanted: Range,
    *,
    slept: list[float] | None = None,
    now: datetime | None = None,
    **values: str,
) -> StreamReport:
    at = now or datetime(*server.today.timetuple()[:3], 12, tzinfo=UTC)
    (report,) = pull(
        SOURCE, options(server) | values, lake, wanted, now=lambda: at, calls=unslept(SOURCE, slept)
    )
    return report


def rows(lake: Lake, first: date, last: date | None = None) -> list[dict[str, object]]:
    windows = sorted(lake.between("google_ads", CAMPAIGN_DAYS, first, last or first))
    return [
        row for day in windows for row in lake.read("google_ads", CAMPAIGN_DAYS, day).to_pylist()
    ]
