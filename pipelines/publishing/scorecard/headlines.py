"""What key results and objectives have in common: how they stand, in figures and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.publishing.language.language import Language
from pipelines.publishing.published import Row
from pipelines.publishing.scorecard.page_rows import PageRows


@dataclass(frozen=True)
class Headline:
    """How a key result or an objective stands. `changes` are those of a week, in words."""

    status: str
    score: Decimal | None
    expected: Decimal | None
    odds: Decimal | None
    changes: Sequence[str]
    owner: str
    period: tuple[date, date]
    deadline: date

    @property
    def lead(self) -> Decimal | None:
        """How far the score is ahead of the expected one; what the page sorts by."""
        return None if self.score is None else self.score - (self.expected or 0)


def headline(
    row: Row, name: str, published: PageRows, language: Language, *, period: tuple[date, date]
) -> Headline:
    """The headline of the key result or objective with the id `name`."""
    return Headline(
        status=row["status"],
        score=row["score"],
        expected=row["expected"],
        odds=row["probability"],
        changes=_changes(row, published.earlier.get(name), language),
        owner=row["owner"] or "",
        period=period,
        deadline=row["deadline"],
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
