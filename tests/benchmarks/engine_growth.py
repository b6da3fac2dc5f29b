"""Measures how model time grows with rows, on each engine: `python -m tests.benchmarks.engine_growth`.

    --rows 10000000 100000000    sizes of the lake, each generated once
    --engines duckdb spark       engines to measure, each with a full build, as on the first day
    --folder FOLDER              folder of lakes and tables (default: a temporary one)

The lake has one source: Stripe movements of a hundred days. The time is that of one whole `dbt build` without tests,
with the start of dbt and Spark and the copy back into DuckDB. Spark runs on OKRA_SPARK_MASTER, or in its own process
on all cores. Both engines must produce the net revenue that the rows were generated with.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from connectors.lake.lake import Lake
from connectors.lake.manifest import Attempt, Manifest, schema_hash
from connectors.stripe.ledger import BALANCE_TRANSACTIONS
from pipelines.commands.terminal import plain_table
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.settings import BUILT_IN, Settings
from pipelines.warehouse.project import catalog_lake, dbt_environment, dbt_program, project_of

DAYS = 100
TODAY = date(2026, 11, 25)
FIRST = TODAY - timedelta(days=DAYS)
NET_REVENUE = "select sum(value) from reporting.kpi_days where kpi = 'net_revenue'"


@dataclass(frozen=True)
class Figure:
    """One measurement."""

    engine: str
    rows: int
    seconds: float


def movements(day: date, first: int, count: int) -> pa.Table:
    """A day's movements of 10 to 99 dollars, with a fee of 59 cents each. One in twenty is a refund."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    refund = numbers % 20 == 0
    amount = np.where(refund, -1, 1) * (1_000 + numbers % 9_000)
    begun = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000_000)
    moments = begun + (numbers - first) * (86_400_000_000 // count)
    texts = pc.cast(pa.array(numbers), pa.string())
    kind = pc.if_else(pa.array(refund), "refund", "charge")
    columns = {
        "id": pc.binary_join_element_wise("txn_1Q", texts, ""),
        "created_at": pa.array(moments).cast(pa.timestamp("us", "UTC")),
        "available_on": pa.array([day + timedelta(days=2)]).take(
            pa.array(np.zeros(count, dtype=np.int64))
        ),
        "type": kind,
        "reporting_category": kind,
        "currency": pa.array(["usd"]).take(pa.array(np.zeros(count, dtype=np.int64))),
        "amount_minor": pa.array(amount),
        "fee_minor": pa.array(np.full(count, 59, dtype=np.int64)),
        "net_minor": pa.array(amount - 59),
        "exchange_rate": pa.nulls(count, pa.string()),
        "source_id": pc.binary_join_element_wise("ch_1Q", texts, ""),
    }
    schema = BALANCE_TRANSACTIONS.schema
    return pa.table([columns[name] for name in schema.names], schema=schema)


def make_lake(root: Path, rows: int) -> None:
    """Generate a lake of `rows` movements, spread evenly over the days."""
    lake, count = Lake(root), rows // DAYS
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        manifest = Manifest(
            source="stripe",
            stream=BALANCE_TRANSACTIONS.name,
            window=day,
            data_through=day,
            pulled_at=datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC),
            rows=count,
            bytes=0,
            checksum="",
            schema_hash=schema_hash(BALANCE_TRANSACTIONS.schema),
            settled=True,
            flags=(),
            connector_version="1",
            run_id="",
            files=(),
        )
        lake.commit(manifest, [movements(day, number * count, count)])
    lake.record(
        Attempt(
            source="stripe",
            stream=BALANCE_TRANSACTIONS.name,
            at=datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC),
            outcome="ok",
        )
    )


def net_revenue(rows: int) -> Decimal:
    """The sum of the movements without fees, in dollars."""
    numbers = np.arange(rows // DAYS * DAYS, dtype=np.int64)
    amounts = np.where(numbers % 20 == 0, -1, 1) * (1_000 + numbers % 9_000) - 59
    return Decimal(int(amounts.sum())) / 100


def model(engine: str, lake: Path, home: Path) -> float:
    """Let `engine` model the whole lake in a new home. Returns seconds; exits when dbt fails."""
    master = os.environ.get("OKRA_SPARK_MASTER", "local[*]")
    settings = Settings(home=home, lake=str(lake), engine=engine, spark_master=master)  # type: ignore[arg-type]
    settings.state_path.mkdir(parents=True)
    project = project_of(settings)
    catalog_lake(settings, declared_kpis(settings))
    environment = {
        **os.environ,
        **dbt_environment(project, TODAY, f"{TODAY}-growth"),
        "OKRA_HOME": str(home),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
    }
    begun = time.monotonic()
    done = subprocess.run(
        [str(dbt_program(settings)), "build", "--exclude-resource-type", "test"],
        env=environment,
        cwd=BUILT_IN,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - begun
    if done.returncode:
        sys.exit(f"{engine} failed:\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        [(found,)] = connection.execute(NET_REVENUE).fetchall()
    (home / "net_revenue").write_text(str(found))
    return seconds


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000, 100_000_000])
    parser.add_argument(
        "--engines", nargs="+", choices=["duckdb", "spark"], default=["duckdb", "spark"]
    )
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    console, figures = Console(), []
    with tempfile.TemporaryDirectory(prefix="okra-growth.") as temporary:
        folder: Path = options.folder or Path(temporary)
        for rows in options.rows:
            lake = folder / f"lake-{rows}"
            if not lake.exists():
                make_lake(lake, rows)
            for engine in options.engines:
                home = folder / f"{engine}-{rows}"
                seconds = model(engine, lake, home)
                found = Decimal((home / "net_revenue").read_text())
                if found != net_revenue(rows):
                    sys.exit(f"{engine} computed {found}, but the rows sum to {net_revenue(rows)}")
                figures.append(Figure(engine, rows, seconds))
                console.print(f"{engine}, {rows:,} rows: {seconds:.0f} s")
    lines = [(figure.engine, f"{figure.rows:,}", f"{figure.seconds:.0f}") for figure in figures]
    console.print(plain_table("Full build of all models", ("Engine", "Raw rows", "Seconds"), lines))


if __name__ == "__main__":
    main()
