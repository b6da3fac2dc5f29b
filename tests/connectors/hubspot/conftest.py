from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot.source import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.crm_objects import CrmObject
from connectors.sandbox.hubspot import TOKEN, Faults, HubSpotServer
from connectors.sdk.engine import StreamReport
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from tests.connectors.account import Account

TODAY = date(2026, 11, 25)


class HubSpotAccount(Account):
    """A HubSpot account on loopback and a lake that it is pulled into, at noon of 25 November 2026."""

    source = SOURCE

    def serve(
        self,
        *,
        deals: Sequence[CrmObject] | None = (),
        calls: Sequence[CrmObject] | None = (),
        contacts: Sequence[CrmObject] = (),
        owners: Sequence[Mapping[str, Any]] | None = None,
        timezone: str = "Etc/UTC",
        currency: str = "USD",
        searches: int = 100_000,
        requests: int = 100_000,
        **faults: Any,
    ) -> HubSpotServer:
        """A server with these objects; None for the sample company's own."""
        return self.started(
            HubSpotServer(
                TODAY,
                deals=deals,
                calls=calls,
                contacts=contacts,
                owners=owners,
                timezone=timezone,
                currency=currency,
                searches_per_second=searches,
                requests_in_ten_seconds=requests,
                faults=Faults(**faults),
            )
        )

    def pulled(
        self,
        stream: str,
        server: HubSpotServer,
        wanted: Range,
        *,
        now: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC),
        calls: ThrottledCalls | None = None,
        **values: str,
    ) -> StreamReport:
        """What pulling `wanted` of a stream came to."""
        options = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": server.address} | values
        return self.pull(stream, options, wanted, now, calls or self.unslept)

    def rows(self, stream: str, wanted: Range) -> list[dict[str, Any]]:
        """What the lake holds of these days, window by window."""
        return self.stored(stream, wanted.first, wanted.last)

    def newest(self, stream: str, wanted: Range) -> dict[str, dict[str, Any]]:
        """The newest version of each row, by its key."""
        (key,) = SOURCE.stream(stream).key
        rows = sorted(self.rows(stream, wanted), key=lambda row: row["changed_at"])
        return {row[key]: row for row in rows}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[HubSpotAccount]:
    account = HubSpotAccount(Lake(tmp_path / "lake"))
    yield account
    account.close()


def made(number: int, at: datetime, **more: Any) -> CrmObject:
    """A won deal of 1,500 that was last changed at `at`."""
    properties = {
        "amount": "1500",
        "closedate": "2026-03-01T09:00:00Z",
        "deal_currency_code": "USD",
        "dealname": "Ms Smith's order",
        "dealstage": "closedwon",
        "hs_is_closed": "true",
        "hs_is_closed_won": "true",
        "hubspot_owner_id": "61040011",
        "pipeline": "default",
    }
    archived = more.pop("archived", None)
    created = datetime(2026, 2, 1, tzinfo=UTC)
    return CrmObject(number, properties | more, created, at, archived)


@pytest.fixture
def deal() -> Callable[..., CrmObject]:
    """Makes a deal; properties by name."""
    return made


@pytest.fixture
def call() -> Callable[..., CrmObject]:
    """Makes a call to some contacts."""

    def made(number: int, at: datetime, *contacts: int, **more: Any) -> CrmObject:
        properties = {
            "hs_call_body": "She has moved to 12 Elm Street.",
            "hs_call_direction": "OUTBOUND",
            "hs_call_status": "COMPLETED",
            "hs_timestamp": "2026-03-01T09:00:00.250Z",
            "hubspot_owner_id": "61040011",
        }
        return CrmObject(number, properties | more, at, at, contacts=contacts)

    return made
