"""The bands of a forecast by day: quantiles of the very paths that the odds are counted on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.forecast.recalibration import Curve, curve_for
from pipelines.okr.forecast.training_series import Exact, Floats, Ints
from pipelines.okr.odds.open_goals import OpenGoal
from pipelines.okr.odds.training_data import TrainingData

_BANDS = (0.1, 0.5, 0.9)
Quantiles = tuple[Decimal, Decimal, Decimal]
"""What one, five and nine in ten futures do not exceed, in the KPI's unit."""


class ForecastBands:
    """The bands of goals that share the futures of one KPI, (paths, steps) a column.

    What one goal asks is kept for the others.
    """

    def __init__(self, data: TrainingData, futures: tuple[Floats, ...]) -> None:
        self._data = data
        self._futures = futures
        self._curve = curve_for(data.sides[0]) if data.sides else Curve()
        self._running: list[NDArray[Any]] = []
        self._quantiles: dict[tuple[date | None, tuple[int, ...]], Exact] = {}

    def of(self, goal: OpenGoal, days: Sequence[date]) -> dict[date, Quantiles]:
        """The quantiles of what the goal's KPI will have come to by each of `days`, which lie after the cut.

        A goal on a window has them at the ends of windows only; a day without any is left out.
        """
        if goal.window is not None:
            return self._by_windows(goal, days)
        steps = {day: self._data.coming.through(day) for day in days}
        days = [day for day in days if steps[day] > 0]
        if not days:
            return {}
        quantiles = self._to_date(goal, tuple(steps[day] for day in days))
        return {
            day: _shown(column, goal)
            for day, column in zip(days, quantiles.T, strict=True)
            if not np.isnan(column).any()
        }

    def _to_date(self, goal: OpenGoal, steps: tuple[int, ...]) -> Exact:
        """(3, steps): the quantiles after so many steps.

        Goals on a sum share the quantiles of what is added, whenever they began.
        """
        behaviour = goal.question.view.kpi.behaviour
        known = goal.known_in(self._data)
        is_shared = behaviour.is_level or (behaviour.is_sum and not np.ndim(known[0]))
        key = None if is_shared else goal.start, steps
        if key not in self._quantiles:
            places = np.array(steps, dtype=np.int64) - 1
            from_zero = is_shared and behaviour.is_sum
            self._quantiles[key] = self._after(goal, (0.0,) if from_zero else known, places)
        quantiles = self._quantiles[key]
        return quantiles + goal.known[0] if is_shared and behaviour.is_sum else quantiles

    def _after(self, goal: OpenGoal, known: Sequence[float | Exact], places: Ints) -> Exact:
        behaviour = goal.question.view.kpi.behaviour
        if not self._running:
            self._running = [behaviour.running(side) for side in self._futures]
        added = [side[:, places].astype(np.float64) for side in self._running]
        of_futures = [
            so_far[:, None] if isinstance(so_far, np.ndarray) else so_far for so_far in known
        ]
        days = goal.delivered_days + self._data.missing(goal.start, goal.cut) + places + 1
        return _quantiles(behaviour.final_value(of_futures, added, days), self._curve)

    def _by_windows(self, goal: OpenGoal, days: Sequence[date]) -> dict[date, Quantiles]:
        bands = {}
        for day in days:
            earlier = goal.in_window_ending(day)
            if earlier is None:
                continue
            values = earlier.final_values(self._futures, self._data)
            if not np.isnan(values).all():
                bands[day] = _shown(_quantiles(values[:, None], self._curve)[:, 0], goal)
        return bands


def quantiles_of(goal: OpenGoal, values: Exact, curve: Curve) -> Quantiles:
    """The quantiles of the goal's KPI over futures (paths,) that all have a value, by the curve that corrects its odds.

    So a goal at the ninth tenth has odds of one in ten.
    """
    return _shown(_quantiles(values[:, None], curve)[:, 0], goal)


def _quantiles(values: Exact, curve: Curve) -> Exact:
    """The quantiles (3, days) of values (paths, days), NaN on a day without any; a path without one does not count."""
    shares, missing = curve.uncorrected(np.array(_BANDS)), np.isnan(values)
    if not missing.any():
        return np.asarray(np.quantile(values, shares, axis=0))
    quantiles: Exact = np.full((len(_BANDS), values.shape[1]), np.nan)
    some = ~missing.all(axis=0)
    if some.any():
        quantiles[:, some] = np.nanquantile(values[:, some], shares, axis=0)
    return quantiles


def _shown(column: Exact, goal: OpenGoal) -> Quantiles:
    low, middle, high = (goal.shown(float(value)) for value in column)
    return low, middle, high
