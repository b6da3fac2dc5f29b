"""Series whose future is known, or whose past is noise of a known size."""

from collections.abc import Callable

import numpy as np
import pytest

from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.training_series import Exact, Floats, TrainingSeries

TODAY = 739_000


@pytest.fixture
def noisy() -> Callable[..., Exact]:
    """Days of a business: a level, a week's shape and noise, all as shares of the level."""

    def series(days: int = 364, level: float = 100.0, noise: float = 0.2, seed: int = 0) -> Exact:
        draw = np.random.default_rng(seed)
        week = np.array([1.1, 1.2, 1.2, 1.1, 1.0, 0.7, 0.7])[np.arange(days) % 7]
        return level * week * np.exp(draw.normal(0, noise, days))

    return series


@pytest.fixture
def futures() -> Callable[..., Floats]:
    """Paths (paths, steps) of one series."""

    def of(
        values: object, steps: int, *, paths: int = 400, end: int = TODAY, **form: object
    ) -> Floats:
        history = TrainingSeries(np.asarray(values, dtype=float), end, **form)
        ((_, made),) = simulate([Task(history, steps)], paths)
        assert made is not None
        return made

    return of
