from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.zendesk import SUBDOMAIN, Faults, ZendeskServer
from connectors.sandbox.zendesk_objects import Row
from connectors.sandbox.zendesk_tokens import TOKEN
from connectors.sdk.engine import StreamReport
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from connectors.zendesk.source import SOURCE
from tests.connectors.account import Account


class ZendeskAccount(Account):
    """A Zendesk account on loopback and a lake that it is pulled into, at noon of 24 November 2026."""

    source = SOURCE

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
        return self.started(
            ZendeskServer(
                date(2026, 11, 24),
                tickets=tickets,
                ratings=ratings,
                surveys=surveys,
                solved=solved,
                faults=Faults(**faults),
            )
        )

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
        return self.pull(stream, options, wanted, now, calls or self.unslept)

    def rows(self, stream: str, wanted: Range) -> list[dict[str, object]]:
        """What the lake holds of these days, window after window."""
        return self.stored(stream, wanted.first, wanted.last)

    def ids(self, stream: str, day: date) -> list[object]:
        """The ids of one window."""
        return [row["id"] for row in self.rows(stream, Range(day, day))]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[ZendeskAccount]:
    account = ZendeskAccount(Lake(tmp_path / "lake"))
    yield account
    account.close()
