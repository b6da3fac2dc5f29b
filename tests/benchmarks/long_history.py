"""What one more day costs after a short and after a long history: `python -m tests.benchmarks.long_history`.

A company of one stream, with 2,000 rows a day. Its first days are modelled, scored and published; then one more day
comes, in a copy of the home, as often as `--repeats` says. The figures are the CPU seconds of each step, and how many
times those of the shortest history they are.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import duckdb
from rich.console import Console

from pipelines.commands.terminal import plain_table
from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.runs import OKRA, Cost, medians
from tests.benchmarks.stripe_lake import TODAY, add_windows, days_before, net_revenue, settings

DAYS = [30, 300, 3_000]
ROWS = 2_000
STEPS = {
    "models": (cpu_parts.MODELS,),
    "tests of the models": (cpu_parts.TESTS,),
    "dbt's start and end": (cpu_parts.START_OF_DBT, cpu_parts.CATALOG),
    "scoring": (cpu_parts.FACTS, cpu_parts.SCORING),
    "factors": (cpu_parts.FACTORS,),
    "history": (cpu_parts.HISTORY,),
    "publishing": (cpu_parts.PUBLISHING,),
    "pages": (cpu_parts.PAGES,),
}
"""The parts that each step consists of."""
PUBLISHED = "select sum(value) from main.kpi_days where kpi = 'net_revenue'"


def measured(folder: Path, days: int, repeats: int) -> list[Cost]:
    """The next day after `days` days."""
    folder.mkdir()
    home, made = folder / "home", folder / "yesterday"
    yesterday = TODAY - timedelta(days=1)
    old = days_before(yesterday - timedelta(days=1), days)
    add_windows(home / "lake", old, ROWS)
    runs.run([OKRA, "score"], settings(home, yesterday, old[0]))
    home.rename(made)
    costs = []
    for number in range(repeats + 1):
        shutil.copytree(made, home, symlinks=True)
        add_windows(home / "lake", [yesterday], ROWS)
        cost = runs.run([OKRA, "score"], settings(home, TODAY, old[0]))
        if number or not repeats:
            costs.append(cost)
        with duckdb.connect(str(home / "okra.duckdb"), read_only=True) as connection:
            [(published,)] = connection.execute(PUBLISHED).fetchall()
        right = net_revenue([*old, yesterday], ROWS)
        if published != right:
            raise SystemExit(f"{published} are published after {days} days, but it is {right}")
        shutil.rmtree(home)
    return costs


def steps(cost: Cost) -> Mapping[str, float]:
    """The CPU seconds of each step, and of the whole."""
    of_steps = {
        step: sum(cost.parts.get(part, 0.0) for part in parts) for step, parts in STEPS.items()
    }
    return of_steps | {
        "the rest": cost.cpu - sum(of_steps.values()),
        "the whole run": cost.cpu,
        "wall": cost.wall,
        "peak memory, MiB": cost.peak / 2**20,
    }


def show(measured: Mapping[int, Sequence[Cost]], console: Console) -> None:
    figures = {days: medians([steps(cost) for cost in costs]) for days, costs in measured.items()}
    shortest = figures[min(figures)]
    rows = [
        (
            step,
            *(
                f"{found[step]:.2f} ({found[step] / shortest[step]:.2f})" if shortest[step] else ""
                for found in figures.values()
            ),
        )
        for step in shortest
    ]
    columns = ("CPU s (times the shortest)", *(f"after {days:,} days" for days in figures))
    console.print(plain_table(f"One more day of {ROWS:,} rows", columns, rows))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--days", type=int, nargs="+", default=DAYS)
    parser.add_argument("--json", type=Path, help="a file for every figure of every run")
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="okra-long-history.", dir="/tmp") as temporary:
        for days in options.days:
            found[days] = measured(Path(temporary) / str(days), days, options.repeats)
    if options.json:
        content = {
            days: [{**asdict(x), "output": ""} for x in costs] for days, costs in found.items()
        }
        options.json.write_text(json.dumps(content, indent=1), "utf-8")
    show(found, Console(width=100))


if __name__ == "__main__":
    main()
