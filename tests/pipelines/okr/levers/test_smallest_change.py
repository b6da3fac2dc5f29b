"""The smallest change with which enough futures meet a goal, against trying them all; and how many are enough."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers.smallest_change import Threshold, change_ranges, threshold

FREE = {"effect": 1.0, "least": -np.inf, "most": np.inf, "places": 0}
NO_END = np.full(4, np.inf)

LIKELY = Policy().likely

whole = st.integers(-30, 30)


def smallest(short, spare, enough, **limits):
    exact = (np.array(ends, dtype=np.float64) for ends in (short, spare))
    return change_ranges(*exact, **{**FREE, **limits}).smallest(enough)


def test_as_many_futures_as_needed_get_what_they_lack():
    short = [-3.0, 2.0, 5.0, 9.0]
    assert [smallest(short, NO_END, enough) for enough in (2, 3, 4)] == [2, 5, 9]


def test_it_is_rounded_to_the_side_of_enough():
    assert smallest([2.1, 4.5], [np.inf] * 2, 2) == 5
    assert smallest([-np.inf] * 2, [-2.1, -4.5], 2) == -5
    assert smallest([0.123451], [np.inf], 1, places=4) == Decimal("0.1235")


def test_the_noise_of_floats_does_not_round_it_up():
    assert smallest([0.1 + 0.2], [np.inf], 1, places=1) == Decimal("0.3")


def test_no_more_can_be_added_than_there_is_room_for():
    assert smallest([5.0, 9.0], [np.inf] * 2, 1, most=np.array([4.0, 10.0])) == 9
    assert smallest([5.0, 9.0], [np.inf] * 2, 2, most=np.array([4.0, 10.0])) is None
    assert smallest([-np.inf], [-5.0], 1, least=-4.0) is None


def test_a_change_that_adds_twice_as_much_is_half_as_large():
    assert smallest([6.0, 6.0], [np.inf] * 2, 2, effect=np.array([2.0, 3.0])) == 3
    assert smallest([6.0, 6.0], [np.inf] * 2, 2, effect=np.array([2.0, 0.0])) is None


def test_a_band_that_no_whole_number_hits_has_none():
    assert smallest([2.2], [2.8], 1) is None
    assert smallest([2.2], [2.8], 1, places=1) == Decimal("2.2")


def test_a_value_that_is_not_defined_meets_nothing():
    assert smallest([np.nan, 3.0], [np.inf, np.inf], 1) == 3
    assert smallest([np.nan, 3.0], [np.inf, np.inf], 2) is None


@given(
    st.lists(st.tuples(whole, st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(1, 8),
    st.integers(-40, 0),
    st.integers(0, 40),
)
@example([(0, 9, 1), (0, 9, 1), (2, 20, 3), (9, 1, 1), (22, 3, 3)], 4, 0, 23)
def test_trying_every_whole_change_finds_none_that_is_smaller(futures, enough, least, most):
    short, width, power = (
        np.array(numbers, dtype=np.float64) for numbers in zip(*futures, strict=True)
    )
    own = change_ranges(short, short + width, effect=power, least=least, most=most, places=0)

    def met(change):
        added = np.clip(change * power, least, most)
        return int(((short <= added) & (added <= short + width)).sum())

    assert all(own.met(Decimal(change)) == met(change) for change in range(-60, 61))
    best = own.smallest(enough)
    tried = [change for change in range(-60, 61) if change and met(change) >= enough]
    if best is not None:
        assert met(int(best)) >= enough
    if own.met(Decimal(0)) < enough and tried and power.all() and (width >= power).all():
        assert abs(best) == min(map(abs, tried))


def test_without_a_correction_it_is_seven_tenths_of_them():
    """(1,399 + 0.5) ÷ 2,001 = 0.6994 is published as 0.699, (1,400 + 0.5) ÷ 2,001 = 0.6999 as 0.7."""
    assert threshold(Curve(), Curve(), LIKELY).enough == 1400


@pytest.mark.parametrize("shipped", [Curve(0.0, 0.6), Curve(0.4, 1.3)])
@pytest.mark.parametrize("own", [Curve(), Curve(-0.5, 0.8)])
def test_it_is_the_least_number_that_is_published_as_likely(shipped, own):
    needed = threshold(shipped, own, LIKELY)
    assert needed.odds(needed.enough) >= LIKELY > needed.odds(needed.enough - 1)


def test_a_record_so_poor_that_no_odds_are_good_enough_leaves_none():
    assert threshold(Curve(), Curve(-9.0, 0.1), LIKELY).enough is None


def test_without_odds_one_future_has_to_meet_it():
    assert (Threshold().enough, Threshold().odds(1)) == (1, None)
