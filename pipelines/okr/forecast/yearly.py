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
from pipelines.okr.forecast.training_series import Exact, Floats, Ints

_WAVES = 6
_GAIN_OF_A_YEAR = 3.0
"""Waves are fitted beside two levels: one takes on so many times its mean error within a year, one is a random walk."""
_NEXT_YEAR_VARIANCE = 2.0
"""The variance of next year's waves, as a multiple of that of the mean of the years known."""
_EPSILON = 1e-12


@dataclass(frozen=True, eq=False, slots=True)
class YearlyShape:
    """What the time of the year adds to each of n series.

    `past` (n, steps) and `coming` (n, horizon) are the shape itself, `waves` (horizon, w) how far
    each wave will be from where it stands, `doubts` (n, w) how unsure the size of each is.
    """

    past: Floats
    coming: Floats
    waves: Exact
    doubts: Exact

    def futures(self, rows: slice, horizon: int, paths: int) -> Floats:
        """The shape to come of some of the series in each future (horizon, rows, paths)."""
        coming, doubts = self.coming[rows, :horizon].T, self.doubts[rows]
        draws = normal_draws(doubts.shape[1], paths)
        sizes = (self.waves[:horizon, None] * doubts).astype(np.float32)
        # one product of two plain matrices: a stack of them takes ten times as long
        moved: Floats = sizes.reshape(-1, len(draws)) @ draws
        moved = moved.reshape(*coming.shape, paths)
        moved += coming[:, :, None]
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
    every = _waves(end - steps + 1, steps + horizon, year)
    rows = np.flatnonzero(series.lengths > year)
    of_rows = _fitted(series.values[rows], series.starts[rows], end, season, year, every[:steps])
    grown_in = np.minimum(series.lengths[rows] / year - 1, 1.0)[:, None]
    doubts[rows] = np.sqrt(_NEXT_YEAR_VARIANCE * of_rows.unsure * grown_in)
    shape = ((of_rows.sizes * grown_in) @ every.T).astype(np.float32)
    past[rows], coming[rows] = shape[:, :steps], shape[:, steps:]
    standing = every[steps - round(year / _GAIN_OF_A_YEAR) : steps].mean(axis=0)
    return YearlyShape(past, coming, every[steps:] - standing, doubts)


def _fitted(
    values: Floats, starts: Ints, end: int, season: int, year: float, waves: Exact
) -> "_Fit":
    """The waves of series (n, steps) that end together, the longest first."""
    steps = values.shape[1]
    # Whole weeks of the calendar: of others, each day would bring other means of the same noise.
    first, after = (season - 1 - (end - steps)) % season, steps - (end + 1) % season
    means, of_waves = (
        side[:, first:after].astype(np.float64).reshape(len(side), -1, season).mean(axis=2)
        for side in (values, waves.T)
    )
    begins = np.maximum(-(-(starts - first) // season), 0)
    weeks = means.shape[1] - begins
    gains = (_GAIN_OF_A_YEAR * season / year, 1.0)
    fits = [_fit(means, of_waves, begins, gain) for gain in gains]
    logs = np.stack([-0.5 * weeks * np.log(fit.noise + _EPSILON) for fit in fits])
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


def _fit(means: Exact, waves: Exact, begins: Ints, gain: float) -> _Fit:
    """Waves (w, steps) fitted to series (n, steps) that begin at places of their own, the first ones first.

    A wave has to explain what a level that follows with this gain leaves over, of the series and
    of the waves alike: or a trend would pass for a season.
    """
    series_errors = _level_errors(means, begins, gain)
    # series that begin at one step share what is left over of the waves
    firsts, same = np.unique(begins, return_inverse=True)
    count, steps = waves.shape
    wave_errors = _level_errors(np.tile(waves, (len(firsts), 1)), np.repeat(firsts, count), gain)
    wave_errors = wave_errors.reshape(-1, count, steps)
    inverse = np.linalg.inv(wave_errors @ wave_errors.transpose(0, 2, 1))[same]
    of_each = wave_errors[same]
    sizes = (inverse @ (of_each @ series_errors[:, :, None]))[:, :, 0]
    left = series_errors - (sizes[:, None, :] @ of_each)[:, 0]
    noise = (left**2).sum(axis=1) / (steps - begins - count)
    unsure = noise[:, None] * np.diagonal(inverse, axis1=1, axis2=2)
    trust = _trust(sizes, unsure)
    return _Fit(sizes * trust, unsure * trust, noise)


def _trust(sizes: Exact, unsure: Exact) -> Exact:
    """The share of each wave that is not chance (James and Stein), the same for its sine and cosine."""
    strength, chance = (
        pairs.reshape(len(sizes), -1, 2).sum(axis=2) for pairs in (sizes**2, unsure)
    )
    return np.repeat(np.maximum(1 - chance / np.maximum(strength, _EPSILON), 0), 2, axis=1)


@lru_cache(maxsize=16)
def _waves(first: int, steps: int, year: float) -> Exact:
    """Sine and cosine of each wave (steps, 2 · waves), from the step of this number on.

    They keep their places in the year whatever the history begins with: so do the draws of their sizes.
    """
    turns = 2 * np.pi / year * (first + np.arange(steps))[:, None] * np.arange(1, _WAVES + 1)
    return np.stack([np.sin(turns), np.cos(turns)], axis=2).reshape(steps, -1)


def _level_errors(values: Exact, begins: Ints, gain: float) -> Exact:
    """How far each step (n, steps) is from a level that follows with this gain; 0 before it begins."""
    left = np.zeros_like(values)
    early = begins[:, None] + np.arange(round(1 / gain))
    level = np.take_along_axis(values, early, axis=1).mean(axis=1)
    begun = np.searchsorted(begins, np.arange(values.shape[1]), side="right").tolist()
    for t in range(int(begins[0]), values.shape[1]):
        k = begun[t]
        left[:k, t] = values[:k, t] - level[:k]
        level[:k] += gain * left[:k, t]
    return left
