"""A KPI's past as the forecast wants it: one number a day up to the cut, or one a reported period.

A flow's delivered day without a row is 0. A day that was not delivered takes what came a week earlier, a
stock's missed day its last known value: only to have no hole in what is learnt from, never in what is known.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipelines.okr.forecast.history import FEWEST, WEEK, YEAR, Exact, History
from pipelines.okr.forecast.simulation import LONGEST, LONGEST_FOR_YEARS
from pipelines.okr.kpi.facts import DistinctFact
from pipelines.okr.kpi.periods import Cadence, Period, containing, previous
from pipelines.okr.kpi.readings import Lens, reported

_MOSTLY = 0.5
_NEARLY_ALL = 0.9
_MONTHS = 12


@dataclass(frozen=True, eq=False)
class Past:
    """What is simulated of a KPI: one side, or numerator and denominator of a ratio.

    `cadence` is the length of a step where it is not a day. `silence` says why nothing can be
    told from it. `share` says that a ratio's numerator never exceeded its denominator.
    """

    sides: tuple[History, ...] = ()
    cadence: Cadence | None = None
    silence: str = ""
    share: bool = False


def past_of(lens: Lens, cut: date) -> Past:
    """The daily past of a flow, a stock or a ratio, through the cut."""
    kpi, behaviour = lens.kpi, lens.kpi.behaviour
    series = lens.index.series(lens.where)
    first = series.first(date.min, cut)
    if first is None:
        return Past(silence="there is no history")
    start = max(first[0], cut - timedelta(days=LONGEST_FOR_YEARS - 1))
    length = (cut - start).days + 1
    rows, amounts = series.amounts(start, cut)
    places = np.array([day.toordinal() for day in rows], dtype=np.int64) - start.toordinal()
    seen = np.zeros(length, dtype=bool)
    if behaviour.absent_day_is_zero:
        delivered = lens.index.delivered_ordinals
        here = delivered[np.searchsorted(delivered, start.toordinal()) :]
        here = here[: np.searchsorted(here, cut.toordinal(), side="right")]
        seen[here - start.toordinal()] = True
    seen[places] = True
    latest = seen[-LONGEST:]
    if latest.mean() < _MOSTLY:
        return Past(silence=f"only {latest.sum()} of the latest {len(latest)} days have data")
    # Years of which much is missing say little of a year's shape.
    used = length if seen.mean() >= _NEARLY_ALL else len(latest)
    observed = int(seen[-used:].sum())
    sides = []
    for n, column in enumerate(behaviour.columns):
        values = np.zeros(length)
        values[places] = [float(amount[n]) for amount in amounts]
        whole = bool(np.all(values == np.rint(values)))
        if not behaviour.is_quotient:
            whole = whole and kpi.counts_whole_units
        back = 1 if behaviour.is_level else WEEK
        filled = _filled(values, seen, back)[-used:]
        level = column in behaviour.levels
        sides.append(History(filled, cut.toordinal(), WEEK, level, whole, YEAR, observed))
    # of heads a part cannot be meant: one head may bring two on a day, whether or not it ever has
    a_part = behaviour.is_quotient and not behaviour.levels
    never_above = a_part and bool(np.all(sides[0].values <= sides[1].values))
    return Past(tuple(sides), None, _too_short(observed), never_above)


def _filled(values: Exact, seen: np.ndarray, back: int) -> Exact:
    """The values with each unseen one taken from so many steps before, or from its neighbour."""
    if seen.all():
        return values
    filled = values.copy()
    for place in np.flatnonzero(~seen):
        filled[place] = filled[place - back if place >= back else place - 1]
    return filled


def past_of_distinct(lens: Lens, cut: date, cadence: Cadence) -> Past:
    """The whole periods that the source reported; a hole takes the value before it."""
    whole: dict[date, DistinctFact] = {}
    for fact in reported(lens):
        period = containing(fact.period_start, fact.period, lens.fiscal_year_start)
        if fact.period == cadence and period.end <= min(cut, fact.data_through):
            whole[period.start] = fact
    if not whole:
        return Past((), cadence, f"no {cadence} has been reported whole")
    values: list[float] = []
    period = containing(max(whole), cadence, lens.fiscal_year_start)
    end = step_number(period)
    while period.start >= min(whole):
        found = whole.get(period.start)
        values.append(np.nan if found is None or found.value is None else float(found.value))
        period = previous(period)
    series = np.array(values[::-1])
    seen = ~np.isnan(series)
    season = _MONTHS if cadence == "month" and len(series) >= 2 * _MONTHS else 1
    history = History(
        _filled(series, seen, 1),
        end,
        season,
        whole=lens.kpi.precision == 0,
        year=YEAR / WEEK if cadence == "week" else 0.0,
        observed=int(seen.sum()),
    )
    return Past((history,), cadence, _too_short(history.seen, f"{cadence}s"))


def step_number(period: Period) -> int:
    """A number that grows by one from each period of a kind to the next."""
    if period.cadence in ("day", "week"):
        return period.start.toordinal() // period.days
    months = period.start.year * _MONTHS + period.start.month - period.fiscal_year_start
    return months // {"month": 1, "quarter": 3, "half": 6}.get(period.cadence or "", _MONTHS)


def _too_short(observed: int, steps: str = "days") -> str:
    return "" if observed >= FEWEST else f"{observed} {steps} of history are not enough"
