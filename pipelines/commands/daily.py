"""`okra run` and `okra score`: the daily run, as a whole or from the models on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.sdk.contract import Source
from pipelines.commands.console import Output, note_sample_company
from pipelines.commands.progress import PullBars
from pipelines.commands.terminal import (
    attention_group,
    finding_lines,
    scorecard_notes,
    scorecard_table,
)
from pipelines.history.deliveries import last_attempts
from pipelines.inputs.day import Day
from pipelines.okr.definition.faults import Fault
from pipelines.orchestration.runner import Runner, StepFailedError, runner
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import PublishedScorecard, Row, read_findings, read_scorecard
from pipelines.publishing.standings import read_standings
from pipelines.settings import Settings, SettingsError
from pipelines.steps.pull import failed_pulls


@dataclass(frozen=True)
class RunResult:
    """The outcome of a run. `failed` has the message of each source whose last pull failed."""

    scorecard: PublishedScorecard
    findings: Sequence[Row]
    faults: Sequence[Fault]
    failed: Mapping[str, str]
    pulled: PullBars

    @property
    def ok(self) -> bool:
        return not (self.failed or any(finding["is_fault"] for finding in self.findings))


def run(settings: Settings, sources: Sequence[Source], as_of: date | None, output: Output) -> bool:
    """Pull `sources`, then model, score and publish what is there. Returns whether all went well."""
    note_sample_company(settings, output)
    with runner(settings, debug=output.debug) as running:
        for line in running.told:
            output.warn(line)
        with PullBars(output.err) as bars:
            outcomes = running.pull(sources, bars, None, "due")
        failed = {outcome.source: outcome.message for outcome in outcomes if outcome.message}
        for line in bars.lines(failed):
            (output.warn if "FAILED" in line else output.note)(line)
        return report(running, settings, as_of, output, bars, failed)


def score(settings: Settings, as_of: date | None, output: Output) -> bool:
    """Model (unless a past day is asked for), score and publish. Returns whether all went well."""
    note_sample_company(settings, output)
    with runner(settings, debug=output.debug) as running:
        for line in running.told:
            output.warn(line)
        bars = PullBars(output.err)
        return report(running, settings, as_of, output, bars, {}, remodel=as_of is None)


def report(
    running: Runner,
    settings: Settings,
    as_of: date | None,
    output: Output,
    pulled: PullBars,
    failed: Mapping[str, str],
    *,
    remodel: bool = True,
) -> bool:
    """Everything after the pull. Returns whether all went well, the last pull of each source included."""
    with output.err.status("Modelling, scoring, publishing ..."):
        try:
            (running.report if remodel else running.score)(as_of)
        except StepFailedError as error:
            output.warn(f"FAILED: {error}")
            output.warn("The file published before stays as it was.")
            return False
    result = RunResult(
        scorecard=read_scorecard(settings.published_path, as_of or settings.today()),
        findings=read_findings(settings.published_path),
        faults=Day(settings, as_of or settings.today()).faults,
        failed={attempt.source: attempt.message for attempt in failed_pulls(settings)}
        | dict(failed),
        pulled=pulled,
    )
    if output.as_json:
        output.json(as_document(settings, result))
    else:
        show(settings, result, output)
    return result.ok


def show(settings: Settings, result: RunResult, output: Output) -> None:
    """The scorecard and what is amiss."""
    scorecard = result.scorecard
    language = Language(settings.locale, settings.fiscal_year)
    if scorecard.objectives:
        standings = read_standings(settings.published_path, scorecard.as_of)
        output.out.print(attention_group(standings, language))
    output.out.print(scorecard_table(scorecard, output.out.width, language))
    for line in scorecard_notes(scorecard, language):
        output.note(line)
    for line in finding_lines(result.findings, language):
        output.warn(line)
    for delivery in last_attempts(settings.history_path, scorecard.as_of):
        if delivery.outcome == "failed":
            output.warn(f"The digest did not reach {delivery.channel}: {delivery.message}")
        else:
            output.note(f"The digest reached {delivery.channel}")
    output.note(f"Published to {settings.published_path}")
    output.note(f"The scorecard is {settings.scorecard_path}")


def as_document(settings: Settings, result: RunResult) -> dict[str, Any]:
    """The same for machines."""
    pulled = result.pulled
    return {
        "as_of": result.scorecard.as_of,
        "sample_company": settings.sample_company,
        "ok": result.ok,
        "sources": [
            pulled.document(name, result.failed.get(name))
            for name in sorted({*pulled.windows, *result.failed})
        ],
        "objectives": list(result.scorecard.objectives),
        "key_results": list(result.scorecard.key_results),
        "faults": [str(fault) for fault in result.faults],
        "findings": list(result.findings),
        "published": str(settings.published_path),
        "scorecard": str(settings.scorecard_path),
    }


def chosen_sources(settings: Settings, names: Sequence[str]) -> list[Source]:
    """The accounts that a run pulls, or those of them that are named: `stripe@eu`, or `stripe` for all its accounts.

    Raises `SettingsError`.
    """
    known = {*settings.instances, *settings.sources_by_name}
    if unknown := sorted(set(names) - known):
        raise SettingsError(
            f"{', '.join(unknown)} is no active source; active are {', '.join(settings.instances) or 'none'}"
        )
    return [
        source
        for name, source in settings.instances.items()
        if not names or {name, source.name} & {*names}
    ]
