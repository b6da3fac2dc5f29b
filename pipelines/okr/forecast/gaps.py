"""Steps of the past that are not known: what is usual for them, and what they may have brought.

A day that a source did not deliver is not 0. It brought what such days bring, give or take their noise, and each
future knows another amount of it.
"""

import numpy as np

from pipelines.okr.forecast.draws import block_length, drawn_for
from pipelines.okr.forecast.training_series import Exact, Floats, Ints, Truth

_NEIGHBOURS = 4
"""Values at the same place of the season that are looked at before a gap, and after it."""


def filled(values: Exact, seen: Truth, season: int, *, is_level: bool) -> Exact:
    """The values (steps,) with each unseen one as is usual for it; a level's is the last one known."""
    if seen.all():
        return values
    complete = values.copy()
    for place in np.flatnonzero(~seen).tolist():
        before = complete[place - 1] if place else values[seen][0]
        complete[place] = before if is_level else _usual(values, seen, season, place)
    return complete


def gap_futures(
    values: Exact, seen: Truth, season: int, end: int, gaps: Ints, paths: int
) -> Floats:
    """What each of the `gaps`, places in `values` (steps,), brought in each future (paths, gaps).

    It is what is usual there, moved as far as a real step was from what was usual for that one. Two series
    are moved by the same steps.
    """
    usual = np.array([_usual(values, seen, season, place) for place in range(len(values))])
    is_share = bool((usual > 0).all())
    # a step that is not known has no error of its own: it lends that of a season before
    known = filled(values / usual if is_share else values - usual, seen, season, is_level=False)
    first = end - len(values) + 1
    block = block_length(season, len(values))
    drawn = drawn_for((first + gaps).tolist(), first, end, block, paths) - first
    errors = known[drawn]
    middle = usual[gaps, None]
    brought = middle * errors if is_share else middle + errors
    if values[seen].min() >= 0:
        brought = np.maximum(brought, 0)
    return np.ascontiguousarray(brought.T, dtype=np.float32)


def _usual(values: Exact, seen: Truth, season: int, place: int) -> float:
    """The mean of the nearest other values at the same place of the season, as many before as after."""
    alike = np.arange(place % season, len(values), season)
    alike = alike[seen[alike] & (alike != place)]
    if not len(alike):
        return float(values[seen].mean())
    after = int(np.searchsorted(alike, place))
    return float(values[alike[max(after - _NEIGHBOURS, 0) : after + _NEIGHBOURS]].mean())
