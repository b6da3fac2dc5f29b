"""The top of the scorecard: how many key results have which status, and what the page can be filtered by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.okr.kpi.status import STATUSES
from pipelines.publishing.scorecard.cards import Card
from pipelines.publishing.scorecard.language import Language

STATUS_ORDER = (*STATUSES[:-2], "not_started", "no_data")
WIDTH = 1000


@dataclass(frozen=True)
class Count:
    """The key results with one status; `x` and `width` place their part of a bar WIDTH wide."""

    status: str
    word: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Choice:
    """A value that a filter can be set to, and its label."""

    value: str
    label: str


@dataclass(frozen=True)
class Choices:
    """The filters with the values that occur."""

    owners: Sequence[Choice]
    statuses: Sequence[Choice]
    periods: Sequence[Choice]


def counts(cards: Sequence[Card], language: Language) -> list[Count]:
    """The statuses that occur, best first, with their place in the bar."""
    number = Counter(card.headline.status for card in cards)
    parts, x = [], 0.0
    for status in STATUS_ORDER:
        if number[status]:
            width = WIDTH * number[status] / len(cards)
            word = language.text(f"status.{status}")
            parts.append(Count(status, word, number[status], round(x, 1), round(width, 1)))
            x += width
    return parts


def choices(cards: Sequence[Card], statuses: Sequence[Count]) -> Choices:
    """What the cards can be filtered by."""
    owners = sorted({card.headline.owner for card in cards if card.headline.owner})
    periods = {card.headline.period_key: card.headline.period for card in cards}
    return Choices(
        owners=[Choice(owner, owner) for owner in owners],
        statuses=[Choice(count.status, count.word) for count in statuses],
        periods=[Choice(key, label) for key, label in sorted(periods.items())],
    )
