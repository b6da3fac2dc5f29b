"""Which members a series' futures come from, and how many of them.

The candidates of smoothing share two fifths of the futures by how well each would have forecast. The rest comes from
members that no evidence can rule out: that next year repeats this one, that the rest of the period is like some stretch
of the past, that a plain line goes on. Each such share is fixed, so no single fit is ever all.
"""

import numpy as np

from pipelines.okr.forecast.draws import uniform_draws
from pipelines.okr.forecast.paths import Chosen
from pipelines.okr.forecast.plain import shares_of_lines
from pipelines.okr.forecast.smoothing import Aligned, Smoothed
from pipelines.okr.forecast.training_series import Exact, Floats, Frequency, Truth

_YEAR_AGO = 0.1
_STRETCH = 0.1
_LINES = (0.1, 0.1, 0.2)
"""Each plain member has a tenth of the futures whatever the evidence, and the autoregression, the best of them, two.

Equal shares of few members are hard to beat: shares that were fitted to half of the collections did no better on the
others (decision 62).
"""
_QUICK_GAIN = 0.2
"""The least gain of a candidate that says that the level is where the latest steps were."""
_LATEST: dict[Frequency, int] = {"day": 28, "week": 6, "month": 3}
"""Steps whose distance from those a year before is what the steps to come keep."""
_LATEST_ERRORS: dict[Frequency, int] = {"day": 10, "week": 5, "month": 3}
_LEAST_SEASONS_OF_A_STRETCH: dict[Frequency, int] = {"day": 13, "week": 13, "month": 1}
"""A quarter of days or weeks, and a year of months."""
_MIN_ORIGINS = 4
_NO_SURPRISE = 3.0
_MOST_OF_A_SHIFT = 0.35
_MOST_OF_AN_ERROR = 3.0
"""In times of the usual error: what of a single step counts for a shift."""
_EPSILON = 1e-12


def year_of(frequency: Frequency, season: int) -> int:
    """A year in steps, in whole seasons."""
    if frequency == "month":
        return season
    return 52 * season if frequency == "day" else 52


def mixed(
    smoothed: Smoothed,
    series: Aligned,
    frequency: Frequency,
    season: int,
    *,
    level: bool,
    moves: bool,
    sparse: Truth,
) -> Exact:
    """The weights of all members (n, candidates + 2 + lines): candidates, a year ago, a stretch of the past, lines.

    `level` says that the series are levels, `moves` that they are the changes of levels. `sparse` (n,) are those where
    most steps bring nothing: no line tells what they bring, and a random walk would stay where the last amount was.
    """
    variants, lengths = smoothed.candidates, series.lengths
    # that a level has just moved is said by candidates without a trend that follow quickly
    quick = (variants.level >= np.float32(_QUICK_GAIN)) & (variants.keeps == 1)
    quick &= variants.slope == 0
    quick &= variants.starts == variants.starts.max()
    of_year = _share_of_year(series, frequency, season)
    of_stretch = np.full(len(lengths), 0.0 if level else _STRETCH)
    of_lines = shares_of_lines(_LINES, lengths, frequency, level=level, moves=moves)
    of_lines[sparse] = 0
    lately = _share_of_shift(smoothed, frequency)[:, None] * quick / quick.sum()
    rest = np.maximum(1 - of_year - of_stretch - of_lines.sum(axis=1), 0)
    candidates = smoothed.weights * (1 - lately.sum(axis=1, keepdims=True)) + lately
    candidates *= rest[:, None]
    return np.concatenate([candidates, of_year[:, None], of_stretch[:, None], of_lines], axis=1)


def _share_of_shift(smoothed: Smoothed, frequency: Frequency) -> Exact:
    """What a surprising mean of the latest errors adds to the share of those who follow quickly (n,)."""
    errors = np.einsum("tnc,nc->tn", smoothed.errors, smoothed.weights, dtype=np.float64)
    latest = _LATEST_ERRORS[frequency]
    lengths = len(errors) - smoothed.begins
    if len(errors) < 3 * latest:
        return np.zeros(len(lengths))
    before = errors[:-latest]
    spread = np.sqrt((before**2).sum(axis=0) / np.maximum(lengths - latest, 1)) + _EPSILON
    # one day on which a counter was down is no shift, however far out it is
    most = _MOST_OF_AN_ERROR * spread
    held = np.clip(errors[-latest:], -most, most)
    surprise = np.abs(held.mean(axis=0)) / spread * np.sqrt(latest)
    share: Exact = _MOST_OF_A_SHIFT * np.clip((surprise - _NO_SURPRISE) / _NO_SURPRISE, 0, 1)
    return share


def _share_of_year(series: Aligned, frequency: Frequency, season: int) -> Exact:
    """The share of futures that are as a year ago (n,); it grows in with the steps of which a year before is known."""
    year = year_of(frequency, season)
    compared = series.lengths - year - _LATEST[frequency]
    grown = np.clip((compared - _MIN_ORIGINS) / max(year / 4, 1), 0, 1)
    share: Exact = _YEAR_AGO * grown
    return share


def repeat_year(
    made: Floats, chosen: Chosen, series: Aligned, frequency: Frequency, season: int, paths: int
) -> None:
    """Put what came a year before into `made` (horizon, k), moved by how far the latest steps are from it.

    The errors are those that the same forecast made from some day of the past. `paths` is how many futures each of the
    `series` has.
    """
    rows, path, _ = chosen
    if not len(rows):
        return
    steps = series.values.shape[1]
    year, latest = year_of(frequency, season), _LATEST[frequency]
    growth = series.values[:, year:] - series.values[:, :-year]
    totals = np.zeros((len(growth), growth.shape[1] + 1))
    np.cumsum(growth, axis=1, dtype=np.float64, out=totals[:, 1:])
    first = series.starts[rows] + latest
    last = steps - year - latest
    origin = first + (uniform_draws(0, paths)[path] * np.maximum(last - first + 1, 1)).astype(
        np.int64
    )
    now, at_origin = (
        (totals[rows, at] - totals[rows, at - latest]) / latest
        for at in (np.full(len(rows), steps - year), origin)
    )
    distance = now - at_origin
    flat, begins, length = growth.reshape(-1), rows * growth.shape[1] + first, steps - year - first
    for t, future in enumerate(made):
        before = steps + t - year * (t // year + 1)
        # a stretch that is longer than what is known begins again
        at = begins + (origin - first + t) % length
        future[:] = series.values[:, before].take(rows) + (distance + flat.take(at))


def repeat_stretch(
    made: Floats, chosen: Chosen, series: Aligned, frequency: Frequency, season: int, paths: int
) -> None:
    """Put a stretch of the past, which began at the same place of the season, into `made` (horizon, k).

    It began so many seasons ago at the latest, where so much is known: what is shorter would be repeated. `paths` is
    how many futures each of the `series` has.
    """
    rows, path, _ = chosen
    if not len(rows):
        return
    steps = series.values.shape[1]
    most = np.maximum((steps - series.starts[rows] - season) // season, 1)
    least = np.minimum(_LEAST_SEASONS_OF_A_STRETCH[frequency], (most + 1) // 2)
    drawn = uniform_draws(1, paths)[path]
    seasons = least + (drawn * (most - least + 1)).astype(np.int64)
    length = seasons * season
    flat, begins = series.values.reshape(-1), (rows + 1) * steps - length
    for t, future in enumerate(made):
        np.take(flat, begins + t % length, out=future, mode="clip")
