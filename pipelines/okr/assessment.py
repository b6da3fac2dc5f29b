"""What is asked of a KPI, and where it stands: the two ends of judging a goal."""

from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.goals import Goal
from pipelines.okr.numbers import ONE
from pipelines.okr.pace import Course
from pipelines.okr.periods import Cadence
from pipelines.okr.readings import Lens
from pipelines.okr.status import Policy, Status


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where a goal stands. Amounts are in the KPI's unit, shares are 0 to 1 (raw: any)."""

    course: Course
    status: Status
    why: str
    baseline: Decimal | None = None
    target: Decimal | None = None
    actual: Decimal | None = None
    raw: Decimal | None = None
    score: Decimal | None = None
    expected: Decimal | None = None
    required_rate: Decimal | None = None
    current_rate: Decimal | None = None
    trust: frozenset[str] = frozenset()

    @property
    def decided(self) -> bool:
        """Whether nothing that is still to come can change it, short of a restatement."""
        return self.status in ("achieved", "missed")

    @property
    def met(self) -> bool:
        return self.score is not None and self.score >= ONE


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a KPI: a goal, how to read the KPI, and what is enough.

    `bar` is the share of the target that counts as achieved. `measured` says that the baseline
    was measured: None is then unknown, not absent.
    """

    lens: Lens
    goal: Goal
    policy: Policy
    bar: Decimal = ONE
    over: Cadence | None = None
    baseline: Decimal | None = None
    measured: bool = False
    baseline_trust: frozenset[str] = frozenset()

    @property
    def accumulates(self) -> bool:
        """A total that grows over its days, not a level that is compared as it is."""
        return self.lens.kpi.accumulates and self.over is None

    @property
    def subject(self) -> str:
        """What is looked at, in words: the KPI and the members it is held to."""
        members = ", ".join(self.lens.where.values())
        return f"{self.lens.kpi.name} ({members})" if members else self.lens.kpi.name

    @property
    def holds(self) -> bool:
        """A measured baseline on the good side of the target leaves a level to hold."""
        target = self.goal.target
        if not self.measured or self.baseline is None or target is None:
            return False
        rising = self.goal.comparison == "at_least"
        return self.baseline >= target if rising else self.baseline <= target
