"""What each member brought to the change of a whole, in exact fractions that sum to the change.

Of a KPI that adds up over its members (a flow, a stock) it is the change of the member's own amount.

A ratio is R = Σ w·r, with a member's weight w (its share of the denominators) and its rate r. Between
two periods, with a bar for the mean of both:

    mix  = Δw · (r̄ − R̄)     the member's weight changed
    rate = w̄ · Δr           the member's own rate changed

Taken at the middle of the two periods they sum to ΔR without a residual, and swapping the periods
changes every sign. A member that is in one of the periods only has one known rate, which is used for
both periods: all of its part is mix.
"""

from dataclasses import dataclass
from fractions import Fraction

from pipelines.okr.factors.amounts import NOTHING, Amount, Amounts, is_ratio, total
from pipelines.okr.factors.apportion import Path

_NO_AMOUNT = Amount(NOTHING, NOTHING)


class UndefinedRatioError(ValueError):
    """The denominators of a period sum to 0, so that there is no ratio to explain."""


@dataclass(frozen=True, slots=True)
class MixRate:
    """What a member's weight and what its rate brought, in the ratio's own unit."""

    mix: Fraction
    rate: Fraction

    @property
    def both(self) -> Fraction:
        return self.mix + self.rate


def member_changes(now: Amounts, before: Amounts) -> dict[Path, Fraction]:
    """Each member's part of the change, of an amount or of a ratio.

    Raises:
        UndefinedRatioError: if the denominators of a period sum to 0.
    """
    if is_ratio(now) or is_ratio(before):
        return {member: effect.both for member, effect in mix_and_rate(now, before).items()}
    return amount_changes(now, before)


def amount_changes(now: Amounts, before: Amounts) -> dict[Path, Fraction]:
    """The change of each member's own amount; a member that is in one of the periods only had 0 in the other."""
    return {
        member: now.get(member, _NO_AMOUNT).numerator - before.get(member, _NO_AMOUNT).numerator
        for member in {**now, **before}
    }


def mix_and_rate(now: Amounts, before: Amounts) -> dict[Path, MixRate]:
    """Each member's mix and rate effect; together they sum to the ratio's change.

    Raises:
        UndefinedRatioError: if the denominators of a period sum to 0.
    """
    (weights_now, ratio_now), (weights_before, ratio_before) = _whole(now), _whole(before)
    mean_ratio = (ratio_now + ratio_before) / 2
    effects = {}
    for member in {**now, **before}:
        own, earlier = now.get(member, _NO_AMOUNT), before.get(member, _NO_AMOUNT)
        weight = (own.denominator or NOTHING) / weights_now
        earlier_weight = (earlier.denominator or NOTHING) / weights_before
        # of w·r, which is known even where a member has a numerator and no denominator
        change = own.numerator / weights_now - earlier.numerator / weights_before
        both = change - (weight - earlier_weight) * mean_ratio
        rate = (weight + earlier_weight) / 2 * _rate_change(own, earlier)
        effects[member] = MixRate(both - rate, rate)
    return effects


def _rate_change(now: Amount, before: Amount) -> Fraction:
    """The change of the rate; 0 where only one of the two is known."""
    rate, earlier = now.value, before.value
    return NOTHING if rate is None or earlier is None else rate - earlier


def _whole(amounts: Amounts) -> tuple[Fraction, Fraction]:
    """The sum of the denominators, and the ratio of all members."""
    whole = total(amounts)
    if whole is None or not whole.denominator:
        raise UndefinedRatioError("the denominators sum to 0")
    return whole.denominator, whole.numerator / whole.denominator
