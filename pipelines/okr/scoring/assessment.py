"""Where a goal stands: what judging it comes to."""

from dataclasses import dataclass
from decimal import Decimal

from pipelines.okr.kpi.numbers import ONE
from pipelines.okr.kpi.status import Status
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.wagers import Unknown, Wager

NO_DATA_YET = Unknown("there are no data yet")


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where a goal stands. Amounts are in the KPI's unit, shares are 0 to 1 (raw: any).

    `status` goes by the pace; where `wager`, what has still to come true, has odds, these decide.
    """

    course: Timeline
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
    wager: Wager = NO_DATA_YET

    @property
    def decided(self) -> bool:
        """Whether nothing that is still to come can change it, short of a restatement."""
        return self.status in ("achieved", "missed")

    @property
    def met(self) -> bool:
        return self.score is not None and self.score >= ONE
