"""Measures how fast a Stripe account is pulled: `python -m tests.benchmarks.stripe_throughput`.

The server runs in a separate process, so that it does not share the interpreter with the code that is timed. The
time is from the first request to the last committed window. Three ways:

    open       no rate limit and no latency: the cost of the connector itself
    limited    Stripe's 25 requests a second and 100 ms an answer: how much of 2,500 rows a second is used
    dlt        dlt's generic REST source on the same server, into Parquet files and into DuckDB
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from connectors.lake.lake import Lake
from connectors.sandbox.stripe import KEY
from connectors.sdk.contract import Limit
from connectors.sdk.engine import pull
from connectors.sdk.errors import SourceError, Throttled
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range
from connectors.stripe.ledger import BALANCE_TRANSACTIONS
from connectors.stripe.source import SOURCE
from tests.benchmarks.report import Section, options_of, present
from tests.benchmarks.stripe_server import FIRST, LAST, UNLIMITED

CEILING, LATENCY, PAGE = 25, 0.1, 100
YEAR = Range(FIRST, LAST)


@dataclass(frozen=True)
class Figure:
    """One measurement."""

    way: str
    rows: int
    seconds: float
    rows_per_second: int
    refusals: int | None
    """The number of HTTP 429 answers; None where they are not counted."""
    of_ceiling: float | None = None
    """Share of the rows per second that the rate limit allows."""


@contextmanager
def account(rows: int, latency: float = 0.0, ceiling: int = UNLIMITED) -> Iterator[str]:
    """Run a server in another process; yields its address."""
    command = [sys.executable, "-m", "tests.benchmarks.stripe_server", f"--rows={rows}"]
    options = [f"--latency={latency}", f"--ceiling={ceiling}"]
    with subprocess.Popen(
        [*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.communicate()


class Refusals:
    """Diagnoses exceptions as the connector does, and counts the refusals."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: Exception) -> SourceError | None:
        """The connector's diagnosis of `error`."""
        fault = SOURCE.diagnose(error)
        self.count += isinstance(fault, Throttled)
        return fault


def pulled(way: str, rows: int, address: str, home: Path, limits: tuple[Limit, ...]) -> Figure:
    """Pull a year into an empty lake."""
    refusals = Refusals()
    values = {"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": address, "STRIPE_TIMEZONE": "Etc/UTC"}
    start = time.perf_counter()
    (report,) = pull(
        SOURCE,
        values,
        Lake(home),
        YEAR,
        now=lambda: datetime(2026, 1, 15, tzinfo=UTC),
        only=[BALANCE_TRANSACTIONS.name],
        calls=ThrottledCalls(limits, refusals),
    )
    seconds = time.perf_counter() - start
    if report.error or report.rows != rows:
        raise RuntimeError(f"{way}: {report.rows} of {rows} rows, {report.error}")
    return Figure(way, rows, seconds, round(rows / seconds), refusals.count)


def unlimited() -> tuple[Limit, ...]:
    """The source's rate limits, raised so far that they never apply."""
    return tuple(Limit(x.bucket, UNLIMITED, UNLIMITED) for x in SOURCE.limits)


def with_dlt(destination: str, rows: int, address: str, home: Path) -> Figure:
    """Pull the same year with dlt's REST source and its defaults, except for Parquet instead of INSERTs."""
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
        "DLT_DATA_DIR": str(home / "dlt"),
    }
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{address}/v1/",
                "auth": {"type": "bearer", "token": KEY},
                "paginator": {
                    "type": "cursor",
                    "cursor_path": "data[-1].id",
                    "cursor_param": "starting_after",
                    "has_more_path": "has_more",
                },
            },
            "resources": [
                {
                    "name": "balance_transactions",
                    "primary_key": "id",
                    "endpoint": {
                        "path": "balance_transactions",
                        "params": {"limit": PAGE},
                        "data_selector": "data",
                    },
                }
            ],
        },
        name="stripe_like",
    )
    place = (
        dlt.destinations.filesystem(bucket_url=(home / "files").as_uri())
        if destination == "Parquet"
        else dlt.destinations.duckdb(str(home / "dlt.duckdb"))
    )
    pipeline = dlt.pipeline(
        f"throughput_{destination.lower()}", destination=place, dataset_name="stripe"
    )
    start = time.perf_counter()
    pipeline.run(source, loader_file_format="parquet")
    seconds = time.perf_counter() - start
    counted = pipeline.last_trace.last_normalize_info.row_counts["balance_transactions"]
    if counted != rows:
        raise RuntimeError(f"dlt: {counted} of {rows} rows")
    return Figure(f"dlt to {destination}", rows, seconds, round(rows / seconds), None)


def measured(rows: int, ceilinged_rows: int, *, dlt: bool) -> list[Figure]:
    """Measure every way, one after the other."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with account(rows) as address:
            figures.append(pulled("okra, no rate limit", rows, address, home / "open", unlimited()))
            if dlt:
                figures.append(with_dlt("Parquet", rows, address, home / "parquet"))
                figures.append(with_dlt("DuckDB", rows, address, home / "duckdb"))
        with account(ceilinged_rows, LATENCY, CEILING) as address:
            way = f"okra, {CEILING} requests/s, {LATENCY * 1000:.0f} ms"
            figure = pulled(way, ceilinged_rows, address, home / "ceilinged", SOURCE.limits)
            share = round(figure.rows_per_second / (CEILING * PAGE), 3)
            figures.append(Figure(**asdict(figure) | {"of_ceiling": share}))
    return figures


def main() -> None:
    """Measure and print."""
    options = options_of(__doc__)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--ceilinged-rows", type=int, default=60_000)
    options.add_argument(
        "--no-dlt", action="store_true", help="skip dlt, for example when it is not installed"
    )
    asked = options.parse_args()
    runs = [
        measured(asked.rows, asked.ceilinged_rows, dlt=not asked.no_dlt)
        for _ in range(asked.repeats)
    ]
    if asked.json:
        asked.json.write_text(json.dumps([[asdict(x) for x in run] for run in runs], indent=1))
    rows = [
        (
            ways[0].way,
            f"{ways[0].rows:,}",
            f"{median(x.seconds for x in ways):.1f}",
            f"{median(x.rows_per_second for x in ways):,.0f}",
            *("" if x is None else f"{x}" for x in [ways[0].refusals]),
            *("" if x is None else f"{x:.1%}" for x in [ways[0].of_ceiling]),
        )
        for ways in zip(*runs, strict=True)
    ]
    columns = ("way", "rows", "s", "rows a second", "answers of HTTP 429", "of the limit")
    section = Section("Pulling a Stripe account into the lake", columns, rows)
    present("stripe_throughput", [section], asked)


if __name__ == "__main__":
    main()
