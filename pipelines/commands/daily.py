"""`okra run` and `okra score`: the daily run, as a whole or from the models on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from connectors.sdk.contract import Source
from pipelines.commands.console import Output
from pipelines.commands.terminal import PullBars, pulled_lines, scorecard_table, trust_notes
from pipelines.history.deliveries import last_attempts
from pipelines.inputs.okr_files import read_objectives
from pipelines.okr.definition.faults import Fault
from pipelines.orchestration.runner import Runner, StepFailedError, runner
from pipelines.publishing.published import PublishedScorecard, read_scorecard
from pipelines.settings import Settings, SettingsError
from pipelines.steps.pull import failed_pulls

SAMPLE = "No source is configured: this is the sample company. `okra sources` shows how to connect your own."


def run(settings: Settings, sources: Sequence[Source], as_of: date | None, output: Output) -> bool:
    """Pull `sources`, then model, score and publish what is there. Returns whether all went well."""
    tell_company(settings, output)
    with runner(settings, debug=output.debug) as running:
        failed, bars = pull_due(running, sources, output)
        return report(running, settings, as_of, output, failed, bars)


def score(settings: Settings, as_of: date | None, output: Output) -> bool:
    """Model (unless a past day is asked for), score and publish. Returns whether all went well."""
    tell_company(settings, output)
    with runner(settings, debug=output.debug) as running:
        return report(running, settings, as_of, output, {}, None, remodel=as_of is None)


def pull_due(
    running: Runner, sources: Sequence[Source], output: Output
) -> tuple[Mapping[str, str], PullBars]:
    """Pull what is due of each source; what went wrong by source, and what came."""
    with PullBars(output.err) as bars:
        pulled = running.pull(sources, bars, None, "due")
    failed = {one.source: one.message for one in pulled if one.message}
    for line in pulled_lines(bars, failed):
        (output.warn if "FAILED" in line else output.note)(line)
    return failed, bars


def report(
    running: Runner,
    settings: Settings,
    as_of: date | None,
    output: Output,
    failed: Mapping[str, str],
    bars: PullBars | None,
    *,
    remodel: bool = True,
) -> bool:
    """Everything after the pull, and what it came to."""
    with output.err.status("Modelling, scoring, publishing ..."):
        try:
            (running.report if remodel else running.score)(as_of)
        except StepFailedError as error:
            output.warn(f"FAILED: {error}")
            output.warn("The file published before stays as it was.")
            return False
    scorecard = read_scorecard(settings.published_path, as_of or settings.today())
    faults = read_objectives(settings)[0].faults
    lasting = {one.source: one.message for one in failed_pulls(settings)} | dict(failed)
    show(settings, scorecard, faults, lasting, bars, output)
    return not (lasting or faults)


def show(
    settings: Settings,
    scorecard: PublishedScorecard,
    faults: Sequence[Fault],
    failed: Mapping[str, str],
    bars: PullBars | None,
    output: Output,
) -> None:
    """The scorecard and what is amiss."""
    if output.as_json:
        output.json(as_document(settings, scorecard, faults, failed, bars))
        return
    output.out.print(scorecard_table(scorecard, output.out.width))
    for line in trust_notes(scorecard):
        output.note(line)
    for source, message in sorted(failed.items()):
        output.warn(f"{source} failed: {message}; its KPIs keep their last values")
    for fault in faults:
        output.warn(f"{fault} (not scored)")
    for sent in last_attempts(settings.history_path, scorecard.as_of):
        if sent.outcome == "failed":
            output.warn(f"The digest did not reach {sent.channel}: {sent.message}")
        else:
            output.note(f"The digest reached {sent.channel}")
    output.note(f"Published to {settings.published_path}")
    output.note(f"The scorecard is {settings.scorecard_path}")


def as_document(
    settings: Settings,
    scorecard: PublishedScorecard,
    faults: Sequence[Fault],
    failed: Mapping[str, str],
    bars: PullBars | None,
) -> dict[str, Any]:
    """The same for machines."""
    pulled = {} if bars is None else bars.windows
    return {
        "as_of": scorecard.as_of,
        "sample_company": settings.sample_company,
        "ok": not (failed or faults),
        "sources": [
            {
                "source": name,
                "windows": pulled.get(name, 0),
                "rows": bars.rows.get(name, 0) if bars else 0,
                "error": failed.get(name),
            }
            for name in sorted({*pulled, *failed})
        ],
        "objectives": list(scorecard.objectives),
        "key_results": list(scorecard.key_results),
        "faults": [str(fault) for fault in faults],
        "published": str(settings.published_path),
        "scorecard": str(settings.scorecard_path),
    }


def tell_company(settings: Settings, output: Output) -> None:
    """Say whose figures these are, where nobody asked."""
    if settings.sample_company:
        output.note(SAMPLE)
    for name, missing in settings.half_configured.items():
        output.warn(f"{name} is off: {', '.join(missing)} is not set")


def chosen_sources(settings: Settings, names: Sequence[str]) -> list[Source]:
    """The active sources, or those of them that are named. Raises `SettingsError`."""
    unknown = sorted(set(names) - set(settings.active))
    if unknown:
        raise SettingsError(
            f"{', '.join(unknown)} is no active source; active are {', '.join(settings.active) or 'none'}"
        )
    return [source for name, source in settings.active.items() if not names or name in names]
