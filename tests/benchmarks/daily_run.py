"""Measures how long a daily run takes, and how much of that is spent outside our code: `make bench`.

The first run of the sample company pulls two years; the second, on the same day, is what a normal day costs. Each
run is a whole process. A company with two sources runs beside it: Stripe with the same history, and a shop in SQLite.

The time outside our code is measured inside the run: imports, Dagster's definitions, dbt's start (the step without
the time from the start of its first model to the end of its last) and Dagster's records (a report without its steps).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from connectors.sandbox.stripe import KEY, StripeServer
from pipelines.commands.terminal import plain_table
from pipelines.warehouse import dbt_build
from pipelines.warehouse.dbt_build import Build
from tests.companies.two_sources import sold, written

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
FIRST = date(2024, 12, 1)
"""The first day that is pulled, which is the sample company's."""


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
        builds = noted_builds()
        ready = time.perf_counter()
        seconds["definitions"] = ready - imported
        from connectors.sdk.engine import Progress

        running.pull(list(settings.instances.values()), Progress(), None, "due")
        pulled = time.perf_counter()
        running.report(None)
        reported = time.perf_counter()
    seconds["pull"] = pulled - ready
    seconds["models and tests"] = sum(map(seconds_of, builds))
    with dg.DagsterInstance.get() as instance:
        [report] = instance.get_runs(limit=1)
        for step in instance.get_run_step_stats(report.run_id):
            took = (step.end_time or 0) - (step.start_time or 0)
            seconds[STEPS.get(step.step_key, "scores and factors")] += took
    seconds["dbt start"] -= seconds["models and tests"]
    inside = ("dbt start", "models and tests", "scores and factors", "publish")
    seconds["records"] = reported - pulled - sum(seconds[name] for name in inside)
    return seconds


def noted_builds() -> list[Build]:
    """Have the models' step list its builds here."""
    from pipelines.defs import transformation

    builds: list[Build] = []

    def build(*arguments: Any) -> Build:
        builds.append(dbt_build.build(*arguments))
        return builds[-1]

    transformation.build = build  # type: ignore[assignment, attr-defined]
    return builds


def seconds_of(build: Build) -> float:
    """From the start of the first model or test to the end of the last."""
    nodes = [event["data"]["node_info"] for event in build.events]
    starts, ends = (
        [datetime.fromisoformat(node[name]) for node in nodes]
        for name in ("node_started_at", "node_finished_at")
    )
    return (max(ends) - min(starts)).total_seconds()


def run(settings: Mapping[str, str]) -> dict[str, Any]:
    """Run once in a separate process: the seconds of each phase, those of the whole, and those of CPU."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.daily_run", "--inside"],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    whole, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    seconds: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    seconds["imports"] += whole - sum(seconds.values())  # start and end of the interpreter
    return {"seconds": seconds, "whole": whole, "cpu": cpu}


def runs_of(settings: Mapping[str, str]) -> dict[str, Any]:
    """The first run of a company, and the second on the same day."""
    return {name: run(settings) for name in ("first run", "second run of the day")}


def runs_of_sample_company() -> dict[str, Any]:
    """Those of the sample company, whose servers are within its process."""
    with tempfile.TemporaryDirectory() as folder:
        return runs_of(
            {
                "OKRA_HOME": folder,
                "OKRA_SANDBOX_TODAY": TODAY,
                "OKRA_ENV_FILE": f"{folder}/no.env",
            }
        )


def runs_of_two_sources() -> dict[str, Any]:
    """Those of a company with two sources: as many days of the sample company's ledger, and of a small shop."""
    today = datetime.now(UTC).date()
    yesterday = today - timedelta(days=1)
    with tempfile.TemporaryDirectory() as folder, StripeServer(today) as stripe:
        home = Path(folder)
        sold(home / "shop.db", FIRST, yesterday)
        for place, text in written(stripe.address, FIRST, yesterday).items():
            (home / place).parent.mkdir(parents=True, exist_ok=True)
            (home / place).write_text(text, encoding="utf-8")
        settings = {
            "OKRA_PROJECT": folder,
            "OKRA_HOME": f"{folder}/data",
            "STRIPE_KEY": KEY,
            "SHOP_URL": f"sqlite:///{home / 'shop.db'}",
        }
        # what a person does first: the columns of the shop's orders are asked for once
        okra = Path(sys.executable).with_name("okra")
        subprocess.run([okra, "check"], env={**os.environ, **settings}, check=True)
        return runs_of(settings)


def main() -> None:
    """Print the tables of figures."""
    if "--inside" in sys.argv:
        print(json.dumps(measured()))
        return
    companies = {
        f"The sample company on {TODAY}": runs_of_sample_company,
        "A company with two sources": runs_of_two_sources,
    }
    for title, runs_of_company in companies.items():
        show(title, runs_of_company())


def show(title: str, runs: Mapping[str, Any]) -> None:
    """Print the figures of one company."""
    if "--json" in sys.argv:
        print(json.dumps({title: runs}, indent=1))
        return
    rows = [
        (phase, *(f"{timed['seconds'][phase]:.1f} s" for timed in runs.values()))
        for phase in PHASES
    ]
    rows.append(("the whole run", *(f"{timed['whole']:.1f} s" for timed in runs.values())))
    rows.append(("CPU of the run", *(f"{timed['cpu']:.1f} s" for timed in runs.values())))
    shares = [
        sum(timed["seconds"][name] for name in OUTSIDE_OUR_CODE) / timed["whole"]
        for timed in runs.values()
    ]
    rows.append(("share outside our code", *(f"{share:.0%}" for share in shares)))
    Console(width=90).print(plain_table(title, ("", *runs), rows))


if __name__ == "__main__":
    main()
