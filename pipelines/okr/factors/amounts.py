"""What a member had over some days, as exact fractions."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipelines.okr.factors.apportion import Path

NOTHING = Fraction()


@dataclass(frozen=True, slots=True)
class Amount:
    """A plain amount (of a flow or a stock), or the two sides of a ratio."""

    numerator: Fraction
    denominator: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        """The amount itself, or the quotient; None over a denominator of 0."""
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    def scaled(self, factor: Fraction) -> "Amount":
        """The amount times `factor`; of a ratio its rate, while its weight stays."""
        return Amount(self.numerator * factor, self.denominator)


Amounts = Mapping[Path, Amount]
"""The amount of each member."""


def is_ratio(amounts: Amounts) -> bool:
    """Whether the amounts are the sides of a ratio."""
    return any(amount.denominator is not None for amount in amounts.values())


def total(amounts: Amounts) -> Amount | None:
    """The amount of all members together; None without any."""
    found = list(amounts.values())
    if not found:
        return None
    numerator = sum((one.numerator for one in found), NOTHING)
    if all(one.denominator is None for one in found):
        return Amount(numerator)
    return Amount(numerator, sum((one.denominator or NOTHING for one in found), NOTHING))
