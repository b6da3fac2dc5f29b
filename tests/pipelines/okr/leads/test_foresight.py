"""Whether signals foresee errors, where it is known that they do or do not."""

from statistics import NormalDist

import numpy as np
import pytest

from pipelines.okr.leads.foresight import (
    LEAST_ORIGINS,
    Foresight,
    best_reach,
    brier_of,
    foreseen,
    foresight,
    signals_of,
    slope_of,
    used_slope,
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


def by_hand(error: float, ahead: float = 0) -> float:
    """The mean of three Brier scores, by the normal distribution of which 1.645 are a half-width."""
    odds = [NormalDist().cdf(1.645 * (ahead - goal)) for goal in (-0.35, 0, 0.35)]
    met = [error > goal for goal in (-0.35, 0, 0.35)]
    return sum((p - m) ** 2 for p, m in zip(odds, met, strict=True)) / 3


@pytest.mark.parametrize(("error", "ahead"), [(1, 0), (-1, 0), (0.2, 0), (-0.2, 0.5), (0.2, -3)])
def test_the_brier_score_is_that_of_three_goals(error, ahead):
    assert brier_of(np.array([error]), np.array([ahead])) == pytest.approx(
        by_hand(error, ahead), abs=1e-4
    )


def test_a_goal_that_is_reached_and_no_more_is_not_met():
    """At an error of 0 only the lowest of the three goals is met: 0.2824² + 0.5² + 0.2824²."""
    assert brier_of(np.zeros(1), np.zeros(1)) == pytest.approx(0.40950 / 3, abs=1e-4)


def test_the_slope_is_that_of_the_pairs_known_by_then():
    """1 · 3 + 2 · 1 of 1 + 4, with six of the belief in nothing; what the third one came to is not known yet."""
    ahead = foreseen(np.array([3.0, 1, 2, 7]), np.array([1.0, 2, 1, 3]), reach=1, first=2)
    assert ahead == pytest.approx([5 / 11, 3 * 7 / 12])


def test_half_of_the_slope_is_used():
    assert used_slope(np.ones(10), np.full(10, 2.0)) == pytest.approx(0.5 * 20 / 46)


def test_errors_beyond_three_half_widths_count_as_three():
    answer = foresight(np.full(60, 100.0), np.ones(60), 1)
    assert answer is not None
    assert answer.slope == pytest.approx(0.5 * 3 * 60 / 66)


def test_thirty_days_are_enough_and_three_reaches():
    assert foresight(np.ones(30), np.ones(30), 1) is not None
    assert foresight(np.ones(39), np.ones(39), 13) is not None
    assert foresight(np.ones(38), np.ones(38), 13) is None


@pytest.mark.parametrize(
    ("count", "reach", "first"),
    [
        # two fifths of the days are learned from
        (100, 1, 40),
        # or so many that five errors are known at the first one foreseen
        (40, 13, 18),
    ],
)
def test_the_days_that_are_learned_from_are_not_judged(count, reach, first):
    errors = np.full(count, 0.2)
    errors[:first], errors[first] = 2, -0.2
    answer = foresight(errors, np.zeros(count), reach)
    assert answer is not None
    judged = count - first
    assert answer.brier == pytest.approx(
        (by_hand(-0.2) + (judged - 1) * by_hand(0.2)) / judged, abs=1e-4
    )
    assert (answer.brier_with, answer.gain, answer.origins) == (answer.brier, 0, count)


@pytest.mark.parametrize(("count", "moved"), [(60, 55), (300, 99)])
def test_it_is_moved_to_99_places_and_not_to_those_next_to_it(count, moved):
    """A reach of 1 and two more are left out at both ends: of 60 places 3 to 57 are 55."""
    signals = np.random.default_rng(3).normal(size=count)
    alike = foresight(signals, signals, 1)
    assert alike is not None and alike.by_chance == pytest.approx(1 / (1 + moved))
    nothing = foresight(signals, np.zeros(count), 1)
    assert nothing is not None and nothing.by_chance == 1, "moved or not, it does as well"


def test_a_gain_in_one_half_of_the_days_is_not_steady():
    """Of 100 days those from the 41st on are foreseen, and the later half begins with the 71st."""
    random = np.random.default_rng(1)
    signals = lasting(100, random)
    reversed_later = np.concatenate([0.8 * signals[:70], -0.8 * signals[70:]])
    answer = foresight(reversed_later, signals, 1)
    assert answer is not None and not answer.in_both_halves
    always = foresight(0.8 * signals, signals, 1)
    assert always is not None and always.in_both_halves and always.helps


@pytest.mark.parametrize(
    ("brier_with", "by_chance", "steady", "helps"),
    [
        (0.2474, 0.04, True, True),
        (0.2476, 0.04, True, False),
        (0.2474, 0.041, True, False),
        (0.2474, 0.04, False, False),
        (0.26, 0.01, True, False),
    ],
)
def test_it_helps_by_more_than_a_hundredth_in_both_halves_and_not_by_chance(
    brier_with, by_chance, steady, helps
):
    assert Foresight(0.1, 0.25, brier_with, by_chance, 100, steady).helps == helps


def test_where_nothing_is_left_to_foresee_nothing_is_gained():
    assert Foresight(0.1, 0.0, 0.0, 0.01, 100, in_both_halves=True).gain == 0


def test_of_an_amount_the_change_is_in_parts_of_what_was_before():
    """4 after 2, 2 and 2 is once as much more; 2 after 2, 2 and 4 a quarter less. The median of them is a quarter."""
    signals = signals_of(np.array([2.0, 2, 2, 4, 2, 2, 2, 6]), range(4, 9), 1)
    spread = 0.25 * 1.4826
    assert signals == pytest.approx([1 / spread, *[-0.25 / spread] * 3, 3])


def test_of_what_falls_below_nothing_the_change_is_a_difference():
    """2 after 1, 1 and −2 (0 on average), −1 after 1, −2 and 2 (a third): 2 and −4/3, with a median of 5/3."""
    signals = signals_of(np.array([1.0, 1, -2, 2, -1]) / 10, (4, 5), 1)
    assert signals == pytest.approx([2 / (5 / 3 * 1.4826), -4 / 3 / (5 / 3 * 1.4826)])


def test_where_most_changes_are_none_the_spread_is_their_standard_deviation():
    """Of 0, 0, 0, 0 and 1 it is 0.4."""
    signals = signals_of(np.array([1.0, 1, 1, 1, 1, 1, 1, 2]), range(4, 9), 1)
    assert signals == pytest.approx([0, 0, 0, 0, 2.5])


def test_an_amount_after_nothing_is_no_change():
    signals = signals_of(np.array([0.0, 0, 0, 5, 0, 0, 0, 5, 10]), (4, 9), 1)
    # 10 after 0, 0 and 5 is five times as much more; the median of 0 and 5 is 2.5
    assert signals == pytest.approx([0, 5 / (2.5 * 1.4826)])


def test_what_never_changes_says_nothing():
    assert signals_of(np.full(20, 7.0), range(4, 20), 1).tolist() == [0] * 16


def test_the_reach_is_learned_from_the_first_half_alone():
    random = np.random.default_rng(4)
    leader = lasting(400, random)
    noise = random.normal(size=200)
    follower = np.concatenate([np.roll(leader, 4)[:200] + noise, 5 * np.roll(leader, 8)[200:]])
    assert best_reach(follower, leader, (8, 4)) == 4
    assert best_reach(np.roll(leader, 8), leader, (4, 8)) == 8


def test_where_no_reach_is_clear_it_is_the_first():
    """Of a constant, and of series that are too short for eight places, none has a correlation."""
    random = np.random.default_rng(4)
    short = random.normal(size=60)
    assert best_reach(np.ones(400), lasting(400, random), (8, 4)) == 8
    assert best_reach(np.roll(short, 13), short, (13, 8)) == 13
