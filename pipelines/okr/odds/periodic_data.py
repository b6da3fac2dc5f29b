"""What the forecast learns from of a KPI that has one number a week, a month or a quarter.

Such a KPI stands in a sheet that somebody fills in once a month, or its source counts each period by itself.
"""

from datetime import date

import numpy as np

from pipelines.okr.forecast.gaps import filled
from pipelines.okr.forecast.training_series import WEEK, YEAR, TrainingSeries
from pipelines.okr.kpi.facts import DistinctFact
from pipelines.okr.kpi.periods import Cadence, Period, containing, ordinal, windows
from pipelines.okr.kpi.readings import KpiView, reported
from pipelines.okr.odds.coming_steps import ComingPeriods, usual_steps
from pipelines.okr.odds.training_data import TrainingData, learnt_from, too_short

_MIN_OBSERVED_SHARE = 0.5
_SEASONS = {"month": 12, "quarter": 4}
_MAX_ELAPSED = 1.1
"""How much faster than in its days so far a count of different people may grow in all of its period."""
_MAX_LEFT = 2.0
"""The same of the days that are left of it, which is less in its last tenth: no count grows by a tenth in a day."""


def periodic_data(view: KpiView, cut: date, cadence: Cadence) -> TrainingData:
    """The periods of a flow, a stock or a ratio that are known by the cut."""
    series, behaviour = view.series, view.kpi.behaviour
    first = series.first(date.min, cut)
    if first is None:
        return TrainingData(no_odds_because="there is no history")
    known = list(windows(first[0], cut, cadence, view.fiscal_year))
    days, amounts = series.amounts(first[0], cut)
    starts = np.array([period.start.toordinal() for period in known])
    place = np.searchsorted(starts, days, side="right") - 1
    if known[-1].end > cut and (len(known) - 1 not in place or len(np.unique(place)) < len(place)):
        # it is still open, and its number is not there yet, or not all of it
        known.pop()
        inside = place < len(known)
        days, place, amounts = days[inside], place[inside], [column[inside] for column in amounts]
    if not len(place):
        return TrainingData(no_odds_because=too_short(0, f"{cadence}s"))
    seen = np.zeros(len(known), dtype=bool)
    seen[place] = True
    if behaviour.absent_day_is_zero:
        delivered = view.index.delivered_ordinals
        inside = (delivered >= starts[0]) & (delivered <= known[-1].end.toordinal())
        seen[np.searchsorted(starts, delivered[inside], side="right") - 1] = True
    columns = []
    for name, of_days in zip(behaviour.columns, amounts, strict=True):
        values = np.zeros(len(known))
        if name in behaviour.levels:
            values[place] = of_days  # of several, the last one stays
        else:
            np.add.at(values, place, of_days)
        columns.append(values)
    if seen.mean() < _MIN_OBSERVED_SHARE:
        why = f"only {seen.sum()} of the latest {len(seen)} {cadence}s have data"
        return TrainingData(no_odds_because=why)
    _, latest = np.unique(place[::-1], return_index=True)
    numbered = days[::-1][latest]
    coming = usual_steps(numbered, [known[n] for n in np.unique(place)], known[-1])
    return learnt_from(
        view,
        columns,
        coming,
        np.array([coming.day_of(period).toordinal() for period in known]),
        seen,
        end=ordinal(known[-1]),
        season=_SEASONS.get(cadence, 1),
        year=YEAR / WEEK if cadence == "week" else 0.0,
        steps=f"{cadence}s",
    )


def training_data_of_distinct(view: KpiView, cut: date, cadence: Cadence) -> TrainingData:
    """The whole periods that the source reported; a hole takes the value before it.

    The count of the period under way is known in part: it only grows, and hardly faster than so far.
    """
    whole: dict[date, DistinctFact] = {}
    for fact in reported(view):
        period = containing(fact.period_start, fact.period, view.fiscal_year)
        if fact.period == cadence and period.end <= min(cut, fact.data_through):
            whole[period.start] = fact
    if not whole:
        return TrainingData(no_odds_because=f"no {cadence} has been reported whole")
    known = windows(min(whole), max(whole), cadence, view.fiscal_year)
    counts = [whole[period.start].value if period.start in whole else None for period in known]
    series = np.array([np.nan if count is None else float(count) for count in counts])
    seen = ~np.isnan(series)
    history = TrainingSeries(
        filled(series, seen, 1, is_level=True),
        ordinal(known[-1]),
        _SEASONS.get(cadence, 1),
        whole=view.kpi.precision == 0,
        year=YEAR / WEEK if cadence == "week" else 0.0,
        observed=int(seen.sum()),
        next_between=_under_way(view, cut, known[-1]),
    )
    return TrainingData(
        (history,),
        ComingPeriods(known[-1]),
        no_odds_because=too_short(history.seen, f"{cadence}s"),
    )


def _under_way(view: KpiView, cut: date, last: Period) -> tuple[float, float]:
    """What the count of the period after the last whole one can end with, by what is counted so far."""
    counts = [
        fact
        for fact in reported(view)
        if fact.period == last.cadence and last.end < fact.period_start <= fact.data_through <= cut
    ]
    for fact in sorted(counts, key=lambda fact: fact.data_through, reverse=True):
        period = containing(fact.period_start, fact.period, view.fiscal_year)
        if ordinal(period) == ordinal(last) + 1 and fact.value is not None:
            elapsed = (fact.data_through - period.start).days + 1
            so_far, left = float(fact.value), period.days - elapsed
            growth = min(_MAX_ELAPSED * period.days / elapsed, 1 + _MAX_LEFT * left / elapsed)
            return so_far, so_far * growth
    return 0.0, np.inf
