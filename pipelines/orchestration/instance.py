"""The Dagster instance of this installation, as `okra` uses it without a daemon."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from pipelines.errors import OkraError
from pipelines.orchestration.event_log import BATCH_SIZE
from pipelines.settings import Settings

STARTED_BY = "okra/started_by"
"""Tag of a run: `cli` where a person's command drives it, so that sensors leave it alone."""
CLI = "cli"

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class InstanceError(OkraError):
    """Dagster cannot be configured as OKRA_DAGSTER_HOME says; the text says what is missing."""


def prepare_environment(settings: Settings) -> None:
    """Tell Dagster, in this process and those it starts, where its configuration and records are.

    Raises `InstanceError` where the configuration, or a variable that it names, is missing.
    """
    storage = settings.state_path / "dagster"
    storage.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home_path)
    os.environ["OKRA_DAGSTER_STORAGE"] = str(storage)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", BATCH_SIZE)
    # the web server sends whatever it finds in logs/ to its makers, and does not ask dagster.yaml about it
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    check_configuration(settings.dagster_home_path / "dagster.yaml")


def check_configuration(path: Path) -> None:
    """Raises `InstanceError` for what Dagster itself would say nothing of, or a page of types."""
    if not path.exists():
        raise InstanceError(
            f"{path} is missing; set OKRA_DAGSTER_HOME to the folder of a dagster.yaml, or unset it"
        )
    unset = sorted(
        {
            name
            for name in variables(yaml.safe_load(path.read_text("utf-8")))
            if not os.environ.get(name)
        }
    )
    if unset:
        raise InstanceError(
            f"{path} needs {', '.join(unset)}; set it in the environment, or unset OKRA_DAGSTER_HOME"
        )


def variables(configuration: Any) -> Iterator[str]:
    """The variables of the environment that a part of Dagster's configuration names, as `{env: NAME}`."""
    if isinstance(configuration, dict):
        if set(configuration) == {"env"}:
            yield str(configuration["env"])
        for part in configuration.values():
            yield from variables(part)
    elif isinstance(configuration, list):
        for part in configuration:
            yield from variables(part)


def close_killed_runs(instance: dg.DagsterInstance) -> int:
    """Mark as failed the runs of commands that were killed, and free what they held. Returns how many.

    To be called by who holds the run lock: then no such command is alive.
    """
    killed = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED, tags={STARTED_BY: CLI}))
    for run in killed:
        instance.report_run_failed(run, "The process that drove this run was killed.")
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(killed)
