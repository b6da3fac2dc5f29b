from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.zendesk import SUBDOMAIN, TOKEN, Faults, ZendeskServer
from connectors.sandbox.zendesk_objects import Row
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from connectors.zendesk.source import SOURCE
from tests.connectors.clock import unslept


class Account:
    """A Zendesk account on loopback and a lake that it is pulled into, at noon of 24 November 2026."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.waits: list[float] = []
        self.unslept = unslept(SOURCE, self.waits)
        """Calls that note in `waits` how long they would have slept."""
        self.servers: list[ZendeskServer] = []

    def serve(
        self,
        tickets: Sequence[Row] | None = None,
        ratings: Sequence[Row] | None = None,
        surveys: Sequence[Row] | None = None,
        *,
        solved: dict[int, datetime] | None = None,
        **faults: object,
    ) -> ZendeskServer:
        """A server with these rows and no others, or with the sample company's."""
        if any(rows is not None for rows in (tickets, ratings, surveys)):
            tickets, ratings, surveys = tickets or [], ratings or [], surveys or []
        server = ZendeskServer(
            date(2026, 11, 24),
            tickets=tickets,
            ratings=ratings,
            surveys=surveys,
            solved=solved,
            faults=Faults(**faults),
        )
        self.servers.append(server)
        return server

    def pulled(
        self,
        server: ZendeskServer,
        stream: str,
        wanted: Range,
        *,
        now: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC),
        calls: ThrottledCalls | None = None,
        **values: str,
    ) -> StreamReport:
        """What pulling `wanted` of a stream came to."""
        options = {
            "ZENDESK_SUBDOMAIN": SUBDOMAIN,
            "ZENDESK_OAUTH_TOKEN": TOKEN,
            "ZENDESK_API_BASE": server.address,
        } | values
        (report,) = pull(
            SOURCE,
            options,
            self.lake,
            wanted,
            now=lambda: now,
            only=[stream],
            calls=calls or self.unslept,
        )
        return report

    def rows(self, stream: str, wanted: Range) -> list[dict[str, object]]:
        """What the lake holds of these days, window after window."""
        declared = SOURCE.stream(stream)
        windows = self.lake.between("zendesk", declared, wanted.first, wanted.last)
        tables = [self.lake.read("zendesk", declared, window) for window in windows]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def ids(self, stream: str, day: date) -> list[object]:
        """The ids of one window."""
        return [row["id"] for row in self.rows(stream, Range(day, day))]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    account = Account(Lake(tmp_path / "lake"))
    yield account
    for server in account.servers:
        server.close()
