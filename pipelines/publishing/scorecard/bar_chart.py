"""Charts of bars: the windows of a goal that holds in each, the months of a KPI."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Literal

from pipelines.publishing.scorecard.drawing import LEFT, RIGHT, WIDTH, Drawing, Tick, upwards
from pipelines.publishing.scorecard.language import Language

Look = Literal["full", "hollow", "open"]
_MOST_NAMES = 5


@dataclass(frozen=True)
class Column:
    """What is to be drawn: a figure with its name, how it looks, and its name on the axis."""

    label: str
    value: Decimal | None
    look: Look = "full"
    short: str = ""


@dataclass(frozen=True)
class Bar:
    """A rectangle, its look, and what it says to who points at it."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    title: str


@dataclass(frozen=True, kw_only=True)
class BarChart(Drawing):
    """Bars on a drawing."""

    bars: Sequence[Bar]
    zero: float
    target: float | None


def bar_chart(
    columns: Sequence[Column],
    unit: str | None,
    places: int,
    language: Language,
    target: Decimal | None = None,
) -> BarChart | None:
    """A bar a figure, from zero; a figure that is not known leaves a gap. None without any."""
    known = [column.value for column in columns if column.value is not None]
    if not known:
        return None
    up, heights = upwards([*known, target], unit, language, from_zero=True)
    slot = (WIDTH - RIGHT - LEFT) / len(columns)
    zero, wide = up.at(0), round(max(1.5, slot * 0.68), 1)
    bars = []
    for place, column in enumerate(columns):
        if column.value is None:
            continue
        y = up.at(column.value)
        title = f"{column.label}: {language.amount(column.value, unit, places)}"
        x = round(LEFT + slot * place + (slot - wide) / 2, 1)
        bars.append(
            Bar(x, min(y, zero), wide, round(max(abs(zero - y), 0.8), 1), column.look, title)
        )
    every = ceil(len(columns) / _MOST_NAMES)
    named = list(enumerate(columns))[::-every][::-1]
    return BarChart(
        bars=bars,
        zero=zero,
        target=None if target is None else up.at(target),
        across=[
            Tick(round(LEFT + slot * (place + 0.5), 1), column.short or column.label)
            for place, column in named
        ],
        up=heights,
    )
