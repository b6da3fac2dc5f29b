"""The Dagster instance of this installation, as the commands use it."""

import os
from collections.abc import Iterator
from pathlib import Path
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from typing import Any

import dagster as dg
import yaml

from connectors.lake.atomic_files import replace
from pipelines.errors import OkraError
from pipelines.orchestration.event_log import BATCH_SIZE
from pipelines.settings import BUILT_IN, Settings

STARTED_BY = "okra/started_by"
"""Tag of a run: `cli` when a command executes it, so that sensors ignore it."""
CLI = "cli"
FIRST_PORT = 3000
"""Where Dagster's web server is, unless something else is there."""

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class InstanceError(OkraError):
    """The Dagster configuration in OKRA_DAGSTER_HOME cannot be used; the message says what is missing."""


def prepare_environment(settings: Settings) -> None:
    """Set Dagster's environment variables for this process and its children.

    Raises `InstanceError` when the configuration, or a variable that it names, is missing.
    """
    storage = settings.state_path / "dagster"
    storage.mkdir(parents=True, exist_ok=True)
    if settings.is_company:  # the processes of a run may have another working directory
        os.environ["OKRA_PROJECT"] = str(settings.project_path)
    configuration = settings.dagster_home_path / "dagster.yaml"
    if settings.is_company and not settings.dagster_home:
        content = (BUILT_IN / configuration.name).read_bytes()
        replace(configuration, lambda temporary: temporary.write_bytes(content))
    os.environ["DAGSTER_HOME"] = str(configuration.parent)
    os.environ["OKRA_DAGSTER_STORAGE"] = str(storage)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", BATCH_SIZE)
    # the web server uploads the files in logs/, whatever `telemetry` in dagster.yaml says
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    check_configuration(configuration)


def check_configuration(path: Path) -> None:
    """Check the file and its variables, for which Dagster itself has no readable message. Raises `InstanceError`."""
    if not path.exists():
        raise InstanceError(
            f"{path} is missing; set OKRA_DAGSTER_HOME to the folder of a dagster.yaml, or unset it"
        )
    names = set(variables(yaml.safe_load(path.read_text("utf-8"))))
    if "OKRA_DAGSTER_STORAGE" in names and "?" in (storage := os.environ["OKRA_DAGSTER_STORAGE"]):
        # SQLAlchemy takes what follows for a query (docs.sqlalchemy.org/en/20/core/engines.html#database-urls)
        raise InstanceError(
            f"{storage}: Dagster cannot keep databases below a folder with a `?` in its name; "
            "rename it, or set OKRA_HOME"
        )
    unset = sorted(name for name in names if not os.environ.get(name))
    if unset:
        raise InstanceError(
            f"{path} needs {', '.join(unset)}; set it in the environment, or unset OKRA_DAGSTER_HOME"
        )


def free_port(wanted: int | None) -> int:
    """The port that was asked for, else the first free one from 3000 on. Raises `InstanceError` where it is taken."""
    candidates = range(FIRST_PORT, FIRST_PORT + 20) if wanted is None else [wanted]
    for port in candidates:
        with socket() as probe:
            probe.setsockopt(
                SOL_SOCKET, SO_REUSEADDR, 1
            )  # a port that was left a moment ago is free
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    taken = f"port {wanted} is" if wanted is not None else f"the ports from {FIRST_PORT} on are"
    raise InstanceError(f"{taken} taken by another program; choose one with `okra ui --port 4000`")


def variables(configuration: Any) -> Iterator[str]:
    """The environment variables that a part of Dagster's configuration names, as `{env: NAME}`."""
    if isinstance(configuration, dict):
        if set(configuration) == {"env"}:
            yield str(configuration["env"])
        for part in configuration.values():
            yield from variables(part)
    elif isinstance(configuration, list):
        for part in configuration:
            yield from variables(part)


def close_killed_runs(instance: dg.DagsterInstance) -> int:
    """Mark the runs of killed commands as failed, and free their pool slots. Returns the number of runs.

    Call this only while holding the run lock: no other command is alive then.
    """
    killed = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED, tags={STARTED_BY: CLI}))
    for run in killed:
        instance.report_run_failed(run, "The process that drove this run was killed.")
        if instance.event_log_storage.supports_global_concurrency_limits:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(killed)
