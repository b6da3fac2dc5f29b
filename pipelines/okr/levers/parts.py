"""What part each member had of late, which is the part it is taken to have of what is still to come.

Of the latest four weeks, or of the latest three months where those hold nothing. A member with nothing there is
no lever.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.okr.kpi.readings import Lens
from pipelines.okr.odds.wagers import Reach

RECENT = (28, 91)
"""Days up to the last one known, of which the first that hold anything count."""
MOST = 20
"""Members of a dimension that are looked at, the largest ones."""


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part of the values or numerators (`top`), and of the denominators (`bottom`)."""

    member: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Level:
    """Where a member of a stock stands, and how much it has grown a day."""

    member: str
    level: float
    growth: float


def latest_parts(goal: Reach, dimension: str) -> list[Part]:
    """The parts of the members of a flow or a ratio, the largest first."""
    lens, cut = goal.question.lens, goal.cut
    for days in RECENT:
        start = cut - timedelta(days=days - 1)
        top, bottom = _sides(lens, start, cut)
        if top > 0 or bottom > 0:
            break
    else:
        return []
    found = []
    for member in lens.index.members(dimension, lens.where):
        own_top, own_bottom = _sides(lens.member(dimension, member), start, cut)
        part = Part(member, own_top / top if top else 0.0, own_bottom / bottom if bottom else 0.0)
        if part.top or part.bottom:
            found.append(part)
    return sorted(found, key=lambda part: (-part.bottom, -part.top, part.member))[:MOST]


def latest_levels(goal: Reach, dimension: str) -> list[Level]:
    """Where the members of a stock stand, the largest first."""
    lens, cut = goal.question.lens, goal.cut
    start = cut - timedelta(days=RECENT[0] - 1)
    found = []
    for member in lens.index.members(dimension, lens.where):
        series = lens.index.series(lens.member(dimension, member).where)
        first, last = series.first(start, cut), series.last(start, cut)
        if first is not None and last is not None and last[1]:
            days = max((last[0] - first[0]).days, 1)
            found.append(Level(member, float(last[1]), float(last[1] - first[1]) / days))
    return sorted(found, key=lambda one: (-one.level, one.member))[:MOST]


def _sides(lens: Lens, start: date, cut: date) -> tuple[float, float]:
    series = lens.index.series(lens.where)
    if lens.kpi.kind == "ratio":
        top, bottom = series.sides(start, cut)
        return float(top), float(bottom)
    return float(series.total(start, cut)), 0.0
