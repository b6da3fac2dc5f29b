"""What one more day costs after a short and after a long history: `python -m tests.benchmarks.long_history`.

A company of one stream, with 2,000 rows a day. Its first days are modelled, scored and published; then one more day
comes, in a copy of the home, as often as `--repeats` says. The figures are the CPU seconds of each step, and how many
times those of the shortest history they are.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb

from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.report import Section, options_of, present, write_json
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
    runs.run([OKRA, "score"], settings(home, home / "lake", yesterday, old[0]))
    home.rename(made)
    costs = []
    for number in range(repeats + 1):
        shutil.copytree(made, home, symlinks=True)
        add_windows(home / "lake", [yesterday], ROWS)
        cost = runs.run([OKRA, "score"], settings(home, home / "lake", TODAY, old[0]))
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


def section(measured: Mapping[int, Sequence[Cost]]) -> Section:
    figures = {days: medians([steps(cost) for cost in costs]) for days, costs in measured.items()}
    shortest = figures[min(figures)]
    rows = [
        (
            step,
            *(
                f"{of_days[step]:.2f} ({of_days[step] / shortest[step]:.2f})"
                if shortest[step]
                else ""
                for of_days in figures.values()
            ),
        )
        for step in shortest
    ]
    return Section(
        f"One more day of {ROWS:,} rows",
        ("CPU s (times the shortest)", *(f"after {days:,} days" for days in figures)),
        rows,
    )


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--days", type=int, nargs="+", default=DAYS, help="lengths of history")
    asked = parser.parse_args()
    costs_of = {}
    with tempfile.TemporaryDirectory(prefix="okra-long-history.", dir="/tmp") as temporary:
        for days in asked.days:
            costs_of[days] = measured(Path(temporary) / str(days), days, asked.repeats)
    write_json(asked.json, {str(days): costs for days, costs in costs_of.items()})
    present("long_history", [section(costs_of)], asked)


if __name__ == "__main__":
    main()
