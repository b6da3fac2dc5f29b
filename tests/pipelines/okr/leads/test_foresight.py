"""Whether signals foresee errors, where it is known that they do or do not."""

import numpy as np
import pytest

from pipelines.okr.leads.foresight import (
    LEAST_ORIGINS,
    best_reach,
    foreseen,
    foresight,
    signals_of,
    slope_of,
)


def lasting(count: int, random: np.random.Generator) -> np.ndarray:
    """A series whose ups and downs last for some steps."""
    values = np.zeros(count)
    for n in range(1, count):
        values[n] = 0.7 * values[n - 1] + random.normal()
    return values / values.std()


def test_signals_that_are_in_the_errors_help():
    random = np.random.default_rng(1)
    signals = lasting(100, random)
    answer = foresight(0.5 * signals + 0.4 * random.normal(size=100), signals, 1)
    assert answer is not None and answer.helps
    assert answer.brier_with < answer.brier
    # half of a half, drawn a little towards nothing
    assert answer.slope == pytest.approx(0.25, abs=0.05)
    assert answer.gain == pytest.approx(1 - answer.brier_with / answer.brier)


def test_signals_that_have_nothing_to_do_with_errors_seldom_help():
    helped = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        answer = foresight(0.6 * random.normal(size=100), lasting(100, random), 2)
        assert answer is not None
        helped += answer.helps
    # one in twenty, and chance
    assert helped <= 10


def test_with_few_past_days_nothing_is_said():
    few = np.ones(LEAST_ORIGINS - 1)
    assert foresight(few, few, 1) is None
    # a reach of which few lie in the past
    assert foresight(np.ones(40), np.ones(40), 26) is None


def test_errors_that_are_not_known_yet_teach_nothing():
    """Ten origins later the first error is known, and it weighs one against the six of the belief in nothing."""
    ahead = foreseen(np.ones(30), np.ones(30), reach=10, first=10)
    assert ahead[0] == pytest.approx(1 / 7)
    assert ahead[-1] == pytest.approx(20 / 26)


def test_a_slope_is_drawn_towards_nothing():
    # 10 errors of 1 at signals of 1, and 6 of the belief that there is nothing
    assert slope_of(np.ones(10), np.ones(10)) == pytest.approx(10 / 16)
    assert slope_of(np.ones(10), np.zeros(10)) == 0


def test_a_signal_is_the_change_against_three_spans_before():
    leader = np.array([10.0] * 12 + [20.0] * 4 + [10.0] * 16)
    signals = signals_of(leader, range(16, 33), 4)
    # after the four steps of 20 it is twice the usual, and at most three of its usual spreads
    assert signals[0] == pytest.approx(3) or signals[0] == max(signals)
    assert signals[-1] == pytest.approx(0, abs=1e-9)


def test_the_reach_is_the_one_with_the_clearest_correlation():
    random = np.random.default_rng(4)
    leader = 100 + 30 * np.cumsum(lasting(240, random)) / 10
    leader -= leader.min() - 50
    follower = np.roll(leader, 4) + random.normal(size=240)
    assert best_reach(follower, leader, (2, 4, 8)) in (2, 4)
