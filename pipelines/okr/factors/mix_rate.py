"""Ratios: what comes from members' own rates, and what from their weights.

A ratio is R = Σ w·r, with a member's weight w (its share of the denominators) and its rate r. Between
two periods, with a bar for the mean of both:

    mix  = Δw · (r̄ − R̄)     the member takes more or less room than it did
    rate = w̄ · Δr           the member itself does better or worse

Taken at the middle of the two periods they sum to ΔR with nothing left over, and turning the periods
round turns every sign. A member that comes or goes has one known rate, which it is taken to have had in
the other period too: all of it is mix.
"""

from dataclasses import dataclass
from fractions import Fraction

from pipelines.okr.factors.amounts import NOTHING, Amount, Amounts, total
from pipelines.okr.factors.apportion import Path


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


def mix_and_rate(now: Amounts, before: Amounts) -> dict[Path, MixRate]:
    """Each member's mix and rate effect; together they sum to the ratio's change.

    Raises:
        UndefinedRatioError: if the denominators of a period sum to 0.
    """
    weights_now, weights_before = _whole(now), _whole(before)
    mean_ratio = (_ratio(now) + _ratio(before)) / 2
    effects = {}
    for member in {**now, **before}:
        one, other = now.get(member, _ABSENT), before.get(member, _ABSENT)
        weight, earlier = _side(one) / weights_now, _side(other) / weights_before
        # of w·r, which is known even where a member has a numerator and no denominator
        change = one.numerator / weights_now - other.numerator / weights_before
        both = change - (weight - earlier) * mean_ratio
        rate = (weight + earlier) / 2 * _rate_change(one, other)
        effects[member] = MixRate(both - rate, rate)
    return effects


def rate_by_children(
    now: Amounts, before: Amounts, all_now: Fraction, all_before: Fraction
) -> dict[Path, MixRate]:
    """One member's rate effect, split over the members inside it: their mix and their rates there.

    Args:
        now: the amounts of the inner members, which together are the member.
        before: the same, of the other period.
        all_now: the denominators of the whole KPI.
        all_before: the same, of the other period.

    Raises:
        UndefinedRatioError: if the member has no rate in one of the periods.
    """
    weight = (_whole(now) / all_now + _whole(before) / all_before) / 2
    return {
        child: MixRate(effect.mix * weight, effect.rate * weight)
        for child, effect in mix_and_rate(now, before).items()
    }


_ABSENT = Amount(NOTHING, NOTHING)


def _rate_change(now: Amount, before: Amount) -> Fraction:
    """How far the rate moved; not at all where only one is known."""
    rate, earlier = now.value, before.value
    return NOTHING if rate is None or earlier is None else rate - earlier


def _side(amount: Amount) -> Fraction:
    return amount.denominator or NOTHING


def _whole(amounts: Amounts) -> Fraction:
    whole = sum((_side(amount) for amount in amounts.values()), NOTHING)
    if not whole:
        raise UndefinedRatioError("the denominators sum to 0")
    return whole


def _ratio(amounts: Amounts) -> Fraction:
    whole = total(amounts)
    ratio = None if whole is None else whole.value
    if ratio is None:
        raise UndefinedRatioError("the denominators sum to 0")
    return ratio
