"""Measures how far a day without news moves the odds: `python -m tests.benchmarks.no_news`.

On a day without news the value is exactly the expected one: the mean of that day's futures. The goal is a total over
40 more days; the odds of the same target are computed before and after the day. There are 20 series (a level, a
weekly pattern, noise of a fifth of the level), four lengths of history (two of them near where a window or a curve
changes) and five targets from easy to hard. The odds are the published ones, after the shipped curve.

Such a day removes its own uncertainty, which moves the odds of any method. The part that comes from drawing the
futures is measured separately: it is the difference from the same change with eight times as many futures.
"""

import numpy as np

from pipelines.okr.forecast.recalibration import curve_for
from pipelines.okr.forecast.simulation import PATHS, Task, simulate
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries

SERIES, NOISE, STEPS, TODAY = 20, 0.2, 40, 739_000
LENGTHS = (120, 299, 364, 800)
TARGETS = (0.1, 0.25, 0.5, 0.75, 0.9)
FEW_SERIES, MANY_PATHS = 6, 8 * PATHS
"""The part that comes from drawing is measured on fewer series, because many futures take long."""
WEEK = np.array([1.1, 1.2, 1.2, 1.1, 1.0, 0.7, 0.7])


def odds_changes(series: int = SERIES, futures: int = PATHS) -> np.ndarray:
    """The signed change of the odds in every case."""
    before = [
        Task(TrainingSeries(days(length, seed), TODAY + seed, year=YEAR), STEPS)
        for length in LENGTHS
        for seed in range(series)
    ]
    expected = np.empty(len(before))
    totals: dict[int, np.ndarray] = {}
    for place, paths in simulate(before, futures):
        expected[place] = paths[:, 0].mean(dtype=float)
        totals[place] = paths.sum(axis=1, dtype=float)
    after = [
        Task(
            TrainingSeries(np.append(task.history.values, mean), task.history.end + 1, year=YEAR),
            STEPS - 1,
        )
        for task, mean in zip(before, expected, strict=True)
    ]
    changes = np.empty((len(after), len(TARGETS)))
    for place, paths in simulate(after, futures):
        targets = np.quantile(totals[place], TARGETS)
        later = expected[place] + paths.sum(axis=1, dtype=float)
        first = odds(totals[place], targets, before[place].history)
        changes[place] = odds(later, targets, after[place].history) - first
    return changes.ravel()


def changes_by_drawing() -> np.ndarray:
    """The part of each change that comes from drawing the futures."""
    return odds_changes(FEW_SERIES) - odds_changes(FEW_SERIES, MANY_PATHS)


def summary(changes: np.ndarray) -> str:
    median, p90, p99, largest = np.quantile(np.abs(changes), (0.5, 0.9, 0.99, 1))
    return (
        f"median {median:.4f}, nine in ten at most {p90:.4f}, 99 of 100 at most {p99:.4f}, "
        f"worst {largest:.4f}"
    )


def odds(outcomes: np.ndarray, targets: np.ndarray, history: TrainingSeries) -> np.ndarray:
    """The odds of reaching each target, as they are published."""
    reached = (outcomes[:, None] >= targets).sum(axis=0)
    return curve_for(history).corrected((reached + 0.5) / (len(outcomes) + 1))


def days(length: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return 100 * WEEK[np.arange(length) % 7] * np.exp(draw.normal(0, NOISE, length))


def main() -> None:
    print(f"a day without news moves the odds by: {summary(odds_changes())}")
    print(f"of that, the drawing of futures: {summary(changes_by_drawing())}")


if __name__ == "__main__":
    main()
