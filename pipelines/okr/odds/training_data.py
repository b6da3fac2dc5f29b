"""What the forecast of a KPI learns from: one number a day up to the cut, or one a reported period.

A flow's delivered day without a row is 0. A day that was not delivered takes the amount of a week earlier, a
stock's missed day its last known value. Days are filled to learn from them only, never in the KPI itself.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipelines.okr.forecast.simulation import MAX_STEPS, MAX_STEPS_FOR_YEARS
from pipelines.okr.forecast.training_series import (
    MIN_TO_FORECAST,
    WEEK,
    YEAR,
    Exact,
    TrainingSeries,
)
from pipelines.okr.kpi.facts import DistinctFact
from pipelines.okr.kpi.periods import Cadence, containing, ordinal, previous
from pipelines.okr.kpi.readings import KpiView, reported

_MIN_OBSERVED_SHARE = 0.5
"""Share of the latest days that need data, or there are no odds."""
_MIN_OBSERVED_SHARE_FOR_YEARS = 0.9
_MONTHS = 12


@dataclass(frozen=True, eq=False)
class TrainingData:
    """The series that are simulated of a KPI: one, or numerator and denominator of a ratio.

    `cadence` is the length of a step where it is not a day. `no_odds_because` says why nothing can be
    forecast from them. `is_share` says that a ratio's numerator cannot exceed its denominator: it is
    declared a proportion, or the numerator never did.
    """

    sides: tuple[TrainingSeries, ...] = ()
    cadence: Cadence | None = None
    no_odds_because: str = ""
    is_share: bool = False


def training_data(view: KpiView, cut: date) -> TrainingData:
    """The days of a flow, a stock or a ratio, through the cut."""
    kpi, behaviour = view.kpi, view.kpi.behaviour
    series = view.series
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
    latest = seen[-MAX_STEPS:]
    if latest.mean() < _MIN_OBSERVED_SHARE:
        return TrainingData(
            no_odds_because=f"only {latest.sum()} of the latest {len(latest)} days have data"
        )
    # Years of which much is missing say little of a year's shape.
    used = length if seen.mean() >= _MIN_OBSERVED_SHARE_FOR_YEARS else len(latest)
    observed = int(seen[-used:].sum())
    sides = []
    for n, column in enumerate(behaviour.columns):
        values = np.zeros(length)
        values[places] = amounts[n]
        whole = bool(np.all(values == np.rint(values)))
        if not behaviour.is_quotient:
            whole = whole and kpi.counts_whole_units
        back = 1 if behaviour.is_level else WEEK
        filled = _filled(values, seen, back)[-used:]
        level = column in behaviour.levels
        sides.append(TrainingSeries(filled, cut.toordinal(), WEEK, level, whole, YEAR, observed))
    # a flow per head is no share: one head may bring two on a day, whether or not it ever has
    is_share = (
        behaviour.is_quotient
        and not behaviour.levels
        and (kpi.is_proportion or bool(np.all(sides[0].values <= sides[1].values)))
    )
    return TrainingData(tuple(sides), None, _too_short(observed), is_share)


def _filled(values: Exact, seen: np.ndarray, back: int) -> Exact:
    """The values with each unseen one taken from so many steps before, or from its neighbour."""
    if seen.all():
        return values
    filled = values.copy()
    for place in np.flatnonzero(~seen):
        filled[place] = filled[place - back if place >= back else place - 1]
    return filled


def training_data_of_distinct(view: KpiView, cut: date, cadence: Cadence) -> TrainingData:
    """The whole periods that the source reported; a hole takes the value before it."""
    whole: dict[date, DistinctFact] = {}
    for fact in reported(view):
        period = containing(fact.period_start, fact.period, view.fiscal_year)
        if fact.period == cadence and period.end <= min(cut, fact.data_through):
            whole[period.start] = fact
    if not whole:
        return TrainingData((), cadence, f"no {cadence} has been reported whole")
    values: list[float] = []
    period = containing(max(whole), cadence, view.fiscal_year)
    end = ordinal(period)
    while period.start >= min(whole):
        count = whole.get(period.start)
        values.append(np.nan if count is None or count.value is None else float(count.value))
        period = previous(period)
    series = np.array(values[::-1])
    seen = ~np.isnan(series)
    season = _MONTHS if cadence == "month" and len(series) >= 2 * _MONTHS else 1
    history = TrainingSeries(
        _filled(series, seen, 1),
        end,
        season,
        whole=view.kpi.precision == 0,
        year=YEAR / WEEK if cadence == "week" else 0.0,
        observed=int(seen.sum()),
    )
    return TrainingData((history,), cadence, _too_short(history.seen, f"{cadence}s"))


def _too_short(observed: int, steps: str = "days") -> str:
    return "" if observed >= MIN_TO_FORECAST else f"{observed} {steps} of history are not enough"
