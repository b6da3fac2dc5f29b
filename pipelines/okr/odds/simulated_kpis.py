"""Goals on one KPI are held against the same simulated futures of it."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.training_series import Exact, Floats
from pipelines.okr.odds.open_goals import OpenGoal
from pipelines.okr.odds.periodic_data import periodic_data, training_data_of_distinct
from pipelines.okr.odds.training_data import TrainingData, declared_cadence, training_data

Simulated = tuple[Sequence[OpenGoal], TrainingData, tuple[Floats, ...]]
"""The goals on a KPI, what was learnt from, and the futures (paths, steps), one array a column."""


def simulated(goals: Iterable[OpenGoal]) -> Iterator[Simulated]:
    """The goals grouped by what is simulated for them; without futures where there can be no odds.

    The goals of a group look at one KPI through one filter, up to one day. The groups come in no
    particular order, and futures are big: use them, and drop them before the next.
    """
    tasks: list[Task] = []
    owners: list[tuple[Sequence[OpenGoal], TrainingData]] = []
    for grouped in _grouped(goals):
        data = training_data_of(grouped[0])
        if data.no_odds_because:
            yield grouped, data, ()
            continue
        horizon = max(1, *(goal.steps(data) for goal in grouped))
        for side in data.sides:
            tasks.append(Task(side, horizon))
            owners.append((grouped, data))
    waiting: dict[int, tuple[int, Floats]] = {}
    """The first side to come of a ratio, with the number of its task, by the id of its training data."""
    for number, futures in simulate(tasks):
        assert futures is not None, "a history that is too short was left out"
        group, data = owners[number]
        if len(data.sides) == 1:
            yield group, data, data.with_closed_days((futures,))
        elif id(data) not in waiting:
            waiting[id(data)] = number, futures
        else:
            other, other_futures = waiting.pop(id(data))
            top, bottom = (other_futures, futures) if other < number else (futures, other_futures)
            top = part_of(top, bottom) if data.is_share else top
            yield group, data, data.with_closed_days((top, bottom))


def part_of(top: Floats | Exact, bottom: Floats | Exact) -> Floats:
    """A share's numerator (paths, steps), never more by any step than its denominator has come to.

    What is too much for a step comes later. To cut it off would make each step's share too small, where steps are few
    and a step with more than its denominator is followed by one with less.
    """
    totals = np.minimum(*(np.cumsum(side, axis=1, dtype=np.float64) for side in (top, bottom)))
    steps: Floats = np.diff(totals, axis=1, prepend=0.0).astype(np.float32)
    return steps


def _grouped(goals: Iterable[OpenGoal]) -> list[list[OpenGoal]]:
    groups: dict[tuple[object, ...], list[OpenGoal]] = {}
    for goal in goals:
        view = goal.question.view
        key = view.kpi.name, tuple(sorted(view.where.items())), goal.cut, goal.reported_cadence
        groups.setdefault(key, []).append(goal)
    return [groups[key] for key in sorted(groups, key=str)]


def training_data_of(goal: OpenGoal) -> TrainingData:
    """What the futures of a goal's KPI are learnt from."""
    view, reported_cadence = goal.question.view, goal.reported_cadence
    if reported_cadence is not None:
        return training_data_of_distinct(view, goal.cut, reported_cadence)
    cadence = declared_cadence(view, goal.cut)
    if cadence is None:
        return training_data(view, goal.cut)
    return periodic_data(view, goal.cut, cadence)
