"""Passes the progress of a pull from Dagster's step to the terminal of the command that started the run."""

from connectors.sdk.engine import Progress

_watched: dict[str, Progress] = {}


def watch(run_id: str, progress: Progress) -> None:
    """Let the run `run_id` of this process report to `progress`."""
    _watched[run_id] = progress


def progress_of_run(run_id: str) -> Progress:
    """The progress that the run reports to. A run of the Dagster daemon has none and reports to nobody."""
    return _watched.get(run_id, Progress())
