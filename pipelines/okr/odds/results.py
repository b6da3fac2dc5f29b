"""What becomes of goals in simulated futures: of one, of several together, of an objective."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.forecast.training_series import Exact, Floats, Truth
from pipelines.okr.kpi.numbers import ONE, ZERO
from pipelines.okr.odds.forecast_bands import Quantiles
from pipelines.okr.odds.open_goals import NoOdds, Settled

_SUM_NOISE = 1e-9
"""How far the sum of floats may be below the exact sum. Settled scores are added up in decimals."""
_KEPT_NOISE = 1e-6
"""The same for scores that are kept with 24 bits, unless they are 0 or 1."""


@dataclass(frozen=True, eq=False, slots=True)
class SimulatedGoal:
    """A goal in each future: whether it is met (paths,), and its score from 0 to 1 (paths,).

    No future leaves `least` and `most`, which are exact.
    """

    met: Truth
    score: Floats
    curve: Curve
    quantiles: Quantiles | None = None
    settled: bool | None = None
    """Whether it is met or missed for good, while its score is still open."""
    least: Decimal = ZERO
    most: Decimal = ONE

    @property
    def share(self) -> float:
        return share_of_futures(int(self.met.sum()), len(self.met))


GoalResult = SimulatedGoal | Settled | NoOdds


def share_of_futures(met: int, paths: int) -> float:
    """The share of futures that meet a goal; never quite none or all of them, for there are more."""
    return (met + 0.5) / (paths + 1)


def share_met(parts: Sequence[GoalResult], needed: int) -> GoalResult:
    """Whether `needed` of the parts are met in each future; the score is the share of them that is.

    With a part without odds there are none, unless enough parts are met already, or not enough are met even if each
    such part is.
    """
    if not parts:
        return NoOdds("nothing is left to meet")
    certain = sum(_settled(part) is True for part in parts)
    most = sum(_settled(part) is not False for part in parts)
    open_parts = [part for part in parts if isinstance(part, SimulatedGoal)]
    unknown = [part for part in parts if isinstance(part, NoOdds)]
    settled = True if certain >= needed else False if most < needed else None
    ends = Decimal(certain) / len(parts), Decimal(most) / len(parts)
    if unknown or not open_parts:
        if settled is None:
            return unknown[0]
        return Settled(settled, ends[1], ends[0], unknown[0].why if unknown else "")
    met = np.full(PATHS, sum(isinstance(part, Settled) and part.met for part in parts))
    for part in open_parts:
        met += part.met
    curve = min((part.curve for part in open_parts), key=lambda curve: curve.slope)
    score = (met / len(parts)).astype(np.float32)
    return SimulatedGoal(met >= needed, score, curve, None, settled, *ends)


def _settled(part: GoalResult) -> bool | None:
    """Whether a part is met or missed for good; None while it is open."""
    if isinstance(part, Settled):
        return part.met
    return part.settled if isinstance(part, SimulatedGoal) else None


def reaches(score: Exact, bar: Decimal) -> Truth:
    """Where a score meets the bar. A bar of 1 is met by parts that are all 1, which floats hold exactly."""
    met: Truth = score >= float(bar) - (_SUM_NOISE if bar >= 1 else _KEPT_NOISE)
    return met
