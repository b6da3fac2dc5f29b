"""Simulated futures of series.

The smoothing candidates continue from where they ended, moved by past errors. A history that is too short for
smoothing gets a run-rate: each day to come is like one of the days seen.
"""

from typing import NamedTuple

import numpy as np

from pipelines.okr.forecast.draws import Draws, candidate_waiting_times, drawn
from pipelines.okr.forecast.smoothing import Smoothed
from pipelines.okr.forecast.training_series import Exact, Floats, Ints

_MIN_WEIGHT = 1e-30
_SHORT_HISTORY_DOUBT = 2.0
"""How much less a short history tells of a quarter than as many days spread over it: days of a fortnight are alike."""


class Chosen(NamedTuple):
    """k of the futures of n series: of each the series, the path, and the member that it comes from (k,)."""

    series: Ints
    path: Ints
    member: Ints


def continue_candidates(
    made: Floats,
    chosen: Chosen,
    smoothed: Smoothed,
    draws: Draws,
    season: int,
    next_between: tuple[Floats, Floats],
) -> None:
    """Let futures go on as the candidates of smoothing do.

    Args:
        made: where their values (horizon, k) are put, on the scale of smoothing.
        chosen: which futures these are.
        smoothed: n series after their last step.
        draws: the past steps whose errors move the steps to come.
        season: length of the season in steps.
        next_between: what the first step is known to lie between (n, 1).
    """
    n, count = smoothed.weights.shape
    series, path, which = chosen
    variants = smoothed.candidates
    place_of = series * count + which
    level, slope = (
        states.reshape(-1).take(place_of) for states in (smoothed.level, smoothed.slope)
    )
    places = [place.reshape(-1).take(place_of) for place in smoothed.season]
    gain, slope_gain, season_gain = (
        gains.take(which) for gains in (variants.level, variants.slope, variants.season)
    )
    damping, keeps = variants.damping.take(which), variants.keeps.take(which)
    returning = (1 - keeps) * smoothed.mean[series, 0]
    steps = len(smoothed.errors)
    errors = smoothed.errors.reshape(-1)
    newest = place_of + (steps - 1) * (n * count)
    inflation = _error_inflation(steps - smoothed.begins, season)[series]
    error, move = np.empty_like(level), np.empty_like(level)
    drawn_places = draws.places(newest, n * count, len(made), series, path)
    for t, (future, past) in enumerate(zip(made, drawn_places, strict=True)):
        # every place is inside: to clip is quicker than to look whether it is
        np.take(errors, past, out=error, mode="clip")
        error *= inflation
        slope *= damping
        level += slope
        place = places[t % season]
        np.add(level, place, out=future)
        future += error
        if t == 0:
            held = np.clip(future, *(end[series, 0] for end in next_between))
            error += held - future
            future[:] = held
        level += np.multiply(gain, error, out=move)
        slope += np.multiply(slope_gain, error, out=move)
        place += np.multiply(season_gain, error, out=move)
        level *= keeps
        level += returning


def member_of_each_path(weights: Exact, paths: int) -> Ints:
    """The member of each path (n, paths), each as often as its weight (n, members) says.

    A weight that moves a little changes the member of a few paths only.
    """
    waits = candidate_waiting_times(weights.shape[1], paths)
    slowness = (1 / np.maximum(weights, _MIN_WEIGHT)).astype(np.float32)
    return np.stack([(waits * row).argmin(axis=1) for row in slowness])


def _error_inflation(lengths: Ints, season: int) -> Floats:
    """By how much to widen errors: those on days that a candidate has learnt from are smaller than on new days."""
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
