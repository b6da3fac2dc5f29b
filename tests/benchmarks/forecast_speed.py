"""Measures how many series a core forecasts per second: `python -m tests.benchmarks.forecast_speed`.

200 daily series of a year and of four years, 68 steps, with 400 paths and with as many as scoring uses. Processor
time is measured, so that other work on the machine does not count.
"""

import time
from statistics import median

import numpy as np

from pipelines.okr.forecast.simulation import PATHS, Task, simulate
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries
from tests.benchmarks.report import Section, options_of, present

SERIES, DAYS, STEPS, TODAY = 200, 365, 68, 739_000


def rate(paths: int, days: int = DAYS) -> float:
    """Series per second and core."""
    draw = np.random.default_rng(1)
    week = 0.3 * np.sin(np.arange(days) * 2 * np.pi / 7)
    made = (np.exp(draw.normal(5, 1) + week + draw.normal(0, 0.2, days)) for _ in range(SERIES))
    tasks = [Task(TrainingSeries(values, TODAY, year=YEAR), STEPS) for values in made]
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
            f"{days:,}",
            f"{median(rate(paths, days) for _ in range(asked.repeats)):,.0f}",
        )
        for paths in (400, PATHS)
        for days in (DAYS, 4 * DAYS)
    ]
    columns = ("simulation of 68 steps", "days of history", "series a second and core")
    present("forecast_speed", [Section("Odds", columns, rows)], asked)


if __name__ == "__main__":
    main()
