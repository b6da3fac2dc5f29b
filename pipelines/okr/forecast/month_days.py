"""Days of the month that bring more than their neighbours in almost every month: rent on the 1st, wages on the 28th."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from pipelines.okr.forecast.draws import uniform_draws
from pipelines.okr.forecast.training_series import WEEK, Exact, Floats, Ints, TrainingSeries

_MIN_MONTHS = 6
_MAX_DAYS = 400
_MIN_SHARE = 0.85
"""Share of the months in which the day has to stand out."""
_MIN_DISTANCE = 3.0
"""How far from its neighbours it has to be, in standard deviations of a usual day."""
_WEEKS_AROUND = (-3, -2, -1, 1, 2, 3)
_DRAWS = 2_000


@dataclass(frozen=True, eq=False, slots=True)
class MonthDays:
    """By the day of the month, how much more than usual it brought each time; `rest` is the series without that."""

    more: Mapping[int, Exact]
    rest: TrainingSeries

    def put_back(self, futures: Floats) -> Floats:
        """Futures (paths, steps) of the rest, with as much on those days as they brought in some month."""
        whole = futures.copy()
        paths, horizon = futures.shape
        for step in range(horizon):
            day = date.fromordinal(self.rest.end + 1 + step)
            amounts = self.more.get(day.day)
            if amounts is not None:
                number = _DRAWS + day.year * 12 + day.month
                chosen = (uniform_draws(number, paths) * len(amounts)).astype(np.int64)
                whole[:, step] += amounts[chosen]
        return np.maximum(whole, 0) if self.rest.values.min() >= 0 else whole


def month_days(history: TrainingSeries) -> MonthDays | None:
    """The days of the month that stand out in a series of all days of the week; None where none does."""
    if history.season != WEEK or history.level or len(history.values) < 30 * _MIN_MONTHS:
        return None
    values = history.values[-_MAX_DAYS:]
    usual = _around(values)
    more = values - usual
    spread = 1.4826 * _median(np.abs(more - _median(more)))
    stands_out = np.abs(more) > max(_MIN_DISTANCE * spread, 1e-9 * float(np.abs(values).max()))
    if not stands_out.any():
        return None
    days = _days_of_months(history.end, len(values))
    amounts: dict[int, Exact] = {}
    rest = history.values.copy()
    months, out = (np.bincount(days, counted, 32) for counted in (None, stands_out))
    for day in np.flatnonzero((months >= _MIN_MONTHS) & (out >= _MIN_SHARE * months)).tolist():
        of_day = np.flatnonzero(days == day)
        same_way = np.sign(more[of_day]) == np.sign(np.median(more[of_day]))
        if (stands_out[of_day] & same_way).mean() >= _MIN_SHARE:
            amounts[day] = more[of_day]
            rest[len(rest) - len(values) + of_day] = usual[of_day]
    return MonthDays(amounts, replace(history, values=rest)) if amounts else None


def _around(values: Exact) -> Exact:
    """The median of the same weekday of the weeks before and after each day."""
    places = np.arange(len(values))
    near = []
    for weeks in _WEEKS_AROUND:
        ahead, behind = places + WEEK * weeks, places - WEEK * weeks
        # at either end the weeks on the other side stand for those that are not known
        near.append(values[np.where((ahead >= 0) & (ahead < len(values)), ahead, behind)])
    return _median(np.stack(near, axis=1))


def _median(values: Exact) -> Exact:
    """The median along the last axis of finite numbers. NumPy's own looks for NaN first, which takes longer."""
    count = values.shape[-1]
    middle = [(count - 1) // 2, count // 2]
    between: Exact = np.partition(values, middle, axis=-1)[..., middle].mean(axis=-1)
    return between


@lru_cache(maxsize=64)
def _days_of_months(end: int, count: int) -> Ints:
    days = np.arange(end - count + 1, end + 1) - date(1970, 1, 1).toordinal()
    dates = days.astype("datetime64[D]")
    return np.asarray((dates - dates.astype("datetime64[M]")).astype(np.int64) + 1)
