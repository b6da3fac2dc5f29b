"""What the forecast of a KPI learns from: one number a day up to the cut, or one a week, month or quarter.

A flow's delivered day without a row is 0. A day that was not delivered is filled in with what is usual, a stock's
missed day with its last known value: to learn from it only, never in the KPI itself. Weekdays that a KPI never has
are no steps at all.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from pipelines.okr.forecast.fitted import MAX_STEPS, MAX_STEPS_FOR_YEARS
from pipelines.okr.forecast.gaps import filled, gap_futures
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.forecast.training_series import (
    MIN_TO_FORECAST,
    WEEK,
    YEAR,
    Exact,
    Floats,
    Ints,
    TrainingSeries,
    Truth,
)
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.odds.closed_days import ClosedDays, closed_days
from pipelines.okr.odds.coming_steps import (
    ComingDays,
    ComingSteps,
    open_weekdays,
    usual_cadence,
)

_NO_STEPS = ComingDays(date.max)
MIN_OBSERVED_SHARE = 0.5
"""Share of the latest days that need data, or there are no odds."""
_MIN_OBSERVED_SHARE_FOR_YEARS = 0.9


@dataclass(frozen=True, eq=False, slots=True)
class TrainingData:
    """The series that are simulated of a KPI: one, or numerator and denominator of a ratio.

    `coming` are the steps after them. `days` (steps,) are the days of the steps that are known, and `seen` those of
    them that were not filled in. `no_odds_because` says why nothing can be forecast from them. `is_share` says that a
    ratio's numerator cannot exceed its denominator: it is declared a proportion, or the numerator never did.
    """

    sides: tuple[TrainingSeries, ...] = ()
    coming: ComingSteps = _NO_STEPS
    days: Ints | None = None
    seen: Truth | None = None
    no_odds_because: str = ""
    is_share: bool = False
    closed: ClosedDays | None = None
    """What days bring on which the company is closed; None where that is not known, or makes no difference."""

    def with_closed_days(self, futures: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """The futures (paths, steps), whose closed days bring what such days did."""
        if self.closed is None or not isinstance(self.coming, ComingDays):
            return futures
        return self.closed.put_into(futures, self.coming.days(futures[0].shape[1]))

    def missing(self, start: date, end: date) -> int:
        """How many steps from `start` to `end` are not known."""
        return len(self._gaps(start, end))

    def of_missing(self, start: date, end: date) -> tuple[Floats, ...]:
        """What they brought to each column in each future (paths, steps); empty where none is missing."""
        gaps = self._gaps(start, end)
        if not len(gaps):
            return ()
        assert self.seen is not None, "what is missing was looked for"
        sides = [
            gap_futures(side.values, self.seen, side.season, side.end, gaps, PATHS)
            for side in self.sides
        ]
        return (np.minimum(*sides), sides[1]) if self.is_share else tuple(sides)

    def _gaps(self, start: date, end: date) -> Ints:
        if self.days is None or self.seen is None:
            return np.array([], dtype=np.int64)
        inside = (self.days >= start.toordinal()) & (self.days <= end.toordinal())
        return np.flatnonzero(inside & ~self.seen)


def training_data(view: KpiView, cut: date) -> TrainingData:
    """The days of a flow, a stock or a ratio, through the cut."""
    series, behaviour = view.series, view.kpi.behaviour
    first = series.first(date.min, cut)
    if first is None:
        return TrainingData(no_odds_because="there is no history")
    start = max(first[0], cut - timedelta(days=MAX_STEPS_FOR_YEARS - 1))
    length = (cut - start).days + 1
    rows, amounts = series.amounts(start, cut)
    places = rows - start.toordinal()
    seen = np.zeros(length, dtype=bool)
    if behaviour.absent_day_is_zero:
        delivered = view.index.delivered_ordinals
        first_place, after = np.searchsorted(delivered, (start.toordinal(), cut.toordinal() + 1))
        seen[delivered[first_place:after] - start.toordinal()] = True
    seen[places] = True
    columns = [np.zeros(length) for _ in behaviour.columns]
    for column, of_rows in zip(columns, amounts, strict=True):
        column[places] = of_rows
    has_value = seen if behaviour.is_level else np.any(columns, axis=0)
    coming = ComingDays(cut, open_weekdays(start, has_value))
    is_open = coming.is_open(start, length)
    days = np.arange(start.toordinal(), cut.toordinal() + 1)[is_open]
    seen, columns = seen[is_open], [column[is_open] for column in columns]
    latest = seen[-MAX_STEPS:]
    if latest.mean() < MIN_OBSERVED_SHARE:
        why = f"only {latest.sum()} of the latest {len(latest)} days have data"
        return TrainingData(no_odds_because=why)
    # Years of which much is missing say little of a year's shape.
    used = len(seen) if seen.mean() >= _MIN_OBSERVED_SHARE_FOR_YEARS else len(latest)
    days, seen, columns = days[-used:], seen[-used:], [column[-used:] for column in columns]
    a_week = coming.days_a_week
    closed = closed_days(view.kpi.working_days, days, seen, columns)
    data = learnt_from(
        view,
        columns,
        coming,
        days,
        seen,
        end=cut.toordinal() if a_week == WEEK else coming.number(cut),
        season=a_week,
        year=YEAR * a_week / WEEK,
        usual=None if closed is None else seen & ~closed[1],
    )
    return data if closed is None else replace(data, closed=closed[0])


def declared_cadence(view: KpiView, cut: date) -> Cadence | None:
    """How far apart the numbers of a KPI are, if not a day: as declared, or as its days with data are."""
    kpi = view.kpi
    if kpi.every != "day":
        return kpi.every
    series = view.series
    first = series.first(date.min, cut)
    if first is None:
        return None
    days, _ = series.amounts(first[0], cut)
    if not kpi.behaviour.is_level:
        delivered = view.index.delivered_ordinals
        inside = (delivered >= first[0].toordinal()) & (delivered <= cut.toordinal())
        days = np.union1d(days, delivered[inside])
    return usual_cadence(days)


def learnt_from(
    view: KpiView,
    columns: list[Exact],
    coming: ComingSteps,
    days: Ints,
    seen: Truth,
    *,
    end: int,
    season: int,
    year: float,
    steps: str = "days",
    usual: Truth | None = None,
) -> TrainingData:
    """The training data of columns (steps,), of which those that were not seen are filled in.

    `usual` (steps,): only these are learnt from, and the others filled in; without it, all that were seen.
    """
    kpi, behaviour = view.kpi, view.kpi.behaviour
    observed = int(seen.sum())
    sides = []
    for name, values in zip(behaviour.columns, columns, strict=True):
        whole = bool(np.all(values == np.rint(values)))
        if not behaviour.is_quotient:
            whole = whole and kpi.counts_whole_units
        level = name in behaviour.levels
        complete = filled(values, seen if usual is None else usual, season, is_level=level)
        sides.append(TrainingSeries(complete, end, season, level, whole, year, observed))
    # a flow per head is no share: one head may bring two on a day, whether or not it ever has
    is_share = (
        behaviour.is_quotient
        and not behaviour.levels
        and (kpi.is_proportion or bool(np.all(sides[0].values <= sides[1].values)))
    )
    return TrainingData(tuple(sides), coming, days, seen, too_short(observed, steps), is_share)


def too_short(observed: int, steps: str = "days") -> str:
    return "" if observed >= MIN_TO_FORECAST else f"{observed} {steps} of history are not enough"
