"""The odds of a goal if a measure brings what is expected of it, in a column of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.measures import Measure
from pipelines.okr.forecast.training_series import Floats
from pipelines.okr.kpi.filters import in_both
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.measures.at_work import measures_of
from pipelines.okr.measures.result import MeasureResult
from pipelines.okr.odds.changed_futures import FuturesChange, days_of_steps
from pipelines.okr.odds.simulated_kpis import part_of
from pipelines.okr.odds.training_data import TrainingData
from pipelines.okr.scoring.scorecard import Scorecard

_LATEST = timedelta(days=90)
"""The days before the last known one whose share of the measure's members is that of the days to come."""
_NOT_JUDGED_YET = ("not_started", "too_early")

Again = Callable[[Sequence[Objective], Sequence[FuturesChange]], Scorecard]
"""Scores objectives once more, with changed futures."""


@dataclass(frozen=True, slots=True)
class ExpectedEffect:
    """What a measure adds to the futures: nothing before its lag is over, and all of it after its ramp.

    Of a level it stays when the measure has ended.
    """

    measure: Measure

    def __call__(
        self, view: KpiView, cut: date, data: TrainingData, futures: tuple[Floats, ...]
    ) -> tuple[Floats, ...]:
        if view.kpi.name != self.measure.kpi:
            return futures
        share = self._share(view, cut)
        if not share:
            return futures
        stays = view.kpi.behaviour.is_level
        days = days_of_steps(data.coming, cut, futures[0].shape[1])
        weights = np.array([self._weight(day, stays=stays) for day in days], dtype=np.float32)
        added = np.float32(float(self.measure.expected or 0) * share) * weights
        top = futures[0].copy()
        top[:, : len(added)] *= 1 + added
        return (part_of(top, futures[1]) if data.is_share else top, *futures[1:])

    def touches(self, result: KeyResult) -> bool:
        """Whether the measure can move a key result."""
        return result.kpi == self.measure.kpi and (
            in_both(result.where, self.measure.where) is not None
        )

    def _weight(self, day: date, *, stays: bool) -> float:
        """The part of the effect that is there on a day."""
        measure = self.measure
        if measure.ends is not None and day > measure.ends and not stays:
            return 0.0
        days = (day - measure.start).days + 1 - measure.lag
        return min(max(days / (measure.ramp + 1), 0.0), 1.0)

    def _share(self, view: KpiView, cut: date) -> float:
        """The share of what the goal counts that the measure touches, by the latest days."""
        touched = in_both(view.where, self.measure.where)
        if touched is None:
            return 0.0
        if touched == view.where or view.kpi.behaviour.reported_by_period:
            return 1.0
        part, whole = (
            float(view.index.series(where).sums(cut - _LATEST, cut)[-1])
            for where in (touched, view.where)
        )
        return min(max(part / whole, 0.0), 1.0) if whole > 0 else 0.0


def with_odds_if_measures_work(
    scorecard: Scorecard,
    objectives: Sequence[Objective],
    results: Sequence[MeasureResult],
    score_with: Again,
) -> Scorecard:
    """The scorecard with the odds if the measures work that have an expected effect and are not judged yet.

    Only the key results of the scorecard that such a measure can move are scored again.
    """
    open_ones = {
        (result.objective_id, result.measure, result.start)
        for result in results
        if result.reason in _NOT_JUDGED_YET
    }
    effects = [
        ExpectedEffect(taken.measure)
        for taken in measures_of(objectives)
        if taken.measure.expected is not None
        and (taken.objective_id, taken.measure.what, taken.measure.start) in open_ones
    ]
    if not effects:
        return scorecard
    scored = {row.key_result_id for row in scorecard.key_results}
    moved = [
        objective.model_copy(update={"key_results": touched})
        for objective in objectives
        if (
            touched := tuple(
                result
                for result in objective.key_results
                if objective.key_result_id(result) in scored
                and any(effect.touches(result) for effect in effects)
            )
        )
    ]
    if not moved:
        return scorecard
    odds = {
        row.key_result_id: row.probability
        for row in score_with(moved, effects).key_results
        if row.is_headline
    }
    rows = tuple(
        replace(row, probability_if_measures_work=odds[row.key_result_id])
        if row.is_headline and row.key_result_id in odds
        else row
        for row in scorecard.key_results
    )
    return replace(scorecard, key_results=rows)
