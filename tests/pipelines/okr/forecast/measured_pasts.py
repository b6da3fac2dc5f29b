"""What the forecaster says of pasts of every form, as it was when its curves were fitted and docs/odds.md was measured.

    python -m tests.pipelines.okr.forecast.measured_pasts

writes measured_pasts.json anew. The curves that correct odds belong to one forecaster, so whoever changes what it says
fits them again (docs/odds.md), and then writes this file.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np

from pipelines.okr.forecast.recalibration import curve_for
from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.training_series import YEAR, Exact, TrainingSeries

FILE = Path(__file__).with_suffix(".json")
END = date(2026, 11, 26).toordinal()
PATHS = 500
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
ODDS = np.array([0.1, 0.5, 0.9])

Figures = Mapping[str, Mapping[str, list[float]]]
"""By past: quantiles of the total and of the last step, the mean of each step in four, corrected odds."""


def pasts() -> Iterator[tuple[str, TrainingSeries, int]]:
    """Name, past, and how many steps are to come."""
    draw = np.random.default_rng(20)
    week = np.array([1.1, 1.2, 1.2, 1.1, 1.0, 0.7, 0.7])

    def days(count: int, noise: float = 0.2, growth: float = 0.0) -> Exact:
        steps = np.arange(count)
        values: Exact = (
            100 * week[steps % 7] * np.exp(growth * steps + draw.normal(0, noise, count))
        )
        return values

    def wave(count: int, year: float) -> Exact:
        shape: Exact = np.exp(0.4 * np.sin(2 * np.pi / year * np.arange(count)))
        return shape

    rising = days(420, growth=0.002)
    rising[-9:] *= 0.5
    yield "days that were halved lately", TrainingSeries(rising, END, year=YEAR), 45
    yield "years of days", TrainingSeries(days(1_100) * wave(1_100, YEAR), END, year=YEAR), 60
    yield "young days", TrainingSeries(days(70), END), 30
    yield "a fortnight", TrainingSeries(days(12), END), 20
    yield "counts of days", TrainingSeries(draw.poisson(3, 300).astype(float), END, whole=True), 30
    seldom = np.where(draw.random(300) < 0.06, 5_000 * np.exp(draw.normal(0, 0.3, 300)), 0.0)
    yield "seldom amounts", TrainingSeries(seldom, END), 30
    yield "refunds", TrainingSeries(draw.normal(5, 20, 300), END), 30
    yield "always the same", TrainingSeries(np.full(200, 40.0), END), 40
    firsts = [date.fromordinal(END - 399 + n).day == 1 for n in range(400)]
    rent = np.where(firsts, 9_000 + 10.0 * np.arange(400), 0)
    yield "rent beside business", TrainingSeries(rent + days(400, 0.1), END, year=YEAR), 40
    total = np.cumsum(draw.poisson(12, 500)).astype(float)
    yield "a running total", TrainingSeries(total, END, level=True, whole=True, year=YEAR), 40
    walk = 1_000 + np.cumsum(draw.normal(0, 8, 400))
    yield "a level that wanders", TrainingSeries(walk, END, level=True, year=YEAR), 40
    steady = 1_000 + np.cumsum(np.where(draw.random(300) < 0.05, draw.choice([-5, 5], 300), 0))
    yield "a level that stands", TrainingSeries(steady, END, level=True), 40
    yield "a short level", TrainingSeries(walk[-14:], END, level=True), 20
    weeks = 1_000 * wave(160, YEAR / 7) * np.exp(draw.normal(0, 0.1, 160))
    yield "weeks", TrainingSeries(weeks, 105_000, 1, year=YEAR / 7), 13
    yield "young weeks", TrainingSeries(weeks[-30:], 105_000, 1, year=YEAR / 7), 13
    months = 1_000 * wave(60, 12) * np.exp(0.01 * np.arange(60) + draw.normal(0, 0.05, 60))
    yield "months", TrainingSeries(months, 24_322, 12), 12
    known = (0.8 * months[-1], 1.2 * months[-1])
    yield "young months", TrainingSeries(months[-20:], 24_322, 12, next_between=known), 6
    fallen = months[:40].copy()
    fallen[-3:] *= 0.6
    yield "months that fell lately", TrainingSeries(fallen, 24_322, 12), 6
    fewer = 1_000 * np.exp(draw.normal(0, 0.1, 120))
    fewer[-5:] *= 0.5
    yield "weeks that fell lately", TrainingSeries(fewer, 105_000, 1), 13
    low = np.maximum(30 + np.cumsum(draw.normal(0, 4, 300)), 0)
    yield "a level near nothing", TrainingSeries(low, END, level=True), 40
    yield "days near nothing", TrainingSeries(np.maximum(draw.normal(1, 2, 300), 0), END), 30
    yield "quarters", TrainingSeries(months[2::3], 8_106, 4, whole=True), 4


def figures() -> Figures:
    """What the forecaster says now."""
    forms = [*pasts()]
    tasks = [Task(past, horizon) for _, past, horizon in forms]
    said: dict[str, dict[str, list[float]]] = {}
    for place, paths in simulate(tasks, PATHS):
        name, past, _ = forms[place]
        assert paths is not None
        said[name] = {
            "total": np.quantile(paths.sum(axis=1, dtype=float), SHARES).tolist(),
            "last": np.quantile(paths[:, -1].astype(float), SHARES).tolist(),
            "means": paths.mean(axis=0, dtype=float)[::4].tolist(),
            "odds": curve_for(past).corrected(ODDS).tolist(),
        }
    return {name: said[name] for name, _, _ in forms}


if __name__ == "__main__":
    rounded = {
        name: {part: [float(f"{x:.5g}") for x in row] for part, row in said.items()}
        for name, said in figures().items()
    }
    lines = ",\n".join(
        f" {json.dumps(name)}: {{\n"
        + ",\n".join(f"  {json.dumps(part)}: {json.dumps(row)}" for part, row in said.items())
        + "\n }"
        for name, said in rounded.items()
    )
    FILE.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
