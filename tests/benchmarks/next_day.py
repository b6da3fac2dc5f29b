"""What one more day of the sample company costs, by part: `python -m tests.benchmarks.next_day`.

Yesterday's run is done once, on two years of history. Then its home is copied, and today's run is done on the copy:
once unmeasured, so that every file is in the page cache and the project is parsed, and then as often as `--repeats`
says. What no daily run can do without is measured in turn with it: Dagster's start (a job of one asset that does
nothing), dbt's (a build of a project that has no model), and the pull of the slowest source.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.report import Section, options_of, present, write_json
from tests.benchmarks.runs import OKRA, Cost, median_of, medians, spread
from tests.benchmarks.unavoidable import Start, start

YESTERDAY = date(2026, 11, 26)


def settings(home: Path, today: date) -> dict[str, str]:
    return {
        "OKRA_HOME": str(home),
        "OKRA_SANDBOX_TODAY": today.isoformat(),
        "OKRA_ENV_FILE": str(home / "no.env"),
    }


def yesterday(folder: Path, kept: Path | None, day: date) -> Path:
    """The home after the run of `day`: `kept`, where it is there, else made anew."""
    made = kept or folder / "yesterday"
    if not made.exists():
        # in the place where the copies are, as a home is not moved between two days
        home = folder / "home"
        runs.run([OKRA, "run"], settings(home, day))
        shutil.copytree(home, made, symlinks=True)
    return made


def today(folder: Path, made: Path, day: date) -> Cost:
    """One run on a copy of yesterday's home."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(made, home, symlinks=True)
    return runs.run([OKRA, "run"], settings(home, day))


def sections(costs: Sequence[Cost], starts: Sequence[Start]) -> Iterator[Section]:
    """The run by part, and beside what it cannot do without."""
    parts, peaks = medians([x.parts for x in costs]), medians([x.peaks for x in costs])
    pulls = {name: spent for name, spent in parts.items() if name.startswith(cpu_parts.PULL)}
    slowest = max(pulls, key=lambda name: pulls[name])
    shown = {name: spent for name, spent in parts.items() if name not in pulls}
    all_pulls = "pulls, together"
    shown[all_pulls], peaks[all_pulls] = sum(pulls.values()), max(map(peaks.__getitem__, pulls))
    whole = median_of(costs, lambda cost: cost.cpu)
    rows = [
        (name, f"{spent:.2f}", f"{spent / whole:.0%}", mebibytes(peaks.get(name, 0)))
        for name, spent in sorted(shown.items(), key=lambda part: -part[1])
    ]
    rows.append((f"the slowest {slowest}", f"{pulls[slowest]:.2f}", "", ""))
    rows.append(("the whole run", spread([x.cpu for x in costs]), "", ""))
    yield Section(
        "The next day of the sample company",
        ("part", "CPU s", "share", "peak MiB"),
        rows,
        f"Medians of {len(costs)}; of the whole run also the least and the most. "
        f"The run took {spread([x.wall for x in costs])} s.",
    )
    least = {
        "Dagster's start: an empty job": median(x.dagster for x in starts),
        "dbt's start: an empty project, in the same process": median(x.dbt for x in starts),
        f"the slowest {slowest}": pulls[slowest],
    }
    floor = sum(least.values())
    lines = [(name, f"{spent:.2f}") for name, spent in least.items()]
    lines.append(("together", f"{floor:.2f}"))
    lines.append(("**the run, in times of it**", f"**{whole / floor:.2f}**"))
    yield Section("What no daily run can do without", ("part", "CPU s"), lines)


def mebibytes(peak: float) -> str:
    """Nothing where memory was not measured."""
    return f"{peak / 2**20:,.0f}" if peak else ""


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument(
        "--yesterday",
        type=Path,
        help="a folder in which yesterday's home is kept; make it anew when the code has changed",
    )
    parser.add_argument(
        "--day", type=date.fromisoformat, default=YESTERDAY, help="the day before that of the runs"
    )
    asked = parser.parse_args()
    costs, starts = list[Cost](), list[Start]()
    with tempfile.TemporaryDirectory(prefix="okra-next-day.", dir="/tmp") as temporary:
        folder = Path(temporary)
        made = yesterday(folder, asked.yesterday, asked.day)
        for number in range(asked.repeats + 1):
            run = today(folder, made, asked.day + timedelta(days=1))
            unavoidable = start(folder / "unavoidable")
            if number or not asked.repeats:
                costs.append(run)
                starts.append(unavoidable)
    of_starts = {"Dagster": [x.empty for x in starts], "and dbt": [x.with_dbt for x in starts]}
    write_json(asked.json, {"run": costs, **of_starts})
    present("next_day", [*sections(costs, starts)], asked)


if __name__ == "__main__":
    main()
