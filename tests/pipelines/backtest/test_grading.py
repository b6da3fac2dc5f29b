"""Scores of odds, against figures worked out by hand."""

from math import log

import numpy as np
import pytest

from pipelines.backtest.grading import brier, calibration_error, coverage, crps, log_loss

ODDS = np.array([0.8, 0.8, 0.3, 0.6])
MET = np.array([True, False, False, True])


def test_brier_is_the_mean_square():
    assert brier(ODDS, MET) == pytest.approx((0.04 + 0.64 + 0.09 + 0.16) / 4)


def test_log_loss_is_the_mean_surprise_and_never_endless():
    assert log_loss(ODDS, MET) == pytest.approx(-(log(0.8) + log(0.2) + log(0.7) + log(0.6)) / 4)
    assert log_loss(np.array([0.0]), np.array([True])) == pytest.approx(-log(0.005))


def test_calibration_error_compares_each_tenth_with_what_happened():
    # 0.8 twice, met once: off by 0.6 in sum; 0.3 not met: 0.3; 0.6 met: 0.4
    assert calibration_error(ODDS, MET) == pytest.approx((0.6 + 0.3 + 0.4) / 4)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_coverage_counts_both_ends():
    low, high = np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0])
    assert coverage(low, high, np.array([1.0, 2.0, 2.1])) == pytest.approx(2 / 3)


def test_crps_of_a_sure_future_is_its_error_and_of_two_the_known_formula():
    assert crps(np.array([3.0, 3.0]), 5.0) == pytest.approx(2)
    # E|X − y| − ½·E|X − X'| = 1 − ½·1
    assert crps(np.array([0.0, 2.0]), 1.0) == pytest.approx(0.5)
