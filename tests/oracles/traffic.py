"""What connectors and the sandbox say to each other, kept so that it can be held against the vendors' documents."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson

from connectors.lake.lake import Lake
from connectors.sandbox import grpc_server, http_server
from connectors.sandbox.http_server import Reply, Request
from connectors.sdk.windows import Range
from tests.conformance.case import DAYS, TODAY, Case, Pull, errors

LONG_INVOICE = Range(date(2026, 11, 7), date(2026, 11, 7))
"""A day on which Stripe has an invoice of more lines than fit into it."""
PULLED = (DAYS, LONG_INVOICE, Range(TODAY - timedelta(days=2), TODAY))


Record = TypeVar("Record")


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


@dataclass(frozen=True)
class Called:
    """A call over gRPC, or a part of its answer: messages of the vendor's own classes."""

    request: Any
    answer: Any


@contextmanager
def called() -> Iterator[list[Called]]:
    """The calls of all sandboxes over gRPC meanwhile."""
    with kept(grpc_server.observers, Called) as calls:
        yield calls


@contextmanager
def observed() -> Iterator[list[Exchange]]:
    """The exchanges of all sandboxes meanwhile, in the order of their replies."""
    with kept(http_server.observers, Exchange) as exchanges:
        yield exchanges


@contextmanager
def kept(
    observers: list[Callable[[Any, Any, Any], None]], record: Callable[[Any, Any], Record]
) -> Iterator[list[Record]]:
    """A `record` of what each observer of a kind of server would see meanwhile."""
    records: list[Record] = []

    def keep(_server: Any, asked: Any, answered: Any) -> None:
        records.append(record(asked, answered))

    observers.append(keep)
    try:
        yield records
    finally:
        observers.remove(keep)


def traffic_of(case: Case, home: Path) -> list[Exchange]:
    """What is exchanged while a source is pulled for a few days. Raises AssertionError where a stream fails."""
    with observed() as exchanges:
        pull_of(case, home)
    return exchanges


def calls_of(case: Case, home: Path) -> list[Called]:
    """The same of a source that is spoken to by gRPC."""
    with called() as calls:
        pull_of(case, home)
    return calls


def pull_of(case: Case, home: Path) -> None:
    """Pull some days gone by, and those up to today with its snapshots."""
    served = case.serve(TODAY, home)
    try:
        for place, wanted in enumerate(PULLED):
            reports = Pull(Lake(home / f"lake-{place}"))(case.source, served.values, wanted)
            assert errors(reports) == {}
    finally:
        served.close()
