"""Where a goal stands, as it is judged: its figures, its status, and what has still to come true."""

from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.kpi.periods import Period
from pipelines.okr.kpi.status import Status
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import NoOdds, Outcome
from pipelines.okr.scoring import wording

NO_DATA_YET = NoOdds("there are no data yet")


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """How many of the windows of `per` that are over met the goal, and how many have to.

    `met` and `over` count the windows whose result is final, `in_a_row` the latest of them that met it one after the
    other. `needed` is of `in_all`, the windows to come included.
    """

    met: int
    over: int
    needed: int
    in_all: int
    in_a_row: int

    @property
    def settled(self) -> bool | None:
        """Whether enough windows have met it, or too few are left; None while it is open."""
        if self.met >= self.needed:
            return True
        return False if self.met + self.in_all - self.over < self.needed else None


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """The window of `per` that is under way on the day; `outcome` is what has still to come true in it."""

    label: str
    actual: Decimal | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """How many of the judged members meet the goal, and who is furthest behind; nobody where several tie.

    `untargeted` are those that are not judged, as the KPI that gives the targets has none for them.
    """

    met: int
    judged: int
    furthest_behind: str | None = None
    untargeted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where a goal stands. Amounts are in the KPI's unit, shares are 0 to 1 (raw: any).

    `value` is exact; `actual`, `expected_actual` (the pace) and `baseline` are as they are published. `gap` is how far
    the actual is from meeting its own goal. `status` goes by the pace; where `outcome`, what has still to come true,
    has odds, these decide. `paced_score` is the score it ends with if it goes on at its pace.
    """

    course: Timeline
    status: Status
    why: str
    baseline: Decimal | None = None
    target: Decimal | None = None
    value: Decimal | None = None
    actual: Decimal | None = None
    gap: Decimal | None = None
    raw: Decimal | None = None
    score: Decimal | None = None
    expected: Decimal | None = None
    paced_score: Decimal | None = None
    required_rate: Decimal | None = None
    current_rate: Decimal | None = None
    trust: frozenset[str] = frozenset()
    outcome: Outcome = NO_DATA_YET
    lacks_target: bool = False
    """Whether it cannot be judged because its target is not known."""
    expected_actual: Decimal | None = None
    windows: WindowRecord | None = None
    open_window: OpenWindow | None = None
    members: MemberRecord | None = None

    @property
    def decided(self) -> bool:
        """Whether nothing that is still to come can change it, short of a restatement."""
        return self.status in ("achieved", "missed")

    @property
    def is_over(self) -> bool:
        """Whether it is decided, with its days over."""
        return self.decided and self.course.past_due

    @property
    def met(self) -> bool:
        return self.score is not None and self.score >= ONE


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """Where a key result stands: as a whole, in a window, or in a member."""

    assessment: Assessment
    window: Period | None = None
    member: str = TOTAL


def not_started(
    course: Timeline,
    target: Decimal | None,
    baseline: Decimal | None = None,
    outcome: Outcome = NO_DATA_YET,
) -> Assessment:
    """What is said of a goal before its first day; `outcome` is what its odds are of."""
    why = wording.not_started(course.start)
    return Assessment(course, "not_started", why, baseline, target, expected=ZERO, outcome=outcome)
