"""A vendor's account on loopback, and a lake that it is pulled into without waiting."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from connectors.lake.lake import Lake
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept


class Server(Protocol):
    """What is closed at the end of a test."""

    def close(self) -> None: ...


S = TypeVar("S", bound=Server)


class Account:
    """The account of a source; the conftest of each source says how its server is made and reached."""

    source: Source

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.waits: list[float] = []
        self.servers: list[Server] = []

    @property
    def unslept(self) -> ThrottledCalls:
        """Calls that note in `waits` how long they would have slept."""
        return unslept(self.source, self.waits)

    def started(self, server: S) -> S:
        """`server`, which is closed with the account."""
        self.servers.append(server)
        return server

    def pull(
        self,
        stream: str,
        options: Mapping[str, str],
        wanted: Range,
        now: datetime,
        calls: ThrottledCalls | None,
    ) -> StreamReport:
        """The report of pulling `wanted` of a stream."""
        (report,) = pull(
            self.source, options, self.lake, wanted, now=lambda: now, only=[stream], calls=calls
        )
        return report

    def stored(self, stream: str, first: date, last: date) -> list[dict[str, Any]]:
        """What the lake holds of these days, window by window."""
        name, declared = self.source.name, self.source.stream(stream)
        windows = self.lake.between(name, declared, first, last)
        tables = [self.lake.read(name, declared, window) for window in windows]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def close(self) -> None:
        for server in self.servers:
            server.close()
