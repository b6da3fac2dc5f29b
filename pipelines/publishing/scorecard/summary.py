"""The top of the scorecard: how many key results stand how, and what one may filter by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.publishing.scorecard.cards import Card
from pipelines.publishing.scorecard.language import Language
from pipelines.publishing.scorecard.tree import Branch

STATUSES = ("achieved", "on_track", "at_risk", "off_track", "missed", "not_started", "no_data")
WIDTH = 1000


@dataclass(frozen=True)
class Count:
    """So many key results stand so; `x` and `width` place their part of a bar WIDTH wide."""

    status: str
    word: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Choice:
    """What a filter can be set to."""

    value: str
    label: str


@dataclass(frozen=True)
class Choices:
    """The filters: only what occurs can be chosen."""

    owners: Sequence[Choice]
    statuses: Sequence[Choice]
    periods: Sequence[Choice]


def counts(cards: Sequence[Card], language: Language) -> list[Count]:
    """The statuses that occur, best first, with their place in the bar."""
    found = Counter(card.standing.status for card in cards)
    parts, x = [], 0.0
    for status in STATUSES:
        if found[status]:
            width = WIDTH * found[status] / len(cards)
            word = language.text(f"status.{status}")
            parts.append(Count(status, word, found[status], round(x, 1), round(width, 1)))
            x += width
    return parts


def choices(branches: Sequence[Branch], cards: Sequence[Card], language: Language) -> Choices:
    """What the cards can be filtered by."""
    owners = sorted({card.standing.owner for card in cards if card.standing.owner})
    there = {card.standing.status for card in cards}
    periods = {card.standing.period_key: card.standing.period for card in cards}
    return Choices(
        owners=[Choice(owner, owner) for owner in owners],
        statuses=[
            Choice(status, language.text(f"status.{status}"))
            for status in STATUSES
            if status in there
        ],
        periods=[Choice(key, label) for key, label in sorted(periods.items())],
    )
