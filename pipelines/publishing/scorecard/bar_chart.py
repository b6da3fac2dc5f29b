"""Bar charts: the windows of a goal per window, the months or quarters of a KPI."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Literal

from pipelines.publishing.language.language import Amounts
from pipelines.publishing.scorecard.axes import (
    LEFT,
    RIGHT,
    WIDTH,
    Chart,
    Scale,
    Tick,
    slot_at,
    vertical_axis,
)

Look = Literal["full", "hollow", "open"]
_MAX_NAMES = 5


@dataclass(frozen=True)
class Column:
    """A figure to draw: its name, how the bar looks, its short name for the axis, and what it is held against.

    That is the figure a year before, and the part of a pace that falls to it.
    """

    label: str
    value: Decimal | None
    look: Look = "full"
    short: str = ""
    year_before: Decimal | None = None
    pace: Decimal | None = None


@dataclass(frozen=True)
class Bar:
    """A rectangle, its look, and the title that a pointer shows."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    title: str


@dataclass(frozen=True, kw_only=True)
class BarChart(Chart):
    """Bars, the place of zero, the targets with their labels, and paths over those a year before and of the pace."""

    bars: Sequence[Bar]
    zero: float
    targets: Sequence[Tick] = ()
    year_before: str = ""
    pace: str = ""


def bar_chart(
    columns: Sequence[Column], amounts: Amounts, targets: Sequence[Decimal] = ()
) -> BarChart | None:
    """A bar for each known figure, from zero; an unknown one leaves a gap. None where none is known."""
    known = [column.value for column in columns if column.value is not None]
    if not known:
        return None
    up, heights = vertical_axis(
        [*known, *targets, *(x for column in columns for x in (column.year_before, column.pace))],
        amounts,
        from_zero=True,
    )
    slot = (WIDTH - RIGHT - LEFT) / len(columns)
    zero, wide = up.at(0), round(max(1.5, slot * 0.68), 1)
    bars, dashes = [], []
    for place, column in enumerate(columns):
        if column.value is None:
            continue
        y = up.at(column.value)
        title = f"{column.label}: {amounts.text(column.value)}"
        x = round(LEFT + slot * place + (slot - wide) / 2, 1)
        if column.year_before is not None:
            dashes.append(f"M{x:g} {up.at(column.year_before):g}h{wide:g}")
        bars.append(
            Bar(x, min(y, zero), wide, round(max(abs(zero - y), 0.8), 1), column.look, title)
        )
    every = ceil(len(columns) / _MAX_NAMES)
    named = list(enumerate(columns))[::-every][::-1]
    return BarChart(
        bars=bars,
        zero=zero,
        targets=[Tick(up.at(target), amounts.axis(target)) for target in targets],
        year_before="".join(dashes),
        pace=_steps(columns, up),
        across=[
            Tick(slot_at(place, len(columns)), column.short or column.label)
            for place, column in named
        ],
        up=heights,
    )


def _steps(columns: Sequence[Column], up: Scale) -> str:
    """The pace as a path of one step a column; it breaks where a column has none."""
    slot = (WIDTH - RIGHT - LEFT) / len(columns)
    path, drawn = [], False
    for place, column in enumerate(columns):
        if column.pace is not None:
            y = up.at(column.pace)
            start = f"V{y:g}" if drawn else f"M{round(LEFT + slot * place, 1):g} {y:g}"
            path.append(f"{start}H{round(LEFT + slot * (place + 1), 1):g}")
        drawn = column.pace is not None
    return "".join(path)
