"""The top of the scorecard: how many key results have which status, and what the page can be filtered by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.okr.kpi.status import STATUSES
from pipelines.publishing.language.language import Language
from pipelines.publishing.scorecard.cards import Card

STATUS_ORDER = (*STATUSES[:-2], "not_started", "no_data")
"""The scorecard shows goals that have not started before those without data; a digest the other way round."""
WIDTH = 1000


@dataclass(frozen=True)
class Count:
    """The key results with one status; `x` and `width` place their part of a bar WIDTH wide."""

    status: str
    count: int
    x: float
    width: float


def counts(cards: Sequence[Card]) -> list[Count]:
    """The statuses that occur, best first, with their place in the bar."""
    number = Counter(card.headline.status for card in cards)
    parts, x = [], 0.0
    for status in STATUS_ORDER:
        if number[status]:
            width = WIDTH * number[status] / len(cards)
            parts.append(Count(status, number[status], round(x, 1), round(width, 1)))
            x += width
    return parts


def choices(cards: Sequence[Card], language: Language) -> dict[str, dict[str, str]]:
    """What the cards can be filtered by: by filter the values that occur, with their labels."""
    headlines = [card.headline for card in cards]
    owners = sorted({headline.owner for headline in headlines if headline.owner})
    periods = sorted({headline.period for headline in headlines})
    return {
        "owner": {owner: owner for owner in owners},
        "status": {
            count.status: language.text(f"status.{count.status}") for count in counts(cards)
        },
        "period": {f"{start}/{end}": language.span(start, end) for start, end in periods},
    }
