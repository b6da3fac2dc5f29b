from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.balance_transactions import Row, row
from connectors.sandbox.stripe import KEY, Faults, StripeServer
from connectors.sdk.contract import Stream
from connectors.sdk.engine import StreamReport
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from connectors.stripe.source import BALANCE_TRANSACTIONS, SOURCE
from tests.connectors.account import Account


class StripeAccount(Account):
    """A Stripe account on loopback and a lake that it is pulled into, at noon of 24 November 2026."""

    source = SOURCE

    def serve(
        self, rows: Sequence[Row] | None = None, *, ceiling: int = 100, **faults: object
    ) -> StripeServer:
        """A server with these rows, or with the sample company's ledger."""
        return self.started(
            StripeServer(
                date(2026, 11, 24), rows=rows, requests_per_second=ceiling, faults=Faults(**faults)
            )
        )

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
        return self.pull(stream.name, options, wanted, now, calls)

    def rows(self, wanted: Range, stream: Stream = BALANCE_TRANSACTIONS) -> list[dict[str, object]]:
        """What the lake holds of these days."""
        return self.stored(stream.name, wanted.first, wanted.last)

    def charge(self, number: int, at: datetime) -> Row:
        """A charge of ten dollars."""
        return row("charge", "charge", f"{number}", at, 10_00, 59, source="ch")


@pytest.fixture
def account(tmp_path: Path) -> Iterator[StripeAccount]:
    account = StripeAccount(Lake(tmp_path / "lake"))
    yield account
    account.close()
