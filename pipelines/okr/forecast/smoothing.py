"""Exponential smoothing of many series by many variants at once."""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.candidates import Candidates, candidates
from pipelines.okr.forecast.evidence import StretchErrors, weights_of
from pipelines.okr.forecast.season import season_of
from pipelines.okr.forecast.training_series import Exact, Floats, Frequency, Ints

_LEAST_BURN_IN = 8


@dataclass(frozen=True, eq=False, slots=True)
class Aligned:
    """n series (n, steps) that end together; each begins at a place of its own, the longest ones first.

    `values` before `starts` (n,) are of no meaning.
    """

    values: Floats
    starts: Ints

    @property
    def lengths(self) -> Ints:
        lengths: Ints = self.values.shape[1] - self.starts
        return lengths

    @property
    def known(self) -> Exact:
        """1 where there is a value, else 0."""
        return (np.arange(self.values.shape[1]) >= self.starts[:, None]).astype(np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Smoothed:
    """Where n series stand after their last step, by c candidates.

    `level`, `slope` (n, c) and `season` (places, n, c) are the states, `errors` (steps, n, c) the
    one-step forecast errors, of each series those from the step `begins` (n,) on.
    `weights` (n, c) add up to 1 for each series. `mean` (n, 1) is what levels return to.
    """

    candidates: Candidates
    level: Floats
    slope: Floats
    season: Floats
    mean: Floats
    errors: Floats
    weights: Exact
    begins: Ints


def smooth(series: Aligned, frequency: Frequency, season: int, stretch: int) -> Smoothed:
    """Run every candidate over every series.

    Args:
        series: the series on the scale to smooth on.
        frequency: how far apart steps are.
        season: length of the season in steps, 1 for none.
        stretch: how many steps ahead the forecast of a mean is judged.
    """
    values, starts, lengths = series.values, series.starts, series.lengths
    n, steps = values.shape
    variants = candidates(frequency, season)
    first = np.minimum(
        max(2 * season, _LEAST_BURN_IN) if season > 1 else _LEAST_BURN_IN, lengths // 3
    )
    first = np.maximum(first, 1)
    mean, start = _means(series, first)
    # all is measured from the mean, which levels return to
    values = values - mean
    level = np.repeat(start - mean, len(variants), axis=1)
    slope = np.zeros_like(level)
    shape = season_of(series.values, series.known, season)
    places = shape.T[:, :, None] * variants.starts
    learnt = np.zeros((n, len(variants)), np.float32)
    errors = np.zeros((steps, n, len(variants)), np.float32)
    by_stretch = StretchErrors(variants, values, starts, first, stretch, season)
    begun = np.searchsorted(starts, np.arange(steps), side="right").tolist()
    trending, returning = variants.trending, variants.returning
    moves = np.empty_like(level)
    for t in range(int(starts.min()), steps):
        k = begun[t]
        place, error, move = places[t % season][:k], errors[t, :k], moves[:k]
        of_level, of_slope = level[:k], slope[:k, trending]
        of_slope *= variants.damping[trending]
        of_level[:, trending] += of_slope
        np.subtract(values[:k, t, None], of_level, out=error)
        if season > 1:
            error -= place
            np.multiply(variants.season, error, out=move)
            place += move
            learnt[:k] += move
        np.multiply(variants.level, error, out=move)
        of_level += move
        of_trend = move[:, trending]
        np.multiply(variants.slope[trending], error[:, trending], out=of_trend)
        of_slope += of_trend
        of_level[:, returning] *= variants.keeps[returning]
        by_stretch.add(t + 1, k, of_level, slope, learnt)
    level += mean
    for row, burnt in enumerate(first + starts):
        errors[: int(burnt), row] = 0
    weights = weights_of(by_stretch, frequency)
    # Places are kept by how soon they come: the first is that of the step after the last.
    ordered = np.roll(places, -(steps % season), axis=0)
    return Smoothed(variants, level, slope, ordered, mean, errors, weights, starts + first)


def _means(series: Aligned, first: Ints) -> tuple[Floats, Floats]:
    """The mean of each series, and that of its first steps (n, 1)."""
    inside = series.values * series.known
    early = np.arange(inside.shape[1]) < (series.starts + first)[:, None]
    mean, start = inside.sum(axis=1) / series.lengths, (inside * early).sum(axis=1) / first
    return mean[:, None].astype(np.float32), start[:, None].astype(np.float32)
