"""What raw rows cost on their way to KPI days, beside one query by hand: `python -m tests.benchmarks.raw_rows`.

A company of one stream, with a hundred days. Its models are built with nothing there but the lake, and once more with
one more day of 10,000 rows in the lake. The query by hand reads the same Parquet files and gives the same rows, which
are compared. It does nothing else: it keeps no tables, tests nothing and knows no restatement.

100 million rows need 8 GiB of disk: `--rows 1000000 10000000 100000000`.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from connectors.lake.lake import Lake
from connectors.stripe.ledger import BALANCE_TRANSACTIONS
from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.report import Section, options_of, present, write_json
from tests.benchmarks.runs import OKRA, Cost, median_of
from tests.benchmarks.stripe_lake import TODAY, add_windows, days_before, settings
from tests.benchmarks.unavoidable import Start, start

SIZES = [1_000_000, 10_000_000]
DAYS, ONE_MORE = 100, 10_000
MODELLING = (cpu_parts.START_OF_DBT, cpu_parts.CATALOG, cpu_parts.MODELS, cpu_parts.TESTS)
"""The parts of a run that make KPI days of the lake."""
BY_HAND = """
with days as (
    select
        cast(timezone('UTC', created_at) as date) as day,
        upper(currency) as currency,
        sum(net_minor) as net,
        sum(fee_minor) as fees,
        sum(case when reporting_category = 'charge' then amount_minor end) as sales,
        sum(case when reporting_category = 'refund' then amount_minor end) as refunds,
        count(case when reporting_category = 'charge' then 1 end) as number_of_sales
    from read_parquet($1, hive_partitioning = false, union_by_name = true)
    group by all
)

select 'net_revenue' as kpi, day, currency, net / 100 as value, null as denominator from days
union all
select 'gross_revenue', day, currency, sales / 100, null from days where sales is not null
union all
select 'refunds_and_disputes', day, currency, -1 * refunds / 100, null from days where refunds is not null
union all
select 'processing_fees', day, currency, fees / 100, null from days
union all
select 'average_transaction_value', day, currency, sales / 100, number_of_sales from days where number_of_sales > 0
"""
MODELLED = """
select kpi, day, dimensions['currency'], coalesce(value, numerator), denominator from reporting.kpi_days
"""


@dataclass(frozen=True)
class Query:
    """What the query by hand cost, without the start of its process."""

    cpu: float
    wall: float
    peak: int
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Figures:
    """The runs of one size."""

    queries: list[Query]
    starts: list[Start]
    whole: list[Cost]
    """From the lake alone."""
    next_day: list[Cost]


def query_once(lake: str) -> None:
    """Run the query by hand in this process, and print what it cost as JSON."""
    # those that are committed: what a compaction has replaced is there for a day
    committed = Lake(lake).manifests("stripe", BALANCE_TRANSACTIONS.name).values()
    folder = f"{lake}/raw/stripe/{BALANCE_TRANSACTIONS.name}"
    files = sorted({f"{folder}/{place}" for manifest in committed for place in manifest.files})
    with duckdb.connect() as connection:
        cpu, wall = time.process_time(), time.perf_counter()
        rows = connection.execute(BY_HAND, [files]).fetchall()
        cost = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(cost | {"peak": peak, "rows": sorted(map(texts, rows))}))


def texts(row: Sequence[object]) -> list[object]:
    """A row in which equal numbers are equal texts."""
    name, day, currency, *numbers = row
    return [name, str(day), currency, *(None if x is None else f"{x:.4f}" for x in numbers)]


def by_hand(lake: Path) -> Query:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.raw_rows", "--query", str(lake)],
        env=runs.clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return Query(**json.loads(done.stdout))


def compare(home: Path, query: Query) -> None:
    """Raises SystemExit where the models have other KPI rows than the query."""
    with duckdb.connect(str(home / "sample" / "warehouse.duckdb"), read_only=True) as connection:
        modelled = sorted(map(texts, connection.execute(MODELLED).fetchall()))
    if modelled != query.rows:
        other = [row for row in modelled if row not in query.rows][:3]
        raise SystemExit(f"{len(modelled)} rows, by hand {len(query.rows)}: {other}")


def measured(folder: Path, rows: int, repeats: int) -> Figures:
    """All runs on a lake of `rows` rows."""
    home, kept, lake = folder / "home", folder / "kept", folder / "lake"
    yesterday = TODAY - timedelta(days=1)
    old = days_before(yesterday - timedelta(days=1), DAYS)
    add_windows(lake, old, rows // DAYS)
    figures = Figures([], [], [], [])
    for number in range(repeats + 1):
        query, unavoidable = by_hand(lake), start(folder / "unavoidable")
        # the first run parses the project; after it there is a home that lacks nothing but its tables
        (home / "sample" / "warehouse.duckdb").unlink(missing_ok=True)
        cost = runs.run([OKRA, "score"], settings(home, lake, yesterday, old[0]))
        compare(home, query)
        if number or not repeats:
            figures.queries.append(query)
            figures.starts.append(unavoidable)
            figures.whole.append(cost)
    home.rename(kept)
    add_windows(lake, [yesterday], ONE_MORE)
    for number in range(repeats + 1):
        shutil.copytree(kept, home, symlinks=True)
        cost = runs.run([OKRA, "score"], settings(home, lake, TODAY, old[0]))
        if number or not repeats:
            figures.next_day.append(cost)
        compare(home, by_hand(lake))
        shutil.rmtree(home)
    return figures


def of_modelling(cost: Cost, figures: Mapping[str, float]) -> float:
    return sum(figures.get(part, 0.0) for part in MODELLING)


def section(figures: Mapping[int, Figures]) -> Section:
    """By size: the query by hand, the models from nothing and on the next day, each with its peak memory."""
    sizes = sorted(figures)

    def row(name: str, show: Callable[[Figures], str]) -> Sequence[str]:
        return (name, *(show(figures[size]) for size in sizes))

    def cpu(costs: Sequence[Cost]) -> float:
        return median_of(costs, lambda cost: of_modelling(cost, cost.parts))

    def wall(costs: Sequence[Cost]) -> float:
        return median_of(costs, lambda cost: of_modelling(cost, cost.walls))

    def peak(costs: Sequence[Cost]) -> str:
        most = median_of(costs, lambda cost: max(cost.peaks.get(x, 0) for x in MODELLING))
        return f"{most / 2**20:,.0f} MiB"

    def least(figures: Figures) -> float:
        """The query by hand, and dbt's start."""
        return median_of(figures.queries, lambda x: x.cpu) + median_of(
            figures.starts, lambda x: x.dbt
        )

    smallest = cpu(figures[sizes[0]].next_day)
    rows = [
        row("query by hand: CPU s", lambda x: f"{median_of(x.queries, lambda y: y.cpu):.2f}"),
        row("query by hand: s", lambda x: f"{median_of(x.queries, lambda y: y.wall):.2f}"),
        row(
            "query by hand: peak memory",
            lambda x: f"{median_of(x.queries, lambda y: y.peak) / 2**20:,.0f} MiB",
        ),
        row("dbt with nothing to build: CPU s", lambda x: f"{median_of(x.starts, lambda y: y.dbt):.2f}"),
        row("models from nothing: CPU s", lambda x: f"{cpu(x.whole):.2f}"),
        row("models from nothing: s", lambda x: f"{wall(x.whole):.2f}"),
        row("models from nothing: peak memory", lambda x: peak(x.whole)),
        row("**from nothing, in times of query and dbt**", lambda x: f"**{cpu(x.whole) / least(x):.2f}**"),
        row("models on the next day: CPU s", lambda x: f"{cpu(x.next_day):.2f}"),
        row("models on the next day: s", lambda x: f"{wall(x.next_day):.2f}"),
        row("models on the next day: peak memory", lambda x: peak(x.next_day)),
        row("**next day, in times of that of the least rows**", lambda x: f"**{cpu(x.next_day) / smallest:.2f}**"),
    ]  # fmt: skip
    return Section(
        "From raw rows to KPI days",
        ("", *(f"{size:,} rows" for size in sizes)),
        rows,
        "Models: dbt's start and end, the lake's catalog, the models and their tests.",
    )


def main() -> None:
    if sys.argv[1:2] == ["--query"]:
        query_once(sys.argv[2])
        return
    parser = options_of(__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="raw rows")
    asked = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory(prefix="okra-raw-rows.", dir="/tmp") as temporary:
        for rows in asked.rows:
            folder = Path(temporary) / str(rows)
            folder.mkdir()
            figures[rows] = measured(folder, rows, asked.repeats)
            shutil.rmtree(folder)
    of_size = {f"{rows}, from nothing": x.whole for rows, x in figures.items()}
    write_json(
        asked.json, of_size | {f"{rows}, next day": x.next_day for rows, x in figures.items()}
    )
    present("raw_rows", [section(figures)], asked)


if __name__ == "__main__":
    main()
