"""`okra pull`, `okra backfill` and what would be pulled: the windows of a source, and no modelling."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from connectors.lake.lake import Lake
from connectors.sdk.contract import Source
from connectors.sdk.errors import SourceError
from connectors.sdk.rows import combined
from connectors.sdk.windows import Plan, Range
from pipelines.commands.console import Output, note_sample_company
from pipelines.commands.daily import chosen_sources
from pipelines.commands.progress import PullBars
from pipelines.commands.terminal import plain_table
from pipelines.inputs.lake import open_lake
from pipelines.orchestration.runner import runner
from pipelines.settings import Settings, SettingsError
from pipelines.steps.pull import due, plan_source

MAX_FINDINGS = 20
"""How many lines a pull shows of what is wrong."""


def pull_range(
    settings: Settings,
    name: str,
    days: tuple[date, date],
    mode: str,
    output: Output,
    *,
    dry_run: bool,
) -> bool:
    """Pull `days` of the source or account `name`, or show what that would pull. Returns whether nothing is wrong.

    `mode` is one of `PullConfig`. Raises `SettingsError` for a source or days that cannot be pulled.
    """
    sources = chosen_sources(settings, [name])
    if dry_run:
        return show_plans(settings, sources, days, mode, output)
    wanted = checked(settings, days)
    note_sample_company(settings, output)
    with (
        runner(settings, debug=output.debug) as running,
        PullBars(output.err) as bars,
    ):
        pulled = running.pull(sources, bars, wanted, mode)
    failed = {account.source: account.message for account in pulled if account.message}
    if output.as_json:
        documents = [bars.document(x.instance, failed.get(x.instance)) for x in sources]
        output.json(documents if len(documents) > 1 else documents[0])
    for line in bars.lines(failed):
        (output.warn if "FAILED" in line else output.note)(line)
    lake = open_lake(settings)
    findings = [line for source in sources for line in finding_lines(lake, source, days)]
    for line in findings[:MAX_FINDINGS]:
        output.warn(line)
    if len(findings) > MAX_FINDINGS:
        output.warn(
            f"and {len(findings) - MAX_FINDINGS:,} more; `okra score` publishes all in the table findings"
        )
    return not failed and not findings


def finding_lines(lake: Lake, source: Source, days: tuple[date, date]) -> list[str]:
    """What is wrong with the rows of the windows from the first to the last day, one line for what is alike."""
    account = f"{source.instance}: " if source.account else ""
    findings = [
        replace(finding, day=None)
        for stream in source.streams
        for manifest in lake.between(source.instance, stream, *days).values()
        for finding in manifest.findings
    ]
    return [
        account
        + (f"{finding.message} (rows: {finding.rows:,})" if finding.rows else finding.message)
        for finding in combined(findings)
    ]


def show_plans(
    settings: Settings,
    sources: Sequence[Source],
    days: tuple[date, date] | None,
    mode: str,
    output: Output,
) -> bool:
    """The windows that a pull would take and leave, by stream. Opens the sources, and requests no data.

    Returns whether all could be opened. Raises `SourceError` where none could.
    """
    note_sample_company(settings, output)
    repull = mode == "again"
    wanted = due(settings) if days is None else Range(*checked(settings, days), repull=repull)
    plans: list[tuple[Source, Plan]] = []
    errors: dict[str, SourceError] = {}
    for source in sources:
        try:
            plans += [(source, plan) for plan in plan_source(settings, source, wanted)]
        except SourceError as error:
            errors[source.instance] = error
    if errors and len(errors) == len(sources):
        raise next(iter(errors.values()))
    for instance, fault in errors.items():
        output.warn(f"{instance}: {fault}")
    if output.as_json:
        output.json([as_document(source, plan) for source, plan in plans])
        return not errors
    rows = [
        (
            f"{source.instance}.{plan.stream.name}",
            plan.windows,
            plan.slices[0].first if plan.slices else "",
            plan.slices[-1].last if plan.slices else "",
            ", ".join(f"{count} {reason}" for reason, count in sorted(plan.skipped.items())),
        )
        for source, plan in plans
    ]
    columns = ("Stream", "Windows", "From", "To", "Left alone")
    output.out.print(plain_table("Would be pulled", columns, rows))
    return not errors


def as_document(source: Source, plan: Plan) -> dict[str, object]:
    """A plan for machines."""
    return {
        "source": source.instance,
        "stream": plan.stream.name,
        "windows": [day for piece in plan.slices for day in piece.windows],
        "left_alone": dict(plan.skipped),
    }


def checked(settings: Settings, days: tuple[date, date]) -> tuple[date, date]:
    """The range, if it is one that can be pulled. Raises `SettingsError`."""
    first, last = days
    if last < first:
        raise SettingsError(f"--to {last} is before --from {first}; swap them")
    if first < settings.start_date:
        raise SettingsError(
            f"--from {first} is before OKRA_START_DATE ({settings.start_date}); set that earlier first"
        )
    if last > settings.today():
        raise SettingsError(f"--to {last} is in the future; today is {settings.today()}")
    return first, last
