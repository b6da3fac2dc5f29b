"""What key results and objectives have in common: how they stand, in figures and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.publishing.language.changes import share_changes, status_change
from pipelines.publishing.language.language import Language
from pipelines.publishing.published import Row
from pipelines.publishing.scorecard.page_rows import PageRows
from pipelines.publishing.standings import Standing


@dataclass(frozen=True)
class Headline:
    """How a key result or an objective stands. `odds` and the `changes` since an earlier day are in words."""

    status: str
    score: Decimal | None
    expected: Decimal | None
    odds: str
    has_odds: bool
    changes: Sequence[str]
    owner: str
    period: tuple[date, date]
    deadline: date


def headline(
    row: Row, name: str, published: PageRows, language: Language, *, period: tuple[date, date]
) -> Headline:
    """The headline of the key result or objective with the id `name`."""
    return Headline(
        status=row["status"],
        score=row["score"],
        expected=row["expected"],
        odds=language.odds_of(row),
        has_odds=language.has_odds(row),
        changes=_changes(Standing(row, published.earlier.get(name)), language),
        owner=row["owner"] or "",
        period=period,
        deadline=row["deadline"],
    )


def _changes(line: Standing, language: Language) -> list[str]:
    """What has changed; empty without an earlier day."""
    if line.earlier is None:
        return []
    words = share_changes(line, ("score", "probability"), language)
    return [*words, *status_change(line, language)] or [language.text("change.none")]
