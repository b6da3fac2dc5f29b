"""How far a day without news moves the odds: `python -m tests.benchmarks.no_news`.

A day without news brings just what was expected of it: the mean of that day's futures. The goal is a total over
40 more days; its odds are taken before the day and after it, by the same target. 20 series of a business (a
level, a week's shape, noise of a fifth of the level), four lengths of history, two of them about where a window
or a curve changes, five targets from easy to hard. What is compared are the odds as they are published,
after the shipped curve.

A day as expected takes some doubt along, which moves the odds whoever works them out; what the drawing of futures
adds is told apart, as the distance from the same change with eight times as many futures.
"""

import numpy as np

from pipelines.okr.forecast.recalibration import curve_for
from pipelines.okr.forecast.simulation import PATHS, Task, simulate
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries

SERIES, NOISE, STEPS, TODAY = 20, 0.2, 40, 739_000
LENGTHS = (120, 299, 364, 800)
TARGETS = (0.1, 0.25, 0.5, 0.75, 0.9)
FEW_SERIES, MANY_PATHS = 6, 8 * PATHS
"""How much of it is drawing is asked of fewer series, as many futures take long."""
WEEK = np.array([1.1, 1.2, 1.2, 1.1, 1.0, 0.7, 0.7])


def moved(series: int = SERIES, futures: int = PATHS) -> np.ndarray:
    """Every change, with its sign."""
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
            TrainingSeries(np.append(task.history.values, usual), task.history.end + 1, year=YEAR),
            STEPS - 1,
        )
        for task, usual in zip(before, expected, strict=True)
    ]
    changes = np.empty((len(after), len(TARGETS)))
    for place, paths in simulate(after, futures):
        targets = np.quantile(totals[place], TARGETS)
        later = expected[place] + paths.sum(axis=1, dtype=float)
        first = odds(totals[place], targets, before[place].history)
        changes[place] = odds(later, targets, after[place].history) - first
    return changes.ravel()


def drawn() -> np.ndarray:
    """How much of each change is the drawing of futures."""
    return moved(FEW_SERIES) - moved(FEW_SERIES, MANY_PATHS)


def told(changes: np.ndarray) -> str:
    middle, ninth, most = np.quantile(np.abs(changes), (0.5, 0.9, 1))
    return f"median {middle:.4f}, nine in ten at most {ninth:.4f}, worst {most:.4f}"


def odds(outcomes: np.ndarray, targets: np.ndarray, history: TrainingSeries) -> np.ndarray:
    """The odds of reaching each target, as they are published."""
    reached = (outcomes[:, None] >= targets).sum(axis=0)
    return curve_for(history).corrected((reached + 0.5) / (len(outcomes) + 1))


def days(length: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return 100 * WEEK[np.arange(length) % 7] * np.exp(draw.normal(0, NOISE, length))


def main() -> None:
    print(f"a day without news moves the odds by: {told(moved())}")
    print(f"of it the drawing of futures: {told(drawn())}")


if __name__ == "__main__":
    main()
