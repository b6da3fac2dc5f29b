"""Serves a Stripe account with many rows in a separate process: `python -m tests.benchmarks.stripe_server`.

Prints its address in one line, then serves until its standard input ends.
"""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta

from connectors.sandbox.balance_transactions import Row, row
from connectors.sandbox.stripe import StripeServer

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
"""The first and last day of the rows."""
UNLIMITED = 1_000_000


def charges(count: int) -> list[Row]:
    """`count` charges, spread evenly over the year."""
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    step = timedelta(days=(LAST - FIRST).days + 1) / count
    return [
        row("charge", "charge", f"{n}", start + n * step, 10_00 + n % 9_000, 59, source="ch")
        for n in range(count)
    ]


def main() -> None:
    """Serve until the parent closes the pipe."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, required=True)
    options.add_argument("--latency", type=float, default=0.0, help="seconds an answer takes")
    options.add_argument("--ceiling", type=int, default=UNLIMITED, help="requests a second")
    asked = options.parse_args()
    rows = charges(asked.rows)
    with StripeServer(
        LAST + timedelta(days=30),
        rows=rows,
        requests_per_second=asked.ceiling,
        latency=asked.latency,
    ) as server:
        print(server.address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
