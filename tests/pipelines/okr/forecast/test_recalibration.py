"""Odds that learn from how they came out."""

import numpy as np
import pytest

from pipelines.okr.forecast.recalibration import (
    PRIOR_PREDICTIONS,
    Curve,
    Graded,
    curve_name,
    fit_curve,
    own_curve,
    shipped_curves,
)
from pipelines.okr.forecast.training_series import TrainingSeries


def record(odds: float, met: int, missed: int) -> list[Graded]:
    return [Graded(odds, True)] * met + [Graded(odds, False)] * missed


def test_without_a_record_nothing_changes():
    assert own_curve([]) == Curve(0, 1)
    assert Curve().corrected(np.array([0.2, 0.5])) == pytest.approx([0.2, 0.5])


def test_a_curve_keeps_the_order_of_odds_and_never_reaches_certainty():
    odds = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    corrected = Curve(0.3, 0.6).corrected(odds)
    assert np.all(np.diff(corrected) > 0)
    assert 0 < corrected[0] < corrected[-1] < 1


def test_odds_that_are_too_sure_are_drawn_together():
    odds = np.repeat([0.1, 0.9], 1000)
    met = np.concatenate([np.arange(1000) < 300, np.arange(1000) < 700])
    assert fit_curve(odds, met).corrected(np.array([0.1, 0.9])) == pytest.approx(
        [0.3, 0.7], abs=0.01
    )


def test_after_fifty_goals_one_s_own_record_weighs_as_much_as_the_start():
    half_of_the_way = own_curve(record(0.5, PRIOR_PREDICTIONS, 0))
    (corrected,) = half_of_the_way.corrected(np.array([0.5]))
    # fifty goals met as one, and fifty that came out as said: (50 + 25) of 100
    assert corrected == pytest.approx(0.75, abs=0.015)


def test_a_long_record_of_one_s_own_outweighs_the_start():
    curve = own_curve(record(0.9, 3000, 2000) + record(0.1, 2000, 3000))
    assert curve.corrected(np.array([0.9]))[0] == pytest.approx(0.6, abs=0.02)


def test_a_perfect_record_gives_a_curve_and_not_an_endless_one():
    curve = own_curve(record(0.99, 2000, 0) + record(0.01, 0, 2000))
    assert np.isfinite([curve.intercept, curve.slope]).all()


def test_there_is_a_curve_for_every_kind_of_history():
    names = {
        curve_name(TrainingSeries(np.ones(length), 0, season))
        for length, season in ((10, 7), (100, 7), (400, 7), (40, 1), (100, 1), (24, 12), (100, 12))
    }
    assert names == shipped_curves().keys()
