"""KPIs that add up: each member's own change."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.factors.additive import changes

amounts = st.dictionaries(
    st.tuples(st.sampled_from("abcd")), st.fractions(-100, 100, max_denominator=100)
)


def test_who_comes_had_nothing_and_who_goes_has_nothing():
    now = {("widget",): Fraction(12), ("gadget",): Fraction(5), ("same",): Fraction(3)}
    before = {("widget",): Fraction(10), ("gizmo",): Fraction(4), ("same",): Fraction(3)}
    assert changes(now, before) == {
        ("widget",): 2,
        ("gadget",): 5,
        ("gizmo",): -4,
        ("same",): 0,
    }


@given(amounts, amounts)
def test_they_sum_to_the_change_and_turn_their_signs_with_the_periods(now, before):
    split = changes(now, before)
    assert sum(split.values()) == sum(now.values()) - sum(before.values())
    assert changes(before, now) == {member: -change for member, change in split.items()}
