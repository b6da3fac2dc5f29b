"""Members in currencies of their own: what they brought, and what only their exchange rates did."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

NONE = Fraction()


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in its own currency, and the rate that turned it into the reporting currency."""

    amount: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class CurrencyEffect:
    """A member's part in the change of the converted total, in the reporting currency."""

    change: Fraction
    currency: Fraction


def currency_effects(
    now: Mapping[str, Converted], before: Mapping[str, Converted]
) -> dict[str, CurrencyEffect]:
    """Each currency's own change, and its value at today's rate less its value at the previous rate.

    Both are taken at the middle: the change at the mean of the two rates, the revaluation of the mean of
    the two amounts. So they sum to the change of the converted total, and turn their signs with the
    periods. A currency that comes or goes has one known rate, so that it has no currency effect.
    """
    effects = {}
    for name in {**now, **before}:
        one, other = now.get(name), before.get(name)
        rate = _rate(one, other)
        earlier = _rate(other, one)
        amount = NONE if one is None else one.amount
        previous = NONE if other is None else other.amount
        effects[name] = CurrencyEffect(
            change=(amount - previous) * (rate + earlier) / 2,
            currency=(amount + previous) / 2 * (rate - earlier),
        )
    return effects


def _rate(own: Converted | None, other: Converted | None) -> Fraction:
    known = own or other
    assert known is not None, "a currency is in one of the periods at least"
    return known.rate
