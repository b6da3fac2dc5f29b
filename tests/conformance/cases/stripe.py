"""Stripe: charges that a test places."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from connectors.sandbox.balance_transactions import row
from connectors.sandbox.served import Served
from connectors.sandbox.stripe import KEY, StripeServer
from connectors.stripe.source import SOURCE
from tests.conformance.case import TODAY, Case

MANY = 100_000


def serve(today: date, home: Path) -> Served:
    """The sample company's account without Stripe's ceiling."""
    return served(StripeServer(today, requests_per_second=MANY))


def placed(moments: Mapping[int, datetime]) -> Served:
    """Charges of ten dollars."""
    # the server is given its rows oldest first
    rows = [
        row("charge", "charge", f"{number}", at, 10_00, 59, source="ch")
        for number, at in sorted(moments.items(), key=lambda charge: charge[1])
    ]
    return served(StripeServer(TODAY, rows=rows, requests_per_second=MANY))


def served(server: StripeServer) -> Served:
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address, "STRIPE_TIMEZONE": ""}
    return Served(values, server.close)


CASE = Case(source=SOURCE, serve=serve, placed={"balance_transactions": placed})
