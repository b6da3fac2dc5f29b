"""Whether what one series did lately tells more of another one than that one's own past.

At days of the past, the error of the other's own forecast is held against what the first one did lately. A slope is
learned from the errors that were known by then, and used on the next one: so each is foreseen by what lay before it.
The gain is in the Brier score of three goals. It has to be larger than nearly all gains of the same series moved in
time, whose ups and downs are as lasting and have nothing to do with the errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from pipelines.okr.forecast.training_series import Exact

GOALS = (-0.35, 0.0, 0.35)
"""Goals below, at and above the median, in half-widths of the 90 % interval."""
LEAST_ORIGINS = 30
"""Days of the past with fewer of which nothing can be said."""
LEAST_GAIN = 0.01
"""The share of the Brier score below which a gain is not worth another input."""
SURE = 0.04
"""The share of moved series that may do as well, for the first one to be said to help."""
_LEARNED_FIRST = 0.4
_DOUBT = 6.0
"""Errors that weigh as much as the belief that there is nothing to learn."""
_FURTHEST = 3.0
_USED = 0.5
"""The part of a slope that is used: one that was chosen because it did well, did a little too well."""
_SHIFTS = 99
_HALF_WIDTH = 1.645


@dataclass(frozen=True, slots=True)
class Foresight:
    """What came of the test: Brier scores without and with the first series, and how often a moved one does as well.

    `slope` is what one unit of its signal adds to the median, in half-widths: half of what all days say.
    `in_both_halves`: whether it takes something off in the earlier and in the later half of the foreseen days.
    """

    slope: float
    brier: float
    brier_with: float
    by_chance: float
    origins: int
    in_both_halves: bool

    @property
    def gain(self) -> float:
        """The share of the Brier score that it takes off."""
        return 1 - self.brier_with / self.brier if self.brier else 0.0

    @property
    def helps(self) -> bool:
        return self.gain > LEAST_GAIN and self.by_chance <= SURE and self.in_both_halves


def foresight(errors: Exact, signals: Exact, reach: int) -> Foresight | None:
    """Whether signals (origins,) foresee errors (origins,) in half-widths; None where there are too few.

    `reach`: how many origins later an error is known.
    """
    count = len(errors)
    if count < max(LEAST_ORIGINS, 3 * reach):
        return None
    errors = np.clip(errors, -_FURTHEST, _FURTHEST)
    first = max(int(count * _LEARNED_FIRST), reach + 5)
    nothing, ahead = np.zeros(count - first), foreseen(errors, signals, reach, first)
    without, with_it = (brier_of(errors[first:], moved) for moved in (nothing, ahead))
    middle = (first + count) // 2
    halves = (slice(first, middle), slice(middle, count))
    steady = all(
        brier_of(errors[half], ahead[half.start - first : half.stop - first])
        < brier_of(errors[half], np.zeros(half.stop - half.start))
        for half in halves
    )
    # near ones are nearly the same series
    shifts = np.unique(np.linspace(reach + 2, count - reach - 2, _SHIFTS).round().astype(int))
    moved = [
        brier_of(errors[first:], foreseen(errors, np.roll(signals, shift), reach, first))
        for shift in shifts.tolist()
    ]
    as_good = sum(other <= with_it for other in moved)
    return Foresight(
        used_slope(errors, signals),
        without,
        with_it,
        (1 + as_good) / (1 + len(moved)),
        count,
        steady,
    )


def signals_of(leader: Exact, places: Sequence[int], span: int) -> Exact:
    """What a series (steps,) did over the `span` steps before each place, against the three spans before them.

    In units of how much that varies over the places, and never more than three of them.
    """
    sums = np.concatenate([[0.0], np.cumsum(leader)])
    ends = np.array(places)
    recent = (sums[ends] - sums[ends - span]) / span
    before = (sums[ends - span] - sums[ends - 4 * span]) / (3 * span)
    change = recent - before
    if leader.min() >= 0:
        # of an amount, a tenth more counts alike however large it is
        change = np.divide(change, before, out=np.zeros_like(change), where=before > 0)
    spread = float(np.median(np.abs(change))) * 1.4826 or float(change.std())
    return np.clip(change / spread, -_FURTHEST, _FURTHEST) if spread else np.zeros(len(ends))


def best_reach(follower: Exact, leader: Exact, candidates: Sequence[int]) -> int:
    """How many steps after the leader the follower moves, by the first half of both: the clearest correlation."""
    half = len(follower) // 2

    def clearness(span: int) -> float:
        places = list(range(4 * span, half - span, max(1, span // 2)))
        if len(places) < 8:
            return 0.0
        ahead = signals_of(follower, [place + span for place in places], span)
        signals = signals_of(leader, places, span)
        if not ahead.std() or not signals.std():
            return 0.0
        return abs(float(np.corrcoef(ahead, signals)[0, 1])) * sqrt(len(places) / span)

    return max(candidates, key=clearness)


def slope_of(errors: Exact, signals: Exact) -> float:
    """What one unit of a signal adds to an error, drawn towards nothing."""
    squares = float(signals @ signals)
    return float(signals @ errors) / (squares + _DOUBT) if squares else 0.0


def used_slope(errors: Exact, signals: Exact) -> float:
    """What enters the odds of it."""
    return _USED * slope_of(errors, signals)


def foreseen(errors: Exact, signals: Exact, reach: int, first: int) -> Exact:
    """The errors from the `first` on, each foreseen by what was known at its origin."""
    products = np.cumsum(signals * errors)
    squares = np.cumsum(signals * signals)
    known = np.arange(first, len(errors)) - reach
    slopes = products[known] / (squares[known] + _DOUBT)
    return np.asarray(slopes * signals[first:], dtype=np.float64)


def brier_of(errors: Exact, ahead: Exact) -> float:
    """The mean Brier score of the goals, each met where the error is above it, with medians moved so far ahead."""
    scores = [(_odds(ahead - goal) - (errors > goal)) ** 2 for goal in GOALS]
    return float(np.mean(scores))


_STEPS = np.linspace(-8, 8, 1601)
_SHARES = np.array([(1 + erf(step / sqrt(2))) / 2 for step in _STEPS])


def _odds(ahead: Exact) -> Exact:
    """The odds of what is so many half-widths of a 90 % interval above the goal: those of a normal distribution."""
    return np.asarray(np.interp(ahead * _HALF_WIDTH, _STEPS, _SHARES), dtype=np.float64)
