"""The digest: a short message that says how the objectives stand and what has changed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipelines.okr.kpi.status import STATUSES
from pipelines.publishing.published import PublishedScorecard, Row, in_tree_order
from pipelines.publishing.wording import (
    findings_counted,
    findings_words,
    odds,
    share,
    status_words,
    trust_words,
)

Reason = Literal["weekly", "change"]
MAX_FINDINGS = 5
"""Findings that a digest shows; the table has all."""


@dataclass(frozen=True)
class Change:
    """A goal whose status is not that of the day before."""

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
    findings: Sequence[Row] = (),
) -> Digest:
    """The digest of a day.

    `before`: the latest scorecard of an earlier day; `scorecard_page`: where the page is; `findings`: what the day's
    run found wrong.
    """
    changed = changes(scorecard, before) if before else []
    paragraphs = []
    if sample_company:
        paragraphs.append("These are the figures of the sample company.")
    if before is not None and changed:
        paragraphs += [f"**Changed since {before.as_of}**", bullets(map(change_words, changed))]
    paragraphs += ["**Where the objectives stand**", "\n".join(tree_lines(scorecard.objectives))]
    if scorecard.distrusted:
        doubts = (f"{row['name']}: {trust_words(row['trust'])}" for row in scorecard.distrusted)
        paragraphs += ["**Not fully reliable**", bullets(doubts)]
    if findings:
        messages = bullets(findings_words(findings, MAX_FINDINGS))
        paragraphs += [f"**{findings_counted(findings)}**", messages]
    paragraphs.append(f"The scorecard: {scorecard_page}")
    return Digest(
        scorecard.as_of,
        f"OKRs on {scorecard.as_of}: {counted(scorecard.key_results)}",
        "\n\n".join(paragraphs),
        changed,
    )


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def changes(now: PublishedScorecard, before: PublishedScorecard) -> list[Change]:
    """The goals whose status changed, the worst first; a new goal has no status to change from."""
    changed = []
    for key, rows, earlier_rows in (
        ("objective_id", now.objectives, before.objectives),
        ("key_result_id", now.key_results, before.key_results),
    ):
        earlier = {row[key]: row["status"] for row in earlier_rows}
        changed += [
            Change(row["name"], earlier[row[key]], row["status"], row["why"])
            for row in rows
            if earlier.get(row[key], row["status"]) != row["status"]
        ]
    return sorted(changed, key=lambda change: (-STATUSES.index(change.now), change.name))


def change_words(change: Change) -> str:
    """`Sell more: on track → **at risk**. Why.`"""
    before, now = status_words(change.before), status_words(change.now)
    return f"{change.name}: {before} → **{now}**. {change.why}"


def tree_lines(objectives: Sequence[Row]) -> Iterator[str]:
    """One line an objective, below the one that it serves."""
    for depth, row in in_tree_order(objectives):
        figures = [share(row["score"]) or "no score"]
        if row["probability"] is not None and 0 < row["probability"] < 1:
            figures.append(f"odds {odds(row['probability'])}")
        if row.get("trust") not in (None, "ok"):
            figures.append("not fully reliable")
        yield f"{'  ' * depth}- {row['name']}: {status_words(row['status'])} ({', '.join(figures)})"


def counted(key_results: Sequence[Row]) -> str:
    """`3 on track, 1 at risk`."""
    number = Counter(row["status"] for row in key_results)
    counts = [f"{number[status]} {status_words(status)}" for status in STATUSES if number[status]]
    return ", ".join(counts) or "no key results"
