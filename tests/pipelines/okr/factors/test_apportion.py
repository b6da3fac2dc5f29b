"""Exact parts as whole units that add up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.factors.apportion import apportioned, apportioned_tree, units

THIRD = Fraction(1, 3)
parts = st.dictionaries(
    st.sampled_from("abcdef"), st.fractions(-1_000, 1_000, max_denominator=60), max_size=6
)


def total_of(given_parts):
    return units(sum(given_parts.values(), Fraction()), 0)


@pytest.mark.parametrize(
    ("amount", "places", "whole"),
    [("0.005", 2, 1), ("-0.005", 2, -1), ("0.0049", 2, 0), ("12.5", 0, 13), ("-12.5", 0, -13),
     ("1234.56", 2, 123456), ("0", 4, 0)],
)  # fmt: skip
def test_an_amount_is_rounded_half_away_from_zero(amount, places, whole):
    assert units(Fraction(amount), places) == whole


def test_the_missing_unit_goes_to_the_part_that_lost_most():
    # rounded down 1 + 2 + 4 = 7; two are missing, and b (.9) and c (.6) lost most
    split = {"a": Fraction("1.5"), "b": Fraction("2.9"), "c": Fraction("4.6")}
    assert apportioned(split, 9) == {"a": 1, "b": 3, "c": 5}


def test_equal_remainders_are_served_by_name():
    thirds = dict.fromkeys(("b", "c", "a"), 100 * THIRD)
    assert apportioned(thirds, 100) == {"a": 34, "b": 33, "c": 33}


def test_parts_of_both_signs_add_up():
    # a rise of 1.5 and a fall of 0.5 are a rise of 1: rounded down 1 − 1 = 0, and a is served first
    assert apportioned({"a": Fraction("1.5"), "b": Fraction("-0.5")}, 1) == {"a": 2, "b": -1}
    assert apportioned({"a": Fraction("-1.5"), "b": Fraction("0.5")}, -1) == {"a": -2, "b": 1}


def test_a_total_without_a_part_to_carry_it_is_refused():
    assert apportioned({"a": Fraction()}, 0) == {"a": 0}
    with pytest.raises(ValueError, match="no part to carry them"):
        apportioned({"a": Fraction()}, 1)


def test_a_total_that_was_rounded_on_its_own_is_carried_by_the_parts_that_moved():
    # both values were rounded up to the unit: the change shown is 2, though it is 1
    assert apportioned({"a": Fraction(1), "b": Fraction(0)}, 2) == {"a": 2, "b": 0}


def test_what_a_member_gets_is_what_its_children_share():
    # widget is 2/3 of 100: 67. Of these, thirds each: green is served first by name
    leaves = {
        ("widget", "green"): 100 * THIRD,
        ("widget", "red"): 100 * THIRD,
        ("gadget", "red"): 100 * THIRD,
    }
    assert apportioned_tree(leaves, 100) == {
        ("widget", "green"): 34,
        ("widget", "red"): 33,
        ("gadget", "red"): 33,
    }


def test_a_member_with_children_has_no_part_of_its_own():
    with pytest.raises(ValueError, match="has its parts in them"):
        apportioned_tree({("a",): Fraction(1), ("a", "b"): Fraction(1)}, 2)


@given(parts)
def test_they_sum_to_the_total_and_none_moves_by_a_whole_unit(split):
    whole = apportioned(split, total_of(split))
    assert sum(whole.values()) == total_of(split)
    assert all(abs(whole[name] - part) < 1 for name, part in split.items())
    assert all(whole[name] == part for name, part in split.items() if part.denominator == 1)


@given(parts)
def test_turning_every_sign_turns_every_sign(split):
    turned = apportioned({name: -part for name, part in split.items()}, -total_of(split))
    assert turned == {name: -n for name, n in apportioned(split, total_of(split)).items()}


@given(parts, st.randoms())
def test_the_order_of_the_parts_is_nothing(split, random):
    shuffled = list(split.items())
    random.shuffle(shuffled)
    assert apportioned(dict(shuffled), total_of(split)) == apportioned(split, total_of(split))


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from("12")),
        st.fractions(-1_000, 1_000, max_denominator=60),
        max_size=12,
    )
)
def test_every_parent_is_the_sum_of_its_children(leaves):
    whole = apportioned_tree(leaves, total_of(leaves))
    outer: dict[str, Fraction] = {}
    for (name, *_), part in leaves.items():
        outer[name] = outer.get(name, Fraction()) + part
    for name, share in apportioned(outer, total_of(leaves)).items():
        assert share == sum(n for (first, *_), n in whole.items() if first == name)
    assert sum(whole.values()) == total_of(leaves)
