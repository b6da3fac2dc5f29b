"""One change, split over the members of each dimension."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.okr.factors import decomposition
from pipelines.okr.factors.amounts import Amount
from pipelines.okr.factors.apportion import units
from pipelines.okr.factors.decomposition import ComparedAmounts, decompose
from tests.benchmarks.factor_identities import run


def rows(parts, dimension):
    return [(p.member, p.effect, p.units) for p in parts if p.dimension == dimension]


def test_the_change_comes_first_and_its_members_by_size(plain):
    now, before = plain(widget=40, gadget=12, gizmo=5), plain(widget=30, gadget=15, gizmo=5)
    parts = decompose(ComparedAmounts(Fraction(57), Fraction(50), {("product",): (now, before)}), 0)
    whole = parts[0]
    assert (whole.dimension, whole.member, whole.effect) == ("total", "total", "change")
    assert (whole.units, whole.value, whole.previous_value) == (7, 57, 50)
    assert (whole.rank, whole.dimension_rank) == (1, 0)
    assert rows(parts, "product") == [
        ("widget", "change", 10),
        ("gadget", "change", -3),
        ("gizmo", "change", 0),
    ]
    assert [part.rank for part in parts[1:]] == [1, 2, 3]


def test_a_ratio_shows_mix_and_rate_of_each_member(ratios):
    """The case of test_member_changes, at four decimals: mix −218.75 and −406.25, rate 0 and 375, in all −250.

    a gets −218.75 and b −31.25, which are −219 and −31; b shares its −31 as −406 and 375.
    """
    now, before = ratios(a=(15, 150), b=(20, 50)), ratios(a=(10, 100), b=(30, 100))
    compared = ComparedAmounts(Fraction("0.175"), Fraction("0.2"), {("channel",): (now, before)})
    parts = decompose(compared, 4)
    assert parts[0].units == -250
    assert rows(parts, "channel") == [
        ("b", "mix", -406),
        ("b", "rate", 375),
        ("a", "mix", -219),
        ("a", "rate", 0),
    ]
    assert (parts[1].value, parts[1].previous_value) == (Fraction("0.4"), Fraction("0.3"))


def test_a_dimension_inside_another_adds_up_to_it():
    """Thirds of a cent: widget has 2/3 of the change of 1.00, and its colours share just that."""
    third = Amount(Fraction(1, 3))
    deep = {("widget", "green"): third, ("widget", "red"): third, ("gadget", "red"): third}
    flat = {("widget",): Amount(Fraction(2, 3)), ("gadget",): third}
    members = {("product",): (flat, {}), ("product", "color"): (deep, {})}
    parts = decompose(ComparedAmounts(Fraction(1), Fraction(0), members), 2)
    assert rows(parts, "product") == [("widget", "change", 67), ("gadget", "change", 33)]
    assert rows(parts, "product > color") == [
        ("widget > green", "change", 34),
        ("gadget > red", "change", 33),
        ("widget > red", "change", 33),
    ]


def test_three_dimensions_inside_each_other_are_shown_from_the_second_level():
    deep = {("a", "x", "1"): Amount(Fraction(5)), ("a", "y", "1"): Amount(Fraction(2))}
    parts = decompose(ComparedAmounts(Fraction(7), Fraction(0), {("p", "q", "r"): (deep, {})}), 0)
    assert {part.dimension for part in parts} == {"total", "p > q", "p > q > r"}
    assert rows(parts, "p > q") == [("a > x", "change", 5), ("a > y", "change", 2)]


def test_what_is_shown_is_what_is_split():
    """A third is published as .333333 and two thirds as .666667, so the change is −.333334, not −.333333."""
    now, before = (
        {("a",): Amount(Fraction(1), Fraction(3))},
        {("a",): Amount(Fraction(2), Fraction(3))},
    )
    compared = ComparedAmounts(Fraction(1, 3), Fraction(2, 3), {("d",): (now, before)})
    parts = decompose(compared, 6)
    assert parts[0].units == -333_334
    assert rows(parts, "d") == [("a", "rate", -333_334), ("a", "mix", 0)]


def test_what_is_not_due_yet_stands_apart(plain):
    now, due = plain(green=500, red=100), plain(green=480, red=160)
    compared = ComparedAmounts(
        Fraction(600), Fraction(800), {("color",): (now, due)}, remaining=Fraction(160)
    )
    parts = decompose(compared, 0)
    assert parts[0].units == -200
    assert rows(parts, "color") == [
        ("total", "remaining", -160),
        ("red", "change", -60),
        ("green", "change", 20),
    ]
    assert parts[1].value is None
    assert parts[1].surprise is None


def test_without_a_change_there_are_still_members_that_moved(plain):
    now, before = plain(a=9, b=1), plain(a=1, b=9)
    parts = decompose(ComparedAmounts(Fraction(10), Fraction(10), {("d",): (now, before)}), 0)
    assert parts[0].units == 0
    assert rows(parts, "d") == [("a", "change", 8), ("b", "change", -8)]


amounts = st.dictionaries(
    st.tuples(st.sampled_from("abc")),
    st.builds(Amount, st.fractions(-1_000, 1_000, max_denominator=1_000)),
)


@given(amounts, amounts, st.integers(0, 4), st.randoms())
@settings(max_examples=50)
def test_the_order_of_the_members_is_nothing(now, before, places, random):
    value, previous = (
        sum((amount.numerator for amount in side.values()), Fraction()) for side in (now, before)
    )
    shuffled = list(now.items())
    random.shuffle(shuffled)
    split = decompose(ComparedAmounts(value, previous, {("d",): (now, before)}), places)
    assert split == decompose(
        ComparedAmounts(value, previous, {("d",): (dict(shuffled), before)}), places
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_random_changes_add_up(seed):
    """A share of the million: see tests/benchmarks/factor_identities.py."""
    counts = run(1_000, seed)
    assert sum(counts.values()) == 1_000
    assert min(counts.values()) > 50


def test_the_random_changes_would_catch_plain_rounding(monkeypatch):
    """Each part rounded by itself misses the total before long."""

    def rounded(leaves, total):
        return {path: units(part, 0) for path, part in leaves.items()}

    monkeypatch.setattr(decomposition, "apportioned_tree", rounded)
    with pytest.raises(AssertionError, match="does not sum"):
        run(1_000, 1)
