"""Leads the progress of a pull from Dagster's step to the terminal whose command started the run."""

from connectors.sdk.engine import Progress

_watched: dict[str, Progress] = {}


def watch(run_id: str, progress: Progress) -> None:
    """Have the run `run_id` of this process report to `progress`."""
    _watched[run_id] = progress


def progress_of_run(run_id: str) -> Progress:
    """Where the run reports its progress; nowhere, in a run that the Dagster daemon started."""
    return _watched.get(run_id, Progress())
