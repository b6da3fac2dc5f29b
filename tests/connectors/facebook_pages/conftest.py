from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from connectors.facebook_pages import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.facebook_pages import PAGE_ID, TOKEN, FacebookServer, Faults
from connectors.sdk.engine import StreamReport
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from tests.connectors.account import Account

TODAY = date(2026, 11, 24)
NOON = time(20, tzinfo=UTC)
"""About midday in California, summer and winter."""


class FacebookPage(Account):
    """A page on loopback and a lake that it is pulled into."""

    source = SOURCE

    def serve(self, today: date = TODAY, **faults: object) -> FacebookServer:
        """The page as it stands on `today`."""
        return self.started(FacebookServer(today, faults=Faults(**faults)))

    def options(self, server: FacebookServer, **values: str) -> dict[str, str]:
        """What leads to `server`, with some of it changed."""
        return {
            "FACEBOOK_PAGE_ID": PAGE_ID,
            "FACEBOOK_ACCESS_TOKEN": TOKEN,
            "FACEBOOK_API_BASE": server.address,
        } | values

    def pulled(
        self,
        stream: str,
        options: dict[str, str],
        wanted: Range,
        *,
        today: date = TODAY,
        calls: ThrottledCalls | None = None,
    ) -> StreamReport:
        """What pulling `wanted` of a stream came to."""
        return self.pull(stream, options, wanted, datetime.combine(today, NOON), calls)

    def insights(
        self,
        server: FacebookServer,
        wanted: Range,
        *,
        today: date = TODAY,
        calls: ThrottledCalls | None = None,
    ) -> StreamReport:
        """What pulling `wanted` of the insights came to."""
        return self.pulled("page_insights", self.options(server), wanted, today=today, calls=calls)

    def values(self, wanted: Range) -> dict[tuple[date, str], int | None]:
        """The insights that the lake holds of these days, by day and metric."""
        rows = self.stored("page_insights", wanted.first, wanted.last)
        return {(x["date"], x["metric"]): x["value"] for x in rows}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[FacebookPage]:
    page = FacebookPage(Lake(tmp_path / "lake"))
    yield page
    page.close()
