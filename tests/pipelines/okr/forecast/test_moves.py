"""Odds that are right move as much from day to day as they do from the first day to the verdict."""

import numpy as np

from pipelines.okr.forecast.recalibration import curve_for
from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.training_series import TrainingSeries

TODAY, QUARTER = 739_000, 91


def test_odds_of_a_steady_business_neither_jump_nor_lag(noisy):
    """Squared moves over squared ends are 1 for odds that are a martingale; each move is noise, so 0.75 to 1.25.

    Twelve businesses, a quarter each, looked at every seven days, with a goal that is even at first.
    """
    moves, ends = [], []
    for seed in range(12):
        values = noisy(400 + QUARTER, seed=100 + seed)
        known = range(400, 400 + QUARTER, 7)
        tasks = [
            Task(TrainingSeries(values[:days], TODAY + days), 400 + QUARTER - days)
            for days in known
        ]
        totals = {
            place: values[400 : known[place]].sum() + paths.sum(axis=1, dtype=float)
            for place, paths in simulate(tasks, 1000)
        }
        for goal in np.quantile(totals[0], (0.35, 0.5, 0.65)):
            path = [
                float(
                    curve_for(task.history).corrected(np.array([np.mean(totals[place] >= goal)]))[0]
                )
                for place, task in enumerate(tasks)
            ]
            path.append(float(values[400:].sum() >= goal))
            moves.append(np.sum(np.diff(path) ** 2))
            ends.append((path[-1] - path[0]) ** 2)
    assert 0.75 < np.sum(moves) / np.sum(ends) < 1.25
