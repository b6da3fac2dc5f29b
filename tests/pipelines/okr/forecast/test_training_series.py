"""What a series is, by its values alone."""

import numpy as np
import pytest

from pipelines.okr.forecast.training_series import YEAR, TrainingSeries


def series(values: object, **form: object) -> TrainingSeries:
    return TrainingSeries(np.asarray(values, dtype=float), 739_000, **form)


@pytest.mark.parametrize(
    ("form", "frequency"),
    [
        ({}, "day"),
        ({"season": 5, "year": 260.0}, "day"),
        ({"season": 1, "year": YEAR / 7}, "week"),
        ({"season": 1, "year": 60.0}, "week"),
        ({"season": 1, "year": 60.1}, "day"),
        ({"season": 1}, "week"),
        ({"season": 12}, "month"),
        ({"season": 4}, "month"),
    ],
)
def test_the_season_and_the_year_say_how_far_apart_steps_are(form, frequency):
    assert series([1.0] * 30, **form).frequency == frequency


@pytest.mark.parametrize(
    ("length", "form", "is_enough"),
    [
        (23, {}, False), (24, {}, True), (24, {"observed": 23}, False), (40, {"observed": 24}, True),
        (23, {"observed": 30}, False), (11, {"season": 12}, False), (12, {"season": 12}, True),
    ],
)  # fmt: skip
def test_it_is_smoothed_where_enough_of_it_was_seen(length, form, is_enough):
    assert series([1.0] * length, **form).can_be_smoothed is is_enough


def test_it_is_forecast_from_eight_values_on():
    assert not series([1.0] * 7).is_long_enough
    assert series([1.0] * 8).is_long_enough
    assert not series([1.0] * 30, observed=7).is_long_enough


def test_a_level_stands_still_where_more_than_six_in_ten_steps_leave_it():
    values = [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]  # 6 of 10
    assert not series(values, level=True).stands_still
    assert series([0, *values], level=True).stands_still, "7 of 11"
    assert not series([0, *values]).stands_still, "no level"


def test_a_level_that_has_never_fallen_is_a_running_total():
    assert series([1, 1, 2], level=True).is_running_total
    assert not series([1, 2, 1], level=True).is_running_total
    assert not series([1, 1, 2]).is_running_total


def test_it_is_sparse_where_more_than_six_in_ten_steps_bring_nothing():
    assert not series([0, 0, 0, 1, 1]).is_sparse
    assert series([0, 0, 0, 0, 1]).is_sparse
    assert not series([0, 0, 0, 0, 1], level=True).is_sparse
