"""Histories in, futures out: in batches of series that can be smoothed side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipelines.okr.forecast.draws import Draws, block_length, uniform_draws
from pipelines.okr.forecast.lumps import doubt_constants, in_lumps
from pipelines.okr.forecast.mixture import mixed, put_stretch, put_year_ago
from pipelines.okr.forecast.month_days import month_days
from pipelines.okr.forecast.paths import (
    continued,
    drift,
    member_of_each_path,
    paths_of_candidates,
    run_rate,
)
from pipelines.okr.forecast.plain import lines_of, put_lines
from pipelines.okr.forecast.scale import scale_of
from pipelines.okr.forecast.smoothing import Aligned, smooth
from pipelines.okr.forecast.training_series import (
    MOST_EMPTY,
    WEEK,
    Exact,
    Floats,
    Frequency,
    TrainingSeries,
)
from pipelines.okr.forecast.yearly import yearly_shape

PATHS = 2000
"""Futures of a series: can_be_smoothed that their share is sure to about a hundredth."""
MAX_STEPS = 57 * WEEK
"""Steps of the past that are smoothed; what lies further back says little about now."""
MAX_STEPS_FOR_YEARS = 4 * 366
"""Steps of the past that the shape of a year is looked for in."""
_BATCH_CELLS = 3_000_000
_CELLS_A_STEP = 45
_STRETCHES: dict[Frequency, int] = {"day": 8, "week": 20, "month": 12}
"""How far ahead candidates are judged: seasons of days, else steps."""
_SHARE_OF_CHANGES = 0.5
_COUNTS_OF_THEIR_OWN = 2.0
"""The mean of counts from which each is rounded by itself; of smaller ones the running totals are."""


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
    of_months = {place: month_days(task.history) for place, task in enumerate(tasks)}
    tasks = [
        task if (own := of_months[place]) is None else Task(own.rest, task.horizon)
        for place, task in enumerate(tasks)
    ]
    groups: dict[_Kind, list[int]] = {}
    for place, task in enumerate(tasks):
        if not task.history.is_long_enough:
            yield place, None
        else:
            groups.setdefault(_kind_of(task.history), []).append(place)
    for kind, places in groups.items():
        places.sort(key=lambda place: -len(tasks[place].history.values))
        while places:
            batch, places = _next_batch(places, tasks, paths)
            together = [tasks[place] for place in batch]
            for place, simulated in zip(batch, _simulated(kind, together, paths), strict=True):
                feasible = _feasible(simulated, tasks[place].history)
                on_days = of_months[place]
                yield place, feasible if on_days is None else on_days.put_back(feasible)


class _Kind(NamedTuple):
    """What series have in common that are simulated side by side."""

    end: int
    frequency: Frequency
    season: int
    level: bool
    year: float
    alone: int
    """The length of one that is not smoothed, as it is too short or stands still; 0 of others."""


def _kind_of(history: TrainingSeries) -> _Kind:
    is_smoothed = history.can_be_smoothed and not history.stands_still
    alone = 0 if is_smoothed else min(len(history.values), MAX_STEPS + 1)
    return _Kind(history.end, history.frequency, history.season, history.level, history.year, alone)


def _next_batch(
    places: list[int], tasks: Sequence[Task], paths: int
) -> tuple[list[int], list[int]]:
    """As many series as fit into memory at once, and the rest."""
    batch: list[int] = []
    steps = len(tasks[places[0]].history.values)
    horizon = 0
    for place in places:
        horizon = max(horizon, tasks[place].horizon)
        cells = max(min(steps, MAX_STEPS) * _CELLS_A_STEP, horizon * paths)
        if batch and (len(batch) + 1) * cells > _BATCH_CELLS:
            break
        batch.append(place)
    return batch, places[len(batch) :]


def _simulated(kind: _Kind, tasks: Sequence[Task], paths: int) -> Iterator[Floats]:
    """The futures (paths, horizon) of tasks of a kind, the longest histories first."""
    horizon = max(task.horizon for task in tasks)
    histories = [task.history for task in tasks]
    if kind.alone:
        values = np.stack([history.values[-kind.alone :] for history in histories])
        futures = (drift if kind.level else run_rate)(values, kind.end, horizon, paths)
    elif kind.level:
        futures = _levels(kind, histories, horizon, paths)
    else:
        between = [history.next_between for history in histories]
        columns = [history.values for history in histories]
        futures = _smoothed(kind, columns, between, horizon, paths)
    for i, task in enumerate(tasks):
        yield futures[: task.horizon, i].T


def _levels(kind: _Kind, histories: Sequence[TrainingSeries], horizon: int, paths: int) -> Floats:
    """Futures (horizon, n, paths) of levels: half of them go on as the level, half as its changes do."""
    columns = [history.values for history in histories]
    between = [history.next_between for history in histories]
    futures = _smoothed(kind, columns, between, horizon, paths)
    last = np.array([values[-1] for values in columns])
    changes = [(low - at, high - at) for (low, high), at in zip(between, last, strict=True)]
    moves = [np.diff(values) for values in columns]
    moved = _smoothed(kind, moves, changes, horizon, paths, moves=True)
    np.cumsum(moved, axis=0, out=moved)
    moved += last.astype(np.float32)[None, :, None]
    only_changes = np.array([history.is_running_total for history in histories])
    as_changes = (uniform_draws(2, paths) < _SHARE_OF_CHANGES) | only_changes[:, None]
    return np.where(as_changes, moved, futures)


def _smoothed(
    kind: _Kind,
    columns: Sequence[Exact],
    between: Sequence[tuple[float, float]],
    horizon: int,
    paths: int,
    *,
    moves: bool = False,
) -> Floats:
    """Futures (horizon, n, paths) of series, or of the `moves` of levels, the longest first."""
    longest = MAX_STEPS_FOR_YEARS if kind.year else MAX_STEPS
    used = [values[-longest:] for values in columns]
    steps = max(len(values) for values in used)
    values = np.zeros((len(used), steps))
    for row, own in enumerate(used):
        values[row, steps - len(own) :] = own
    begins = np.array([steps - len(own) for own in used])
    season = kind.season
    scale = scale_of(values, begins)
    scaled = scale.forward(values)
    shape = yearly_shape(Aligned(scaled, begins), kind.end, season, kind.year, horizon)
    steady = scaled if shape is None else scaled - shape.past
    recent = Aligned(
        np.ascontiguousarray(steady[:, -MAX_STEPS:]),
        np.maximum(begins - max(steps - MAX_STEPS, 0), 0),
    )
    stretch = _STRETCHES[kind.frequency] * (season if kind.frequency == "day" else 1)
    smoothed = smooth(recent, kind.frequency, season, stretch)
    weights = mixed(
        smoothed,
        recent,
        kind.frequency,
        season,
        level=kind.level and not moves,
        moves=moves,
        sparse=np.array([np.mean(own == 0) > MOST_EMPTY for own in used]),
    )
    members = member_of_each_path(weights, paths)
    count = len(smoothed.candidates)
    rows, of_candidates = np.arange(len(members))[:, None], paths_of_candidates(members, count)
    which = np.minimum(members[rows, of_candidates], count - 1)
    ends = np.array(between).T[:, :, None]
    low, high = (scale.forward(end) for end in ends)
    firsts = kind.end - (recent.values.shape[1] - smoothed.begins) + 1
    available = int((recent.values.shape[1] - smoothed.begins).min())
    draws = Draws(firsts, kind.end, block_length(season, available), paths)
    futures = np.empty((horizon, *members.shape), np.float32)
    futures[:, rows, of_candidates] = continued(
        smoothed, which, of_candidates, draws, season, horizon, (low, high)
    )
    put_year_ago(futures, recent, members == count, kind.frequency, season)
    put_stretch(futures, recent, members == count + 1, kind.frequency, season)
    lines = lines_of(recent, kind.frequency, season, level=kind.level and not moves)
    line = np.maximum(members - (count + 2), -1)
    least = np.where(scale.root[:, 0], 0, -np.inf).astype(np.float32)
    put_lines(futures, lines, line, draws, season, (low, high), least)
    np.clip(futures[0], low, high, out=futures[0])
    if shape is not None:
        futures += shape.futures(paths)
    known = np.arange(recent.values.shape[1]) >= recent.starts[:, None]
    latest = scaled[:, -MAX_STEPS:]
    highest = np.where(known, latest, -np.inf).max(axis=1)
    lowest = np.where(known, latest, np.inf).min(axis=1)
    np.minimum(futures, (highest + 3 * (highest - lowest))[None, :, None], out=futures)
    doubt_constants(futures, latest, recent.starts, [not own.any() for own in used])
    return scale.back(futures)


def _feasible(paths: Floats, history: TrainingSeries) -> Floats:
    """Paths (paths, steps) without what cannot be: below zero where nothing ever was, fractions."""
    if history.values.min() >= 0:
        paths = np.maximum(paths, 0) if history.level else _not_negative(paths)
    if history.is_sparse and history.can_be_smoothed and history.values.min() >= 0:
        return in_lumps(paths, history.values)
    if not history.whole:
        return paths
    if history.level or history.values.mean() >= _COUNTS_OF_THEIR_OWN:
        return np.rint(paths)
    return _rounded(paths)


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
