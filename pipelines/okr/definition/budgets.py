"""The target that another KPI gives, such as a budget.

A budget says what a KPI is to be over the very days of a goal, read as its own kind is read: a flow is their sum, a
ratio Σ numerator ÷ Σ denominator, a stock what it is on the last of them. Its numbers stand for whole days, weeks,
months or quarters (`every`). Where one of these has none, or only a part of them lies in the goal's days, the target
is not known: a sum of some months would look like the budget of all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.definition.field_types import KpiTarget
from pipelines.okr.definition.goals import Goal, goal_of
from pipelines.okr.kpi.filters import names_in
from pipelines.okr.kpi.kinds import Flow
from pipelines.okr.kpi.numbers import EXACT, ZERO, clamped
from pipelines.okr.kpi.periods import Cadence, FiscalYear, Period, containing, whole_windows
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex

_UNSURE = ("set_aside:", "unconverted_currency", "empty_value", "impossible_proportion")
"""Beginnings of the flags of days of which rows are missing from a sum."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a budget says; without a value, `why` is the reason, as a sentence."""

    value: Decimal | None
    why: str = ""
    trust: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Budget:
    """A KPI that gives a target, seen through the goal's filter as far as it has the dimensions."""

    target: KpiTarget
    view: KpiView | None
    """None where nothing is known of the KPI."""

    def of_member(self, dimension: str, member: str) -> "Budget":
        """The budget of one member, where the budget's KPI has the dimension; else every member has the same one."""
        if self.view is None or dimension not in self.view.kpi.dimensions:
            return self
        return replace(self, view=self.view.member(dimension, member))

    def over(self, start: date, end: date) -> Reading:
        """The target for the days from `start` to `end`."""
        view = self.view
        if view is None or (view.index.data_through is None and not view.index.facts.days):
            return self._unknown("there are no data of it")
        windows = self._windows(start, end)
        if not windows:
            every = view.kpi.every
            return self._unknown(
                f"it is given every {every}, and {start} to {end} are no whole {every}s"
            )
        missing = [
            window.label
            for window in windows
            if any(not part.series.has_data(window.start, window.end) for part in _parts(view))
        ]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            return self._unknown(f"it has nothing for {missing[0]}{more}")
        first = windows[0].start
        flags = view.index.flags(first, windows[-1].end)
        if unsure := sorted(flag for flag in flags if flag.startswith(_UNSURE)):
            why = f"rows of it are not in its figures ({', '.join(unsure)})"
            return self._unknown(why, flags)
        value = view.kpi.behaviour.value(view.series, first, end, (end - first).days + 1)
        if value is None:
            return self._unknown("there is nothing to divide by, or nothing by that day")
        return Reading(
            EXACT.multiply(value, self.target.times), "", flags | view.index.standing_flags
        )

    def shares(self, start: date, end: date, elapsed: Sequence[int]) -> list[Decimal] | None:
        """The share of a flow's budget that is due after each of so many days from `start`.

        The number of a month is spread evenly over its days. None where the way is not known: there is a single number
        for all of the days, an amount is below 0, or one is not known.
        """
        view = self.view
        if (
            view is None
            or not isinstance(view.kpi.behaviour, Flow)
            or self.over(start, end).value is None
        ):
            return None
        windows = self._windows(start, end)
        amounts = [view.series.sums(window.start, window.end)[0] for window in windows]
        total = sum(amounts, ZERO)
        if len(windows) < 2 or min(amounts) < 0 or total <= 0:
            return None
        return [
            clamped(
                sum(
                    (
                        amount * _days_passed(window, start, days) / window.days
                        for window, amount in zip(windows, amounts, strict=True)
                    ),
                    ZERO,
                )
                / total
            )
            for days in elapsed
        ]

    def _windows(self, start: date, end: date) -> Sequence[Period]:
        """The windows of its numbers that make up the days; none where they do not fit. A stock needs the last one."""
        assert self.view is not None
        every, fiscal = self.view.kpi.every, self.view.fiscal_year
        if self.view.kpi.behaviour.is_level:
            return [containing(end, every, fiscal)]
        return (
            whole_windows(start, end, every, fiscal) if fits_days(start, end, every, fiscal) else ()
        )

    def _unknown(self, why: str, trust: frozenset[str] = frozenset()) -> Reading:
        sentence = f"The target is not known: it is that of {self.target.kpi}, and {why}."
        return Reading(None, sentence, trust)


def fits_days(start: date, end: date, every: Cadence, fiscal_year: FiscalYear) -> bool:
    """Whether the days from `start` to `end` are whole windows of `every`."""
    first, last = containing(start, every, fiscal_year), containing(end, every, fiscal_year)
    return first.start == start and last.end == end


def _days_passed(window: Period, start: date, elapsed: int) -> int:
    """How many days of the window lie among the first `elapsed` days from `start`."""
    return min(window.days, max(0, elapsed - (window.start - start).days))


def _parts(view: KpiView) -> Iterator[KpiView]:
    """The view, and that of each member of a list: what one of them lacks is missing from their sum."""
    yield view
    for dimension, asked in view.where.items():
        if not isinstance(asked, str) and not asked.excluded:
            for name in names_in(asked):
                yield view.member(dimension, name)


@dataclass(frozen=True, slots=True)
class AskedNumbers:
    """The numbers of a goal over any days: those that its file has, and those that budgets give."""

    goal: Goal
    low: Budget | None = None
    high: Budget | None = None

    @property
    def from_kpis(self) -> bool:
        """Whether a KPI gives one of them."""
        return self.low is not None or self.high is not None

    def of_member(self, dimension: str, member: str, written: Goal) -> "AskedNumbers":
        """Those of one member, with the numbers that its own goal has."""
        low, high = (end and end.of_member(dimension, member) for end in (self.low, self.high))
        return AskedNumbers(written, low, high)

    def over(self, start: date, end: date) -> tuple[Goal, str, frozenset[str]]:
        """The goal for the days from `start` to `end`, why it is not known (or an empty text), and its trust flags."""
        goal, why, trust = self.goal, "", frozenset[str]()
        for side, budget in (("low", self.low), ("high", self.high)):
            if budget is not None:
                reading = budget.over(start, end)
                goal = (
                    replace(goal, low=reading.value)
                    if side == "low"
                    else replace(goal, high=reading.value)
                )
                why, trust = why or reading.why, trust | reading.trust
        if goal.low is not None and goal.high is not None and goal.low > goal.high:
            why = (
                f"The target is not known: its band is upside down ({goal.low:f} to {goal.high:f})."
            )
        return goal, why, trust

    def shares(self, start: date, end: date, elapsed: Sequence[int]) -> list[Decimal] | None:
        """The share of the target that is due after each of so many days, where a budget says so."""
        budget = self.low or self.high
        return None if budget is None else budget.shares(start, end, elapsed)


def budget_of(
    target: KpiTarget, result: KeyResult, indexes: Mapping[str, KpiIndex], fiscal_year: FiscalYear
) -> Budget:
    """The KPI that gives a target of `result`, through the filter of the goal as far as it has the dimensions."""
    index = indexes.get(target.kpi)
    if index is None:
        return Budget(target, None)
    where = {name: asked for name, asked in result.where.items() if name in index.kpi.dimensions}
    return Budget(target, KpiView(index, where, fiscal_year))


def asked_numbers(
    result: KeyResult, indexes: Mapping[str, KpiIndex], fiscal_year: FiscalYear
) -> AskedNumbers:
    """The numbers that a key result asks for, with the budgets among `indexes`."""

    def budget(end: object) -> Budget | None:
        return budget_of(end, result, indexes, fiscal_year) if isinstance(end, KpiTarget) else None

    low, high = result.between or (result.at_least, result.at_most)
    return AskedNumbers(goal_of(result), budget(low), budget(high))
