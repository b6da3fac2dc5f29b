"""Runs Dagster's jobs for a command, in this process and one after the other.

Each source is pulled in a Dagster run of its own, with all its accounts, so that a failing source does not stop the
others. The report that follows models, scores and publishes what is in the lake. The UI shows these runs like those of
the daemon. The daemon pulls the sources in parallel, a process each: two Dagster runs in one process would reconfigure
each other's logging.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import dagster as dg
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
)

from connectors.sdk.contract import Source
from connectors.sdk.engine import Progress
from pipelines.definitions import defs
from pipelines.errors import OkraError
from pipelines.garbage import keep_what_is_loaded
from pipelines.inputs.lake import check_lake
from pipelines.orchestration.instance import CLI, STARTED_BY, close_killed_runs, prepare_environment
from pipelines.orchestration.interrupts import interrupts_raised
from pipelines.orchestration.leftovers import remove_leftovers
from pipelines.orchestration.progress import watch
from pipelines.orchestration.ui_metadata import raw_key
from pipelines.plain_faults import plain_text
from pipelines.settings import Settings
from pipelines.settings.accounts import by_name
from pipelines.steps.repairing import set_aside_unreadable
from pipelines.tables.locks import exclusive


class StepFailedError(OkraError):
    """A step of a run failed; the message is the step's."""

    def __init__(self, message: str, by_account: Mapping[str, str] = MappingProxyType({})) -> None:
        """`by_account`: of a pull, the message of each account that failed, where the others went well."""
        super().__init__(message)
        self.by_account = by_account


@dataclass(frozen=True)
class Pulled:
    """The outcome of one account's pull. `message` is empty when it succeeded."""

    source: str
    message: str


class Runner:
    """Runs Dagster's jobs of this installation in this process.

    Raises KeyboardInterrupt where the process was told to stop: what follows, such as publishing, is not begun.
    """

    def __init__(self, settings: Settings, instance: dg.DagsterInstance, *, debug: bool) -> None:
        self._settings = settings
        self._instance = instance
        self._debug = debug
        self._definitions = defs()
        level = "DEBUG" if debug else "CRITICAL"
        self.told: Sequence[str] = ()
        """What could not be opened, was set aside, and is made anew."""
        self._logging = {"loggers": {"console": {"config": {"log_level": level}}}}

    def pull(
        self,
        sources: Sequence[Source],
        progress: Progress,
        days: tuple[date, date] | None,
        mode: str,
    ) -> list[Pulled]:
        """Pull `sources`: the windows that are due, or those of `days` (first and last). `mode`: see `PullConfig`."""
        accounts = by_name(sources)
        return [
            outcome
            for own in accounts.values()
            for outcome in self._pull(own, progress, days, mode)
        ]

    def report(self, as_of: date | None) -> None:
        """Model, score and publish. Raises `StepFailedError` with the failed step's message."""
        self._publish("report", as_of)

    def score(self, as_of: date | None) -> None:
        """Score on the existing KPI tables, and publish. Raises `StepFailedError`."""
        self._publish("rescore", as_of)

    def _pull(
        self,
        accounts: Sequence[Source],
        progress: Progress,
        days: tuple[date, date] | None,
        mode: str,
    ) -> list[Pulled]:
        """Pull accounts of one source in one Dagster run."""
        name = accounts[0].name
        streams = dict.fromkeys(stream.name for x in accounts for stream in x.streams)
        if not streams:
            return []
        run_id = str(uuid4())
        watch(run_id, progress)
        yesterday = date.fromordinal(self._settings.today().toordinal() - 1)
        first, last = days or (yesterday, yesterday)
        config: dict[str, Any] = {"mode": mode}
        if len(accounts) < len(self._settings.sources_by_name.get(name, ())):
            config["accounts"] = [x.instance for x in accounts]
        try:
            self._execute(
                "ingest",
                run_id,
                {"ops": {f"pull_{name}": {"config": config}}},
                {
                    ASSET_PARTITION_RANGE_START_TAG: first.isoformat(),
                    ASSET_PARTITION_RANGE_END_TAG: last.isoformat(),
                },
                [raw_key(name, stream) for stream in streams],
            )
        except StepFailedError as error:
            failed = error.by_account or {x.instance: str(error) for x in accounts}
            return [Pulled(x.instance, failed.get(x.instance, "")) for x in accounts]
        return [Pulled(x.instance, "") for x in accounts]

    def _publish(self, job: str, as_of: date | None) -> None:
        """Run a job that ends with the published file. Raises `StepFailedError` where a step failed or was skipped."""
        result = self._execute(job, str(uuid4()), day_config(as_of), {})
        # to Dagster such a run is a success, but the published file is that of an earlier run
        if skipped := [str(event.step_key) for event in result.all_events if event.is_step_skipped]:
            raise StepFailedError(
                f"{', '.join(skipped)} did not run, because a table before it was not built; see `okra --debug`"
            )

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(sys.stderr if self._debug else nowhere),
        ):
            yield

    def _execute(
        self,
        job: str,
        run_id: str,
        config: Mapping[str, Any],
        tags: Mapping[str, str],
        assets: Sequence[dg.AssetKey] | None = None,
    ) -> dg.ExecuteInProcessResult:
        # dbt logs to standard output, where the command prints its results
        with self._quiet(), interrupts_raised():
            result = self._definitions.resolve_job_def(job).execute_in_process(
                run_config={**config, **self._logging},
                instance=self._instance,
                asset_selection=assets,
                tags={STARTED_BY: CLI, **tags},
                run_id=run_id,
                raise_on_error=False,
            )
        if not result.success:
            events = result.all_events
            raise StepFailedError(reason_of_failure(events), failures_by_account(events))
        return result


def day_config(as_of: date | None) -> Mapping[str, Any]:
    """The run config that plays `as_of`, or today when it is None."""
    return {"resources": {"day": {"config": {"as_of": as_of.isoformat() if as_of else ""}}}}


def reason_of_failure(events: Sequence[dg.DagsterEvent]) -> str:
    """The message of the first failed step, in one line."""
    for event in events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return str(data.user_failure_data.description)
            cause = data.error
            while cause is not None and cause.cause is not None:
                cause = cause.cause
            message = cause.message if cause else "no reason given"
            if sentence := next(filter(None, map(plain_text, messages(data.error))), None):
                return sentence
            return f"{event.step_key}: {' '.join(message.split())}"
    return "the run could not be started; see `okra --debug`"


def messages(error: Any) -> Iterator[str]:
    """What an error says, and each that it was raised from, the first one at the end."""
    while error is not None:
        yield error.message
        error = error.cause


def failures_by_account(events: Sequence[dg.DagsterEvent]) -> dict[str, str]:
    """The message of each account that failed in a pull, by instance."""
    return {
        instance: str(message.value)
        for event in events
        if event.is_step_failure and event.step_failure_data.user_failure_data
        for instance, message in event.step_failure_data.user_failure_data.metadata.items()
    }


@contextmanager
def runner(settings: Settings, *, debug: bool = False) -> Iterator[Runner]:
    """A `Runner` with exclusive use of this installation.

    `debug`: write Dagster's and dbt's logs to standard error.
    Raises `SettingsError` where no source is on, `LockedError` while another command runs, and `LakeError` when the
    lake cannot be reached.
    """
    settings.require_source()
    with exclusive(settings.state_path / "run.lock"):
        prepare_environment(settings)
        check_lake(settings)
        remove_leftovers(settings)
        told = set_aside_unreadable(settings)
        with dg.DagsterInstance.get() as instance:
            close_killed_runs(instance)
            running = Runner(settings, instance, debug=debug)
            running.told = told
            keep_what_is_loaded()
            yield running
