"""Measures how long a daily run takes, and how much of that is spent outside our code: `make bench`.

The first run of the sample company pulls two years; the second, on the same day, is what a normal day costs. Each
run is a whole process. The time outside our code is measured inside it: imports, Dagster's definitions, dbt's start
(the dbt process without the time that dbt reports for models and tests) and Dagster's records (a report without its
steps).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
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
"""The phase of each step of a report. The time that dbt reports for models and tests is subtracted from dbt's start."""
OUTSIDE_OUR_CODE = {"imports", "definitions", "dbt start", "records"}
TODAY = "2026-11-25"


def measured() -> dict[str, float]:
    """Run once in this process; returns the seconds of each phase."""
    began = time.perf_counter()
    import dagster as dg

    from pipelines import settings as okra_settings
    from pipelines.commands.console import Output  # noqa: F401 - the command imports it too
    from pipelines.orchestration.runner import runner

    imported = time.perf_counter()
    settings = okra_settings.load()
    seconds = dict.fromkeys(PHASES, 0.0)
    seconds["imports"] = imported - began
    with runner(settings) as running:
        artifacts = kept_dbt_artifacts()
        ready = time.perf_counter()
        seconds["definitions"] = ready - imported
        from connectors.sdk.engine import Progress

        running.pull(list(settings.instances.values()), Progress(), None, "due")
        pulled = time.perf_counter()
        running.report(None)
        reported = time.perf_counter()
    seconds["pull"] = pulled - ready
    [folder] = artifacts
    results = json.loads((folder / "run_results.json").read_text("utf-8"))
    shutil.rmtree(folder)
    seconds["models and tests"] = results["elapsed_time"]
    with dg.DagsterInstance.get() as instance:
        [report] = instance.get_runs(limit=1)
        for step in instance.get_run_step_stats(report.run_id):
            took = (step.end_time or 0) - (step.start_time or 0)
            seconds[STEPS.get(step.step_key, "scores and factors")] += took
    seconds["dbt start"] -= seconds["models and tests"]
    inside = ("dbt start", "models and tests", "scores and factors", "publish")
    seconds["records"] = reported - pulled - sum(seconds[name] for name in inside)
    return seconds


def kept_dbt_artifacts() -> list[Path]:
    """Have the models' step keep the folder of dbt's artifacts, which it else removes, and list it here."""
    from pipelines.defs import transformation

    folders: list[Path] = []
    keep = SimpleNamespace(rmtree=lambda folder, **_: folders.append(Path(folder)))
    transformation.shutil = keep  # type: ignore[attr-defined]
    return folders


def run(home: Path) -> dict[str, Any]:
    """Run once in a separate process."""
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
    seconds: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    seconds["imports"] += whole - sum(seconds.values())  # start and end of the interpreter
    return {"seconds": seconds, "whole": whole}


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
        (phase, *(f"{timed['seconds'][phase]:.1f} s" for timed in runs.values()))
        for phase in PHASES
    ]
    rows.append(("the whole run", *(f"{timed['whole']:.1f} s" for timed in runs.values())))
    shares = [
        sum(timed["seconds"][name] for name in OUTSIDE_OUR_CODE) / timed["whole"]
        for timed in runs.values()
    ]
    rows.append(("share outside our code", *(f"{share:.0%}" for share in shares)))
    Console(width=90).print(plain_table(f"The sample company on {TODAY}", ("", *runs), rows))


if __name__ == "__main__":
    main()
