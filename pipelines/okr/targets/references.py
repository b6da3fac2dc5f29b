"""What stands beside the ladder: the same period a year before, the best one ever, and the present rate.

Each is the target that would have been met just so: of a goal per window that is reached in as many windows as have
to meet it, and of a goal for each member the one that the weakest member reached.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.kpi.periods import Period, previous, whole_windows, year_before
from pipelines.okr.kpi.readings import (
    KpiView,
    read,
    read_latest_window,
    read_window,
    reported,
)
from pipelines.okr.kpi.roster import Presence
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.scoring.asked_members import asked_members

PRESENT_DAYS = 91
"""The days before the latest one that the present rate is the mean of."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A value in the KPI's unit and the days that it is of."""

    value: Decimal
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class References:
    """What the only key result of `objective` would have been met with; its target does not matter."""

    objective: Objective
    index: KpiIndex
    through: date
    policy: Policy

    @property
    def result(self) -> KeyResult:
        [result] = self.objective.key_results
        return result

    @property
    def _view(self) -> KpiView:
        return KpiView(self.index, self.result.where, self.objective.period.fiscal_year)

    @property
    def _course(self) -> Period:
        period = self.objective.period
        end = self.objective.deadline(self.result)
        return period if end == period.end else replace(period, cadence=None, end=end)

    def year_before(self) -> Reference | None:
        """The same period a year before; None where its days are not all known."""
        return self._reached(year_before(self._course))

    def best(self) -> Reference | None:
        """The best of all whole periods of its kind that are over and known."""
        past = list(self._past())
        if not past:
            return None
        harder = max if self.result.at_most is None else min
        return harder(past, key=lambda reference: reference.value)

    def present_rate(self) -> Reference | None:
        """What the period comes to at the rate of the latest days; None of a count of different ones of all of it."""
        if self._is_counted_anew:
            return None
        start = self.through - timedelta(days=PRESENT_DAYS - 1)
        latest = Period(None, "", start, self.through, self._course.fiscal_year)
        return self._reached(latest, is_scaled=self._scales)

    @property
    def _scales(self) -> bool:
        return self._view.kpi.accumulates and not self.result.over and not self.result.per

    @property
    def _is_counted_anew(self) -> bool:
        """Whether the source counts different ones of just such periods, of which no other days give a rate."""
        if self.result.over or self.result.per:
            return False
        return any(fact.period == self._course.cadence for fact in reported(self._view))

    def _past(self) -> Iterator[Reference]:
        first = self._first_day
        if first is None:
            return
        period = self._course
        while period.end > self.through:
            period = previous(period)
        while period.start >= first:
            reached = self._reached(period)
            if reached is not None:
                yield reached
            period = previous(period)

    @property
    def _first_day(self) -> date | None:
        """The first day with data; of a distinct count that of the first period that was counted."""
        if self._view.kpi.behaviour.reported_by_period:
            return min((fact.period_start for fact in reported(self._view)), default=None)
        return self._view.series.first_day

    def _reached(self, period: Period, *, is_scaled: bool = False) -> Reference | None:
        if period.end > self.through:
            return None
        values = [self._of(view, period) for view in self._views(period)]
        known = [value for value in values if value is not None]
        if not known or len(known) < len(values):
            return None
        weakest = min if self.result.at_most is None else max
        value = weakest(known)
        if is_scaled:
            value = value / period.days * self._course.days
        return Reference(value, period.start, period.end)

    def _views(self, period: Period) -> Sequence[KpiView]:
        """The KPI as a whole, or through each member that is there in all of the period."""
        dimension = self.result.for_each
        if dimension is None:
            return [self._view]
        course = Timeline(period.start, period.end, period.end, self.through)
        whole = Presence(((period.start, period.end),))
        return [
            self._view.member(dimension, name)
            for name, present in asked_members(self._view, dimension, course, self.result.members)
            if present == whole
        ]

    def _of(self, view: KpiView, period: Period) -> Decimal | None:
        if self.result.over is not None:
            return read_latest_window(view, period.start, period.end, self.result.over).value
        if self.result.per is None:
            reading = read(view, period.start, period.end)
            return None if reading.gaps and view.kpi.accumulates else reading.value
        windows = whole_windows(period.start, period.end, self.result.per, period.fiscal_year)
        values = [read_window(view, window, self.through).value for window in windows]
        known = sorted(value for value in values if value is not None)
        if not known or len(known) < len(values):
            return None
        asked = self.objective.met_in(self.result, self.policy)
        needed = asked.needed(len(known), len(windows))
        return known[-needed] if self.result.at_most is None else known[needed - 1]
