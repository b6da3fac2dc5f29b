"""What a KPI says over some days, by its kind (docs/okr-semantics.md, Kinds).

A flow is summed, a ratio is Σ numerator ÷ Σ denominator, or ÷ the average of a denominator that is
a level; a stock is its last known value, a distinct count is what the source reported for that very
period. Nothing past `cut` is looked at.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from pipelines.okr.kpi.facts import TOTAL, DistinctFact
from pipelines.okr.kpi.filters import Where
from pipelines.okr.kpi.kpi import ACCOUNT, Kpi
from pipelines.okr.kpi.periods import (
    CADENCES,
    CALENDAR_YEAR,
    Cadence,
    FiscalYear,
    Period,
    containing,
    previous,
)
from pipelines.okr.kpi.series import KpiIndex, Series


@dataclass(frozen=True)
class KpiView:
    """A KPI seen through a filter."""

    index: KpiIndex
    where: Where
    fiscal_year: FiscalYear = CALENDAR_YEAR

    @property
    def kpi(self) -> Kpi:
        return self.index.kpi

    @property
    def lacks_total(self) -> bool:
        """Whether it asks for the whole of a KPI that has none."""
        return not self.kpi.has_total and ACCOUNT not in self.where

    @cached_property
    def series(self) -> Series:
        """The days under the filter."""
        return self.index.series(self.where)

    def member(self, dimension: str, name: str) -> "KpiView":
        return replace(self, where={**self.where, dimension: name})


@dataclass(frozen=True, slots=True)
class KpiReading:
    """A value with what it rests on.

    `gaps` counts the days without data among those it should rest on, `through` is the last day it
    speaks of, `trust` are the flags of the days used, `label` names the window it was taken from.
    """

    value: Decimal | None
    through: date | None = None
    gaps: int = 0
    trust: frozenset[str] = frozenset()
    label: str = ""


NO_READING = KpiReading(None)


def read(view: KpiView, start: date, end: date) -> KpiReading:
    """The KPI over all days from `start` to `end`; a distinct count: the latest whole period."""
    if end < start:
        return NO_READING
    behaviour = view.kpi.behaviour
    if behaviour.reported_by_period:
        return _latest_distinct(view, start, end)
    return (_last_known if behaviour.is_level else _accumulated)(view, start, end)


def value_of(view: KpiView, start: date, end: date) -> Decimal | None:
    """The value that `read` gives, without what it rests on."""
    if view.kpi.behaviour.reported_by_period:
        return _latest_distinct(view, start, end).value
    delivered = view.index.delivered_days(start, end)
    return view.kpi.behaviour.value(view.series, start, end, delivered)


def read_window(view: KpiView, window: Period, cut: date) -> KpiReading:
    """The KPI in one window, as far as the cut; a distinct count only as reported for it."""
    if not view.kpi.behaviour.reported_by_period:
        return replace(read(view, window.start, min(window.end, cut)), label=window.label)
    facts = [
        fact
        for fact in reported(view)
        if (fact.period, fact.period_start) == (window.cadence, window.start)
        and (cut >= window.end or fact.data_through <= cut)
    ]
    if not facts:
        return replace(NO_READING, label=window.label)
    latest = max(facts, key=lambda fact: fact.data_through)
    through = min(latest.data_through, window.end)
    flags = view.index.flags(window.start, through)
    return KpiReading(latest.value, through, 0, flags, window.label)


def counted_period(view: KpiView, start: date, deadline: date) -> Period | None:
    """The period from `start` to `deadline`, where the source of a distinct count reports just that one."""
    for fact in reported(view):
        if fact.period_start == start:
            period = containing(start, fact.period, view.fiscal_year)
            if (period.start, period.end) == (start, deadline):
                return period
    return None


def read_latest_window(view: KpiView, start: date, cut: date, cadence: Cadence) -> KpiReading:
    """The latest complete window of the cadence between `start` and `cut` that has data."""
    window = containing(cut, cadence, view.fiscal_year)
    if window.end > cut:
        window = previous(window)
    while window.start >= start:
        reading = read_window(view, window, cut)
        if reading.through == window.end and _is_level(view, reading):
            return reading
        window = previous(window)
    return NO_READING


def read_baseline(
    view: KpiView, period: Period, over: Cadence | None, cut: date = date.max
) -> KpiReading:
    """The KPI in the comparable window before the period, as far as the cut: for `from: measured`.

    Before the period starts that is what is known by then. With `over` it is the latest whole window that has data.
    """
    before = previous(period)
    through = min(before.end, cut)
    if over is None:
        # of a period that is far ahead, as many days up to the last known one
        return read(view, min(before.start, through - timedelta(days=before.days - 1)), through)
    last = containing(through, over, period.fiscal_year)
    if last.end > through:
        last = previous(last)
    # a period that is shorter than the window has no whole one before it in its own time
    return read_latest_window(view, min(before.start, last.start), last.end, over)


def _is_level(view: KpiView, reading: KpiReading) -> bool:
    """Whether a window can be compared as a level: a total lacks what a day did not bring."""
    return reading.value is not None and not (view.kpi.accumulates and reading.gaps)


def _accumulated(view: KpiView, start: date, end: date) -> KpiReading:
    index = view.index
    delivered = index.delivered_days(start, end)
    gaps = (end - start).days + 1 - delivered
    flags = index.flags(start, end)
    if gaps:
        flags |= {f"missing_days:{gaps}"}
    value = value_of(view, start, end)
    if value is None and not view.kpi.behaviour.is_quotient:
        return NO_READING
    return KpiReading(value, end, gaps, flags)


def _last_known(view: KpiView, start: date, end: date) -> KpiReading:
    known = view.series.last(start, end)
    if known is None:
        return NO_READING
    day, value = known
    # A missed snapshot after the last one is why that one is still used: its flags count too.
    return KpiReading(value, end, 0, view.index.flags(day, end))


def reported(view: KpiView) -> list[DistinctFact]:
    """The distinct counts that the source reported under the filter; under two it reports none."""
    if not view.where:
        return view.index.distinct.get((TOTAL, TOTAL), [])
    pairs = list(view.where.items())
    [(dimension, member)] = pairs if len(pairs) == 1 else [("", "")]
    return view.index.distinct.get((dimension, member), []) if isinstance(member, str) else []


def _latest_distinct(view: KpiView, start: date, end: date) -> KpiReading:
    """The latest whole period, of the longest kind the source reports in these days."""
    whole_periods: dict[tuple[int, date], Period] = {}
    for fact in reported(view):
        period = containing(fact.period_start, fact.period, view.fiscal_year)
        if period.start >= start and period.end <= min(end, fact.data_through):
            whole_periods[CADENCES.index(fact.period), period.start] = period
    return (
        read_window(view, whole_periods[max(whole_periods)], end) if whole_periods else NO_READING
    )
