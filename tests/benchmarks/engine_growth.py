"""Measures how model time grows with rows, on each engine: `python -m tests.benchmarks.engine_growth`.

    --rows 10000000 100000000    sizes of the lake, each generated once
    --engines duckdb spark       engines to measure, each with a full build, as on the first day
    --folder FOLDER              folder of lakes and tables (default: a temporary one)

The lake has one source: Stripe movements of a hundred days. The time is that of one whole `dbt build` without tests,
with the start of dbt and Spark and the copy back into DuckDB. Spark runs on OKRA_SPARK_MASTER, or in its own process
on all cores. Both engines must produce the net revenue that the rows were generated with.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.inputs.kpi_files import declared_kpis
from pipelines.settings import BUILT_IN, Settings
from pipelines.warehouse.dbt_environment import dbt_environment
from pipelines.warehouse.project import (
    catalog_lake,
    dbt_program,
    project_of,
)
from tests.benchmarks.report import Section, options_of, present
from tests.benchmarks.stripe_lake import TODAY, add_windows, days_before, net_revenue

DAYS = 100
NET_REVENUE = "select sum(value) from reporting.kpi_days where kpi = 'net_revenue'"


@dataclass(frozen=True)
class Figure:
    """One measurement."""

    engine: str
    rows: int
    seconds: float


def model(engine: str, lake: Path, home: Path) -> float:
    """Let `engine` model the whole lake in a new home. Returns seconds; exits when dbt fails."""
    master = os.environ.get("OKRA_SPARK_MASTER", "local[*]")
    settings = Settings(home=home, lake=str(lake), engine=engine, spark_master=master)
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
        [(revenue,)] = connection.execute(NET_REVENUE).fetchall()
    (home / "net_revenue").write_text(str(revenue))
    return seconds


def main() -> None:
    """The command."""
    parser = options_of(__doc__, repeats=False)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000, 100_000_000])
    parser.add_argument(
        "--engines", nargs="+", choices=["duckdb", "spark"], default=["duckdb", "spark"]
    )
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    figures = []
    days = days_before(TODAY - timedelta(days=1), DAYS)
    with tempfile.TemporaryDirectory(prefix="okra-growth.") as temporary:
        folder: Path = asked.folder or Path(temporary)
        for rows in asked.rows:
            lake = folder / f"lake-{rows}"
            if not lake.exists():
                add_windows(lake, days, rows // DAYS)
            right = net_revenue(days, rows // DAYS)
            for engine in asked.engines:
                home = folder / f"{engine}-{rows}"
                seconds = model(engine, lake, home)
                revenue = Decimal((home / "net_revenue").read_text())
                if revenue != right:
                    raise SystemExit(f"{engine} computed {revenue}, but the rows sum to {right}")
                figures.append(Figure(engine, rows, seconds))
                print(f"{engine}, {rows:,} rows: {seconds:.0f} s", flush=True)
    lines = [(figure.engine, f"{figure.rows:,}", f"{figure.seconds:.0f}") for figure in figures]
    text = "Once each, with the start of dbt and Spark and without tests."
    section = Section("Full build of all models", ("engine", "raw rows", "s"), lines, text)
    present("engine_growth", [section], asked)


if __name__ == "__main__":
    main()
