"""Measures how many series a core forecasts per second: `python -m tests.benchmarks.forecast_speed`.

200 daily series of a year, of four years, and of unequal lengths (half a year to a year and a half), 68 steps, with
400 paths and with as many as scoring uses. Processor time is measured, so that other work on the machine does not
count.
"""

import time
from statistics import median

import numpy as np

from pipelines.okr.forecast.simulation import PATHS, Task, simulate
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries
from tests.benchmarks.report import Section, options_of, present

SERIES, DAYS, STEPS, TODAY = 200, 365, 68, 739_000


def rate(paths: int, days: int = DAYS, *, unequal: bool = False) -> float:
    """Series per second and core; of unequal lengths, each has up to a half more or fewer days."""
    draw = np.random.default_rng(1)
    longest = days * 3 // 2 if unequal else days
    week = 0.3 * np.sin(np.arange(longest) * 2 * np.pi / 7)
    lengths = np.linspace(days // 2, longest, SERIES).astype(int) if unequal else [days] * SERIES
    tasks = []
    for length in lengths:
        values = np.exp(draw.normal(5, 1) + week[:length] + draw.normal(0, 0.2, length))
        tasks.append(Task(TrainingSeries(values, TODAY, year=YEAR), STEPS))
    for _ in simulate(tasks[:2], paths):
        pass
    started = time.process_time()
    for _ in simulate(tasks, paths):
        pass
    return SERIES / (time.process_time() - started)


def main() -> None:
    asked = options_of(__doc__).parse_args()
    rows = [
        (
            f"{paths:,} paths{' (as in scoring)' if paths == PATHS else ''}",
            f"{days:,}{', unequal' if unequal else ''}",
            f"{median(rate(paths, days, unequal=unequal) for _ in range(asked.repeats)):,.0f}",
        )
        for paths in (400, PATHS)
        for days, unequal in ((DAYS, False), (4 * DAYS, False), (DAYS, True))
    ]
    columns = ("simulation of 68 steps", "days of history", "series a second and core")
    present("forecast_speed", [Section("Odds", columns, rows)], asked)


if __name__ == "__main__":
    main()
