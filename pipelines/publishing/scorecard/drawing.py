"""What every chart stands on: its size, its margins, its ticks. Small, so that it can be read on a phone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.publishing.scorecard.axes import Scale, padded, ticks
from pipelines.publishing.scorecard.language import Language

WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 24


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is and what it says."""

    place: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A drawing of WIDTH by HEIGHT with the ticks of both axes; `left` to `bottom` are the edges of its plot."""

    across: Sequence[Tick]
    up: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def upwards(
    figures: Iterable[Decimal | None], unit: str | None, language: Language, *, from_zero: bool
) -> tuple[Scale, list[Tick]]:
    """The scale that all figures fit on, from the bottom of the plot to its top, and its ticks."""
    lowest, highest = padded(figures, from_zero=from_zero)
    scale = Scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    named = ticks(lowest, highest)
    return scale, [Tick(scale.at(value), language.axis(value, unit)) for value in named]
