"""Histories in, futures out: in batches of series that can be smoothed side by side."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.okr.forecast.draws import uniform_draws
from pipelines.okr.forecast.fitted import MAX_STEPS, Kind, fitted
from pipelines.okr.forecast.lumps import in_lumps
from pipelines.okr.forecast.month_days import month_days
from pipelines.okr.forecast.paths import drift, run_rate
from pipelines.okr.forecast.training_series import Floats, TrainingSeries

PATHS = 2000
"""Futures of a series: with so many, a share of them is sure to about a hundredth."""
_BATCH_CELLS = 3_000_000
_CELLS_A_STEP = 45
_SHARE_OF_CHANGES = 0.5
_COUNTS_OF_THEIR_OWN = 2.0
"""The mean of counts from which each is rounded by itself; of smaller ones the running totals are."""


@dataclass(frozen=True, eq=False, slots=True)
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
    groups: dict[Kind, list[int]] = {}
    for place, task in enumerate(tasks):
        if not task.history.is_long_enough:
            yield place, None
        else:
            groups.setdefault(_kind_of(task.history), []).append(place)
    for kind, places in groups.items():
        places.sort(key=lambda place: -len(tasks[place].history.values))
        of_kind = [tasks[place] for place in places]
        for place, simulated in zip(places, _simulated(kind, of_kind, paths), strict=True):
            feasible = _feasible(simulated, tasks[place].history)
            on_days = of_months[place]
            yield place, feasible if on_days is None else on_days.put_back(feasible)


def _kind_of(history: TrainingSeries) -> Kind:
    is_smoothed = history.can_be_smoothed and not history.stands_still
    unsmoothed = 0 if is_smoothed else min(len(history.values), MAX_STEPS + 1)
    return Kind(
        history.end, history.frequency, history.season, history.level, history.year, unsmoothed
    )


def _simulated(kind: Kind, tasks: Sequence[Task], paths: int) -> Iterator[Floats]:
    """The futures (paths, horizon) of tasks of a kind, the longest histories first.

    As many are fitted at once as fit into memory, and then as many futures are made.
    """
    for fit in _batches(
        tasks, lambda task: min(len(task.history.values), MAX_STEPS) * _CELLS_A_STEP
    ):
        futures_of = _fit(kind, fit, paths)
        done = 0
        for batch in _batches(fit, lambda task: task.horizon * paths):
            rows = slice(done, done + len(batch))
            futures = futures_of(rows, max(task.horizon for task in batch))
            for i, task in enumerate(batch):
                yield futures[: task.horizon, i].T
            done = rows.stop


def _batches(tasks: Sequence[Task], cells: Callable[[Task], int]) -> Iterator[Sequence[Task]]:
    """As many tasks at a time as have at most `_BATCH_CELLS` together, each as many as the largest; at least one."""
    first, largest = 0, 0
    for place, task in enumerate(tasks):
        largest = max(largest, cells(task))
        if place > first and (place + 1 - first) * largest > _BATCH_CELLS:
            yield tasks[first:place]
            first, largest = place, cells(task)
    yield tasks[first:]


_Futures = Callable[[slice, int], Floats]
"""Gives the futures (horizon, rows, paths) of some of the series, for so many steps."""


def _fit(kind: Kind, tasks: Sequence[Task], paths: int) -> _Futures:
    histories = [task.history for task in tasks]
    horizon = max(task.horizon for task in tasks)
    if kind.unsmoothed:
        values = np.stack([history.values[-kind.unsmoothed :] for history in histories])
        plain = drift if kind.level else run_rate
        return lambda rows, steps: plain(values[rows], kind.end, steps, paths)
    if kind.level:
        return _fit_levels(kind, histories, horizon, paths)
    columns = [history.values for history in histories]
    between = [history.next_between for history in histories]
    return fitted(kind, columns, between, horizon, paths).futures


def _fit_levels(
    kind: Kind, histories: Sequence[TrainingSeries], horizon: int, paths: int
) -> _Futures:
    """Of levels, half of the futures go on as the level, half as its changes do."""
    columns = [history.values for history in histories]
    between = [history.next_between for history in histories]
    last = np.array([values[-1] for values in columns])
    changes = [(low - at, high - at) for (low, high), at in zip(between, last, strict=True)]
    moves = [np.diff(values) for values in columns]
    as_levels = fitted(kind, columns, between, horizon, paths)
    as_moves = fitted(kind, moves, changes, horizon, paths, moves=True)
    only_changes = np.array([history.is_running_total for history in histories])

    def futures(rows: slice, steps: int) -> Floats:
        moved = as_moves.futures(rows, steps)
        np.cumsum(moved, axis=0, out=moved)
        moved += last[rows].astype(np.float32)[None, :, None]
        as_changes = (uniform_draws(2, paths) < _SHARE_OF_CHANGES) | only_changes[rows, None]
        return np.where(as_changes, moved, as_levels.futures(rows, steps))

    return futures


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
