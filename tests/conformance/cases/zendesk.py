"""Zendesk: tickets that a test places."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.sandbox.served import Served
from connectors.sandbox.zendesk import SUBDOMAIN, TOKEN, ZendeskServer, serve
from connectors.sandbox.zendesk_objects import ticket_row
from connectors.zendesk import SOURCE
from tests.conformance.case import TODAY, Case


def placed(moments: Mapping[int, datetime]) -> Served:
    """Tickets, a day old when they last changed."""
    tickets = [
        ticket_row(number, at - timedelta(days=1), updated=at) for number, at in moments.items()
    ]
    server = ZendeskServer(TODAY, tickets=tickets, ratings=[], surveys=[], exports_per_minute=600)
    values = {
        "ZENDESK_SUBDOMAIN": SUBDOMAIN,
        "ZENDESK_OAUTH_TOKEN": TOKEN,
        "ZENDESK_CSAT": "ratings",
        "ZENDESK_TIMEZONE": "",
        "ZENDESK_API_BASE": server.address,
    }
    return Served(values, server.close)


CASE = Case(source=SOURCE, serve=serve, placed={"tickets": placed})
