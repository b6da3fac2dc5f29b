"""The smallest change with which enough futures meet a goal."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from pipelines.okr.forecast.history import Exact
from pipelines.okr.kpi.numbers import rounded

_FINER = 6
"""Decimals beyond those that are published, at which the noise of floats is rounded off."""


@dataclass(frozen=True, eq=False)
class Spans:
    """From where to where a change may go for each future to meet the goal; both are sorted.

    A future that no change can make meet it has both at infinity. A change has `places` decimals.
    """

    starts: Exact
    ends: Exact
    places: int

    def met(self, change: Decimal) -> int:
        """The futures that meet the goal with this change."""
        hair = 10.0 ** -(self.places + _FINER)
        begun = int(self.starts.searchsorted(float(change) + hair, side="right"))
        return begun - int(self.ends.searchsorted(float(change) - hair, side="left"))

    def least(self, enough: int) -> Decimal | None:
        """The change nearest to none with which `enough` futures meet it, rounded away from none.

        None where there is none, not even after rounding.
        """
        found = [
            change
            for change in (self._upward(enough), self._downward(enough))
            if change is not None
        ]
        for change in sorted(found, key=abs):
            steady = rounded(Decimal(repr(change)), self.places + _FINER)
            away = ROUND_CEILING if steady > 0 else ROUND_FLOOR
            whole = rounded(steady, self.places, away)
            if self.met(whole) >= enough:
                return whole
        return None

    def _upward(self, enough: int) -> float | None:
        candidates = self.starts[(self.starts > 0) & np.isfinite(self.starts)]
        return self._first(candidates, enough)

    def _downward(self, enough: int) -> float | None:
        candidates = self.ends[(self.ends < 0) & np.isfinite(self.ends)]
        return self._first(candidates[::-1], enough)

    def _first(self, candidates: Exact, enough: int) -> float | None:
        """The first candidate that is enough: a future comes in at its start, or leaves at its end."""
        begun = self.starts.searchsorted(candidates, side="right")
        ended = self.ends.searchsorted(candidates, side="left")
        good = np.flatnonzero(begun - ended >= enough)
        return float(candidates[good[0]]) if len(good) else None


def spans(
    short: Exact,
    spare: Exact,
    *,
    power: Exact | float,
    least: Exact | float,
    most: Exact | float,
    places: int,
) -> Spans:
    """Where a change meets the goal in each future.

    Args:
        short: what has to be added for the goal to be met (below 0: what may be taken away).
        spare: what may be added at most, infinite for a goal without an upper end.
        power: what a change of 1 adds; 0 where it adds nothing.
        least: the least that can be added, below 0 for what can be taken away.
        most: the most that can be added.
        places: the decimals of a change.
    """
    shape = np.broadcast_shapes(short.shape, np.shape(power), np.shape(least), np.shape(most))
    short, spare, power, least, most = (
        np.broadcast_to(one, shape).astype(np.float64) for one in (short, spare, power, least, most)
    )
    moved = power > 0
    per = np.where(moved, power, 1.0)
    starts = np.where(short <= least, -np.inf, np.where(short <= most, short / per, np.inf))
    ends = np.where(spare >= most, np.inf, np.where(spare >= least, spare / per, -np.inf))
    starts = np.where(moved, starts, np.where(short <= 0, -np.inf, np.inf))
    ends = np.where(moved, ends, np.where(spare >= 0, np.inf, -np.inf))
    never = (starts > ends) | ~(short <= spare)
    return Spans(
        np.sort(np.where(never, np.inf, starts)), np.sort(np.where(never, np.inf, ends)), places
    )
