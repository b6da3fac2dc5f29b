"""The steps of a KPI that are known, and the days of each: what a forecast of the past is held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.okr.forecast.training_series import Ints, Truth
from pipelines.okr.kpi.periods import Cadence, Period, previous
from pipelines.okr.kpi.readings import KpiView, reported
from pipelines.okr.odds.coming_steps import ComingPeriods
from pipelines.okr.odds.periodic_data import periodic_data, training_data_of_distinct
from pipelines.okr.odds.training_data import TrainingData, declared_cadence, training_data

_SHORTEST: Sequence[Cadence] = ("day", "week", "month", "quarter", "half", "year")


@dataclass(frozen=True, eq=False, slots=True)
class KnownSteps:
    """What is known of a KPI, with the first and the last day of each step (steps,), by their ordinals."""

    data: TrainingData
    cadence: Cadence
    firsts: Ints
    lasts: Ints

    def before(self, day: date) -> int:
        """How many steps are over before a day."""
        return int(np.searchsorted(self.lasts, day.toordinal()))

    def from_day(self, day: date) -> int:
        """The place of the first step that begins on a day or later."""
        return int(np.searchsorted(self.firsts, day.toordinal()))

    @property
    def seen(self) -> Truth:
        return np.ones(len(self.firsts), dtype=bool) if self.data.seen is None else self.data.seen


def cadence_of(view: KpiView, through: date) -> Cadence | None:
    """How far apart the steps of a KPI are; None where there is nothing yet."""
    if view.kpi.behaviour.reported_by_period:
        kinds = {fact.period for fact in reported(view)}
        return next((cadence for cadence in _SHORTEST[1:] if cadence in kinds), None)
    return declared_cadence(view, through) or "day"


def known_steps(view: KpiView, through: date, cadence: Cadence) -> KnownSteps:
    """The steps through a day. Where nothing can be forecast from them, the data say why."""
    if view.kpi.behaviour.reported_by_period:
        data = training_data_of_distinct(view, through, cadence)
    elif cadence == "day":
        data = training_data(view, through)
    else:
        data = periodic_data(view, through, cadence)
    if data.no_odds_because or not data.sides:
        none = np.array([], dtype=np.int64)
        return KnownSteps(data, cadence, none, none)
    if isinstance(data.coming, ComingPeriods):
        periods = _periods_until(data.coming.last, len(data.sides[0].values))
        firsts = np.array([period.start.toordinal() for period in periods])
        lasts = np.array([period.end.toordinal() for period in periods])
        return KnownSteps(data, cadence, firsts, lasts)
    assert data.days is not None, "steps that are days have them"
    return KnownSteps(data, cadence, data.days, data.days)


def _periods_until(last: Period, count: int) -> list[Period]:
    periods = [last]
    while len(periods) < count:
        periods.append(previous(periods[-1]))
    return periods[::-1]
