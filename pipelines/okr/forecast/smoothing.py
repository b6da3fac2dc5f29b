"""Exponential smoothing of many series by many variants at once."""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.candidates import Candidates, candidates
from pipelines.okr.forecast.training_series import Exact, Floats

# How much one step's and a whole stretch's forecast errors say about which variant to trust.
# One-step errors are many but say little about a quarter's total; stretches are few.
_STEP_ERROR_WEIGHT = 0.5
_STRETCH_ERROR_WEIGHT = 4.0
_MAX_CYCLES = 8
_EPSILON = 1e-12


@dataclass(frozen=True)
class Smoothed:
    """Where n series stand after their last step, by c candidates.

    `level`, `slope` (n, c) and `season` (places, n, c) are the states, `errors` (steps, n, c) the
    one-step forecast errors after the first `burn_in` steps, `weights` (n, c) add up to 1 for
    each series. `mean` (n, 1) is what levels return to.
    """

    candidates: Candidates
    level: Floats
    slope: Floats
    season: Floats
    mean: Floats
    errors: Floats
    weights: Exact
    burn_in: int

    @property
    def steps(self) -> int:
        return self.burn_in + len(self.errors)


def smooth(values: Floats, season: int, stretch: int) -> Smoothed:
    """Run every candidate over every series.

    Args:
        values: (n, steps) on the scale to smooth on.
        season: length of the season in steps, 1 for none.
        stretch: how many steps ahead the forecast of a mean is judged.
    """
    n, steps = values.shape
    variants = candidates(season)
    first = 2 * season if season > 1 else min(8, steps // 3)
    burn_in = min(first, steps // 3)
    stretch = min(stretch, max(1, (steps - burn_in) // 3))
    if season > 1:
        stretch = max(season, stretch // season * season)
    mean = values.mean(axis=1, keepdims=True)
    level = np.repeat(values[:, :first].mean(axis=1, keepdims=True), len(variants), axis=1)
    slope = np.zeros_like(level)
    places = np.repeat(_first_season(values, season).T[:, :, None], len(variants), axis=2)
    season_mean = places.mean(axis=0)
    errors = np.empty((steps, n, len(variants)), np.float32)
    by_stretch = _StretchErrors(variants, values, stretch, burn_in)
    for t in range(steps):
        place = places[t % season]
        slope *= variants.damping
        level += slope
        error = errors[t]
        np.subtract(values[:, t, None], level, out=error)
        error -= place
        level += variants.level * error
        slope += variants.slope * error
        learnt = variants.season * error
        place += learnt
        season_mean += learnt / season
        level -= mean
        level *= variants.keeps
        level += mean
        by_stretch.add_errors(t + 1, level, slope, season_mean, mean)
    weights = _weights(variants, errors[burn_in:], by_stretch)
    # Places are kept by how soon they come: the first is that of the step after the last.
    ordered = np.roll(places, -(steps % season), axis=0)
    return Smoothed(variants, level, slope, ordered, mean, errors[burn_in:], weights, burn_in)


def _first_season(values: Floats, season: int) -> Floats:
    """The season's shape over the first cycles (n, season), shrunk by how unsure it is."""
    n, steps = values.shape
    if season == 1:
        return np.zeros((n, 1), np.float32)
    cycles = min(_MAX_CYCLES, steps // season)
    stacked = values[:, : cycles * season].reshape(n, cycles, season).astype(np.float64)
    centred = stacked - stacked.mean(axis=2, keepdims=True)
    shape = centred.mean(axis=1)
    noise = ((centred - shape[:, None]) ** 2).sum(axis=(1, 2))
    unsure = noise / max(1, (cycles - 1) * (season - 1)) / cycles
    signal = np.maximum(shape.var(axis=1), _EPSILON)
    first: Floats = (shape / (1 + unsure / signal)[:, None]).astype(np.float32)
    return first


class _StretchErrors:
    """Judges each candidate by its forecast of the mean of the next `stretch` steps."""

    def __init__(self, variants: Candidates, values: Floats, stretch: int, burn_in: int) -> None:
        self._steps: int = values.shape[1]
        self._stretch = stretch
        self._burn_in = burn_in
        totals = np.cumsum(values, axis=1, dtype=np.float64)
        totals = np.concatenate([np.zeros((len(values), 1)), totals], axis=1)
        self._means = ((totals[:, stretch:] - totals[:, :-stretch]) / stretch).astype(np.float32)
        ahead = np.arange(1, stretch + 1)[:, None]
        faded = np.cumsum(variants.damping.astype(np.float64) ** ahead, axis=0)
        self._slope_reach = faded.mean(axis=0).astype(np.float32)
        kept = variants.keeps.astype(np.float64) ** (ahead - 1)
        self._level_reach = kept.mean(axis=0).astype(np.float32)
        self.squares = np.zeros((len(values), len(variants)), np.float32)
        self.judged = 0

    @property
    def independent(self) -> float:
        """How many judgements there are that do not overlap, less the one that fitting takes."""
        return max(float(self._steps - self._burn_in) / self._stretch - 1, 0.5)

    def add_errors(
        self, seen: int, level: Floats, slope: Floats, season_mean: Floats, mean: Floats
    ) -> None:
        if seen < self._burn_in or seen + self._stretch > self._steps:
            return
        miss = level - mean
        miss *= self._level_reach
        miss += slope * self._slope_reach
        miss += season_mean
        miss += mean - self._means[:, seen, None]
        miss *= miss
        self.squares += miss
        self.judged += 1


def _weights(variants: Candidates, errors: Floats, stretches: _StretchErrors) -> Exact:
    """Each candidate's share of the futures, from the likelihood of both kinds of errors."""
    steps = len(errors)
    by_step = np.einsum("tnc,tnc->nc", errors, errors).astype(np.float64) / steps
    by_stretch = stretches.squares.astype(np.float64) / max(stretches.judged, 1)
    logs = -0.5 * _STEP_ERROR_WEIGHT * steps * np.log(by_step + _EPSILON)
    logs -= 0.5 * _STRETCH_ERROR_WEIGHT * stretches.independent * np.log(by_stretch + _EPSILON)
    logs -= variants.penalty
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Exact = weights / weights.sum(axis=1, keepdims=True)
    return shares
