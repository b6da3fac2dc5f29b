"""What is asked of a KPI: a goal, how to read the KPI, and what is enough."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.definition.budgets import AskedNumbers, Budget
from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.met_in import ALL, MetIn
from pipelines.okr.definition.plans import DatedPlan
from pipelines.okr.kpi.filters import members_in_words
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.status import Policy


@dataclass(frozen=True, slots=True)
class PlannedWay:
    """The planned way to the target: with dates, or that of a KPI, of which nothing may be known yet."""

    dated: DatedPlan | None = None
    budget: Budget | None = None

    def shares_of_total(
        self, start: date, end: date, elapsed: Sequence[int]
    ) -> list[Decimal] | None:
        """The share of a total that is due after each of so many days; None where the KPI does not say so."""
        if self.dated is not None:
            return self.dated.shares_of_total(elapsed)
        return None if self.budget is None else self.budget.shares(start, end, elapsed)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a KPI: a goal, how to read the KPI, and what is enough.

    `bar` is the share of the target that counts as achieved. `measured` says that the baseline was measured, or is 0
    because nothing is known from before the start (`lacks_history`).
    """

    view: KpiView
    goal: Goal
    policy: Policy
    bar: Decimal = ONE
    over: Cadence | None = None
    baseline: Decimal | None = None
    measured: bool = False
    lacks_history: bool = False
    baseline_trust: frozenset[str] = frozenset()
    numbers: AskedNumbers | None = None
    """Where the goal's numbers come from, if a KPI gives one of them."""
    unknown: str = ""
    """Why the goal's number is not known, as a sentence; empty where it is."""
    target_trust: frozenset[str] = frozenset()
    plan: PlannedWay | None = None
    """The way to the target that takes the place of the pace."""
    met_in: MetIn = ALL
    """In how many windows the goal of one window has to be met."""

    def over_days(self, start: date, end: date) -> "Question":
        """The same with the numbers of these days, where a KPI gives them."""
        if self.numbers is None:
            return self
        goal, unknown, trust = self.numbers.over(start, end)
        return replace(self, goal=goal, unknown=unknown, target_trust=trust)

    @property
    def accumulates(self) -> bool:
        """A total that grows over its days, not a level that is compared as it is."""
        return self.view.kpi.accumulates and self.over is None

    @property
    def shown_baseline(self) -> Decimal | None:
        """The baseline as it is published."""
        return None if self.baseline is None else self.shown(self.baseline)

    def shown(self, amount: Decimal) -> Decimal:
        """An amount of the KPI as it is published beside the goal."""
        return self.goal.shown(amount, self.view.kpi)

    @property
    def met_range(self) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and the highest value that meet the goal, by its bar; None without an end on that side."""
        goal = self.goal
        # how far from its target an aspirational goal may end
        tolerance = ZERO if goal.comparison == "between" else self.way * (ONE - self.bar)
        low = None if goal.low is None else goal.low - tolerance
        return low, None if goal.high is None else goal.high + tolerance

    @property
    def way(self) -> Decimal:
        """How far it is to the target: from the baseline, or from 0 without one or with a level to hold."""
        goal, baseline = self.goal, self.baseline
        assert goal.target is not None, "only a band has no single target"
        if baseline is not None and not self.accumulates:
            rising = goal.comparison == "at_least"
            way = goal.target - baseline if rising else baseline - goal.target
            if way > 0:
                return way
        return abs(goal.target)

    @property
    def subject(self) -> str:
        """What is looked at, in words: the KPI and the members it is held to."""
        members = members_in_words(self.view.where)
        return f"{self.view.kpi.name} ({members})" if members else self.view.kpi.name

    @property
    def holds(self) -> bool:
        """Whether the goal is to hold a level: the one that was measured before the start meets the target already."""
        target = self.goal.target
        if not self.measured or self.baseline is None or target is None:
            return False
        rising = self.goal.comparison == "at_least"
        return self.baseline >= target if rising else self.baseline <= target

    def growth(self, start: date, cut: date) -> tuple[Decimal, int] | None:
        """What a level has changed by since the baseline, or since its first value from `start`, and in how many days.

        A baseline of 0 for want of history is no level that it came from.

        None without a value from `start` to `cut`.
        """
        series = self.view.series
        first, last = series.first(start, cut), series.last(start, cut)
        if first is None or last is None:
            return None
        since, level = first
        if self.baseline is not None and not self.lacks_history:
            since, level = start - timedelta(days=1), self.baseline
        return last[1] - level, (last[0] - since).days
