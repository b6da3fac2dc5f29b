"""The season of a KPI: what share of a period a day usually brings.

Weekdays are learnt from eight weeks on, the ends of months from six months, the months of a year from two
whole years. What is not learnt counts as even.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.forecast.training_series import WEEK, Exact, Truth
from pipelines.okr.kpi.numbers import ONE, clamped, rounded
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.kpi.working_days import WorkingDays

Places = NDArray[np.integer[Any]]

_MIN_DAYS_FOR_WEEKDAYS = 8 * WEEK
_MIN_DAYS_FOR_MONTH_ENDS = 183
_MIN_DAYS_FOR_MONTHS = 730
_MAX_DAYS = 3 * 365 + 1
_MONTH_END_DAYS = 3
_EPSILON = 1e-9
_ROUNDING_MARGIN = Decimal("1e-12")
_THURSDAY = 3
"""The weekday of 1970-01-01, from which days are counted."""
_PRIOR_OBSERVATIONS = 3.0
"""Observations that the prior of an even share weighs as much as, in each place of the season."""


@dataclass(frozen=True, eq=False, slots=True)
class Season:
    """Factors around 1: by weekday (7,), by month (12,), for a month's last three days, and for closed days."""

    weekday: Exact
    month: Exact
    month_end: float
    working: WorkingDays | None = None
    closed: float = 1.0

    def weights(self, start: date, end: date) -> Exact:
        """What each day from `start` to `end` usually brings, as a multiple of an even day."""
        days = np.arange(np.datetime64(start), np.datetime64(end) + 1)
        months = days.astype("datetime64[M]")
        weekday = self.weekday[(days.astype(np.int64) + _THURSDAY) % WEEK]
        month = self.month[months.astype(np.int64) % 12]
        soon = (days + np.timedelta64(_MONTH_END_DAYS)).astype("datetime64[M]")
        last = np.where(soon != months, self.month_end, 1.0)
        weights = np.asarray(weekday * month * last, dtype=np.float64)
        if self.working is None:
            return weights
        ordinals = np.arange(start.toordinal(), end.toordinal() + 1)
        return np.where(self.working.are_closed(ordinals), weights * self.closed, weights)

    def expected_shares(self, course: Timeline, elapsed: Sequence[int]) -> list[Decimal]:
        """The share of a total that should be there after each of so many days: 0 before the start, 1 at the end.

        Rounded down, so that what is in step is never behind by a rounding. Days that all bring nothing or less have
        even shares.
        """
        passed = np.append(0.0, np.cumsum(self.weights(course.start, course.deadline)))
        if passed[-1] <= 0:
            passed = np.arange(len(passed), dtype=np.float64)
        return [
            ONE
            if days >= course.days
            else clamped(
                rounded(
                    Decimal(float(passed[days] / passed[-1])) + _ROUNDING_MARGIN, 9, ROUND_FLOOR
                )
            )
            for days in elapsed
        ]


_seasons: WeakKeyDictionary[KpiIndex, dict[object, Season | None]] = WeakKeyDictionary()
"""What has been learnt of a KPI: goals on it share its season."""


def season_of(view: KpiView, cut: date) -> Season | None:
    """The season of a flow's days through the cut; None with too little history, or where open days bring nothing."""
    learnt = _seasons.setdefault(view.index, {})
    asked = tuple(sorted(view.where.items())), cut
    if asked not in learnt:
        learnt[asked] = _season(view, cut)
    return learnt[asked]


def _season(view: KpiView, cut: date) -> Season | None:
    series = view.series
    first = series.first(cut - timedelta(days=_MAX_DAYS - 1), cut)
    if first is None or (cut - first[0]).days + 1 < _MIN_DAYS_FOR_WEEKDAYS:
        return None
    start = first[0]
    length = (cut - start).days + 1
    delivered = view.index.delivered_ordinals
    inside = delivered[(delivered >= start.toordinal()) & (delivered <= cut.toordinal())]
    values = np.full(length, np.nan)
    values[inside - start.toordinal()] = 0.0
    days, amounts = series.amounts(start, cut)
    # of a flow per head, what flows
    values[days - start.toordinal()] = amounts[0]
    seen, working = ~np.isnan(values), view.kpi.working_days
    closed = np.zeros(length, dtype=bool)
    if working is not None:
        closed = working.are_closed(np.arange(start.toordinal(), start.toordinal() + length))
    # where the open days bring nothing, none of them can be said to bring more than another
    if seen.sum() < _MIN_DAYS_FOR_WEEKDAYS or values[seen & ~closed].sum() <= 0:
        return None
    season = _learnt(start, values, seen & ~closed)
    if working is None:
        return season
    return replace(
        season, working=working, closed=_closed_factor(season, start, values, closed & seen)
    )


def _closed_factor(season: Season, start: date, values: Exact, closed: Truth) -> float:
    """What a closed day brings, as a share of what it would bring as an open one.

    A company that declares working days expects nothing of its closed days: where few are known, it is near 0.
    """
    usual = season.weights(start, start + timedelta(days=len(values) - 1))
    mean = np.nanmean(values[~closed])
    expected = float((usual * mean)[closed].sum())
    if expected <= 0:
        return 0.0
    weighing = closed.sum() / (closed.sum() + _PRIOR_OBSERVATIONS)
    return float(max(0.0, values[closed].sum() / expected * weighing))


def _learnt(start: date, values: Exact, seen: Truth) -> Season:
    days = np.datetime64(start) + np.arange(len(values))
    months = days.astype("datetime64[M]")
    known = np.flatnonzero(seen)
    amounts = values[known] / values[known].mean()
    weekdays = (days.astype(np.int64) + _THURSDAY)[known] % WEEK
    weekday = _factors(amounts, weekdays, 7)
    amounts = _without(amounts, weekday[weekdays])
    month_end, month = 1.0, np.ones(12)
    soon = (days + np.timedelta64(_MONTH_END_DAYS)).astype("datetime64[M]")
    last = (soon != months)[known]
    if len(values) >= _MIN_DAYS_FOR_MONTH_ENDS and last.any():
        ends = _factors(amounts, last.astype(int), 2)
        month_end = float(ends[1] / max(ends[0], _EPSILON))
        amounts = _without(amounts, np.where(last, month_end, 1.0))
    if len(values) >= _MIN_DAYS_FOR_MONTHS:
        month = _months(months.astype(np.int64) % 12, known, amounts)
    return Season(weekday, month, month_end)


def _without(amounts: Exact, factors: Exact) -> Exact:
    """The amounts with their factors taken out.

    Those of a factor of 0 stay as they are: days that bring nothing have nothing to take out, and of days that bring
    less than nothing (refunds, members who leave) a division would make more than all the others together.
    """
    return amounts / np.where(factors > _EPSILON, factors, 1.0)


def _factors(amounts: Exact, places: Places, count: int) -> Exact:
    """The mean amount of each place over the mean of all, shrunk toward 1 where there are few."""
    middle = amounts.mean()
    if middle <= 0:
        return np.ones(count)
    sums = np.bincount(places, amounts, count)
    seen = np.bincount(places, minlength=count)
    factors: Exact = np.maximum(
        (sums / middle + _PRIOR_OBSERVATIONS) / (seen + _PRIOR_OBSERVATIONS), 0
    )
    return factors


def _months(month_of: Places, known: Places, amounts: Exact) -> Exact:
    """A month's share of its own year, over the whole years up to the last day: growth is no season.

    A year that brought nothing or less has no shares.
    """
    count = len(month_of)
    years = (count - 1 - known) // 365
    per_year = [amounts[years == year] for year in range(count // 365)]
    means = np.array([year.mean() if len(year) else 0.0 for year in per_year])
    told = years < len(means)
    told[told] = means[years[told]] > _EPSILON
    if not told.any():
        return np.ones(12)
    return _factors(amounts[told] / means[years[told]], month_of[known][told], 12)
