"""The size, the scales and the ticks of every chart. Charts are small, so that a phone can show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor, log10

from pipelines.publishing.language.language import Amounts

WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 80, 14, 14, 24
"""Margins around the plot: the left one has room for `−300 mil US$`."""
_TICK_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps the values from `low` to `high` to the places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float | Decimal) -> float:
        """The place of a value, with one decimal."""
        share = (float(value) - self.low) / ((self.high - self.low) or 1)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place and its label."""

    place: float
    label: str


@dataclass(frozen=True)
class Mark:
    """Where a chart has an annotation: its place, the number it is listed by, its kind and its text."""

    x: float
    y: float
    number: str
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart of WIDTH by HEIGHT with the ticks of both axes; `left` to `bottom` are the edges of its plot."""

    across: Sequence[Tick]
    up: Sequence[Tick]
    marks: Sequence[Mark] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def slot_at(place: int, slots: int) -> float:
    """The middle of one of so many slots that share the width of the plot; the first has the place 0."""
    return round(LEFT + (WIDTH - RIGHT - LEFT) / slots * (place + 0.5), 1)


def padded(values: Iterable[Decimal | float | None], *, from_zero: bool) -> tuple[float, float]:
    """The lowest and the highest of the values, with room above and below, but not beyond a zero at the end."""
    known = [float(value) for value in values if value is not None] or [0.0]
    low, high = min(known), max(known)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.08 or abs(high) * 0.08 or 1.0
    lowest = low if from_zero and low == 0 else low - room
    return lowest, high if from_zero and high == 0 and low < 0 else high + room


def ticks(low: float, high: float, most: int = 4) -> list[Decimal]:
    """Round numbers between `low` and `high`, at most so many."""
    width = (high - low) / most
    power = 10.0 ** floor(log10(width))
    step = next(size * power for size in _TICK_STEPS if size * power >= width)
    first = ceil(low / step)
    places = max(0, 2 - floor(log10(step)))
    return [
        round(Decimal(repr(step * n)), places) + 0 for n in range(first, floor(high / step) + 1)
    ]


def day_ticks(start: date, end: date, most: int = 5) -> tuple[list[date], str]:
    """The days to name on an axis and the form to write them in; on a long axis the firsts of months."""
    days = (end - start).days + 1
    if days > 92:
        firsts = [day for day in _days(start, end) if day.day == 1]
        every = ceil(len(firsts) / (most + 1))
        return firsts[::every], "axis"
    step = ceil(days / most)
    return list(_days(start, end))[::step], "axis-day"


def _days(start: date, end: date) -> Sequence[date]:
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def vertical_axis(
    figures: Iterable[Decimal | None], amounts: Amounts, *, from_zero: bool
) -> tuple[Scale, list[Tick]]:
    """The scale that all figures fit on, from the bottom of the plot to its top, and its ticks."""
    lowest, highest = padded(figures, from_zero=from_zero)
    scale = Scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    return scale, [Tick(scale.at(value), amounts.axis(value)) for value in ticks(lowest, highest)]
