"""The share that each member had of late, which is taken for its share of what is still to come.

Of the latest four weeks, or of the latest three months where those hold nothing. A member with nothing there is
no driver.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.okr.kpi.numbers import ZERO
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.odds.open_goals import OpenGoal

RECENT_DAYS = (28, 91)
"""Days up to the last one known; the first stretch that holds anything counts."""
MAX_MEMBERS = 20
"""Members of a dimension that are looked at, the largest ones."""


@dataclass(frozen=True, slots=True)
class MemberShare:
    """A member's share of the values or numerators (`top`), and of the denominators (`bottom`)."""

    member: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class MemberLevel:
    """Where a member of a stock stands, and how much it has grown a day."""

    member: str
    level: float
    growth: float


def latest_shares(goal: OpenGoal, dimension: str) -> list[MemberShare]:
    """The shares of the members of a flow or a ratio, the largest first."""
    view, cut = goal.question.view, goal.cut
    for days in RECENT_DAYS:
        start = cut - timedelta(days=days - 1)
        top, bottom = _sides(view, start, cut)
        if top > 0 or bottom > 0:
            break
    else:
        return []
    shares = []
    for member in view.index.members(dimension, view.where):
        own_top, own_bottom = _sides(view.member(dimension, member), start, cut)
        share = MemberShare(
            member, own_top / top if top else 0.0, own_bottom / bottom if bottom else 0.0
        )
        if share.top or share.bottom:
            shares.append(share)
    return sorted(shares, key=lambda own: (-own.bottom, -own.top, own.member))[:MAX_MEMBERS]


def latest_levels(goal: OpenGoal, dimension: str) -> list[MemberLevel]:
    """Where the members of a stock stand, the largest first."""
    view, cut = goal.question.view, goal.cut
    start = cut - timedelta(days=RECENT_DAYS[0] - 1)
    levels = []
    for member in view.index.members(dimension, view.where):
        series = view.member(dimension, member).series
        first, last = series.first(start, cut), series.last(start, cut)
        if first is not None and last is not None and last[1]:
            days = max((last[0] - first[0]).days, 1)
            levels.append(MemberLevel(member, float(last[1]), float(last[1] - first[1]) / days))
    return sorted(levels, key=lambda own: (-own.level, own.member))[:MAX_MEMBERS]


def _sides(view: KpiView, start: date, cut: date) -> tuple[float, float]:
    top, bottom = (*view.series.sums(start, cut), ZERO)[:2]
    return float(top), float(bottom)
