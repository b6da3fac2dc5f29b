"""A server that speaks Google Analytics' protocol, and a lake."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.analytics_reports import Faults
from connectors.sandbox.google_analytics import AnalyticsServer
from tests.connectors.google_analytics.calls import TODAY


@pytest.fixture
def serve() -> Iterator[Callable[..., AnalyticsServer]]:
    servers: list[AnalyticsServer] = []

    def start(today: date = TODAY, **faults) -> AnalyticsServer:
        servers.append(AnalyticsServer(today, faults=Faults(**faults)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)
