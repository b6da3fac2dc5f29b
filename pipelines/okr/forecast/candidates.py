"""The variants of exponential smoothing that are tried on every series."""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from pipelines.okr.forecast.training_series import Floats

_LEVEL_GAINS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_SEASON_GAINS = (0.03, 0.12, 0.3)
# (slope's gain as a share of the level's, damping of the slope a step)
_TRENDS = ((0.05, 0.9), (0.2, 0.9), (0.05, 0.98))
# what remains of a level's distance from its mean after a step
_SHORT_STEP_RETURNS = (0.97, 0.9)
_MONTHLY_RETURNS = (0.9, 0.7)
_MONTHS = 12

_TREND_PENALTY = 1.0
_RETURN_PENALTY = 3.0
_RANDOM_WALK_PENALTY = 1.0


@dataclass(frozen=True)
class Candidates:
    """c variants side by side; every array has the shape (c,).

    A step with forecast error e moves the level by `level` · e, the slope by `slope` · e and the
    season's own place by `season` · e. The slope fades by `damping` a step; the level's distance
    from the series' mean shrinks to `keeps` of itself, 1 for a level that never returns.
    `penalty` is taken off the log-weight: what is simpler has to be beaten to be left.
    """

    level: Floats
    slope: Floats
    damping: Floats
    season: Floats
    keeps: Floats
    penalty: Floats

    def __len__(self) -> int:
        return len(self.level)


@cache
def candidates(season: int) -> Candidates:
    """Every level gain with no trend, with each trend, or with each return to the mean."""
    returns = _MONTHLY_RETURNS if season == _MONTHS else _SHORT_STEP_RETURNS
    movements = [(0.0, 1.0, 1.0), *((*trend, 1.0) for trend in _TRENDS)]
    movements += [(0.0, 1.0, keeps) for keeps in returns]
    season_gains = _SEASON_GAINS if season > 1 else (0.0,)
    rows = [
        # A level that follows every error leaves nothing for the season to learn from it.
        (gain, gain * slope, damping, season_gain * (1 - gain), keeps, _penalty(gain, slope, keeps))
        for gain, (slope, damping, keeps), season_gain in product(
            _LEVEL_GAINS, movements, season_gains
        )
    ]
    return Candidates(*np.array(rows, dtype=np.float32).T.copy())


def _penalty(gain: float, slope: float, keeps: float) -> float:
    penalty = 0.0
    if slope > 0:
        penalty += _TREND_PENALTY
    if keeps < 1:
        penalty += _RETURN_PENALTY
    elif gain >= 1:
        penalty += _RANDOM_WALK_PENALTY
    return penalty
