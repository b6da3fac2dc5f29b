"""What one more day of the sample company costs, by part: `python -m tests.benchmarks.next_day`.

Yesterday's run is done once, on two years of history. Then its home is copied, and today's run is done on the copy:
once unmeasured, so that every file is in the page cache and the project is parsed, and then as often as `--repeats`
says. The parts that no daily run can do without are measured in turn with it: the start of dbt (a build of a project
that has no model), the start of Dagster (a job of one asset that does nothing), and the pull of the slowest source.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from pipelines.commands.terminal import plain_table
from tests.benchmarks import cpu_parts, runs
from tests.benchmarks.runs import OKRA, Cost, medians, spread

YESTERDAY = date(2026, 11, 26)
BUILD, JOB = "dbt builds an empty project", "Dagster runs an empty job"


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


def empty_build(folder: Path) -> Cost:
    """dbt's start, in a process of its own: it connects to a DuckDB file, and there is nothing to build."""
    project = folder / "empty"
    project.mkdir(exist_ok=True)
    (project / "dbt_project.yml").write_text("name: empty\nprofile: empty\n", "utf-8")
    (project / "profiles.yml").write_text(
        f"empty: {{target: it, outputs: {{it: {{type: duckdb, path: {project}/it.duckdb}}}}}}\n",
        "utf-8",
    )
    quiet = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    return runs.run([str(Path(sys.executable).with_name("dbt")), "build"], quiet, project)


def empty_job(folder: Path) -> Cost:
    """Dagster's start: its import, and a job of one asset, which is recorded in SQLite as Okra's are."""
    home = folder / "dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", "utf-8")
    return runs.run(
        [sys.executable, "-m", "tests.benchmarks.empty_job"], {"DAGSTER_HOME": str(home)}
    )


def document(costs: Sequence[Cost], floors: Mapping[str, Sequence[Cost]]) -> dict[str, object]:
    """The figures as JSON."""
    return {
        "runs": [{**asdict(cost), "output": ""} for cost in costs],
        "floors": {name: [cost.cpu for cost in found] for name, found in floors.items()},
    }


def show(costs: Sequence[Cost], floors: Mapping[str, Sequence[Cost]], console: Console) -> None:
    parts = medians([cost.parts for cost in costs])
    pulls = {name: spent for name, spent in parts.items() if name.startswith(cpu_parts.PULL)}
    rows = [
        (name, f"{spent:.2f}", f"{spent / sum(parts.values()):.0%}")
        for name, spent in sorted(parts.items(), key=lambda part: -part[1])
        if name not in pulls
    ]
    slowest = max(pulls, key=lambda name: pulls[name])
    rows.append(("pulls, together", f"{sum(pulls.values()):.2f}", ""))
    rows.append(
        (f"  the slowest: {slowest.removeprefix(cpu_parts.PULL)}", f"{pulls[slowest]:.2f}", "")
    )
    rows.append(("the whole run, CPU", spread([cost.cpu for cost in costs]), ""))
    rows.append(("the whole run, wall", spread([cost.wall for cost in costs]), ""))
    rows.append(("peak memory, MiB", spread([cost.peak / 2**20 for cost in costs]), ""))
    console.print(
        plain_table("The next day of the sample company", ("part", "CPU s", "share"), rows)
    )
    least = {
        name: medians([{"": cost.cpu} for cost in found])[""] for name, found in floors.items()
    }
    least[slowest] = pulls[slowest]
    floor = sum(least.values())
    whole = medians([{"": cost.cpu} for cost in costs])[""]
    lines = [(name, f"{spent:.2f}") for name, spent in least.items()]
    lines += [
        ("the unavoidable, together", f"{floor:.2f}"),
        ("the run, as often", f"{whole / floor:.2f}"),
    ]
    console.print(plain_table("What it cannot do without", ("part", "CPU s"), lines))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--yesterday", type=Path, help="a folder in which yesterday's home is kept")
    parser.add_argument(
        "--day", type=date.fromisoformat, default=YESTERDAY, help="the day before that of the runs"
    )
    parser.add_argument("--json", type=Path, help="a file for every figure of every run")
    options = parser.parse_args()
    costs, floors = [], {BUILD: list[Cost](), JOB: list[Cost]()}
    with tempfile.TemporaryDirectory(prefix="okra-next-day.", dir="/tmp") as temporary:
        folder = Path(temporary)
        made = yesterday(folder, options.yesterday, options.day)
        for number in range(options.repeats + 1):
            measured = (
                today(folder, made, options.day + timedelta(days=1)),
                empty_build(folder),
                empty_job(folder),
            )
            if number or not options.repeats:
                costs.append(measured[0])
                floors[BUILD].append(measured[1])
                floors[JOB].append(measured[2])
    if options.json:
        options.json.write_text(json.dumps(document(costs, floors), indent=1), "utf-8")
    show(costs, floors, Console(width=100))


if __name__ == "__main__":
    main()
