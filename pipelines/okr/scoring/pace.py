"""How far a goal should be by now, and the rates that lead there (docs/okr-semantics.md, Pace)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ONE, ZERO, clamped, rounded, rounded_down, rounded_up


@dataclass(frozen=True, slots=True)
class Course:
    """The days a goal runs over, and how far into them we can see.

    `start` and `deadline` are both included. `cut` is the last day whose data may be used:
    min(yesterday, data_through, deadline); it is before `start` while there is nothing yet.
    """

    start: date
    deadline: date
    cut: date
    yesterday: date

    @property
    def days(self) -> int:
        return (self.deadline - self.start).days + 1

    @property
    def elapsed(self) -> int:
        """The days of the course that lie behind the cut."""
        return max(0, min(self.days, (self.cut - self.start).days + 1))

    @property
    def remaining(self) -> int:
        return self.days - self.elapsed

    @property
    def begun(self) -> bool:
        return self.yesterday >= self.start

    @property
    def past_due(self) -> bool:
        return self.yesterday >= self.deadline

    @property
    def covered(self) -> bool:
        """Whether the data reach the deadline."""
        return self.cut >= self.deadline

    @property
    def last_due(self) -> date:
        """The last day of the course that should have data by now."""
        return min(self.yesterday, self.deadline)


def expected_share(course: Course) -> Decimal:
    """Elapsed ÷ total days: 0 on the day before the start, 1 at the deadline."""
    return share_of_days(course, course.elapsed)


def share_of_days(course: Course, passed: int) -> Decimal:
    """The share of the course that so many days are, from 0 to 1."""
    return clamped(Decimal(passed) / Decimal(course.days))


def budget_progress(actual: Decimal, budget: Decimal, expected: Decimal) -> Decimal:
    """How a budget stands against time: 1 is spending in step, 0.5 twice as fast as allowed."""
    if actual > budget:
        return ZERO
    if actual <= 0 or actual <= budget * expected:
        return ONE
    return budget * expected / actual


def required_rate(kpi: Kpi, to_go: Decimal, days: int, *, at_most: bool = False) -> Decimal | None:
    """What each of the remaining days has to bring (or, `at_most`, may bring); None without days.

    Units of the KPI a day. Counts come in whole units, rounded to the safe side.
    """
    if days <= 0:
        return None
    needed = max(ZERO, to_go) / days
    return rounded_down(needed, kpi.precision) if at_most else rounded_up(needed, kpi.precision)


def current_rate(kpi: Kpi, gained: Decimal, days: int) -> Decimal | None:
    """What a day has brought so far, on average; counts with one decimal."""
    return rounded(gained / days, max(1, kpi.precision)) if days > 0 else None
