"""What becomes of goals in simulated futures: of one, of several together, of an objective."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.forecast.training_series import Exact, Floats, Truth
from pipelines.okr.odds.forecast_bands import Quantiles
from pipelines.okr.odds.open_goals import NoOdds, Settled

TOLERANCE = 1e-6
"""How far floats may take a score below the bar that it meets."""


@dataclass(frozen=True, eq=False)
class SimulatedGoal:
    """A goal in each future: whether it is met (paths,), and its score from 0 to 1 (paths,)."""

    met: Truth
    score: Floats
    curve: Curve
    quantiles: Quantiles | None = None

    @property
    def share(self) -> float:
        return share_of_futures(int(self.met.sum()), len(self.met))


GoalResult = SimulatedGoal | Settled | NoOdds


def share_of_futures(met: int, paths: int) -> float:
    """The share of futures that meet a goal; never quite none or all of them, for there are more."""
    return (met + 0.5) / (paths + 1)


def share_met(parts: Sequence[GoalResult], bar: float) -> GoalResult:
    """Whether enough of the parts are met in each future."""
    for part in parts:
        if isinstance(part, NoOdds):
            return part
    if not parts:
        return NoOdds("nothing is left to meet")
    certain = sum(isinstance(part, Settled) and part.met for part in parts)
    open_parts = [part for part in parts if isinstance(part, SimulatedGoal)]
    least, most = certain / len(parts), (certain + len(open_parts)) / len(parts)
    if most < bar - TOLERANCE:
        return Settled(False, most)
    if least >= bar - TOLERANCE and not open_parts:
        return Settled(True, 1.0)
    met = np.full(PATHS, certain, dtype=np.int64)
    for part in open_parts:
        met += part.met
    return _simulated(met / len(parts), bar, open_parts)


@dataclass(frozen=True, slots=True)
class WeightedPart:
    """A part of an objective: its weight and what becomes of it."""

    weight: float
    result: GoalResult


def weighted_result(parts: Sequence[WeightedPart], bar: float) -> GoalResult:
    """An objective in each future: the weighted score of its parts, and whether it is enough.

    Parts without odds leave bounds only: when not even all of them could make it enough, that is
    settled; otherwise there are no odds.
    """
    total = sum(part.weight for part in parts)
    if not total:
        return NoOdds("nothing in it weighs anything")
    score = np.zeros(PATHS)
    open_parts: list[SimulatedGoal] = []
    unknown: list[NoOdds] = []
    for part in parts:
        share = part.weight / total
        if isinstance(part.result, NoOdds):
            if share:
                score += share
                unknown.append(part.result)
            continue
        score += share * part.result.score
        if isinstance(part.result, SimulatedGoal):
            open_parts.append(part.result)
    if unknown:
        can_be_met = (score >= bar - TOLERANCE).any()
        return unknown[0] if can_be_met else Settled(False, float(score.max()))
    if not open_parts:
        return Settled(bool(score[0] >= bar - TOLERANCE), float(score[0]))
    return _simulated(score, bar, open_parts)


def _simulated(score: Exact, bar: float, open_parts: Sequence[SimulatedGoal]) -> SimulatedGoal:
    """Together they are corrected by the most careful of the parts' curves."""
    curve = min((part.curve for part in open_parts), key=lambda curve: curve.slope)
    return SimulatedGoal(score >= bar - TOLERANCE, score.astype(np.float32), curve)
