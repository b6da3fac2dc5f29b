"""Google Analytics is reached over gRPC or REST. Faults of REST can be forged on the way, so that is tried."""

from datetime import date
from pathlib import Path

from connectors.google_analytics.source import SOURCE
from connectors.sandbox.analytics_reports import PROPERTY
from connectors.sandbox.google_analytics import AnalyticsRestServer
from connectors.sandbox.http_server import Reply
from connectors.sandbox.served import Served
from tests.conformance.case import Case


def serve(today: date, home: Path) -> Served:
    """The sample company's property over REST."""
    server = AnalyticsRestServer(today)
    values = {
        "GA4_PROPERTY_ID": PROPERTY,
        "GA4_API_ENDPOINT": server.address,
        "GA4_TRANSPORT": "rest",
    }
    return Served(values, server.close)


def exhausted(what: str) -> Reply:
    """The answer where a quota of the property is used up."""
    error = {"code": 429, "message": f"Exhausted {what}.", "status": "RESOURCE_EXHAUSTED"}
    return Reply(429, {"error": error})


CASE = Case(
    source=SOURCE,
    serve=serve,
    too_fast=(exhausted("concurrent requests quota"),),
    spent=(
        exhausted("property tokens per day"),
        exhausted("property tokens for a project per hour"),
    ),
)
