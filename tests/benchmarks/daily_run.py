"""How long a daily run takes, and how much of that is not our own work: `make bench`.

A first run of the sample company pulls two years; the second, of the same day, is what every day costs.
Both are whole processes. What is spent before a line of ours does its work is measured inside them:
imports, Dagster's definitions, dbt's start (its process less the time it says its models and tests took)
and Dagster's records (a report less its steps).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from pipelines.commands.terminal import plain_table

PHASES = (
    "imports",
    "definitions",
    "pull",
    "dbt start",
    "models and tests",
    "scores and factors",
    "publish",
    "records",
)
STEPS = {"models": "dbt start", "published__okra": "publish"}
"""Steps of a report, by the phase they count for. What dbt says it took is taken out of its own."""
NOT_OURS = {"imports", "definitions", "dbt start", "records"}
TODAY = "2026-11-25"


def measured() -> dict[str, float]:
    """One run in this process, in seconds a phase."""
    began = time.perf_counter()
    import dagster as dg

    from pipelines import settings as okra_settings
    from pipelines.commands.console import Output  # noqa: F401 - as the command imports it
    from pipelines.orchestration.runner import runner
    from pipelines.warehouse.project import TARGET

    imported = time.perf_counter()
    settings = okra_settings.load()
    seconds = dict.fromkeys(PHASES, 0.0)
    seconds["imports"] = imported - began
    with runner(settings) as running:
        ready = time.perf_counter()
        seconds["definitions"] = ready - imported
        from connectors.sdk.engine import Progress

        running.pull(list(settings.active.values()), Progress(), None, "due")
        pulled = time.perf_counter()
        running.report(None)
        reported = time.perf_counter()
    seconds["pull"] = pulled - ready
    results = max(TARGET.glob("*/run_results.json"), key=lambda path: path.stat().st_mtime)
    seconds["models and tests"] = json.loads(results.read_text())["elapsed_time"]
    with dg.DagsterInstance.get() as instance:
        [report] = instance.get_runs(limit=1)
        for step in instance.get_run_step_stats(report.run_id):
            took = (step.end_time or 0) - (step.start_time or 0)
            seconds[STEPS.get(step.step_key, "scores and factors")] += took
    seconds["dbt start"] -= seconds["models and tests"]
    inside = ("dbt start", "models and tests", "scores and factors", "publish")
    seconds["records"] = reported - pulled - sum(seconds[name] for name in inside)
    return seconds


def run(home: Path) -> dict[str, Any]:
    """One run as a process of its own."""
    environment = os.environ | {
        "OKRA_HOME": str(home),
        "OKRA_SANDBOX_TODAY": TODAY,
        "OKRA_ENV_FILE": str(home / "no.env"),
    }
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.daily_run", "--inside"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    whole = time.perf_counter() - began
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    found["imports"] += whole - sum(found.values())  # the interpreter itself, and its end
    return {"seconds": found, "whole": whole}


def main() -> None:
    """Print the table of figures."""
    if "--inside" in sys.argv:
        print(json.dumps(measured()))
        return
    with tempfile.TemporaryDirectory() as folder:
        runs = {name: run(Path(folder)) for name in ("first run", "second run of the day")}
    if "--json" in sys.argv:
        print(json.dumps(runs, indent=1))
        return
    rows = [
        (phase, *(f"{one['seconds'][phase]:.1f} s" for one in runs.values())) for phase in PHASES
    ]
    rows.append(("the whole run", *(f"{one['whole']:.1f} s" for one in runs.values())))
    shares = [
        sum(one["seconds"][name] for name in NOT_OURS) / one["whole"] for one in runs.values()
    ]
    rows.append(("of it not our own work", *(f"{share:.0%}" for share in shares)))
    Console(width=90).print(plain_table(f"The sample company on {TODAY}", ("", *runs), rows))


if __name__ == "__main__":
    main()
