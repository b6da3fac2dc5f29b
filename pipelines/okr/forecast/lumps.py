"""Amounts that come seldom, and series that have never changed: what smoothing alone would spread too evenly."""

from collections.abc import Sequence

import numpy as np

from pipelines.okr.forecast.draws import normal_draws, uniform_draws
from pipelines.okr.forecast.training_series import Exact, Floats, Ints

_MOST_LUMPS = 400
_CHANGES = 1_000
"""The number of the draw that says when a constant changes."""
_SHARE_OF_CHANGES = 0.1
_USUAL_STEPS = 30
_SIZE_OF_A_CHANGE = 0.1
"""How far a series that has always been the same moves when it changes, as a share of itself."""


def in_lumps(paths: Floats, values: Exact) -> Floats:
    """Paths (paths, steps) of the same totals that come in amounts of the past, at times that nobody knows.

    An amount comes when the running total has reached a random part of it, so a small total is most often nothing.
    """
    amounts = values[values > 0]
    if not len(amounts):
        return paths
    totals = np.cumsum(paths, axis=1, dtype=np.float64)
    count = len(paths)
    phase = uniform_draws(4, count)
    come = np.zeros_like(totals)
    reached = np.zeros(count)
    for number in range(_MOST_LUMPS):
        drawn = amounts[(uniform_draws(5 + number, count) * len(amounts)).astype(np.int64)]
        threshold = reached + phase * drawn
        has_come = totals >= threshold[:, None]
        if not has_come.any():
            break
        come += np.where(has_come, drawn[:, None], 0)
        reached += drawn
    lumps: Floats = np.diff(come, axis=1, prepend=0.0).astype(np.float32)
    return lumps


def doubt_constants(
    futures: Floats, scaled: Floats, starts: Ints, is_nothing: Sequence[bool]
) -> None:
    """Let some futures (horizon, n, paths) of series that have always been the same change at some time.

    How likely that is nobody can tell from such a past: one future in ten will, half of those within so many steps.
    Of a series that has always been 0 nobody knows how much it would bring, so it stays 0.
    """
    horizon, _, paths = futures.shape
    even = uniform_draws(_CHANGES, paths) / _SHARE_OF_CHANGES
    until = np.where(even < 1, _USUAL_STEPS * (1 / np.minimum(even, 1) - 1), np.inf)
    moved = np.arange(1, horizon + 1)[:, None] > until
    change = np.where(moved, _SIZE_OF_A_CHANGE * normal_draws(1, paths)[0], 0)
    for row, start in enumerate(starts.tolist()):
        if not is_nothing[row] and np.ptp(scaled[row, start:]) == 0:
            futures[:, row] += change
