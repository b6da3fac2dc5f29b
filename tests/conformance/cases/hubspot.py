"""HubSpot: its own words for `too fast` and `spent`, and deals that a test places."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.hubspot.source import SOURCE
from connectors.sandbox.crm_objects import CrmObject
from connectors.sandbox.hubspot import TOKEN, HubSpotServer, too_many
from connectors.sandbox.served import Served
from tests.conformance.case import TODAY, Case

CREATED = datetime(2026, 2, 1, tzinfo=UTC)
MANY = 100_000
WON = {
    "amount": "1500",
    "closedate": "2026-03-01T09:00:00Z",
    "deal_currency_code": "USD",
    "dealname": "A deal",
    "dealstage": "closedwon",
    "hs_is_closed": "true",
    "hs_is_closed_won": "true",
    "hubspot_owner_id": "61040011",
    "pipeline": "default",
}


def serve(today: date, home: Path) -> Served:
    """The sample company's account without HubSpot's ceilings: pulls that follow one another share them."""
    return served(HubSpotServer(today, searches_per_second=MANY, requests_in_ten_seconds=MANY))


def placed(moments: Mapping[int, datetime]) -> Served:
    """Won deals, last changed at these moments."""
    deals = [CrmObject(number, WON, CREATED, at) for number, at in moments.items()]
    return served(
        HubSpotServer(
            TODAY,
            deals=deals,
            calls=[],
            contacts=[],
            searches_per_second=MANY,
            requests_in_ten_seconds=MANY,
        )
    )


def served(server: HubSpotServer) -> Served:
    return Served({"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": server.address}, server.close)


CASE = Case(
    source=SOURCE,
    serve=serve,
    placed={"deals": placed},
    too_fast=(too_many("SECONDLY"), too_many("TEN_SECONDLY_ROLLING")),
    spent=(too_many("DAILY"),),
    lists=frozenset({"owners", "pipelines"}),
)
