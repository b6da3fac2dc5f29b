"""The odds of every goal, from futures that all of them share.

Goals on one KPI are held against the same futures of it, and what happened to two KPIs on one day happens to
both in a future: so a goal for each month, for each member, and an objective of several key results have odds
of their own, counted and not multiplied.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from pipelines.okr.forecast.grading import Truth
from pipelines.okr.forecast.history import Exact, Floats
from pipelines.okr.forecast.recalibration import (
    Curve,
    Graded,
    curve_for,
    own_curve,
)
from pipelines.okr.forecast.simulation import PATHS, Task, simulate
from pipelines.okr.kpi.numbers import ONE, ZERO, rounded
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.odds.fans import TENTHS, Fan, Quantiles
from pipelines.okr.odds.goal_forecast import GoalForecast, run_rate_forecast, simulated_forecast
from pipelines.okr.odds.histories import Past, past_of, past_of_distinct
from pipelines.okr.odds.wagers import Reach, Settled, Share, Unknown, Wager, attained

_NEAR = 1e-6
_PLACES = 3
"""Decimals of odds: a path more or less of two thousand is half of the last one."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely a goal is met, 0 and 1 only where that is settled; None for the reason in `why`.

    `uncorrected` are the odds before the organisation's own record corrects them. `low`, `middle`
    and `high` are what one, five and nine in ten futures do not exceed, in the KPI's unit.
    """

    probability: Decimal | None = None
    uncorrected: Decimal | None = None
    low: Decimal | None = None
    middle: Decimal | None = None
    high: Decimal | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class Futures:
    """A goal in each future: whether it is met (paths,), and its score from 0 to 1 (paths,)."""

    met: Truth
    score: Floats
    curve: Curve
    quantiles: Quantiles | None = None

    @property
    def share(self) -> float:
        return share_of(int(self.met.sum()), len(self.met))


Seen = Futures | Settled | Unknown


class Book:
    """Takes down every goal first, then simulates each KPI once and answers."""

    def __init__(self, graded: Sequence[Graded] = ()) -> None:
        self._own = own_curve(graded)
        self._leaves: list[Reach] = []
        self._taken: set[int] = set()
        self._kept: set[int] = set()
        self._seen: dict[int, Seen] = {}
        self._days: dict[int, Sequence[date]] = {}
        self._fans: dict[int, dict[date, Quantiles]] = {}
        self._enough: dict[int, Decimal] = {}
        self._forecasts: dict[int, GoalForecast] = {}

    def take(self, wager: Wager, *, headline: bool, days: Sequence[date] = ()) -> None:
        """Note a wager. Scores in each future are kept of headlines only: objectives need them.

        `days`: those, after the cut, on which to see where the futures of a headline are.
        """
        if isinstance(wager, Reach) and days:
            self._days[id(wager)] = days
        for leaf in _leaves(wager):
            if id(leaf) in self._taken:
                continue
            self._taken.add(id(leaf))
            self._leaves.append(leaf)
            if headline and leaf is wager:
                self._kept.add(id(leaf))

    def keep_forecast(self, goal: Reach, enough: Decimal) -> None:
        """Keep where the futures of a goal end, unless its odds are `enough`."""
        self._enough[id(goal)] = enough

    def forecast(self, goal: Reach) -> GoalForecast | None:
        """Where the futures of a goal end that were to be kept; None of one that is likely enough.

        Without odds it is the one future that continues at the rate so far, None where that is not known.
        """
        return self._forecasts.get(id(goal))

    def simulate(self) -> None:
        """See what becomes of everything that was noted."""
        for leaves, past, futures in simulated(grouped(self._leaves)):
            fan = Fan(past, futures)
            for leaf in leaves:
                if past.silence:
                    self._seen[id(leaf)] = Unknown(past.silence)
                else:
                    self._seen[id(leaf)] = self._outcome(leaf, past, futures)
                if id(leaf) in self._days and not past.silence:
                    self._fans[id(leaf)] = fan.on(leaf, self._days[id(leaf)])
                if id(leaf) in self._enough:
                    self._keep_forecast(leaf, past, futures)

    def _keep_forecast(self, goal: Reach, past: Past, futures: tuple[Floats, ...]) -> None:
        odds = self.odds(goal).probability
        if odds is not None and odds >= self._enough[id(goal)]:
            return
        forecast = (
            run_rate_forecast(goal)
            if past.silence
            else simulated_forecast(goal, past, futures, (curve_of(past), self._own))
        )
        if forecast is not None:
            self._forecasts[id(goal)] = forecast

    def odds(self, wager: Wager) -> Odds:
        """The answer to a wager that was taken before `simulate`."""
        return self.odds_of(self.seen(wager))

    def fan(self, wager: Wager) -> Mapping[date, Quantiles]:
        """Where the futures are on the days that were asked for."""
        return self._fans.get(id(wager), {})

    def odds_of(self, seen: Seen) -> Odds:
        """The odds of what becomes of a goal, or of several together."""
        if isinstance(seen, Unknown):
            return Odds(why=seen.why)
        if isinstance(seen, Settled):
            sure = ONE if seen.met else ZERO
            return Odds(sure, sure)
        last, first = published(seen.share, seen.curve, self._own)
        return Odds(last, first, *(seen.quantiles or (None, None, None)))

    def seen(self, wager: Wager) -> Seen:
        """What becomes of a wager in each future."""
        if isinstance(wager, Settled | Unknown):
            return wager
        if isinstance(wager, Reach):
            return self._seen[id(wager)]
        return _together([self.seen(part) for part in wager.parts], float(wager.bar))

    def _outcome(self, leaf: Reach, past: Past, futures: tuple[Floats, ...]) -> Seen:
        outcomes = leaf.outcomes(futures, past)
        defined = outcomes[~np.isnan(outcomes)]
        if not len(defined):
            return Unknown("nothing is left to divide by")
        places = leaf.question.goal.places(leaf.question.lens.kpi)
        low, middle, high = (
            rounded(Decimal(repr(float(value))), places) for value in np.quantile(defined, TENTHS)
        )
        score = scores(leaf, outcomes, futures)
        met = score >= float(leaf.question.bar) - _NEAR
        kept = np.clip(score, 0, 1).astype(np.float32) if id(leaf) in self._kept else _NOTHING
        curve = curve_of(past)
        return Futures(met, kept, curve, (low, middle, high))


_NOTHING = np.empty(0, np.float32)


def _shown(odds: float) -> Decimal:
    """Odds with three decimals, but 0 and 1 are for what is settled."""
    step = ONE.scaleb(-_PLACES)
    return min(max(rounded(Decimal(odds), _PLACES), step), ONE - step)


def _leaves(wager: Wager) -> Iterator[Reach]:
    if isinstance(wager, Reach):
        yield wager
    elif isinstance(wager, Share):
        for part in wager.parts:
            yield from _leaves(part)


def grouped(leaves: Iterable[Reach]) -> list[list[Reach]]:
    """The goals that are held against the same futures, together."""
    groups: dict[tuple[object, ...], list[Reach]] = {}
    for leaf in leaves:
        groups.setdefault(_key(leaf), []).append(leaf)
    return [groups[key] for key in sorted(groups, key=str)]


def _key(leaf: Reach) -> tuple[object, ...]:
    """What goals have in common that are held against the same futures."""
    lens = leaf.question.lens
    return lens.kpi.name, tuple(sorted(lens.where.items())), leaf.cut, _cadence(leaf)


def _cadence(leaf: Reach) -> Cadence | None:
    return (
        leaf.window.cadence if leaf.question.lens.kpi.kind == "distinct" and leaf.window else None
    )


def _past(leaf: Reach) -> Past:
    cadence = _cadence(leaf)
    if leaf.question.lens.kpi.kind == "distinct" and cadence is not None:
        return past_of_distinct(leaf.question.lens, leaf.cut, cadence)
    return past_of(leaf.question.lens, leaf.cut)


def scores(leaf: Reach, outcomes: Exact, futures: tuple[Floats, ...]) -> Exact:
    """The score of a goal in each future (paths,), at most 1; 1 where it was reached on the way."""
    score = np.nan_to_num(attained(leaf.question, outcomes), nan=0.0)
    on_the_way = leaf.reached_on_the_way(futures)
    if on_the_way is None:
        return score
    return np.where(attained(leaf.question, on_the_way) >= 1, 1.0, score)


def curve_of(past: Past) -> Curve:
    """The shipped curve for odds from such a past."""
    return curve_for(past.sides[0])


def share_of(met: int, paths: int) -> float:
    """The share of futures that meet a goal; never quite none or all of them, for there are more."""
    return (met + 0.5) / (paths + 1)


def published(share: float, shipped: Curve, own: Curve) -> tuple[Decimal, Decimal]:
    """The odds of a goal that so many futures meet, with and without one's own record."""
    first = shipped.corrected(np.array([share]))
    return _shown(float(own.corrected(first)[0])), _shown(float(first[0]))


def simulated(
    groups: Sequence[Sequence[Reach]],
) -> Iterator[tuple[Sequence[Reach], Past, tuple[Floats, ...]]]:
    """The goals of each group, their past and its futures, all sides together; none of a silent past.

    The goals of a group look at one KPI through one filter, up to one day. The groups come in no
    particular order, and futures are big: they are to be used and dropped.
    """
    tasks: list[Task] = []
    owners: list[tuple[Sequence[Reach], Past]] = []
    for leaves in groups:
        past = _past(leaves[0])
        if past.silence:
            yield leaves, past, ()
            continue
        horizon = max(max(leaf.steps(past) for leaf in leaves), 1)
        for side in past.sides:
            tasks.append(Task(side, horizon))
            owners.append((leaves, past))
    halves: dict[int, tuple[int, Floats]] = {}
    for number, futures in simulate(tasks):
        assert futures is not None, "a past that is too short was left out"
        leaves, past = owners[number]
        if len(past.sides) == 1:
            yield leaves, past, (futures,)
        elif id(past) not in halves:
            halves[id(past)] = number, futures
        else:
            (_, top), (_, bottom) = sorted((halves.pop(id(past)), (number, futures)), key=_first)
            yield leaves, past, (np.minimum(top, bottom) if past.share else top, bottom)


def _first(pair: tuple[int, Floats]) -> int:
    return pair[0]


def _together(parts: Iterable[Seen], bar: float) -> Seen:
    """Whether enough of the parts are met in each future."""
    known = list(parts)
    unknown = [part for part in known if isinstance(part, Unknown)]
    if unknown:
        return unknown[0]
    certain = sum(isinstance(part, Settled) and part.met for part in known)
    open_parts = [part for part in known if isinstance(part, Futures)]
    if not known:
        return Unknown("nothing is left to meet")
    least, most = certain / len(known), (certain + len(open_parts)) / len(known)
    if most < bar - _NEAR:
        return Settled(False, most)
    if least >= bar - _NEAR and not open_parts:
        return Settled(True, 1.0)
    met = np.full(PATHS, certain, dtype=np.int64)
    for part in open_parts:
        met += part.met
    share = met / len(known)
    curve = min((part.curve for part in open_parts), key=lambda curve: curve.slope)
    return Futures(share >= bar - _NEAR, share.astype(np.float32), curve)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A part of an objective: its weight and what becomes of it."""

    weight: float
    seen: Seen


def weighed(parts: Sequence[Weighed], bar: float) -> Seen:
    """An objective in each future: the weighted score of its parts, and whether it is enough.

    Parts without odds leave bounds only: when not even all of them could make it enough, that is
    settled; otherwise there are no odds.
    """
    total = sum(part.weight for part in parts)
    if not total:
        return Unknown("nothing in it weighs anything")
    score = np.zeros(PATHS)
    open_parts: list[Futures] = []
    unknown: list[Unknown] = []
    for part in parts:
        share = part.weight / total
        if isinstance(part.seen, Futures):
            score += share * part.seen.score
            open_parts.append(part.seen)
        elif isinstance(part.seen, Settled):
            score += share * part.seen.score
        elif share:
            score += share
            unknown.append(part.seen)
    met = score >= bar - _NEAR
    if unknown:
        return Settled(False, float(score.max())) if not met.any() else unknown[0]
    if not open_parts:
        return Settled(bool(met[0]), float(score[0]))
    curve = min((part.curve for part in open_parts), key=lambda curve: curve.slope)
    return Futures(met, score.astype(np.float32), curve)
