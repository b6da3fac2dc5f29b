"""The shape of a week, or of twelve months, in a whole history: what each place of the season adds."""

import numpy as np

from pipelines.okr.forecast.training_series import Exact, Floats

_EPSILON = 1e-12


def season_of(values: Floats, known: Exact, season: int) -> Floats:
    """The mean distance of each place of the season (n, season) from its neighbourhood, shrunk by how unsure it is.

    Args:
        values: (n, steps) that end together.
        known: 1 where there is a value, else 0.
        season: its length in steps, 1 for none. The first place is that of the first step.
    """
    n, steps = values.shape
    if season == 1 or steps < season + 2:
        return np.zeros((n, season), np.float32)
    inside = values * known
    around, weight = (_moving(x, season) for x in (inside, known))
    whole = weight > season - 0.5
    distance = np.where(whole, inside - around / season, 0.0)
    place = np.arange(steps) % season
    is_place = (place[:, None] == np.arange(season)).astype(np.float64)
    count = whole.astype(np.float64) @ is_place
    shape = distance @ is_place / np.maximum(count, 1)
    # places that were never seen have no shape, and what is left has the mean 0
    shape = np.where(count > 0, shape, 0.0)
    shape -= shape.mean(axis=1, keepdims=True)
    squares = (distance**2) @ is_place - count * shape**2
    noise = np.maximum(squares, 0).sum(axis=1) / np.maximum(count.sum(axis=1) - season, 1)
    unsure = (noise[:, None] / np.maximum(count, 1)).mean(axis=1)
    cycles = count.min(axis=1)
    signal = np.maximum((shape**2).mean(axis=1) - unsure, 0)
    trust = signal / (signal + unsure + _EPSILON)
    trust = np.where(cycles >= 1, trust, 0.0)
    # one cycle tells no noise: as far as it is known it may all be chance
    trust = np.where(cycles < 2, trust * 0.5, trust)
    shrunk: Floats = (shape * trust[:, None]).astype(np.float32)
    return shrunk


def _moving(values: Exact, season: int) -> Exact:
    """The sum of one season around each step (n, steps); of an even one, the ends count half."""
    n, steps = values.shape
    half = season // 2
    totals = np.zeros((n, steps + 1))
    np.cumsum(values, axis=1, out=totals[:, 1:])
    around = np.zeros((n, steps))
    if season % 2:
        around[:, half : steps - half] = totals[:, season:] - totals[:, :-season]
    else:
        pairs = totals[:, season:] - totals[:, :-season]
        around[:, half : steps - half] = (pairs[:, :-1] + pairs[:, 1:]) / 2
    return around
