"""How a KPI's futures spread by day: the quantiles of the very paths that the odds are counted on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np

from pipelines.okr.forecast.history import Exact, Floats
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.kpi.readings import read
from pipelines.okr.odds.histories import Past
from pipelines.okr.odds.wagers import Reach

TENTHS = (0.1, 0.5, 0.9)
Quantiles = tuple[Decimal, Decimal, Decimal]
"""What one, five and nine in ten futures do not exceed, in the KPI's unit."""
_Key = tuple[date | None, tuple[int, ...]]


class Fan:
    """The futures of one past, (paths, steps) a side, and how they spread on days to come.

    Goals on one KPI share its futures, so what one of them asks is kept for the others.
    """

    def __init__(self, past: Past, futures: tuple[Floats, ...]) -> None:
        self._past = past
        self._futures = futures
        self._spread: dict[_Key, Exact] = {}

    def on(self, leaf: Reach, days: Sequence[date]) -> dict[date, Quantiles]:
        """The quantiles of what the goal will have come to by each of `days`, which lie after the cut.

        A goal on a window has them at the ends of windows only; a day without any is left out.
        """
        if leaf.window is not None:
            return self._by_windows(leaf, days)
        spread = self._plain(leaf, tuple((day - leaf.cut).days for day in days))
        return {
            day: _shown(column, leaf)
            for day, column in zip(days, spread.T, strict=True)
            if not np.isnan(column).any()
        }

    def _plain(self, leaf: Reach, steps: tuple[int, ...]) -> Exact:
        """(3, steps): the quantiles after so many steps."""
        lens = leaf.question.lens
        own = leaf.start if lens.kpi.kind == "ratio" else None
        if (own, steps) not in self._spread:
            self._spread[own, steps] = self._quantiles(leaf, np.array(steps, dtype=np.int64) - 1)
        spread = self._spread[own, steps]
        if lens.kpi.kind != "flow":
            return spread
        known: Exact = spread + float(read(lens, leaf.start, leaf.cut).value or 0)
        return known

    def _quantiles(self, leaf: Reach, places: np.ndarray) -> Exact:
        lens = leaf.question.lens
        if lens.kpi.kind == "stock":
            return _of(self._futures[0][:, places].astype(np.float64))
        coming = [running[:, places] for running in self._running]
        if lens.kpi.kind == "flow":
            return _of(coming[0])
        known = lens.index.series(lens.where).sums(leaf.start, leaf.cut)
        top, bottom = (float(side) + more for side, more in zip(known, coming, strict=True))
        if lens.kpi.denominator == "level":
            top = top * (lens.index.delivered_days(leaf.start, leaf.cut) + places + 1)
        return _of(np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom != 0))

    @cached_property
    def _running(self) -> tuple[Exact, ...]:
        return tuple(np.cumsum(side, axis=1, dtype=np.float64) for side in self._futures)

    def _by_windows(self, leaf: Reach, days: Sequence[date]) -> dict[date, Quantiles]:
        found = {}
        for day in days:
            earlier = leaf.in_window_ending(day)
            if earlier is None:
                continue
            outcomes = earlier.outcomes(self._futures, self._past)
            if not np.isnan(outcomes).all():
                found[day] = _shown(_of(outcomes[:, None])[:, 0], leaf)
        return found


def _of(outcomes: Exact) -> Exact:
    """The quantiles (3, days) of outcomes (paths, days); a path without a value does not count."""
    quantile = np.nanquantile if np.isnan(outcomes).any() else np.quantile
    spread: Exact = quantile(outcomes, TENTHS, axis=0)
    return spread


def _shown(column: Exact, leaf: Reach) -> Quantiles:
    places = leaf.question.goal.places(leaf.question.lens.kpi)
    low, middle, high = (rounded(Decimal(repr(float(value))), places) for value in column)
    return low, middle, high
