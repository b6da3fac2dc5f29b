"""What key results and objectives have in common: how they stand, in figures and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.publishing.published import Row
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.page_rows import PageRows


@dataclass(frozen=True)
class Headline:
    """How a key result or an objective stands.

    `score`, `expected` are shares for a bar, None where there are none. The keys are what the page filters and
    sorts by.
    """

    status: str
    status_word: str
    score: Decimal | None
    expected: Decimal | None
    score_word: str
    pace_word: str
    odds_word: str
    odds_share: str
    change: Sequence[str]
    owner: str
    period: str
    period_key: str
    deadline: str
    keys: dict[str, Any]


def headline(
    row: Row, name: str, published: PageRows, language: Language, *, period: tuple[date, date]
) -> Headline:
    """The headline of a key result or an objective (`name` is its id), with what has changed in a week."""
    score, odds = row["score"], row["probability"]
    return Headline(
        status=row["status"],
        status_word=language.text(f"status.{row['status']}"),
        score=score,
        expected=row["expected"],
        score_word=language.share(score),
        pace_word=language.share(row["expected"]),
        odds_word=language.odds(odds),
        odds_share="" if odds is None or odds in (0, 1) else language.share(odds, 1),
        change=_changes(row, published.earlier.get(name), language),
        owner=row["owner"] or "",
        period=language.span(*period),
        period_key=f"{period[0]}/{period[1]}",
        deadline=language.day(row["deadline"]),
        keys={
            "score": "" if score is None else score - (row["expected"] or 0),
            "odds": "" if odds is None else odds,
            "deadline": row["deadline"].isoformat(),
        },
    )


def _changes(row: Row, earlier: Row | None, language: Language) -> list[str]:
    """What has changed in a week; empty without the scores of a week before."""
    if earlier is None:
        return []
    words = []
    for column in ("score", "probability"):
        if row[column] is not None and earlier[column] is not None:
            change = language.points(row[column] - earlier[column])
            if change:
                words.append(language.text(f"change.{column}", change=change))
    if earlier["status"] != row["status"]:
        before = language.text(f"status.{earlier['status']}").lower()
        words.append(language.text("change.status", status=before))
    return words or [language.text("change.none")]
