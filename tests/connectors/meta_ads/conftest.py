from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.lake.lake import Lake
from connectors.meta_ads.source import SOURCE
from connectors.sandbox.meta_ads import ACCOUNT_ID, TOKEN, Faults, MetaAdsServer
from connectors.sdk.engine import StreamReport
from connectors.sdk.windows import Range
from tests.connectors.account import Account

TODAY = date(2026, 11, 24)


class AdAccount(Account):
    """An advertising account on loopback and a lake that it is pulled into."""

    source = SOURCE

    def serve(
        self,
        today: date = TODAY,
        *,
        timezone: str = "Etc/UTC",
        currency: str = "USD",
        **faults: Any,
    ) -> MetaAdsServer:
        """The account as it stands on `today`."""
        return self.started(
            MetaAdsServer(today, faults=Faults(**faults), timezone=timezone, currency=currency)
        )

    def pulled(
        self, server: MetaAdsServer, wanted: Range, *, now: datetime | None = None, **values: str
    ) -> StreamReport:
        """What pulling `wanted` came to, at noon of the server's day unless told otherwise."""
        at = now or datetime.combine(server.today, time(12, tzinfo=UTC))
        options = {
            "META_ADS_ACCOUNT_ID": ACCOUNT_ID,
            "META_ADS_ACCESS_TOKEN": TOKEN,
            "META_ADS_API_BASE": server.address,
        }
        return self.pull("campaign_days", options | values, wanted, at, self.unslept)

    def rows(self, first: date, last: date | None = None) -> list[dict[str, Any]]:
        """What the lake holds of these days, in order."""
        return self.stored("campaign_days", first, last or first)

    def value(self, day: date) -> Decimal:
        """What the purchases of a day are worth, over all campaigns."""
        return sum((row["purchase_value"] for row in self.rows(day)), Decimal(0))


@pytest.fixture
def account(tmp_path: Path) -> Iterator[AdAccount]:
    account = AdAccount(Lake(tmp_path / "lake"))
    yield account
    account.close()


def campaign_day(**other: Any) -> dict[str, Any]:
    """A row of a report, as Meta writes it."""
    return {
        "campaign_id": "7",
        "campaign_name": "Autumn",
        "account_currency": "USD",
        "impressions": "1000",
        "clicks": "20",
        "spend": "12.34",
        "date_start": "2026-10-01",
        "date_stop": "2026-10-01",
    } | other


@pytest.fixture
def row() -> Any:
    return campaign_day
