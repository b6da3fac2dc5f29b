from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.balance_transactions import Row, row
from connectors.sandbox.stripe import KEY, Faults, StripeServer
from connectors.sdk.contract import Stream
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from connectors.stripe.source import BALANCE_TRANSACTIONS, SOURCE
from tests.connectors.clock import unslept


class Account:
    """A Stripe account on loopback and a lake that it is pulled into, at noon of 24 November 2026."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.waits: list[float] = []
        self.unslept = unslept(SOURCE, self.waits)
        """Calls that note in `waits` how long they would have slept."""
        self.servers: list[StripeServer] = []

    def serve(
        self, rows: Sequence[Row] | None = None, *, ceiling: int = 100, **faults: object
    ) -> StripeServer:
        """A server with these rows, or with the sample company's ledger."""
        server = StripeServer(
            date(2026, 11, 24), rows=rows, requests_per_second=ceiling, faults=Faults(**faults)
        )
        self.servers.append(server)
        return server

    def pulled(
        self,
        server: StripeServer,
        wanted: Range,
        *,
        now: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC),
        calls: ThrottledCalls | None = None,
        stream: Stream = BALANCE_TRANSACTIONS,
        **values: str,
    ) -> StreamReport:
        """What pulling `wanted` of one stream came to."""
        options = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": server.address} | values
        (report,) = pull(
            SOURCE, options, self.lake, wanted, now=lambda: now, calls=calls, only=[stream.name]
        )
        return report

    def rows(self, wanted: Range, stream: Stream = BALANCE_TRANSACTIONS) -> list[dict[str, object]]:
        """What the lake holds of these days."""
        windows = self.lake.between("stripe", stream, wanted.first, wanted.last)
        tables = [self.lake.read("stripe", stream, window) for window in windows]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def charge(self, number: int, at: datetime) -> Row:
        """A charge of ten dollars."""
        return row("charge", "charge", f"{number}", at, 10_00, 59, source="ch")


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    account = Account(Lake(tmp_path / "lake"))
    yield account
    for server in account.servers:
        server.close()
