"""Products of factors."""

from fractions import Fraction
from itertools import permutations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.factors.shapley import product_effects

numbers = st.fractions(-20, 20, max_denominator=12)
pairs = st.dictionaries(
    st.sampled_from(["sessions", "conversion", "basket", "margin"]),
    st.tuples(numbers, numbers),
    min_size=1,
)


def test_of_two_factors_it_is_the_change_of_one_times_the_mean_of_the_other():
    """10 × .5 = 5 becomes 12 × .4 = 4.8: sessions 2 × .45 = .9, conversion −.1 × 11 = −1.1."""
    now = {"sessions": Fraction(12), "conversion": Fraction("0.4")}
    before = {"sessions": Fraction(10), "conversion": Fraction("0.5")}
    assert product_effects(now, before) == {
        "sessions": Fraction("0.9"),
        "conversion": Fraction("-1.1"),
    }


def test_zero_is_a_number_like_any_other():
    """2·3·4 = 24 becomes 3·3·0 = 0. b stands still; a: 1 × (4 + 0)/2 × 3 = 6; c: −4 × 2.5 × 3 = −30."""
    now = {"a": Fraction(3), "b": Fraction(3), "c": Fraction(0)}
    before = {"a": Fraction(2), "b": Fraction(3), "c": Fraction(4)}
    assert product_effects(now, before) == {"a": 6, "b": 0, "c": -30}


def test_a_factor_that_is_not_known_in_both_periods_is_refused():
    with pytest.raises(ValueError, match="one period only: b"):
        product_effects({"a": Fraction(1), "b": Fraction(1)}, {"a": Fraction(1)})


@given(pairs)
def test_they_sum_to_the_change_and_turn_their_signs_with_the_periods(both):
    now = {name: pair[0] for name, pair in both.items()}
    before = {name: pair[1] for name, pair in both.items()}
    split = product_effects(now, before)
    assert sum(split.values()) == prod(now.values()) - prod(before.values())
    assert product_effects(before, now) == {name: -part for name, part in split.items()}
    assert all(split[name] == 0 for name in now if now[name] == before[name])


@given(pairs)
def test_it_is_the_mean_over_every_order_in_which_the_factors_may_have_changed(both):
    split = product_effects(
        {name: pair[0] for name, pair in both.items()},
        {name: pair[1] for name, pair in both.items()},
    )
    brought = dict.fromkeys(both, Fraction())
    orders = list(permutations(both))
    for order in orders:
        state = {name: pair[1] for name, pair in both.items()}
        for name in order:
            earlier = prod(state.values())
            state[name] = both[name][0]
            brought[name] += prod(state.values()) - earlier
    assert split == {name: part / len(orders) for name, part in brought.items()}
