"""A server that speaks Google Ads' protocol, and a lake."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.google_ads import Faults, GoogleAdsServer
from tests.connectors.google_ads.calls import TODAY


@pytest.fixture
def serve() -> Iterator[Callable[..., GoogleAdsServer]]:
    servers: list[GoogleAdsServer] = []

    def start(today: date = TODAY, *, timezone="Etc/UTC", currency="USD", **faults):
        servers.append(
            GoogleAdsServer(today, faults=Faults(**faults), timezone=timezone, currency=currency)
        )
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")
