"""The smallest change with which enough futures meet a goal, against trying them all."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.levers.least_change import spans

FREE = {"power": 1.0, "least": -np.inf, "most": np.inf, "places": 0}
NO_END = np.full(4, np.inf)

whole = st.integers(-30, 30)


def found(short, spare, enough, **limits):
    exact = (np.array(one, dtype=np.float64) for one in (short, spare))
    return spans(*exact, **{**FREE, **limits}).least(enough)


def test_as_many_futures_as_needed_get_what_they_lack():
    short = [-3.0, 2.0, 5.0, 9.0]
    assert [found(short, NO_END, enough) for enough in (2, 3, 4)] == [2, 5, 9]


def test_it_is_rounded_to_the_side_of_enough():
    assert found([2.1, 4.5], [np.inf] * 2, 2) == 5
    assert found([-np.inf] * 2, [-2.1, -4.5], 2) == -5
    assert found([0.123451], [np.inf], 1, places=4) == Decimal("0.1235")


def test_the_noise_of_floats_does_not_round_it_up():
    assert found([0.1 + 0.2], [np.inf], 1, places=1) == Decimal("0.3")


def test_no_more_can_be_added_than_there_is_room_for():
    assert found([5.0, 9.0], [np.inf] * 2, 1, most=np.array([4.0, 10.0])) == 9
    assert found([5.0, 9.0], [np.inf] * 2, 2, most=np.array([4.0, 10.0])) is None
    assert found([-np.inf], [-5.0], 1, least=-4.0) is None


def test_a_change_that_adds_twice_as_much_is_half_as_large():
    assert found([6.0, 6.0], [np.inf] * 2, 2, power=np.array([2.0, 3.0])) == 3
    assert found([6.0, 6.0], [np.inf] * 2, 2, power=np.array([2.0, 0.0])) is None


def test_a_band_that_no_whole_number_hits_has_none():
    assert found([2.2], [2.8], 1) is None
    assert found([2.2], [2.8], 1, places=1) == Decimal("2.2")


def test_a_value_that_is_not_defined_meets_nothing():
    assert found([np.nan, 3.0], [np.inf, np.inf], 1) == 3
    assert found([np.nan, 3.0], [np.inf, np.inf], 2) is None


@given(
    st.lists(st.tuples(whole, st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(1, 8),
    st.integers(-40, 0),
    st.integers(0, 40),
)
def test_trying_every_whole_change_finds_none_that_is_smaller(futures, enough, least, most):
    short, width, power = (np.array(one, dtype=np.float64) for one in zip(*futures, strict=True))
    own = spans(short, short + width, power=power, least=least, most=most, places=0)

    def met(change):
        added = np.clip(change * power, least, most)
        return int(((short <= added) & (added <= short + width)).sum())

    assert all(own.met(Decimal(change)) == met(change) for change in range(-60, 61))
    best = own.least(enough)
    tried = [change for change in range(-60, 61) if change and met(change) >= enough]
    if best is not None:
        assert met(int(best)) >= enough
    if own.met(Decimal(0)) < enough and tried and power.all() and (width >= power).all():
        assert abs(best) == min(map(abs, tried))
