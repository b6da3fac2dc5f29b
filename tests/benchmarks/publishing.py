"""Whether readers wait or fail while a large file is published: `python -m tests.benchmarks.publishing`.

The warehouse of a company of one stream, whose `kpi_days` is filled up until the published file has the size that
`--sizes` says, in megabytes. Eight processes open the published file, sum it up by month and close it, again and again:
first while nothing else happens, then while the file is published over and over, each time with a thousandth more rows.
A reader may never fail. The times of both are compared, and the memory of publishing is measured.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from threading import Thread

import duckdb
import numpy as np

from pipelines.publishing.snapshot import publish
from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.report import Section, options_of, present
from tests.benchmarks.runs import OKRA
from tests.benchmarks.stripe_lake import TODAY, add_windows, days_before, settings

SIZES = [100, 1_000]
READERS, QUIET_SECONDS, LEAST_PUBLISHES = 8, 20.0, 2
QUERY = """
select date_trunc('month', day) as month, sum(value) from kpi_days
where kpi = 'net_revenue' group by month order by month
"""
FILLED = """
insert into reporting.kpi_days by name
select * exclude (number) replace (
    'filling' as kpi, day - cast(number % 3000 as integer) as day,
    map {'currency': md5(cast(number as text))} as dimensions,
    cast(hash(number) % 1000000000 as decimal(18, 4)) / 10000 as value
)
from (select * from reporting.kpi_days limit 1), range($1, $2) as numbers (number)
"""


@dataclass(frozen=True)
class Read:
    """One query of a reader: when it began and ended, in seconds of the machine's clock."""

    began: float
    ended: float
    fault: str

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True)
class Figures:
    """One measurement of one size."""

    size: int
    """Bytes of the published file."""
    quiet: Sequence[Read]
    busy: Sequence[Read]
    """Those that began while a file was published."""
    publishes: Sequence[float]
    """The seconds that each publication took."""
    peak: int
    """Bytes of memory of the process that publishes."""

    def ratio(self, percent: float) -> float:
        """How many times as long a query took at this percentile while a file was published."""
        return percentile(self.busy, percent) / percentile(self.quiet, percent)


def percentile(reads: Sequence[Read], percent: float) -> float:
    return float(np.percentile([read.seconds for read in reads], percent))


def read_until_told(file: str) -> None:
    """Read until standard input ends; then print a line for each read."""
    reads: list[Sequence[object]] = []
    waiting = Thread(target=sys.stdin.read, daemon=True)
    waiting.start()
    while waiting.is_alive() or not reads:
        began, fault = time.time(), ""
        try:
            with duckdb.connect(file, read_only=True) as connection:
                connection.execute("set threads = 1")
                if not connection.execute(QUERY).fetchall():
                    fault = "no rows"
        except Exception as error:
            fault = repr(error)
        reads.append((began, time.time(), fault))
    print(json.dumps(reads))


def publish_until(warehouse: str, target: str, seconds: float) -> None:
    """Publish until `seconds` are over, at least twice, each time with a thousandth more rows.

    Prints when each began and ended.
    """
    over, times = time.time() + seconds, list[tuple[float, float]]()
    while time.time() < over or len(times) < LEAST_PUBLISHES:
        with duckdb.connect(warehouse) as connection:
            [(rows,)] = connection.execute("select count(*) from reporting.kpi_days").fetchall()
            connection.execute(FILLED, [rows, rows + max(1, rows // 1_000)])
        began = time.time()
        publish(Path(warehouse), Path(target), {}, "v1.2.0")
        times.append((began, time.time()))
    print(json.dumps([times, cpu_parts.memory_since_last()]))


def filled(warehouse: Path, target: Path, size: int) -> None:
    """Fill the warehouse until the published file has `size` bytes, and publish it."""
    rows, step = 0, 200_000
    while True:
        # anew, as a copy of the previous file has free blocks
        target.unlink(missing_ok=True)
        publish(warehouse, target, {}, "v1.2.0")
        now = target.stat().st_size
        if now >= 0.95 * size:
            return
        if rows:
            step = max(step, int((size - now) / (now / rows)))
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(FILLED, [rows, rows + step])
        rows += step


def measured(warehouse: Path, target: Path) -> Figures:
    """Read without and with publications. Raises SystemExit where a process dies."""
    own = [sys.executable, "-m", "tests.benchmarks.publishing"]
    environment = runs.clean_environment()
    reading = [
        subprocess.Popen(
            [*own, "--read", str(target)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(READERS)
    ]
    try:
        time.sleep(QUIET_SECONDS)
        done = subprocess.run(
            [*own, "--publish", str(warehouse), str(target), str(QUIET_SECONDS)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    finally:
        told = [process.communicate()[0] for process in reading]
    times, peak = json.loads(done.stdout)
    reads = [Read(*read) for lines in told for read in json.loads(lines)]
    first, last = times[0][0], times[-1][1]
    return Figures(
        target.stat().st_size,
        # not those of the second in which the processes start
        [x for x in reads if min(y.began for y in reads) + 2 < x.began and x.ended < first],
        [x for x in reads if first <= x.began < last],
        [ended - began for began, ended in times],
        peak,
    )


def section(figures: Mapping[int, Sequence[Figures]]) -> Section:
    def row(name: str, show: Callable[[Sequence[Figures]], str]) -> Sequence[str]:
        return (name, *(show(of_size) for of_size in figures.values()))

    def faults(figures: Sequence[Figures]) -> str:
        reads = [read for x in figures for read in (*x.quiet, *x.busy)]
        faults = sorted({read.fault for read in reads if read.fault})
        failed = sum(bool(read.fault) for read in reads)
        return f"{failed} of {len(reads):,}{': ' if faults else ''}{'; '.join(faults)[:200]}"

    def times(percent: float) -> Sequence[str]:
        return row(
            f"p{percent} of a query: without, with a publication",
            lambda figures: (
                f"{median(percentile(x.quiet, percent) for x in figures) * 1000:,.0f} ms, "
                f"{median(percentile(x.busy, percent) for x in figures) * 1000:,.0f} ms"
            ),
        )

    def ratio(percent: float) -> Sequence[str]:
        return row(
            f"**p{percent}, in times of that without**",
            lambda figures: f"**{median(x.ratio(percent) for x in figures):.2f}**",
        )

    return Section(
        f"Publishing while {READERS} processes read",
        ("", *(f"{size:,} MB" for size in figures)),
        [
            row("queries that failed", faults),
            times(50),
            ratio(50),
            times(99),
            ratio(99),
            row(
                "seconds of a publication",
                lambda figures: f"{median(y for x in figures for y in x.publishes):.1f}",
            ),
            row(
                "peak memory of publishing",
                lambda figures: f"{median(x.peak for x in figures) / 2**20:,.0f} MiB",
            ),
        ],
        "The published file beside its Parquet files, which are written too.",
    )


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        read_until_told(sys.argv[2])
        return
    if sys.argv[1:2] == ["--publish"]:
        publish_until(sys.argv[2], sys.argv[3], float(sys.argv[4]))
        return
    parser = options_of(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="MB, published")
    asked = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory(prefix="okra-publishing.", dir="/tmp") as temporary:
        home = Path(temporary) / "home"
        yesterday = TODAY - timedelta(days=1)
        days = days_before(yesterday, 100)
        add_windows(home / "lake", days, 1_000)
        runs.run([OKRA, "score"], settings(home, home / "lake", TODAY, days[0]))
        for size in sorted(asked.sizes):
            folder = Path(temporary) / str(size)
            folder.mkdir()
            warehouse, target = folder / "warehouse.duckdb", folder / "published" / "okra.duckdb"
            shutil.copyfile(home / "sample" / "warehouse.duckdb", warehouse)
            filled(warehouse, target, size * 1_000_000)
            figures[size] = [measured(warehouse, target) for _ in range(asked.repeats or 1)]
            shutil.rmtree(folder)
    if asked.json:
        asked.json.write_text(
            json.dumps({size: [vars(x) for x in of] for size, of in figures.items()}, default=vars)
        )
    present("publishing", [section(figures)], asked)


if __name__ == "__main__":
    main()
