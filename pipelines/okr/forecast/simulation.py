"""Histories in, futures out: in batches of series that can be smoothed side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.paths import continued, drift, run_rate
from pipelines.okr.forecast.scale import scale_of
from pipelines.okr.forecast.smoothing import smooth
from pipelines.okr.forecast.training_series import WEEK, Exact, Floats, TrainingSeries
from pipelines.okr.forecast.yearly import yearly_shape

PATHS = 2000
"""Futures of a series: can_be_smoothed that their share is sure to about a hundredth."""
MAX_STEPS = 57 * WEEK
"""Steps of the past that are smoothed; what lies further back says little about now."""
MAX_STEPS_FOR_YEARS = 4 * 366
"""Steps of the past that the shape of a year is looked for in."""
_BATCH_CELLS = 6_000_000
_STRETCH_BY_SEASON = {1: 20, 7: 56, 12: 12}


@dataclass(frozen=True, eq=False)
class Task:
    """A history and how many steps to continue it."""

    history: TrainingSeries
    horizon: int


def simulate(tasks: Sequence[Task], paths: int = PATHS) -> Iterator[tuple[int, Floats | None]]:
    """The place of each task and its futures (paths, horizon); None where history is too short.

    A series' futures do not depend on which other series are simulated with it, nor on how far:
    those of a shorter horizon are the beginning of those of a longer one. They come in batches
    and in no particular order, so that they can be used and dropped: all of them are big.
    """
    groups: dict[tuple[int, int, int, bool, bool, float], list[int]] = {}
    for place, task in enumerate(tasks):
        history = task.history
        if not history.is_long_enough:
            yield place, None
        else:
            key = (
                min(len(history.values), MAX_STEPS_FOR_YEARS if history.year else MAX_STEPS),
                history.end,
                history.season,
                history.can_be_smoothed,
                history.level,
                history.year,
            )
            groups.setdefault(key, []).append(place)
    for (used, end, season, can_be_smoothed, level, year), places in groups.items():
        places.sort(key=lambda place: tasks[place].horizon)
        while places:
            batch, places = _next_batch(places, tasks, used, paths)
            values = np.stack([tasks[place].history.values[-used:] for place in batch])
            horizon = max(tasks[place].horizon for place in batch)
            if can_be_smoothed:
                futures = _smoothed(values, end, season, year, horizon, paths)
            else:
                futures = (drift if level else run_rate)(values, end, horizon, paths)
            for i, place in enumerate(batch):
                own = futures[: tasks[place].horizon, i].T
                yield place, _feasible(own, tasks[place].history)


def _next_batch(
    places: list[int], tasks: Sequence[Task], used: int, paths: int
) -> tuple[list[int], list[int]]:
    """As many series as fit into memory at once, and the rest."""
    batch: list[int] = []
    for place in places:
        cells = max(used * 144, tasks[place].horizon * paths)
        if batch and (len(batch) + 1) * cells > _BATCH_CELLS:
            break
        batch.append(place)
    return batch, places[len(batch) :]


def _smoothed(
    values: Exact, end: int, season: int, year: float, horizon: int, paths: int
) -> Floats:
    scale = scale_of(values[:, -MAX_STEPS:])
    scaled = scale.forward(values)
    shape = yearly_shape(scaled, end, season, year, horizon)
    steady = scaled if shape is None else scaled - shape.past
    smoothed = smooth(steady[:, -MAX_STEPS:], season, _STRETCH_BY_SEASON.get(season, season))
    futures = continued(smoothed, end, season, horizon, paths)
    if shape is not None:
        futures += shape.futures(paths)
    recent = scaled[:, -MAX_STEPS:]
    highest, lowest = recent.max(axis=1), recent.min(axis=1)
    np.minimum(futures, (highest + 3 * (highest - lowest))[None, :, None], out=futures)
    return scale.back(futures)


def _feasible(paths: Floats, history: TrainingSeries) -> Floats:
    """Paths (paths, steps) without what cannot be: below zero where nothing ever was, fractions."""
    if history.values.min() >= 0:
        paths = np.maximum(paths, 0) if history.level else _not_negative(paths)
    if not history.whole:
        return paths
    return np.rint(paths) if history.level else _rounded(paths)


def _not_negative(paths: Floats) -> Floats:
    """No value below zero; what that adds to a step on average is taken off its others again."""
    if paths.min(initial=0) >= 0:
        return paths
    kept = np.maximum(paths, 0)
    mean = np.maximum(paths.mean(axis=0, dtype=np.float64), 0)
    kept_mean = kept.mean(axis=0, dtype=np.float64)
    share = np.divide(mean, kept_mean, out=np.zeros_like(mean), where=kept_mean > 0)
    even: Floats = kept * share.astype(np.float32)
    return even


def _rounded(paths: Floats) -> Floats:
    """Whole numbers whose running total is never off by more than a half."""
    totals = np.rint(np.cumsum(paths, axis=1, dtype=np.float64))
    whole: Floats = np.diff(totals, axis=1, prepend=0.0).astype(np.float32)
    return whole
