"""Two KPIs side by side: by week where both are known so often, else by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from pipelines.okr.forecast.training_series import WEEK, Exact
from pipelines.okr.kpi.periods import Cadence, Period, containing, windows
from pipelines.okr.kpi.readings import KpiView, read_window
from pipelines.okr.odds.known_steps import KnownSteps, cadence_of, known_steps

LEARNED_FROM: dict[str, Sequence[int]] = {"week": (2, 4, 8, 13), "month": (1, 3, 6)}
"""The reaches that are tried where the file says none: weeks or months."""
_DAYS = {"week": WEEK, "month": 30}
_DAY = timedelta(days=1)
_FINE = ("day", "week")


@dataclass(frozen=True)
class Grid:
    """The whole weeks or months through a day of which both KPIs have data."""

    leader: KpiView
    follower: KpiView
    through: date

    @cached_property
    def cadence(self) -> Cadence | None:
        """How far apart the periods are; None where one of them has nothing."""
        both = [cadence_of(view, self.through) for view in (self.leader, self.follower)]
        if None in both:
            return None
        return "week" if all(cadence in _FINE for cadence in both) else "month"

    @cached_property
    def periods(self) -> list[Period]:
        firsts = [_first_day(view) for view in (self.leader, self.follower)]
        if self.cadence is None or None in firsts:
            return []
        start = max(first for first in firsts if first is not None)
        every = windows(start, self.through, self.cadence, self.leader.fiscal_year)
        return [period for period in every if start <= period.start and period.end <= self.through]

    @cached_property
    def leads(self) -> Exact:
        """The first KPI's values (periods,); one that is missing is as the one before it."""
        return _values(self.leader, self.periods, self.through)

    @cached_property
    def follows(self) -> Exact:
        return _values(self.follower, self.periods, self.through)

    @cached_property
    def steps(self) -> KnownSteps:
        """The follower's own steps."""
        cadence = cadence_of(self.follower, self.through)
        assert cadence is not None, "there are periods"
        return known_steps(self.follower, self.through, cadence)

    @property
    def origins(self) -> list[int]:
        """How many of the follower's steps are over after each period."""
        return [self.steps.before(period.end + _DAY) for period in self.periods]

    def periods_in(self, days: int) -> int:
        """How many periods make up so many days, at least one."""
        assert self.cadence is not None, "there are periods"
        return max(1, round(days / _DAYS[self.cadence]))

    def days_in(self, periods: int) -> int:
        assert self.cadence is not None, "there are periods"
        return periods * _DAYS[self.cadence]


def last_whole_month(through: date) -> date:
    """The last day of the latest calendar month that is over by a day: leads are tested once a month."""
    month = containing(through, "month")
    return through if month.end == through else month.start - _DAY


def _first_day(view: KpiView) -> date | None:
    if view.kpi.behaviour.reported_by_period:
        known = [fact.period_start for facts in view.index.distinct.values() for fact in facts]
        return min(known, default=None)
    return view.series.first_day


def _values(view: KpiView, periods: Sequence[Period], through: date) -> Exact:
    values, last = [], 0.0
    for period in periods:
        value = read_window(view, period, through).value
        last = last if value is None else float(value)
        values.append(last)
    return np.array(values)
