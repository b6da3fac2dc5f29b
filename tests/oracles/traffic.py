"""What connectors and the sandbox say to each other, kept so that it can be held against the vendors' documents."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from connectors.lake.lake import Lake
from connectors.sandbox import http_server
from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.windows import Range
from tests.conformance.case import DAYS, TODAY, Case, Pull, errors

PULLED = (DAYS, Range(TODAY, TODAY))
"""Three days gone by, and the snapshots of today."""


@dataclass(frozen=True)
class Exchange:
    """A request and its reply."""

    request: Request
    reply: Reply

    @property
    def call(self) -> str:
        """Method and path."""
        return f"{self.request.method} {self.request.path}"

    @property
    def answer(self) -> Any:
        """The JSON of the reply, as a client reads it."""
        body = self.reply.body
        return orjson.loads(body if isinstance(body, bytes) else orjson.dumps(body))


@contextmanager
def observed() -> Iterator[list[Exchange]]:
    """The exchanges of all sandboxes meanwhile, in the order of their replies."""
    exchanges: list[Exchange] = []

    def keep(server: JsonServer, request: Request, reply: Reply) -> None:
        exchanges.append(Exchange(request, reply))

    http_server.observers.append(keep)
    try:
        yield exchanges
    finally:
        http_server.observers.remove(keep)


def traffic_of(
    case: Case, home: Path, ranges: Sequence[Range] = PULLED, today: date = TODAY
) -> list[Exchange]:
    """What is exchanged while a source is pulled for a few days. Raises AssertionError where a stream fails."""
    with observed() as exchanges:
        served = case.serve(today, home)
        try:
            for place, wanted in enumerate(ranges):
                reports = Pull(Lake(home / f"lake-{place}"))(case.source, served.values, wanted)
                assert errors(reports) == {}
        finally:
            served.close()
    assert exchanges
    return exchanges
