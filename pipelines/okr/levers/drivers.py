"""What can be moved for a goal: the KPI as a whole, a member of it, its mix, or its denominator."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from pipelines.okr.forecast.history import Exact
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import PERCENT
from pipelines.okr.levers.least_change import Spans, spans
from pipelines.okr.levers.lever import DriverKind
from pipelines.okr.levers.outlook import Outlook
from pipelines.okr.levers.parts import latest_levels, latest_parts

SIZEABLE = 0.05
"""The part of a denominator that a member has at least, for its ratio to say what more of it would do."""
_SHARE_PLACES = 4


@dataclass(frozen=True, eq=False)
class Driver:
    """Something that can be changed, in its own unit; arrays have the shape (paths,).

    A change of 1 adds `power` to each future, of a denominator to what is divided by; what is added is
    never less than `least` nor more than `most`. `now` is where it stands, `step` what a change of 1 does to
    that, and `base` what a change is a share of.
    """

    kind: DriverKind
    unit: str
    places: int
    now: float
    base: float
    power: Exact | float = 1.0
    least: Exact | float = -np.inf
    most: Exact | float = np.inf
    step: float = 1.0
    dimension: str = TOTAL
    member: str = TOTAL
    limits: tuple[float, float] = field(default=(-np.inf, np.inf))
    """Between what it can stand; a share from 0 to 1."""
    moved: tuple[str, str] = ("", "")
    """Of a mix the member that gives and the one that takes."""

    def spans(self, outlook: Outlook) -> Spans:
        """How far it may go for the goal to be met, in each future."""
        short, spare = outlook.short, outlook.spare
        if self.kind == "denominator":
            short, spare = _of_denominator(outlook)
        elif self.kind == "mix" and outlook.question.goal.comparison == "at_most":
            short, spare = -spare, -short  # moving takes away: the same in a mirror
        return spans(
            short, spare, power=self.power, least=self.least, most=self.most, places=self.places
        )


def _of_denominator(outlook: Outlook) -> tuple[Exact, Exact]:
    """What has to be added to the denominator, and what may be, for the same numerator.

    N ÷ (D + v) is at least T where v is at most N ÷ T − D, for N and T above 0.
    """
    short, spare = outlook.short, outlook.spare
    ends, below = outlook.ends, outlook.below
    low, high = (short + ends) / below, (spare + ends) / below  # the goal's own ends
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(np.isposinf(high), -np.inf, ends / high - below)
        most = np.where(np.isneginf(low), np.inf, ends / low - below)
    return least, most


def drivers_of(outlook: Outlook) -> Iterator[Driver]:
    """Every driver of the goal: the whole first, then the members of each dimension."""
    lens = outlook.question.lens
    kind = lens.kpi.kind
    whole = _whole_ratio(outlook) if kind == "ratio" else _whole(outlook)
    if whole is None:
        return
    yield whole
    if kind == "distinct":
        return  # its members do not add up to it
    for dimension in lens.kpi.dimensions:
        if dimension in lens.where:
            continue
        if kind == "ratio":
            yield from _of_ratio(outlook, whole, dimension)
        elif kind == "stock":
            yield from _of_stock(outlook, whole, dimension)
        else:
            yield from _of_flow(outlook, whole, dimension)
    if kind == "ratio" and _may_move_denominator(outlook):
        yield _denominator(outlook)


def _whole(outlook: Outlook) -> Driver:
    """What a day brings: a change is the same in each future, and is one over all of the days to come."""
    kpi = outlook.question.lens.kpi
    per_day = 1 / max(outlook.days, 1)
    coming = float(outlook.coming.mean())
    taken = -np.inf if kpi.kind == "stock" else _nothing_left(outlook.coming)
    return Driver(
        "rate", kpi.unit, kpi.precision, now=coming * per_day, base=coming, least=taken, step=per_day
    )  # fmt: skip


def _nothing_left(coming: Exact) -> Exact | float:
    """All of what comes can be done without, unless it may be below nothing anyway."""
    return -np.inf if coming.min(initial=0) < 0 else -coming


def _of_flow(outlook: Outlook, whole: Driver, dimension: str) -> Iterator[Driver]:
    for one in latest_parts(outlook.goal, dimension):
        if one.top > 0:
            yield replace(
                whole, kind="member", now=whole.now * one.top, base=whole.base * one.top,
                least=whole.least * one.top, dimension=dimension, member=one.member,
            )  # fmt: skip


def _of_stock(outlook: Outlook, whole: Driver, dimension: str) -> Iterator[Driver]:
    """A member grows as it has of late, and cannot fall below nothing."""
    for one in latest_levels(outlook.goal, dimension):
        yield replace(
            whole, kind="member", now=one.growth, base=one.growth * outlook.days,
            least=-max(one.level, 0.0), dimension=dimension, member=one.member,
        )  # fmt: skip


def _whole_ratio(outlook: Outlook) -> Driver | None:
    kpi = outlook.question.lens.kpi
    return _rate(outlook, (1.0, 1.0), Driver("rate", kpi.unit, kpi.precision, 0.0, 0.0))


def _rate(outlook: Outlook, parts: tuple[float, float], as_: Driver) -> Driver | None:
    """The ratio of a part of the numerators to a part of the denominators that are to come."""
    top, bottom = outlook.coming * parts[0], outlook.below_coming * parts[1]
    if bottom.sum() <= 0:
        return None
    least: Exact | float = -np.inf if top.min() < 0 else -top
    most: Exact | float = np.maximum(bottom - top, 0.0) if outlook.share else np.inf
    limits = (0.0 if top.min() >= 0 else -np.inf, 1.0 if outlook.share else np.inf)
    now = min(float(top.sum() / bottom.sum()), limits[1])
    return replace(as_, now=now, base=now, power=bottom, least=least, most=most, limits=limits)


def _of_ratio(outlook: Outlook, whole: Driver, dimension: str) -> Iterator[Driver]:
    """Each member's own ratio, and what moves between the best and the worst of them."""
    found = []
    for one in latest_parts(outlook.goal, dimension):
        as_ = replace(whole, kind="member", dimension=dimension, member=one.member)
        own = _rate(outlook, (one.top, one.bottom), as_) if one.bottom > 0 else None
        if own is not None:
            found.append((own, one.bottom))
            yield own
    if outlook.question.lens.kpi.denominator == "sum" and len(found) > 1:
        mix = _mix(outlook, [(own.now, part, own.member) for own, part in found], dimension)
        if mix is not None:
            yield mix


def _mix(
    outlook: Outlook, members: list[tuple[float, float, str]], dimension: str
) -> Driver | None:
    """The share of the denominators to come that goes from the worst member to the best one."""
    comparison = outlook.question.goal.comparison
    known = [one for one in members if one[1] >= SIZEABLE]
    if comparison == "between" or len(known) < 2:
        return None
    rising = comparison == "at_least"
    ordered = sorted(known, key=lambda one: (one[0] if rising else -one[0], one[2]))
    (worst_rate, part, worst), (best_rate, _, best) = ordered[0], ordered[-1]
    power = outlook.below_coming * abs(best_rate - worst_rate)
    if not power.any():
        return None
    return Driver(
        "mix", PERCENT, _SHARE_PLACES, now=part, base=part, power=power, least=0.0,
        most=power * part, step=-1.0, dimension=dimension, member=f"{worst} > {best}",
        limits=(0.0, 1.0), moved=(worst, best),
    )  # fmt: skip


def _may_move_denominator(outlook: Outlook) -> bool:
    """Whether the one side can move without the other: not where it is a part of the other."""
    kpi = outlook.question.lens.kpi
    apart = not outlook.share and kpi.unit != PERCENT and kpi.denominator == "sum"
    above = float(outlook.ends.min(initial=0)) >= 0 and min(outlook.question.goal.ends) > 0
    return apart and above and float(outlook.below_coming.mean()) > 0


def _denominator(outlook: Outlook) -> Driver:
    coming = outlook.below_coming
    amount = float(coming.mean())
    return Driver(
        "denominator", "", 0, now=amount / max(outlook.days, 1), base=amount, least=-coming,
        step=1 / max(outlook.days, 1),
    )  # fmt: skip
