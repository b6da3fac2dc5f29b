"""The ladder of targets: the hardest target that is met with odds of 90, 70, 50, 30 and 10 %.

Each target that is tried is scored as a goal of its own, by the same rules and on the same futures as the goals of
the OKR files. So a rung holds for every kind of KPI, and for goals with `where`, `per`, `over` and `for_each`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.kpi.readings import KpiView, value_of
from pipelines.okr.kpi.status import SETTLED_STATUSES
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scorecard import KeyResultScore
from pipelines.okr.scoring.scoring import score
from pipelines.okr.targets.rungs import Rung, RungSearch

OUT_OF_REACH = Decimal(10) ** 12
"""A target that no KPI reaches: a goal with it is settled by nothing but its end, so that everything is foreseen."""


class NoLadderError(ValueError):
    """There are no odds to set targets by; the text says why."""


def ladder(objective: Objective, evidence: Evidence) -> tuple[Rung, ...]:
    """The rungs for the one key result of `objective`, whose own target does not matter.

    Raises:
        NoLadderError: without odds, or if the goal's days are over.
    """
    goal = _ScoredGoal(objective, evidence)
    search = RungSearch(goal.sign, ONE.scaleb(-goal.kpi.precision), goal.odds_of)
    return search.rungs(*goal.likely_ends())


@dataclass(frozen=True, slots=True)
class _ScoredGoal:
    """The goal with one target after the other."""

    objective: Objective
    evidence: Evidence

    @property
    def result(self) -> KeyResult:
        [result] = self.objective.key_results
        return result

    @property
    def kpi(self) -> Kpi:
        return self.evidence.indexes[self.result.kpi or ""].kpi

    @property
    def sign(self) -> int:
        """1 where a higher target is harder, −1 where a lower one is."""
        return 1 if self.result.at_most is None else -1

    def likely_ends(self) -> tuple[Decimal, Decimal]:
        """Where the goal's parts are likely to end, the lowest and the highest. Raises `NoLadderError`."""
        rows = self._rows([OUT_OF_REACH])
        headline = next(row for row in rows if row.is_headline)
        if headline.status in SETTLED_STATUSES or headline.probability is None:
            raise NoLadderError(_why_not(headline))
        ends = [
            end for row in rows for end in (row.forecast_p10, row.forecast_p90) if end is not None
        ]
        return (min(ends), max(ends)) if ends else self._usual()

    def _usual(self) -> tuple[Decimal, Decimal]:
        """Nothing and what came lately: where to begin if no part of the goal has a forecast of its own."""
        index, objective = self.evidence.indexes[self.result.kpi or ""], self.objective
        view = KpiView(index, self.result.where, objective.period.fiscal_year)
        through = index.data_through
        if through is None:
            raise NoLadderError("there are no data yet")
        days = objective.period.days
        value = value_of(view, through - timedelta(days=days - 1), through) or ZERO
        return min(ZERO, value), max(ZERO, value)

    def odds_of(self, targets: Sequence[Decimal]) -> list[Decimal]:
        """The odds of each target. Raises `NoLadderError`."""
        rows = [row for row in self._rows(targets) if row.is_headline]
        odds = [row.probability for row in rows if row.probability is not None]
        if len(odds) < len(rows):
            raise NoLadderError(_why_not(rows[0]))
        return odds

    def _rows(self, targets: Sequence[Decimal]) -> list[KeyResultScore]:
        """The rows of goals that differ by their target alone, in the order of `targets`."""
        name = "at_least" if self.sign > 0 else "at_most"
        goals = tuple(
            self.result.model_copy(update={"id": f"t{number:03d}", name: target})
            for number, target in enumerate(targets)
        )
        objective = self.objective.model_copy(update={"key_results": goals})
        return list(score([objective], self.evidence).key_results)


def _why_not(headline: KeyResultScore) -> str:
    return "its days are over" if headline.status in SETTLED_STATUSES else headline.why
