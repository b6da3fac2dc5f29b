"""The digest: how the objectives stand, in a message short enough to be read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipelines.okr.kpi.numbers import chance
from pipelines.publishing.published import PublishedScorecard, Row
from pipelines.publishing.tree import in_tree_order

Reason = Literal["weekly", "change"]
ORDER = ("achieved", "on_track", "at_risk", "off_track", "missed", "no_data", "not_started")
WORSE_FIRST = {status: place for place, status in enumerate(reversed(ORDER))}


@dataclass(frozen=True)
class Change:
    """A goal whose status is another than on the day before."""

    name: str
    before: str
    now: str
    why: str


@dataclass(frozen=True)
class Digest:
    """A message: its title, and its text as Markdown."""

    as_of: date
    title: str
    text: str
    changes: Sequence[Change]


def digest_of(
    scorecard: PublishedScorecard,
    before: PublishedScorecard | None,
    *,
    sample_company: bool,
    scorecard_page: str,
) -> Digest:
    """The digest of a day. `before` is the latest scorecard of an earlier day, `scorecard_page` where the page is."""
    changed = changes(scorecard, before) if before else []
    paragraphs = []
    if sample_company:
        paragraphs.append("These are the figures of the sample company.")
    if before is not None and changed:
        paragraphs.append(f"**Changed since {before.as_of}**")
        paragraphs.append(
            "\n".join(
                f"- {one.name}: {words(one.before)} → **{words(one.now)}**. {one.why}"
                for one in changed
            )
        )
    paragraphs.append("**Where the objectives stand**")
    paragraphs.append("\n".join(standing(scorecard.objectives)))
    doubts = [
        f"- {row['name']}: {row['trust'].replace(',', ', ')}"
        for row in scorecard.key_results
        if row["trust"] != "ok"
    ]
    if doubts:
        paragraphs += ["**Not to be trusted whole**", "\n".join(doubts)]
    paragraphs.append(f"The scorecard: {scorecard_page}")
    return Digest(
        scorecard.as_of,
        f"OKRs on {scorecard.as_of}: {counted(scorecard.key_results)}",
        "\n\n".join(paragraphs),
        changed,
    )


def changes(now: PublishedScorecard, before: PublishedScorecard) -> list[Change]:
    """The goals whose status changed, the worst first; a new goal has no status to change from."""
    found = []
    for key, rows, earlier_rows in (
        ("objective_id", now.objectives, before.objectives),
        ("key_result_id", now.key_results, before.key_results),
    ):
        earlier = {row[key]: row for row in earlier_rows}
        for row in rows:
            known = earlier.get(row[key])
            if known is not None and known["status"] != row["status"]:
                found.append(Change(row["name"], known["status"], row["status"], row["why"]))
    return sorted(found, key=lambda one: (WORSE_FIRST[one.now], one.name))


def standing(objectives: Sequence[Row]) -> Iterable[str]:
    """One line an objective, below the one that it serves."""
    for depth, row in in_tree_order(objectives):
        figures = ["no score" if row["score"] is None else f"{row['score'] * 100:.0f} %"]
        if row["probability"] is not None and 0 < row["probability"] < 1:
            figures.append(f"odds {chance(row['probability'])}")
        yield f"{'  ' * depth}- {row['name']}: {words(row['status'])} ({', '.join(figures)})"


def counted(key_results: Sequence[Row]) -> str:
    """`3 on track, 1 at risk`."""
    counts = Counter(row["status"] for row in key_results)
    said = [f"{counts[status]} {words(status)}" for status in ORDER if counts[status]]
    return ", ".join(said) or "no key results"


def words(status: str) -> str:
    """A status as people say it."""
    return status.replace("_", " ")
