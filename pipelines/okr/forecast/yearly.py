"""The shape of a year in a series of days or weeks: what its seasons add and take, smoothly.

A year has too many weeks, and too few years are known, to estimate each week by itself as the days of a week
are. So the shape is a Fourier series of a few waves: one a year, two a year, and so on. A wave that the known
years do not support is shrunk to nothing, and the sizes of the others vary between futures by their variance.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pipelines.okr.forecast.draws import normal_draws
from pipelines.okr.forecast.smoothing import Aligned
from pipelines.okr.forecast.training_series import Exact, Floats

_WAVES = 6
_GAIN_OF_A_YEAR = 3.0
"""How much of its errors of a year the level follows beside which waves are fitted; another is a random walk."""
_NEXT_YEAR_VARIANCE = 2.0
"""The variance of next year's waves, as a multiple of that of the mean of the years known."""
_EPSILON = 1e-12


@dataclass(frozen=True)
class YearlyShape:
    """What the time of the year adds to each of n series.

    `past` (n, steps) and `coming` (n, horizon) are the shape itself, `waves` (horizon, w) how far
    each wave will be from where it stands, `doubts` (n, w) how unsure the size of each is.
    """

    past: Floats
    coming: Floats
    waves: Exact
    doubts: Exact

    def futures(self, paths: int) -> Floats:
        """The shape to come in each future (horizon, n, paths)."""
        horizon = len(self.waves)
        moved = np.repeat(self.coming.T[:, :, None], paths, axis=2)
        draws = normal_draws(self.doubts.shape[1], paths)
        unsure = np.flatnonzero(self.doubts.any(axis=1))
        sizes = (self.waves[:, None] * self.doubts[unsure]).astype(np.float32)
        # one product of two plain matrices: a stack of them takes ten times as long
        moved[:, unsure] += (sizes.reshape(horizon * len(unsure), len(draws)) @ draws).reshape(
            horizon, len(unsure), paths
        )
        return moved


def yearly_shape(
    series: Aligned, end: int, season: int, year: float, horizon: int
) -> YearlyShape | None:
    """The shape of the year; None where too little of it is known of any of the series.

    It grows in with the years that are known: of little more than one it is next to nothing.

    Args:
        series: n series on the scale to smooth on.
        end: the number of the last step.
        season: length of the shorter season in steps, 1 for none; it is averaged away.
        year: length of a year in steps, 0 where it is not to be looked for.
        horizon: how many steps to come.
    """
    n, steps = series.values.shape
    if not year or steps <= year:
        return None
    past, coming = np.zeros((n, steps), np.float32), np.zeros((n, horizon), np.float32)
    doubts = np.zeros((n, 2 * _WAVES))
    every = _waves(steps + horizon, year)
    for start in np.unique(series.starts[series.lengths > year]).tolist():
        rows = np.flatnonzero(series.starts == start)
        of_rows = _fitted(series.values[rows, start:], end, season, year, every[start:steps])
        known = (steps - start) / year
        sizes = of_rows.sizes * min(known - 1, 1.0)
        doubts[rows] = np.sqrt(_NEXT_YEAR_VARIANCE * of_rows.unsure * min(known - 1, 1.0))
        shape = (sizes @ every.T).astype(np.float32)
        past[rows], coming[rows] = shape[:, :steps], shape[:, steps:]
    standing = every[steps - round(year / _GAIN_OF_A_YEAR) : steps].mean(axis=0)
    return YearlyShape(past, coming, every[steps:] - standing, doubts)


def _fitted(values: Floats, end: int, season: int, year: float, waves: Exact) -> "_Fit":
    """The waves of series (n, steps) of one length."""
    n, steps = values.shape
    both = np.concatenate([values.astype(np.float64), waves.T])
    # Whole weeks of the calendar: of others, each day would bring other means of the same noise.
    first, after = (season - 1 - (end - steps)) % season, steps - (end + 1) % season
    means = both[:, first:after].reshape(len(both), -1, season).mean(axis=2)
    gains = (_GAIN_OF_A_YEAR * season / year, 1.0)
    fits = [_fit(means, n, gain) for gain in gains]
    logs = np.stack([-0.5 * means.shape[1] * np.log(fit.noise + _EPSILON) for fit in fits])
    likely = np.exp(logs - logs.max(axis=0))
    likely /= likely.sum(axis=0)
    sizes, unsure = (
        np.einsum("gn,gnw->nw", likely, np.stack(of_gains))
        for of_gains in ([fit.sizes for fit in fits], [fit.unsure for fit in fits])
    )
    noise: Exact = (likely * np.stack([fit.noise for fit in fits])).sum(axis=0)
    return _Fit(sizes, unsure, noise)


class _Fit(NamedTuple):
    """Sizes of the waves and the variance of each (n, w), and that of what is left over (n,)."""

    sizes: Exact
    unsure: Exact
    noise: Exact


def _fit(both: Exact, n: int, gain: float) -> _Fit:
    """Waves fitted to n series; `both` are the series, then the waves, each by steps.

    A wave has to explain what a level that follows with this gain leaves over, of the series and
    of the waves alike: or a trend would pass for a season.
    """
    left = _level_errors(both, gain)
    series_errors, wave_errors = left[:n], left[n:]
    inverse = np.linalg.inv(wave_errors @ wave_errors.T)
    sizes = series_errors @ wave_errors.T @ inverse
    noise = ((series_errors - sizes @ wave_errors) ** 2).sum(axis=1) / (
        series_errors.shape[1] - len(wave_errors)
    )
    unsure = noise[:, None] * np.diag(inverse)
    trust = _trust(sizes, unsure)
    return _Fit(sizes * trust, unsure * trust, noise)


def _trust(sizes: Exact, unsure: Exact) -> Exact:
    """The share of each wave that is not chance (James and Stein), the same for its sine and cosine."""
    strength, chance = (
        pairs.reshape(len(sizes), -1, 2).sum(axis=2) for pairs in (sizes**2, unsure)
    )
    return np.repeat(np.maximum(1 - chance / np.maximum(strength, _EPSILON), 0), 2, axis=1)


@lru_cache(maxsize=16)
def _waves(steps: int, year: float) -> Exact:
    """Sine and cosine of each wave (steps, 2 · waves)."""
    turns = 2 * np.pi / year * np.arange(steps)[:, None] * np.arange(1, _WAVES + 1)
    return np.stack([np.sin(turns), np.cos(turns)], axis=2).reshape(steps, -1)


def _level_errors(values: Exact, gain: float) -> Exact:
    """How far each step (n, steps) is from a level that follows with this gain."""
    left = np.empty_like(values)
    level = values[:, : round(1 / gain)].mean(axis=1)
    for t in range(values.shape[1]):
        left[:, t] = values[:, t] - level
        level = level + gain * left[:, t]
    return left
