"""The ladder of targets: the hardest target that is met with odds of 90, 70, 50, 30 and 10 %.

Each target that is tried is scored as a goal of its own, by the same rules and on the same futures as the goals of
the OKR files. So a rung holds for every kind of KPI, and for goals with `where`, `per`, `over` and `for_each`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.forecast.recalibration import Graded
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.kpi.readings import KpiView, value_of
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import SETTLED_STATUSES, Policy
from pipelines.okr.scoring.scorecard import KeyResultScore
from pipelines.okr.scoring.scoring import score

RUNGS = tuple(Decimal(share).scaleb(-1) for share in (9, 7, 5, 3, 1))
"""The odds of the rungs, the easiest first."""
EVEN = RUNGS[2]
_OUT_OF_REACH = Decimal(10) ** 12
"""A target that no KPI reaches: a goal with it is settled by nothing but its end, so that everything is foreseen."""
_WIDENINGS = 12
_TRIED_AT_ONCE = 8
_DIGITS = 2
"""The rungs are this many digits finer than the distance between the first and the last."""


class NoLadderError(ValueError):
    """There are no odds to set targets by; the text says why."""


@dataclass(frozen=True)
class Evidence:
    """What odds are worked out from: the facts by KPI, the day, the thresholds, and the record of earlier odds."""

    indexes: Mapping[str, KpiIndex]
    as_of: date
    policy: Policy = field(default_factory=Policy)
    graded: Sequence[Graded] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """The hardest target that is met with odds of at least `asked`; `probability` are its own odds.

    `target` is None where even the easiest target that was tried has lower odds.
    """

    asked: Decimal
    target: Decimal | None
    probability: Decimal | None


def ladder(objective: Objective, evidence: Evidence) -> tuple[Rung, ...]:
    """The rungs for the one key result of `objective`, whose own target does not matter.

    Raises:
        NoLadderError: without odds, or if the goal's days are over.
    """
    return _Search(objective, evidence).rungs()


@dataclass
class _Search:
    """Targets are multiples of `_step`; a number of steps is called a place. Higher places are harder.

    `_odds` has the odds of each place that was tried.
    """

    objective: Objective
    evidence: Evidence
    _odds: dict[int, Decimal] = field(default_factory=dict)
    _step: Decimal = ONE

    @property
    def result(self) -> KeyResult:
        [result] = self.objective.key_results
        return result

    @property
    def kpi(self) -> Kpi:
        return self.evidence.indexes[self.result.kpi or ""].kpi

    @property
    def _sign(self) -> int:
        """1 where a higher target is harder, −1 where a lower one is."""
        return 1 if self.result.at_most is None else -1

    def rungs(self) -> tuple[Rung, ...]:
        easiest, hardest = self._ends()
        self._step = self._step_for(hardest - easiest)
        low = int((self._sign * easiest / self._step).to_integral_value()) - 1
        high = int((self._sign * hardest / self._step).to_integral_value()) + 1
        self._try([low, high])
        self._narrow()
        targets = [rung.target for rung in map(self._rung, RUNGS) if rung.target is not None]
        if targets:
            self._refine(self._step_for(max(targets) - min(targets)))
            self._narrow()
        return tuple(map(self._rung, RUNGS))

    def _step_for(self, span: Decimal) -> Decimal:
        """A power of ten, at least the last decimal that the KPI is shown with."""
        if not span:
            return self._finest
        return max(self._finest, ONE.scaleb(span.adjusted() - _DIGITS))

    @property
    def _finest(self) -> Decimal:
        return ONE.scaleb(-self.kpi.precision)

    def _refine(self, step: Decimal) -> None:
        """Count in smaller steps from here on."""
        if step < self._step:
            parts = int(self._step / step)
            self._odds = {place * parts: odds for place, odds in self._odds.items()}
            self._step = step

    def _narrow(self) -> None:
        """Try places until each rung lies between two that are next to each other."""
        while candidates := sorted(set(self._between(RUNGS))):
            self._try(candidates)

    def _ends(self) -> tuple[Decimal, Decimal]:
        """A target with odds of at least nine in ten, and one with odds of at most one in ten."""
        rows = self._rows([_OUT_OF_REACH])
        headline = next(row for row in rows if row.is_headline)
        if headline.status in SETTLED_STATUSES or headline.probability is None:
            raise NoLadderError(_why_not(headline))
        ends = [
            end for row in rows for end in (row.forecast_p10, row.forecast_p90) if end is not None
        ]
        low, high = (min(ends), max(ends)) if ends else self._usual()
        width = max(high - low, abs(high) / 20, self._finest)
        for _ in range(_WIDENINGS):
            low, high, width = low - width, high + width, 2 * width
            easiest, hardest = (low, high) if self._sign > 0 else (high, low)
            easy, hard = self._probabilities([easiest, hardest])
            if easy >= RUNGS[0] and hard <= RUNGS[-1]:
                break
        return easiest, hardest

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

    def _between(self, asked: Iterable[Decimal]) -> Iterator[int]:
        """Places to try next: some between the hardest place that is good enough for a rung and the next one."""
        for odds in asked:
            good, bad = self._bracket(odds)
            if good is None or bad is None:
                continue
            gap = bad - good
            for part in range(1, min(gap, _TRIED_AT_ONCE + 1)):
                yield good + gap * part // min(gap, _TRIED_AT_ONCE + 1)

    def _bracket(self, asked: Decimal) -> tuple[int | None, int | None]:
        """The hardest place with odds of `asked`, and the easiest above it that has less."""
        good = max((place for place, odds in self._odds.items() if odds >= asked), default=None)
        bad = min((place for place, odds in self._odds.items() if odds < asked), default=None)
        return good, bad

    def _rung(self, asked: Decimal) -> Rung:
        good, _ = self._bracket(asked)
        if good is None:
            return Rung(asked, None, None)
        return Rung(asked, self._target(good), self._odds[good])

    def _target(self, place: int) -> Decimal:
        return (self._sign * place * self._step).quantize(self._finest)

    def _try(self, places: Sequence[int]) -> None:
        targets = [self._target(place) for place in places]
        self._odds.update(zip(places, self._probabilities(targets), strict=True))

    def _probabilities(self, targets: Sequence[Decimal]) -> list[Decimal]:
        """The odds of each target. Raises `NoLadderError`."""
        rows = [row for row in self._rows(targets) if row.is_headline]
        odds = [row.probability for row in rows if row.probability is not None]
        if len(odds) < len(rows):
            raise NoLadderError(_why_not(rows[0]))
        return odds

    def _rows(self, targets: Sequence[Decimal]) -> list[KeyResultScore]:
        """The rows of goals that differ by their target alone, in the order of `targets`."""
        name = "at_least" if self._sign > 0 else "at_most"
        goals = tuple(
            self.result.model_copy(update={"id": f"t{number:03d}", name: target})
            for number, target in enumerate(targets)
        )
        objective = self.objective.model_copy(update={"key_results": goals})
        scored = score(
            [objective],
            self.evidence.indexes,
            self.evidence.as_of,
            self.evidence.policy,
            self.evidence.graded,
        )
        return list(scored.key_results)


def _why_not(headline: KeyResultScore) -> str:
    return "its days are over" if headline.status in SETTLED_STATUSES else headline.why
