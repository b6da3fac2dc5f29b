"""Zendesk: tickets that a test places."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from connectors.sandbox.served import Served
from connectors.sandbox.zendesk import SUBDOMAIN, ZendeskServer
from connectors.sandbox.zendesk_objects import ticket_row
from connectors.sandbox.zendesk_tokens import CLIENT, SECRET
from connectors.zendesk.source import SOURCE
from tests.conformance.case import TODAY, Case

MANY = 100_000


def serve(today: date, home: Path) -> Served:
    """The sample company's account without Zendesk's ceiling."""
    return served(ZendeskServer(today, exports_per_minute=MANY))


def placed(moments: Mapping[int, datetime]) -> Served:
    """Tickets, a day old when they last changed."""
    tickets = [
        ticket_row(number, at - timedelta(days=1), updated=at) for number, at in moments.items()
    ]
    return served(
        ZendeskServer(TODAY, tickets=tickets, ratings=[], surveys=[], exports_per_minute=MANY)
    )


def served(server: ZendeskServer) -> Served:
    values = {
        "ZENDESK_SUBDOMAIN": SUBDOMAIN,
        "ZENDESK_CLIENT_ID": CLIENT,
        "ZENDESK_CLIENT_SECRET": SECRET,
        "ZENDESK_CSAT": "ratings",
        "ZENDESK_TIMEZONE": "",
        "ZENDESK_API_BASE": server.address,
    }
    return Served(values, server.close)


CASE = Case(source=SOURCE, serve=serve, placed={"tickets": placed})
