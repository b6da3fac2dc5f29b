"""What each member brought: its own change, or of a ratio its weight and its own rate."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.okr.factors.amounts import Amount, total
from pipelines.okr.factors.member_changes import UndefinedRatioError, amount_changes, mix_and_rate

A, B, C = ("a",), ("b",), ("c",)

fractions = st.fractions(-10_000, 10_000, max_denominator=200)
weights = st.fractions(0, 1_000, max_denominator=20)
names = st.sampled_from(["a", "b", "c", "d", "unknown"])
sides = st.dictionaries(st.tuples(names), st.builds(Amount, fractions, weights), max_size=5)


plain_amounts = st.dictionaries(
    st.tuples(names), st.builds(Amount, st.fractions(-100, 100, max_denominator=100))
)


def test_a_member_in_one_period_only_had_nothing_in_the_other(plain):
    now, before = plain(widget=12, gadget=5, same=3), plain(widget=10, gizmo=4, same=3)
    assert amount_changes(now, before) == {
        ("widget",): 2,
        ("gadget",): 5,
        ("gizmo",): -4,
        ("same",): 0,
    }


@given(plain_amounts, plain_amounts)
def test_amounts_sum_to_the_change_and_turn_their_signs_with_the_periods(now, before):
    split = amount_changes(now, before)
    both = [sum(change.numerator for change in side.values()) for side in (now, before)]
    assert sum(split.values()) == both[0] - both[1]
    assert amount_changes(before, now) == {member: -change for member, change in split.items()}


def has_ratio(amounts):
    return any(amount.denominator for amount in amounts.values())


def share(text):
    return Fraction(text)


def test_a_case_worked_out_by_hand(ratios):
    """Sold per visit. Before: a 10/100, b 30/100, so 20 %. Now: a 15/150, b 20/50, so 17.5 %.

    The mean ratio is 18.75 %.
    a: weight .5 to .75, rate 10 % throughout: mix .25 × (.10 − .1875) = −.021875, rate 0
    b: weight .5 to .25, rate 30 % to 40 %: mix −.25 × (.35 − .1875) = −.040625, rate .375 × .1 = .0375
    Together −.025, which is 17.5 % − 20 %.
    """
    split = mix_and_rate(ratios(a=(15, 150), b=(20, 50)), ratios(a=(10, 100), b=(30, 100)))
    assert (split[A].mix, split[A].rate) == (share("-0.021875"), 0)
    assert (split[B].mix, split[B].rate) == (share("-0.040625"), share("0.0375"))
    assert sum(change.both for change in split.values()) == share("-0.025")


def test_a_member_that_comes_is_all_mix(ratios):
    """Before: a 10/100, so 10 %. Now a as it was and c 30/100, so 20 %; the mean ratio is 15 %.

    a: weight 1 to .5: mix −.5 × (.10 − .15) = .025. c: weight 0 to .5: mix .5 × (.30 − .15) = .075
    """
    now, before = ratios(a=(10, 100), c=(30, 100)), ratios(a=(10, 100))
    split = mix_and_rate(now, before)
    assert (split[A].mix, split[A].rate) == (share("0.025"), 0)
    assert (split[C].mix, split[C].rate) == (share("0.075"), 0)
    gone = mix_and_rate(before, now)
    assert (gone[C].mix, gone[C].rate) == (share("-0.075"), 0)


def test_a_numerator_without_a_denominator_is_not_lost(ratios):
    """Return on spend: what was earned without spending (c) is part of the ratio, and has no rate.

    Before (300 + 50) / 100 = 3.5, now (500 + 100) / 200 = 3. Of c: 100/200 − 50/100 = 0, all of it is
    a's rate, 3 to 2.5 at weight 1.
    """
    split = mix_and_rate(ratios(a=(500, 200), c=(100, 0)), ratios(a=(300, 100), c=(50, 0)))
    assert (split[A].mix, split[A].rate) == (0, share("-0.5"))
    assert (split[C].mix, split[C].rate) == (0, 0)


def test_no_ratio_no_factors(ratios):
    with pytest.raises(UndefinedRatioError):
        mix_and_rate(ratios(a=(1, 0)), ratios(a=(1, 2)))
    with pytest.raises(UndefinedRatioError):
        mix_and_rate({}, ratios(a=(1, 2)))


@given(sides, sides)
def test_they_sum_to_the_change_with_nothing_left_over(now, before):
    assume(has_ratio(now) and has_ratio(before))
    split = mix_and_rate(now, before)
    whole, earlier = total(now), total(before)
    assert (
        sum((change.both for change in split.values()), Fraction()) == whole.value - earlier.value
    )


@given(sides, sides)
def test_mix_is_the_change_of_weight_times_the_distance_from_the_mean_ratio(now, before):
    assume(has_ratio(now) and has_ratio(before))
    whole, earlier = total(now), total(before)
    mean = (whole.value + earlier.value) / 2
    for member, split in mix_and_rate(now, before).items():
        amount, earlier_amount = now.get(member), before.get(member)
        if amount and earlier_amount and amount.denominator and earlier_amount.denominator:
            weight = amount.denominator / whole.denominator
            previous = earlier_amount.denominator / earlier.denominator
            assert split.mix == (weight - previous) * (
                (amount.value + earlier_amount.value) / 2 - mean
            )
            assert split.rate == (weight + previous) / 2 * (amount.value - earlier_amount.value)


@given(sides, sides)
def test_turning_the_periods_round_turns_every_sign(now, before):
    assume(has_ratio(now) and has_ratio(before))
    reversed_split = mix_and_rate(before, now)
    for member, split in mix_and_rate(now, before).items():
        assert (split.mix, split.rate) == (
            -reversed_split[member].mix,
            -reversed_split[member].rate,
        )


@given(sides)
def test_what_does_not_move_brings_nothing(now):
    assume(has_ratio(now))
    assert all(change.mix == change.rate == 0 for change in mix_and_rate(now, dict(now)).values())
