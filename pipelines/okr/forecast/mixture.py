"""Which members a series' futures come from, and how many of them.

The candidates of smoothing share most of the futures by how well each would have forecast. The rest comes from
members that no evidence can rule out: that the level is where the last steps were, that next year repeats this one,
that the rest of the period is like some stretch of the past. Each such share is fixed, so no single fit is ever all.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.draws import uniform_draws
from pipelines.okr.forecast.plain import shares_of_lines
from pipelines.okr.forecast.smoothing import Aligned, Smoothed
from pipelines.okr.forecast.training_series import Exact, Floats, Frequency, Truth


@dataclass(frozen=True)
class Shares:
    """The share of the futures that each member has whatever the evidence."""

    lately: float
    year_ago: float
    stretch: float
    lines: tuple[float, float, float]


SHARES: dict[Frequency, Shares] = {
    "day": Shares(lately=0.30, year_ago=0.10, stretch=0.15, lines=(0.06, 0.0, 0.0)),
    "week": Shares(lately=0.05, year_ago=0.15, stretch=0.15, lines=(0.0, 0.0, 0.15)),
    "month": Shares(lately=0.05, year_ago=0.10, stretch=0.0, lines=(0.0, 0.10, 0.15)),
}
_LATELY_GAINS: dict[Frequency, tuple[float, ...]] = {
    "day": (0.1, 0.35, 1.0),
    "week": (0.2, 0.35, 0.5),
    "month": (0.35, 0.5, 0.75, 1.0),
}
_LATEST: dict[Frequency, int] = {"day": 28, "week": 6, "month": 3}
"""Steps whose distance from those a year before is what the steps to come keep."""
_LATEST_ERRORS: dict[Frequency, int] = {"day": 10, "week": 5, "month": 3}
_DISCOUNT = 0.5
_MIN_ORIGINS = 4
_EVIDENCE = 0.5
_EVIDENCE_LIMITS = (0.0, 3.0)
_MOST_OF_A_YEAR = 0.6
_NO_SURPRISE = 3.0
_MOST_OF_A_SHIFT = 0.25
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
    shares, variants, lengths = SHARES[frequency], smoothed.candidates, series.lengths
    # that a level has just moved is said by candidates without a trend that follow quickly
    quick = np.isin(variants.level, np.array(_LATELY_GAINS[frequency], np.float32))
    quick &= (variants.keeps == 1) & (variants.slope == 0)
    quick &= variants.starts == variants.starts.max()
    of_year = _share_of_year(smoothed, series, frequency, season)
    of_stretch = np.full(len(lengths), 0.0 if level or moves else shares.stretch)
    of_lines = shares_of_lines(shares.lines, lengths, level=level, moves=moves)
    of_lines[sparse] = 0
    # one by which the stretches of the past were unlikely has less to say, unless the level has just moved
    usual = (smoothed.weights * smoothed.surprise).sum(axis=1, keepdims=True)
    doubt = np.exp(-_DISCOUNT * np.maximum(smoothed.surprise - usual, 0))
    shift = _share_of_shift(smoothed, frequency)[:, None]
    lately = (shares.lately * doubt + shift) * quick / quick.sum()
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
    surprise = np.abs(errors[-latest:].mean(axis=0)) / spread * np.sqrt(latest)
    share: Exact = _MOST_OF_A_SHIFT * np.clip((surprise - _NO_SURPRISE) / _NO_SURPRISE, 0, 1)
    return share


def _share_of_year(smoothed: Smoothed, series: Aligned, frequency: Frequency, season: int) -> Exact:
    """The share of futures that are as a year ago (n,): more where that would have been nearer than the candidates."""
    year, latest = year_of(frequency, season), _LATEST[frequency]
    values, starts = series.values, series.starts
    n, steps = values.shape
    none = np.zeros(n)
    if steps < year + latest + _MIN_ORIGINS:
        return none
    growth = values[:, year:].astype(np.float64) - values[:, :-year]
    totals = np.concatenate([np.zeros((n, 1)), np.cumsum(growth, axis=1)], axis=1)
    before = (totals[:, latest:-1] - totals[:, : -latest - 1]) / latest
    own = growth[:, latest:] - before
    of_candidates = np.einsum("tnc,nc->nt", smoothed.errors[year + latest :], smoothed.weights)
    places = np.arange(year + latest, steps)
    known = places >= np.maximum(starts + year + latest, smoothed.begins)[:, None]
    count = known.sum(axis=1)
    squares, theirs = (
        np.where(known, errors**2, 0).sum(axis=1) / np.maximum(count, 1)
        for errors in (own, of_candidates)
    )
    evidence = 0.5 * _EVIDENCE * count * np.log((theirs + _EPSILON) / (squares + _EPSILON))
    share = SHARES[frequency].year_ago * np.clip((count - _MIN_ORIGINS) / max(year / 4, 1), 0, 1)
    odds = share / (1 - share) * np.exp(np.clip(evidence, *_EVIDENCE_LIMITS))
    return np.asarray(np.minimum(odds / (1 + odds), _MOST_OF_A_YEAR), dtype=np.float64)


def put_year_ago(
    futures: Floats, series: Aligned, chosen: np.ndarray, frequency: Frequency, season: int
) -> None:
    """Put into the chosen futures (n, paths) what came a year before, moved by how far the latest steps are from it.

    The errors are those that the same forecast made from some day of the past.
    """
    rows, paths = np.nonzero(chosen)
    if not len(rows):
        return
    horizon, steps = len(futures), series.values.shape[1]
    year, latest = year_of(frequency, season), _LATEST[frequency]
    growth = series.values[:, year:] - series.values[:, :-year]
    totals = np.zeros((len(growth), growth.shape[1] + 1))
    np.cumsum(growth, axis=1, dtype=np.float64, out=totals[:, 1:])
    first = series.starts[rows] + latest
    last = steps - year - latest
    origin = first + (
        uniform_draws(0, futures.shape[2])[paths] * np.maximum(last - first + 1, 1)
    ).astype(np.int64)
    now, then = (
        (totals[rows, at] - totals[rows, at - latest]) / latest
        for at in (np.full(len(rows), steps - year), origin)
    )
    for t in range(horizon):
        before = steps + t - year * (t // year + 1)
        at = origin + t
        # a stretch that is longer than what is known begins again
        at = first + (at - first) % (steps - year - first)
        moved = now - then + growth[rows, at]
        futures[t, rows, paths] = series.values[rows, before] + moved


def put_stretch(futures: Floats, series: Aligned, chosen: np.ndarray, season: int) -> None:
    """Put a stretch of the past, which began at the same place of the season, into the chosen futures (n, paths)."""
    rows, paths = np.nonzero(chosen)
    if not len(rows):
        return
    horizon, steps = len(futures), series.values.shape[1]
    cycles = np.maximum((steps - series.starts[rows] - season) // season, 1)
    back = 1 + (uniform_draws(1, futures.shape[2])[paths] * cycles).astype(np.int64)
    begins = steps - back * season
    length = steps - begins
    for t in range(horizon):
        futures[t, rows, paths] = series.values[rows, begins + t % length]
