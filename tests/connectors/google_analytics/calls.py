"""Asks the server of the sample company for what Okra asks Google Analytics."""

from datetime import UTC, date, datetime

import pytest

from connectors.google_analytics.source import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.analytics_reports import PROPERTY
from connectors.sandbox.google_analytics import AnalyticsServer
from connectors.sandbox.traffic import Visits
from connectors.sdk.contract import ONE_DAY, Finding
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept

TODAY = date(2026, 11, 24)


def take(
    server: AnalyticsServer, lake: Lake, first: date, last: date | None = None, **other
) -> dict[str, StreamReport]:
    values = {"GA4_PROPERTY_ID": PROPERTY, "GA4_API_ENDPOINT": server.address} | other.pop(
        "values", {}
    )
    now = datetime(server.today.year, server.today.month, server.today.day, 9, tzinfo=UTC)
    reports = pull(
        SOURCE,
        values,
        lake,
        Range(first, last or server.today - ONE_DAY),
        **{"now": lambda: now, "calls": unslept(SOURCE)} | other,
    )
    return {report.stream.name: report for report in reports}


def rows(lake: Lake, stream: str, window: date) -> list[dict[str, object]]:
    return lake.read("google_analytics", SOURCE.stream(stream), window).to_pylist()


def known_visits(monkeypatch: pytest.MonkeyPatch, **sessions: int) -> None:
    """Let each day have these sessions by channel."""
    by_channel = {name: Visits(n, n, n, n) for name, n in sessions.items()}
    monkeypatch.setattr("connectors.sandbox.analytics_reports.visits", lambda *_: by_channel)


def channel_findings(lake: Lake) -> list[Finding]:
    manifests = lake.manifests("google_analytics", "traffic_by_channel").values()
    return [finding for manifest in manifests for finding in manifest.findings]


def pull_channels(server: AnalyticsServer, lake: Lake, first: date, last: date) -> StreamReport:
    return take(server, lake, first, last, only=["traffic_by_channel"])["traffic_by_channel"]


OCTOBER_7 = date(2026, 10, 7)
