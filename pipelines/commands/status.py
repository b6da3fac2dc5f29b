"""`okra status` and `okra restatements`: what is published, now or as it was on an earlier day."""

from datetime import date, datetime, time

from pipelines.commands.terminal import plain_table, scorecard_table, trust_notes
from pipelines.commands.view import View
from pipelines.publishing.published import (
    PublishedScorecard,
    read_restatements,
    read_scorecard,
    read_scorecard_known,
)
from pipelines.settings import Settings


def status(settings: Settings, as_of: date | None, known_on: date | None, view: View) -> None:
    """The scorecard of `as_of` (the latest), as it is believed now or was at the end of `known_on`."""
    path = settings.published_path
    if known_on is None:
        scorecard = read_scorecard(path, as_of)
    else:
        scorecard = read_scorecard_known(path, known_on, settings.zone, as_of)
    if view.as_json:
        view.json(as_document(scorecard, known_on))
        return
    view.out.print(scorecard_table(scorecard, view.out.width))
    if known_on is not None:
        view.note(f"As it was known at the end of {known_on}, by the goals that were set then")
    for line in trust_notes(scorecard):
        view.note(line)


def as_document(scorecard: PublishedScorecard, known_on: date | None) -> dict[str, object]:
    """The same for machines."""
    return {
        "as_of": scorecard.as_of,
        "known_on": known_on,
        "objectives": list(scorecard.objectives),
        "key_results": list(scorecard.key_results),
    }


def restatements(
    settings: Settings, kpi: str, since: date, view: View, *, members: bool, most: int
) -> None:
    """The log of restatements, the latest first."""
    start = datetime.combine(since, time(), tzinfo=settings.zone)
    found = read_restatements(settings.published_path, kpi, start, most, members=members)
    if view.as_json:
        view.json(found)
        return
    if not found:
        view.note(f"Nothing that was published has been restated since {since}")
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
            for row in found
        ],
    )
    view.out.print(table)
    if len(found) == most:
        view.note(
            f"The latest {most}; --most shows more, --kpi one KPI, the table restatements all"
        )
