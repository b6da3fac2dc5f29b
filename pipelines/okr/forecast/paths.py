"""Simulated futures of series.

The smoothing candidates continue from where they ended, moved by past errors. A history that is too short for
smoothing gets a run-rate: each day to come is like one of the days seen.
"""

import numpy as np

from pipelines.okr.forecast.draws import Draws, candidate_waiting_times, drawn
from pipelines.okr.forecast.smoothing import Smoothed
from pipelines.okr.forecast.training_series import Exact, Floats, Ints

_MIN_WEIGHT = 1e-30
_SHORT_HISTORY_DOUBT = 2.0
"""Days of the same fortnight are alike, and tell less of a quarter than as many days apart would."""


def continued(
    smoothed: Smoothed,
    which: Ints,
    chosen: Ints,
    draws: Draws,
    season: int,
    horizon: int,
    next_between: tuple[Floats, Floats],
) -> Floats:
    """Simulated values (horizon, n, k) on the scale of smoothing.

    Args:
        smoothed: n series after their last step.
        which: the candidate of each of k paths (n, k).
        chosen: which of all paths these are (n, k).
        draws: the past steps whose errors move the steps to come.
        season: length of the season in steps.
        horizon: how many steps to simulate.
        next_between: what the first step is known to lie between (n, 1).
    """
    n, count = smoothed.weights.shape
    rows = np.arange(n)[:, None]
    variants = smoothed.candidates
    level, slope = smoothed.level[rows, which], smoothed.slope[rows, which]
    places = [place[rows, which] for place in smoothed.season]
    gain, slope_gain, season_gain = (
        gains[which] for gains in (variants.level, variants.slope, variants.season)
    )
    damping, keeps = variants.damping[which], variants.keeps[which]
    returning = (1 - keeps) * smoothed.mean
    steps = len(smoothed.errors)
    errors = smoothed.errors.reshape(-1)
    newest: Ints = rows * count + which + (steps - 1) * (n * count)
    lengths = steps - smoothed.begins
    inflation = _error_inflation(lengths, season)[:, None]
    futures = np.empty((horizon, n, which.shape[1]), np.float32)
    error = np.empty(which.shape, np.float32)
    for t, drawn_places in enumerate(draws.places(newest, n * count, horizon, chosen)):
        # every place is inside: to clip is quicker than to look whether it is
        np.take(errors, drawn_places, out=error, mode="clip")
        error *= inflation
        slope *= damping
        level += slope
        place = places[t % season]
        future = futures[t]
        np.add(level, place, out=future)
        future += error
        if t == 0:
            held = np.clip(future, *next_between)
            error += held - future
            future[:] = held
        level += gain * error
        slope += slope_gain * error
        place += season_gain * error
        level *= keeps
        level += returning
    return futures


def paths_of_candidates(members: Ints, count: int) -> Ints:
    """The paths (n, k) whose member (n, paths) is one of the `count` candidates; k is the most of any series.

    A series with fewer of them has some others at the end, which are then written over.
    """
    is_other = members >= count
    most = int((~is_other).sum(axis=1).max())
    return np.argsort(is_other, axis=1, kind="stable")[:, :most]


def member_of_each_path(weights: Exact, paths: int) -> Ints:
    """The member of each path (n, paths), each as often as its weight (n, members) says.

    A weight that moves a little changes the member of a few paths only.
    """
    waits = candidate_waiting_times(weights.shape[1], paths)
    slowness = (1 / np.maximum(weights, _MIN_WEIGHT)).astype(np.float32)
    return np.stack([(waits * row).argmin(axis=1) for row in slowness])


def _error_inflation(lengths: Ints, season: int) -> Floats:
    """Errors on days that a candidate has learnt from are too small for days it has not seen."""
    learnt = 4 + (season - 1) / 2
    inflation = np.sqrt(lengths / np.maximum(lengths - learnt, lengths / 2))
    return np.asarray(inflation, dtype=np.float32)


def run_rate(values: Exact, end: int, horizon: int, paths: int) -> Floats:
    """Simulated values (horizon, n, paths) of what a step brings, from n short pasts (n, steps)."""
    first = end - values.shape[1] + 1
    days = drawn(first, end, 1, horizon, paths, _SHORT_HISTORY_DOUBT) - first
    return np.ascontiguousarray(values.astype(np.float32)[:, days].transpose(1, 0, 2))


def drift(values: Exact, end: int, horizon: int, paths: int) -> Floats:
    """The same of levels: each step to come changes the level as one of the steps seen did."""
    changes = run_rate(np.diff(values, axis=1), end, horizon, paths)
    return values[:, -1, None].astype(np.float32) + np.cumsum(changes, axis=0, dtype=np.float32)
