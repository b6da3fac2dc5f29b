"""`okra status` and `okra restatements`: what is published, now or as it was on an earlier day."""

from collections.abc import Sequence
from datetime import date, datetime, time

from pipelines.commands.console import Output
from pipelines.commands.terminal import (
    attention_group,
    finding_lines,
    plain_table,
    scorecard_notes,
    scorecard_table,
)
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import (
    PublishedScorecard,
    Row,
    read_findings,
    read_restatements,
    read_scorecard,
    read_scorecard_known,
)
from pipelines.publishing.standings import read_standings
from pipelines.settings import Settings


def status(settings: Settings, as_of: date | None, known_on: date | None, output: Output) -> None:
    """The scorecard of `as_of` (the latest), as it is believed now or was at the end of `known_on`."""
    path = settings.published_path
    if known_on is None:
        scorecard = read_scorecard(path, as_of)
    else:
        scorecard = read_scorecard_known(path, known_on, settings.zone, as_of)
    # what is wrong now says nothing of an earlier belief
    findings = read_findings(path) if known_on is None else []
    if output.as_json:
        output.json(as_document(scorecard, findings, known_on))
        return
    language = Language(settings.locale, settings.fiscal_year)
    if known_on is None and scorecard.objectives:
        output.out.print(attention_group(read_standings(path, scorecard.as_of), language))
    output.out.print(scorecard_table(scorecard, output.out.width, language))
    if known_on is not None:
        output.note(f"As it was known at the end of {known_on}, by the goals that were set then")
    for line in scorecard_notes(scorecard, language):
        output.note(line)
    for line in finding_lines(findings, language):
        output.warn(line)


def as_document(
    scorecard: PublishedScorecard, findings: Sequence[Row], known_on: date | None
) -> dict[str, object]:
    """The same for machines."""
    return {
        "as_of": scorecard.as_of,
        "known_on": known_on,
        "objectives": list(scorecard.objectives),
        "key_results": list(scorecard.key_results),
        "findings": list(findings),
    }


def restatements(
    settings: Settings, kpi: str, since: date, output: Output, *, members: bool, most: int
) -> None:
    """The log of restatements, the latest first."""
    start = datetime.combine(since, time(), tzinfo=settings.zone)
    log = read_restatements(settings.published_path, kpi, start, most, members=members)
    if output.as_json:
        output.json(log)
        return
    if not log:
        output.note(f"Nothing that was published has been restated since {since}")
        return
    table = plain_table(
        "Restatements",
        ("Restated", "Was", "What changed"),
        [
            (
                f"{row['restated_at'].astimezone(settings.zone):%Y-%m-%d %H:%M}",
                row["old_status"],
                row["why"],
            )
            for row in log
        ],
    )
    output.out.print(table)
    if len(log) == most:
        output.note(
            f"The latest {most}; --most shows more, --kpi one KPI, the table restatements all"
        )
