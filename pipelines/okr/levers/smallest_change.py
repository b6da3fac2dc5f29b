"""The smallest change of a driver with which enough futures meet a goal.

A change adds the same to each future, or so much for each unit of a ratio's denominator. So each future has a
range of changes with which it meets the goal, and the smallest change that lies in enough of the ranges is an end
of one of them.
"""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

import numpy as np

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.odds.odds import published
from pipelines.okr.odds.results import share_of_futures

_GUARD_PLACES = 6
"""Decimals beyond those that are published, at which the noise of floats is rounded off."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many futures have to meet a goal: with `enough` of them its published odds are on track.

    None where not even all of them are enough. Without `curves` there are no odds, but one future, which has to
    meet the goal.
    """

    enough: int | None = 1
    curves: tuple[Curve, Curve] | None = None

    def odds(self, met: int) -> Decimal | None:
        """The odds that are published of a goal which so many futures meet."""
        return (
            None
            if self.curves is None
            else published(share_of_futures(met, PATHS), *self.curves)[0]
        )


@lru_cache
def threshold(shipped: Curve, own: Curve, likely: Decimal) -> Threshold:
    """The inverse of the curves: the least number of futures whose odds are published as `likely`."""

    def is_enough(met: int) -> bool:
        return published(share_of_futures(met, PATHS), shipped, own)[0] >= likely

    enough = bisect_left(range(PATHS + 1), True, key=is_enough)
    return Threshold(enough if enough <= PATHS else None, (shipped, own))


@dataclass(frozen=True, eq=False, slots=True)
class ChangeRanges:
    """From where to where a change may go for each future to meet the goal; both are sorted.

    A future that no change can make meet it has both at infinity. A change has `places` decimals.
    """

    starts: Exact
    ends: Exact
    places: int

    def met(self, change: Decimal) -> int:
        """The futures that meet the goal with this change."""
        margin = 10.0 ** -(self.places + _GUARD_PLACES)
        started = int(self.starts.searchsorted(float(change) + margin, side="right"))
        return started - int(self.ends.searchsorted(float(change) - margin, side="left"))

    def smallest(self, enough: int) -> Decimal | None:
        """The change nearest to 0 with which `enough` futures meet it, rounded away from 0.

        None where there is none, not even after rounding.
        """
        upward = self.starts[(self.starts > 0) & np.isfinite(self.starts)]
        downward = self.ends[(self.ends < 0) & np.isfinite(self.ends)][::-1]
        firsts = (self._first(candidates, enough) for candidates in (upward, downward))
        return min((first for first in firsts if first is not None), key=abs, default=None)

    def _first(self, candidates: Exact, enough: int) -> Decimal | None:
        """The first candidate that has enough futures before it is rounded and after.

        A future counts from its start to its end, both included: rounding may step over the end of a short one.
        """
        started = self.starts.searchsorted(candidates, side="right")
        ended = self.ends.searchsorted(candidates, side="left")
        for place in np.flatnonzero(started - ended >= enough):
            change = Decimal(repr(float(candidates[place])))
            exact = rounded(change, self.places + _GUARD_PLACES)
            whole = rounded(exact, self.places, ROUND_CEILING if exact > 0 else ROUND_FLOOR)
            if self.met(whole) >= enough:
                return whole
        return None


def change_ranges(
    shortfall: Exact,
    headroom: Exact,
    *,
    effect: Exact | float,
    least: Exact | float,
    most: Exact | float,
    places: int,
) -> ChangeRanges:
    """The changes with which each future meets the goal.

    Args:
        shortfall: what has to be added for the goal to be met (below 0: what may be taken away).
        headroom: what may be added at most, infinite for a goal without an upper end.
        effect: what a change of 1 adds; 0 where it adds nothing.
        least: the least that can be added, below 0 for what can be taken away.
        most: the most that can be added.
        places: the decimals of a change.
    """
    arrays = shortfall, headroom, effect, least, most
    shape = np.broadcast_shapes(*(np.shape(array) for array in arrays))
    shortfall, headroom, effect, least, most = (
        np.broadcast_to(array, shape).astype(np.float64) for array in arrays
    )
    works = effect > 0
    per = np.where(works, effect, 1.0)
    starts = np.where(
        shortfall <= least, -np.inf, np.where(shortfall <= most, shortfall / per, np.inf)
    )
    ends = np.where(headroom >= most, np.inf, np.where(headroom >= least, headroom / per, -np.inf))
    starts = np.where(works, starts, np.where(shortfall <= 0, -np.inf, np.inf))
    ends = np.where(works, ends, np.where(headroom >= 0, np.inf, -np.inf))
    is_empty = (starts > ends) | ~(shortfall <= headroom)
    return ChangeRanges(
        np.sort(np.where(is_empty, np.inf, starts)),
        np.sort(np.where(is_empty, np.inf, ends)),
        places,
    )
