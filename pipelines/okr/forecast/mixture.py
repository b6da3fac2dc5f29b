"""Which members a series' futures come from, and how many of them.

The candidates of smoothing share most of the futures by how well each would have forecast. The rest comes from
members that no evidence can rule out: that the level is where the last steps were, that next year repeats this one,
that the rest of the period is like some stretch of the past. Each such share is fixed, so no single fit is ever all.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.candidates import Candidates
from pipelines.okr.forecast.draws import uniform_draws
from pipelines.okr.forecast.smoothing import Aligned
from pipelines.okr.forecast.training_series import Exact, Floats, Frequency, Ints


@dataclass(frozen=True)
class Shares:
    """The share of the futures that each member has whatever the evidence."""

    lately: float
    year_ago: float
    stretch: float


SHARES: dict[Frequency, Shares] = {
    "day": Shares(lately=0.15, year_ago=0.10, stretch=0.15),
    "week": Shares(lately=0.05, year_ago=0.15, stretch=0.10),
    "month": Shares(lately=0.05, year_ago=0.20, stretch=0.0),
}
_LATELY_GAINS: dict[Frequency, tuple[float, ...]] = {
    "day": (0.1, 0.2, 0.35),
    "week": (0.2, 0.35, 0.5),
    "month": (0.35, 0.5, 0.75, 1.0),
}
_YEARS: dict[Frequency, int] = {"day": 364, "week": 52, "month": 12}
_LATEST: dict[Frequency, int] = {"day": 28, "week": 6, "month": 3}
"""Steps whose distance from those a year before is what the steps to come keep."""
_MIN_ORIGINS = 6


def year_of(frequency: Frequency, season: int) -> int:
    """A year in steps, in whole seasons."""
    if frequency == "month":
        return season
    return 52 * season if frequency == "day" else 52


def mixed(
    weights: Exact,
    variants: Candidates,
    lengths: Ints,
    frequency: Frequency,
    season: int,
    *,
    stretches: bool,
) -> Exact:
    """The weights of all members (n, candidates + 2): the candidates, a year ago, a stretch of the past."""
    shares = SHARES[frequency]
    year = year_of(frequency, season)
    origins = lengths - year - _LATEST[frequency]
    known = np.clip((origins - _MIN_ORIGINS) / max(year / 2, 1), 0, 1)
    of_year = shares.year_ago * known
    of_stretch = np.full(len(lengths), shares.stretch if stretches else 0.0)
    # that a level has just moved is said by candidates without a trend that follow quickly
    quick = np.isin(variants.level, np.array(_LATELY_GAINS[frequency], np.float32))
    quick &= (variants.keeps == 1) & (variants.slope == 0)
    quick &= variants.starts == variants.starts.max()
    rest = 1 - shares.lately - of_year - of_stretch
    lately = shares.lately * quick / quick.sum()
    return np.concatenate(
        [weights * rest[:, None] + lately, of_year[:, None], of_stretch[:, None]], axis=1
    )


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
