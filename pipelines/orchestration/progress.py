"""How a pull's progress finds its way from a step to the terminal that started the run, if there is one."""

from connectors.sdk.progress import Progress, Silent

_watched: dict[str, Progress] = {}


def watch(run_id: str, progress: Progress) -> None:
    """Have the run `run_id` of this process report to `progress`."""
    _watched[run_id] = progress


def progress_of_run(run_id: str) -> Progress:
    """Who watches the run; nobody, in a run that the Dagster daemon started."""
    return _watched.get(run_id, Silent())
