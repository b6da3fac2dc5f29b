"""The desk, its address, and a lake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import JsonServer
from tests.connectors.sdk.dlt_source.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with JsonServer(desk) as server:
        yield server.address


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")
