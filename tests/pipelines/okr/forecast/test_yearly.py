"""What the time of the year adds, told from years that are known."""

from itertools import pairwise

import numpy as np
import pytest

from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.smoothing import Aligned
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries
from pipelines.okr.forecast.yearly import yearly_shape

WEEKS = YEAR / 7


def wave(steps: int, year: float, size: float = 0.3) -> np.ndarray:
    return size * np.sin(2 * np.pi / year * np.arange(steps))


def shape_of(values, year=WEEKS, horizon=13, season=1):
    series = Aligned(np.asarray(values, np.float32)[None], np.zeros(1, np.int64))
    return yearly_shape(series, 739_000, season, year, horizon)


def test_a_wave_in_noise_is_found_and_goes_on():
    steps = 300
    noise = np.random.default_rng(0).normal(0, 0.1, steps)
    shape = shape_of(wave(steps, WEEKS) + noise)
    coming = wave(steps + 13, WEEKS)[steps:]
    assert shape.coming[0] == pytest.approx(coming, abs=0.05)


def test_a_trend_is_no_season():
    shape = shape_of(np.linspace(0, 1, 300))
    # half a percent of the way it went in these years, no matter which week it is
    assert np.ptp(shape.past) < 0.1


def test_noise_has_no_season():
    noise = np.random.default_rng(1).normal(0, 0.1, 300)
    assert np.ptp(shape_of(noise).past) < 0.1, "less than the noise of one week"


def test_the_shape_of_the_week_is_not_taken_for_one_of_the_year():
    week = np.tile([0.2, 0.2, 0.2, 0.2, 0.2, -0.5, -0.5], 160)
    assert np.abs(shape_of(week, YEAR, 30, season=7).past).max() < 1e-3


def test_the_shape_grows_in_with_the_second_year():
    assert shape_of(wave(52, WEEKS)) is None
    assert shape_of(wave(300, WEEKS), year=0.0) is None
    noise = np.random.default_rng(0).normal(0, 0.1, 300)
    past = wave(300, WEEKS) + noise
    sizes = [np.ptp(shape_of(past[-steps:]).past) for steps in (54, 65, 78, 91, 104)]
    assert sizes[0] < 0.05, "of a year known once, nothing"
    assert all(0 <= later - sooner < 0.35 for sooner, later in pairwise(sizes)), "and never at once"
    assert sizes[-1] > 0.4, "of two, most of its 0.6"


def test_futures_doubt_the_waves_and_are_right_on_average():
    noise = np.random.default_rng(2).normal(0, 0.2, 300)
    shape = shape_of(wave(300, WEEKS) + noise)
    paths = shape.futures(slice(0, 1), 13, 4000)
    assert paths.shape == (13, 1, 4000)
    assert paths.mean(axis=2)[:, 0] == pytest.approx(shape.coming[0], abs=0.01)
    # the size of a wave in 300 weeks of noise 0.2 is unsure by 0.2 · √(2/300) ≈ 0.016
    assert 0.01 < paths.std(axis=2).mean() < 0.15


def test_a_summer_that_always_falls_is_foreseen_in_spring():
    days = np.arange(4 * 365)
    values = 100 * np.exp(wave(len(days), YEAR, 0.5)) + np.random.default_rng(3).normal(
        0, 3, len(days)
    )
    before = 3 * 365 + 91  # at the top of the wave
    history = TrainingSeries(values[:before], 739_000, year=YEAR)
    ((_, paths),) = simulate([Task(history, 90)], 400)
    in_fact = values[before : before + 90].sum()
    assert abs(np.median(paths.sum(axis=1)) - in_fact) < 0.05 * in_fact
    blind = TrainingSeries(values[:before], 739_000)
    ((_, paths),) = simulate([Task(blind, 90)], 400)
    assert np.median(paths.sum(axis=1)) > 1.1 * in_fact, "without it, the fall is a surprise"
