"""The futures of a short history: each day to come is like one of the days seen."""

import numpy as np

from pipelines.okr.forecast.draws import drawn
from pipelines.okr.forecast.training_series import Exact, Floats

_DOUBT = 2.0
"""Days of the same fortnight are alike, and tell less of a quarter than as many days apart would."""


def run_rate(values: Exact, end: int, horizon: int, paths: int) -> Floats:
    """Simulated values (horizon, n, paths) of what a step brings, from n short pasts (n, steps)."""
    first = end - values.shape[1] + 1
    days = drawn(first, end, 1, horizon, paths, _DOUBT) - first
    return np.ascontiguousarray(values.astype(np.float32)[:, days].transpose(1, 0, 2))


def drift(values: Exact, end: int, horizon: int, paths: int) -> Floats:
    """The same of levels: each step to come changes the level as one of the steps seen did."""
    changes = run_rate(np.diff(values, axis=1), end, horizon, paths)
    return values[:, -1, None].astype(np.float32) + np.cumsum(changes, axis=0, dtype=np.float32)
