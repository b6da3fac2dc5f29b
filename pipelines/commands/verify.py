"""`okra verify`: everything that is stored, held against its manifests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.commands.console import Output
from pipelines.file_modes import is_on_read_only_disk
from pipelines.inputs.lake import check_lake
from pipelines.settings import Settings
from pipelines.steps.verifying import PartReport, Seen, verify_all
from pipelines.tables.locks import exclusive, warehouse_lock

MAX_FAULTS = 40
"""How many lines are shown of what is wrong; `--json` has all."""


def verify(settings: Settings, output: Output) -> bool:
    """Read everything that is stored, and show what is not as it was written. Returns whether all is.

    Raises `LockedError` while another command runs, and `LakeError` where the lake cannot be reached.
    """
    with nobody_writes(settings), reading_bar(output.err) as seen:
        check_lake(settings)
        reports = [*verify_all(settings, seen)]
    if output.as_json:
        output.json(as_document(reports))
    else:
        show(reports, output)
    return not any(report.faults for report in reports)


@contextmanager
def nobody_writes(settings: Settings) -> Iterator[None]:
    """Keep other commands from writing, where the disk does not do so by itself."""
    if is_on_read_only_disk(settings.state_path):
        yield
        return
    with exclusive(settings.state_path / "run.lock"), warehouse_lock(settings):
        yield


def show(reports: list[PartReport], output: Output) -> None:
    """A line a part, and one a fault."""
    for report in reports:
        wrong = "as written" if not report.faults else f"{len(report.faults):,} wrong"
        output.out.print(f"{report.part:<10} {wrong:<12} {report.read}", markup=False)
    faults = [fault for report in reports for fault in report.faults]
    for fault in faults[:MAX_FAULTS]:
        output.warn(str(fault))
    if len(faults) > MAX_FAULTS:
        output.warn(f"and {len(faults) - MAX_FAULTS:,} more; --json has all")
    if faults:
        output.warn("`okra repair` mends what can be mended, and says what is lost")


def as_document(reports: list[PartReport]) -> dict[str, object]:
    """The same for machines."""
    return {
        "ok": not any(report.faults for report in reports),
        "parts": [
            {"part": x.part, "read": x.read, "faults": [asdict(fault) for fault in x.faults]}
            for x in reports
        ],
    }


@contextmanager
def reading_bar(console: Console) -> Iterator[Seen]:
    """A bar that shows how many files of a part have been read; none without a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TextColumn("files"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        tasks = {}

        def seen(part: str, done: int, of: int) -> None:
            if part not in tasks:
                tasks[part] = progress.add_task(f"Reading {part}", total=of)
            progress.update(tasks[part], completed=done, total=of)

        yield seen
