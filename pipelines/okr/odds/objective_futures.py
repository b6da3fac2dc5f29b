"""The score with which an objective ends, in each of the futures that its parts share.

A part without odds leaves two ends: the objective ends between the score with nothing of that part and the score with
all of it. Its odds are known where both ends say the same in every future.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.forecast.training_series import Exact, Floats, Truth
from pipelines.okr.kpi.numbers import ONE, ZERO, clamped, rounded
from pipelines.okr.kpi.status import meets
from pipelines.okr.odds.open_goals import NoOdds, Settled
from pipelines.okr.odds.results import GoalResult, SimulatedGoal, reaches

_PLACES = 6
_KEPT_PLACES = 12
"""Decimals of a median that is compared with a bar: the noise of floats is no miss."""
_BANDS = (0.1, 0.5, 0.9)
_NO_SCORES: Floats = np.empty(0, np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class ScoreFutures:
    """The score that a goal or an objective ends with, from 0 to 1.

    No future leaves `least` and `most`, which are exact. `kept_low` and `kept_high` are the ends in each future
    (paths,), and the same unless a part has no odds; those of a goal have 24 bits, because there can be a hundred
    thousand goals. `full_low` and `full_high` say whether each goal in it is met; `full` where that is settled.
    `curve` corrects its odds, None where nothing was simulated. `lacking` are the parts without odds, each with the
    reason.
    """

    least: Decimal
    most: Decimal
    kept_low: Floats | Exact
    kept_high: Floats | Exact
    full: bool | None
    full_low: Truth
    full_high: Truth
    curve: Curve | None = None
    lacking: tuple[tuple[str, str], ...] = ()

    @property
    def low(self) -> Exact:
        return self.kept_low.astype(np.float64, copy=False)

    @property
    def high(self) -> Exact:
        return self.kept_high.astype(np.float64, copy=False)

    @property
    def mean(self) -> Decimal | None:
        """The mean of the scores it ends with; None where they are not known."""
        if self.least == self.most:
            return self.least
        return None if self.lacking else clamped(Decimal(repr(float(self.low.mean()))))

    @property
    def quantiles(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """The scores that one, five and nine in ten futures do not exceed; None where they are not known."""
        if self.least == self.most:
            return self.least, self.least, self.least
        if self.lacking:
            return None
        low, middle, high = (
            rounded(clamped(Decimal(repr(float(value)))), _PLACES)
            for value in np.quantile(self.low, _BANDS)
        )
        return low, middle, high

    def reaching(self, bar: Decimal) -> GoalResult:
        """Whether the score reaches the bar."""
        if meets(self.least, bar):
            return Settled(True, self.least)
        if not meets(self.most, bar):
            return Settled(False, self.most)
        return self._counted(reaches(self.low, bar), reaches(self.high, bar))

    def reaching_between(self, bar: Decimal) -> tuple[GoalResult, GoalResult]:
        """Whether the score reaches the bar with nothing, and with all, of the parts without odds."""
        curve = self.curve or Curve()
        nothing, everything = (
            SimulatedGoal(reaches(scores, bar), _NO_SCORES, curve)
            for scores in (self.low, self.high)
        )
        return nothing, everything

    def at_pace(self, paced: Decimal | None) -> Exact | None:
        """The score it ends with in each future, and `paced` in all of them where it has no odds; None without both."""
        if not self.lacking:
            return self.low
        return None if paced is None else _in_all(float(paced))

    @property
    def all_met(self) -> GoalResult:
        """Whether each goal in it is met."""
        if self.full is not None:
            return Settled(self.full, ONE if self.full else ZERO)
        return self._counted(self.full_low, self.full_high)

    def _counted(self, low: Truth, high: Truth) -> GoalResult:
        if (low == high).all():
            return SimulatedGoal(low, _NO_SCORES, self.curve or Curve())
        return NoOdds(self.lacking[0][1])


def futures_of(name: str, result: GoalResult, *, met_counts_whole: bool = False) -> ScoreFutures:
    """The score that a single goal ends with.

    With `met_counts_whole` it is 1 where the goal is met: of a goal that asks for some of its windows, the score is
    below 1 although nothing is missing.
    """
    if isinstance(result, Settled):
        if met_counts_whole and result.met:
            result = Settled(True, ONE)
        most = result.score
        least = most if result.least is None else result.least
        low = high = _in_all(float(least))
        if least != most:
            high = _in_all(float(most))
        met = _met_in_all(met=result.met)
        lacking = () if least == most else ((name, result.no_odds),)
        return ScoreFutures(least, most, low, high, result.met, met, met, None, lacking)
    if isinstance(result, NoOdds):
        lacking = ((name, result.why),)
        low, high = _in_all(0.0), _in_all(1.0)
        missed, met = _met_in_all(met=False), _met_in_all(met=True)
        return ScoreFutures(ZERO, ONE, low, high, None, missed, met, None, lacking)
    score: Floats | Exact = result.score
    if met_counts_whole and result.settled:
        score, ends = _in_all(1.0), (ONE, ONE)
    else:
        score = np.where(result.met, np.float32(1), score) if met_counts_whole else score
        can_be_whole = met_counts_whole and result.settled is None
        ends = result.least, ONE if can_be_whole else result.most
    met, full = result.met, result.settled
    if full is not None:
        met = _met_in_all(met=full)
    return ScoreFutures(*ends, score, score, full, met, met, result.curve)


def _in_all(score: float) -> Exact:
    """The same score in all futures (paths,), in the memory of one."""
    return np.broadcast_to(score, PATHS)


def _met_in_all(*, met: bool) -> Truth:
    return np.broadcast_to(np.bool_(met), PATHS)


def mean_at_pace(parts: Sequence[tuple[Decimal, Exact]]) -> Exact | None:
    """The weighted mean of scores in each future (paths,); None where none of them weighs anything."""
    total = sum((weight for weight, _ in parts), ZERO)
    if not total:
        return None
    shares = np.array([float(weight / total) for weight, _ in parts])
    return np.asarray(shares @ np.stack([scores for _, scores in parts]))


def median_score(scores: Exact) -> Decimal:
    return rounded(clamped(Decimal(repr(float(np.median(scores))))), _KEPT_PLACES)


def weighted_mean(parts: Sequence[tuple[Decimal, ScoreFutures]]) -> ScoreFutures | None:
    """The weighted mean of several; None where none of them weighs anything.

    The most careful of their curves corrects the odds.
    """
    parts = [(weight, part) for weight, part in parts if weight]
    total = sum((weight for weight, _ in parts), ZERO)
    if not total:
        return None
    futures = [part for _, part in parts]
    least = sum((weight * part.least for weight, part in parts), ZERO) / total
    most = sum((weight * part.most for weight, part in parts), ZERO) / total
    shares = np.array([float(weight / total) for weight, _ in parts])
    fulls = {part.full for part in futures}
    curves = [part.curve for part in futures if part.curve is not None]
    low = shares @ np.stack([part.low for part in futures])
    is_known = all(part.kept_high is part.kept_low for part in futures)
    return ScoreFutures(
        least,
        most,
        low,
        low if is_known else shares @ np.stack([part.high for part in futures]),
        False if False in fulls else None if None in fulls else True,
        np.logical_and.reduce([part.full_low for part in futures]),
        np.logical_and.reduce([part.full_high for part in futures]),
        min(curves, key=lambda curve: curve.slope, default=None),
        tuple(sorted({lack for part in futures for lack in part.lacking})),
    )
