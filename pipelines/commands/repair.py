"""`okra repair`: mends what `okra verify` finds, and says exactly what is lost."""

from collections.abc import Sequence
from dataclasses import asdict

from pipelines.commands.console import Output, note_sample_company
from pipelines.commands.daily import chosen_sources
from pipelines.commands.progress import PullBars
from pipelines.commands.verify import MAX_FAULTS, reading_bar
from pipelines.inputs.lake import check_lake
from pipelines.orchestration.instance import prepare_environment
from pipelines.orchestration.runner import Runner, StepFailedError, runner
from pipelines.settings import Settings
from pipelines.steps.repairing import (
    remedies,
    set_aside_damaged,
    set_aside_records,
    what_is_lost,
)
from pipelines.steps.verifying import PartReport, StoredFault, verify_all
from pipelines.tables.locks import exclusive, warehouse_lock


def repair(settings: Settings, output: Output, *, dry_run: bool) -> bool:
    """Mend what is not as it was written, or show what that would do. Returns whether all could be mended.

    Raises `LockedError` while another command runs, and `LakeError` where the lake cannot be reached.
    """
    note_sample_company(settings, output)
    with (
        exclusive(settings.state_path / "run.lock"),
        warehouse_lock(settings),
        reading_bar(output.err) as seen,
    ):
        prepare_environment(settings)
        check_lake(settings)
        reports = [*verify_all(settings, seen)]
        if not dry_run:
            set_aside_records(reports)
    told = [*remedies(reports)]
    if not output.as_json:
        for fault, remedy in told[:MAX_FAULTS]:
            output.warn(f"{fault}; {remedy}")
        if len(told) > MAX_FAULTS:
            output.warn(f"and {len(told) - MAX_FAULTS:,} more; --json has all")
    lost: Sequence[StoredFault] = ()
    failed: dict[str, str] = {}
    if told and not dry_run:
        with runner(settings, debug=output.debug) as running:
            failed, lost = mend(running, settings, reports, output)
    if output.as_json:
        output.json(
            {
                "ok": not (failed or lost or (dry_run and told)),
                "wrong": [asdict(fault) | {"remedy": remedy} for fault, remedy in told],
                "failed": failed,
                "lost": [asdict(fault) for fault in lost],
            }
        )
    else:
        show_outcome(told, lost, failed, output, dry_run=dry_run)
    return not (failed or lost or (dry_run and told))


def mend(
    running: Runner, settings: Settings, reports: Sequence[PartReport], output: Output
) -> tuple[dict[str, str], Sequence[StoredFault]]:
    """Set aside, pull, model, score and publish. Returns what failed, with its message, and what is lost."""
    with warehouse_lock(settings):
        is_due = set_aside_damaged(settings, reports)
    failed: dict[str, str] = {}
    if is_due:
        with PullBars(output.err) as bars:
            pulled = running.pull(chosen_sources(settings, []), bars, None, "due")
        failed = {x.source: x.message for x in pulled if x.message}
    lost = what_is_lost(settings)
    with output.err.status("Modelling, scoring, publishing ..."):
        try:
            running.report(None)
        except StepFailedError as error:
            failed["publishing"] = str(error)
    return failed, lost


def show_outcome(
    told: Sequence[object],
    lost: Sequence[StoredFault],
    failed: dict[str, str],
    output: Output,
    *,
    dry_run: bool,
) -> None:
    """What came of it, in a few lines."""
    if not told:
        output.note("Everything is as it was written: nothing to mend")
        return
    if dry_run:
        output.note("Nothing was changed")
        return
    for name, message in failed.items():
        output.warn(f"{name} FAILED: {message}")
    for fault in lost:
        output.warn(f"lost: {fault}")
    if not failed and not lost:
        output.note("Mended: everything is there again")
