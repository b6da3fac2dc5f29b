"""The score with which a goal, and several of them together, end in futures that are given."""

from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.forecast.simulation import PATHS
from pipelines.okr.odds.objective_futures import (
    ScoreFutures,
    futures_of,
    mean_at_pace,
    median_score,
    weighted_mean,
)
from pipelines.okr.odds.open_goals import NoOdds, Settled
from pipelines.okr.odds.results import SimulatedGoal, reaches, share_met, share_of_futures

HALF = np.arange(PATHS) < PATHS // 2
"""Met in the first half of the futures."""
OPEN = SimulatedGoal(HALF, np.where(HALF, 1, 0.5).astype(np.float32), Curve(0.1, 0.9))


def test_a_share_of_futures_is_never_none_and_never_all_of_them():
    assert share_of_futures(0, 2000) == 0.5 / 2001
    assert share_of_futures(2000, 2000) == 2000.5 / 2001
    assert OPEN.share == pytest.approx(0.5, abs=0.001)


def test_a_bar_is_reached_by_what_the_noise_of_24_bits_leaves_below_it():
    scores = np.array([0.7 - 2e-6, 0.7 - 5e-7, 0.7])
    assert reaches(scores, Decimal("0.7")).tolist() == [False, True, True]
    whole = np.array([1 - 5e-7, 1 - 5e-10, 1.0])
    assert reaches(whole, Decimal(1)).tolist() == [False, True, True]


def test_of_a_settled_goal_all_is_known():
    futures = futures_of("a", Settled(False, Decimal("0.4")))
    assert (futures.least, futures.most, futures.mean) == (Decimal("0.4"),) * 3
    assert futures.quantiles == (Decimal("0.4"),) * 3
    assert (set(futures.low.tolist()), set(futures.high.tolist())) == ({0.4}, {0.4})
    assert futures.all_met == Settled(False, Decimal(0))
    assert futures_of("a", Settled(True, Decimal(1))).all_met == Settled(True, Decimal(1))
    assert (futures.lacking, futures.curve, futures.low.shape) == ((), None, (PATHS,))


def test_of_a_goal_that_is_lost_its_score_may_still_be_open():
    futures = futures_of("a", Settled(False, Decimal("0.4"), Decimal("0.1"), "no history"))
    assert (futures.least, futures.most) == (Decimal("0.1"), Decimal("0.4"))
    assert (futures.low[0], futures.high[0]) == (0.1, 0.4)
    assert (futures.mean, futures.quantiles) == (None, None)
    assert futures.lacking == (("a", "no history"),)
    assert futures.all_met == Settled(False, Decimal(0))


def test_of_a_goal_without_odds_it_is_nothing_or_all():
    futures = futures_of("a", NoOdds("no history"))
    assert (futures.least, futures.most, futures.low[0], futures.high[0]) == (0, 1, 0, 1)
    assert futures.all_met == NoOdds("no history")
    assert futures.at_pace(Decimal("0.3"))[0] == 0.3
    assert futures.at_pace(None) is None
    nothing, everything = futures.reaching_between(Decimal("0.9"))
    assert (nothing.met.any(), everything.met.all()) == (False, True)


def test_of_an_open_goal_it_is_that_of_each_future():
    futures = futures_of("a", OPEN)
    assert (futures.least, futures.most, futures.mean) == (0, 1, Decimal("0.75"))
    assert futures.quantiles == (Decimal("0.5"), Decimal("0.75"), Decimal(1))
    assert futures.curve == Curve(0.1, 0.9)
    assert futures.at_pace(Decimal("0.3")).tolist() == futures.low.tolist()
    reaching = futures.reaching(Decimal("0.9"))
    assert isinstance(reaching, SimulatedGoal)
    assert reaching.met.tolist() == HALF.tolist()
    assert isinstance(futures.all_met, SimulatedGoal)


def test_where_what_is_met_counts_whole_a_future_that_meets_it_has_one():
    some = SimulatedGoal(HALF, np.full(PATHS, 0.8, np.float32), Curve(), most=Decimal("0.8"))
    plain, whole = (futures_of("a", some, met_counts_whole=counts) for counts in (False, True))
    assert (plain.most, set(plain.low.round(3).tolist())) == (Decimal("0.8"), {0.8})
    assert (whole.most, whole.mean) == (1, pytest.approx(Decimal("0.9"), abs=Decimal("1e-6")))
    assert futures_of("a", Settled(True, Decimal("0.8")), met_counts_whole=True).mean == 1
    assert futures_of("a", Settled(True, Decimal("0.8"))).mean == Decimal("0.8")
    assert futures_of("a", Settled(False, Decimal("0.8")), met_counts_whole=True).most == Decimal(
        "0.8"
    )


@pytest.mark.parametrize(("settled", "ends"), [(True, (1, 1)), (False, (0, Decimal("0.8")))])
def test_what_is_met_or_missed_for_good_is_so_in_all_futures(settled, ends):
    some = SimulatedGoal(
        HALF, np.full(PATHS, 0.8, np.float32), Curve(), settled=settled, most=Decimal("0.8")
    )
    futures = futures_of("a", some, met_counts_whole=True)
    assert (futures.least, futures.most) == ends
    assert futures.all_met == Settled(settled, Decimal(settled))
    assert set(futures.full_low.tolist()) == {settled}


@pytest.mark.parametrize(
    ("bar", "settled"), [("0.2", True), ("0.3", None), ("0.8", None), ("0.9", False)]
)
def test_a_bar_outside_of_its_ends_is_settled(bar, settled):
    score = np.where(HALF, 0.8, 0.2)
    futures = ScoreFutures(
        Decimal("0.2"), Decimal("0.8"), score, score, None, HALF, HALF, Curve(0.2, 0.8)
    )
    reaching = futures.reaching(Decimal(bar))
    if settled is None:
        assert isinstance(reaching, SimulatedGoal)
        assert (reaching.met.tolist(), reaching.curve) == (HALF.tolist(), Curve(0.2, 0.8))
    else:
        assert reaching == Settled(settled, Decimal("0.2") if settled else Decimal("0.8"))


def test_several_have_the_weighted_mean_of_their_scores():
    """Three parts of the open one, and one of a goal that ended at 0.4: 0.85 or 0.475."""
    parts = [
        (Decimal(3), futures_of("a", OPEN)),
        (Decimal(1), futures_of("b", Settled(False, Decimal("0.4")))),
    ]
    together = weighted_mean(parts)
    assert together is not None
    assert (together.least, together.most) == (Decimal("0.1"), Decimal("0.85"))
    assert together.low.tolist() == pytest.approx(np.where(HALF, 0.85, 0.475).tolist())
    assert together.all_met == Settled(False, Decimal(0))
    with_none = weighted_mean([*parts, (Decimal(4), futures_of("c", NoOdds("no history")))])
    assert with_none is not None
    assert (with_none.least, with_none.most) == (Decimal("0.05"), Decimal("0.925"))
    assert with_none.lacking == (("c", "no history"),)
    assert with_none.mean is None


def test_what_weighs_nothing_together_has_no_mean():
    assert mean_at_pace([(Decimal(0), np.ones(3))]) is None
    assert mean_at_pace([]) is None
    assert mean_at_pace([(Decimal(1), np.zeros(2)), (Decimal(3), np.ones(2))]).tolist() == [
        0.75,
        0.75,
    ]


def test_a_median_has_twelve_decimals_and_lies_from_0_to_1():
    assert median_score(np.array([0.1, 0.1 + 0.2, 0.9])) == Decimal("0.3")
    assert median_score(np.array([1.5])) == 1
    assert median_score(np.array([-0.5])) == 0


def test_enough_of_several_goals_are_met_in_a_future():
    """One is met for good and one missed: of three, two are met where the open one is."""
    parts = [Settled(True, Decimal(1)), Settled(False, Decimal(0)), OPEN]
    two = share_met(parts, 2)
    assert isinstance(two, SimulatedGoal)
    assert (two.met.tolist(), two.settled) == (HALF.tolist(), None)
    assert two.score.tolist() == pytest.approx(np.where(HALF, 2 / 3, 1 / 3).tolist())
    assert (two.least, two.most) == (Decimal(1) / 3, Decimal(2) / 3)
    one, three = share_met(parts, 1), share_met(parts, 3)
    assert isinstance(one, SimulatedGoal) and isinstance(three, SimulatedGoal)
    assert (one.settled, one.met.all()) == (True, True)
    assert (three.settled, three.met.any()) == (False, False)


def test_of_several_simulated_goals_the_flattest_curve_counts():
    flat = SimulatedGoal(HALF, OPEN.score, Curve(0.5, 0.2))
    both = share_met([OPEN, flat], 1)
    assert isinstance(both, SimulatedGoal) and both.curve == Curve(0.5, 0.2)


def test_without_a_part_there_is_nothing_to_meet():
    assert share_met([], 0) == NoOdds("nothing is left to meet")
