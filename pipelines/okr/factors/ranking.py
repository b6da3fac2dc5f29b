"""Which dimension to show first, and which of its members.

After Adtributor (Bhagwan et al., NSDI 2014). A member's explanatory power is its share of the change.
Its surprise is how far its share of the whole moved, as its term of the Jensen-Shannon divergence
between the shares then and now. A dimension is good to show when few members, each with enough power,
explain most of the change, and the surprise in them is large: a dimension in which every member moved
with the whole explains nothing, though its members sum to the change as all do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

from pipelines.okr.factors.amounts import Amounts
from pipelines.okr.factors.apportion import Path

ENOUGH_POWER = Fraction(1, 10)
"""The least share of the change for a member to be part of an explanation."""
ENOUGH_EXPLAINED = Fraction(2, 3)
"""The share of the change at which an explanation is one."""
SURPRISE_PLACES = 6
_LOGARITHMS = Context(prec=30, rounding=ROUND_HALF_EVEN)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a dimension says of a change: the fewest surprising members that explain most of it."""

    members: tuple[Path, ...]
    explained: Fraction
    surprise: Decimal

    @property
    def is_enough(self) -> bool:
        return self.explained >= ENOUGH_EXPLAINED


def surprises(now: Amounts, before: Amounts) -> dict[Path, Decimal]:
    """Each member's surprise, 0 to ln 2 (natural logarithm); of a ratio, that of both its sides, added.

    Shares are of the sizes, as amounts of both signs have no shares of their sum.
    """
    members = sorted({**now, **before})
    sides = [
        _moved(
            {member: _upper(now, member) for member in members},
            {member: _upper(before, member) for member in members},
        ),
        _moved(
            {member: _lower(now, member) for member in members},
            {member: _lower(before, member) for member in members},
        ),
    ]
    step = Decimal(1).scaleb(-SURPRISE_PLACES)
    with localcontext(_LOGARITHMS):
        return {member: (sides[0][member] + sides[1][member]).quantize(step) for member in members}


def explanation(
    parts: Mapping[Path, Fraction], surprise: Mapping[Path, Decimal], change: Fraction
) -> Explanation:
    """The dimension's explanation of `change`, from each member's part in it and its surprise."""
    if not change:
        return Explanation((), Fraction(), sum(surprise.values(), _ZERO))
    chosen: list[Path] = []
    explained = Fraction()
    for member in sorted(parts, key=lambda one: (-surprise[one], one)):
        if explained >= ENOUGH_EXPLAINED:
            break
        power = parts[member] / change
        if power >= ENOUGH_POWER:
            chosen.append(member)
            explained += power
    return Explanation(tuple(chosen), explained, sum((surprise[one] for one in chosen), _ZERO))


def in_order(explanations: Mapping[str, Explanation]) -> list[str]:
    """The dimensions, the one to show first in front: enough explained, surprising, by few members."""

    def key(dimension: str) -> tuple[bool, Decimal, int, str]:
        one = explanations[dimension]
        return not one.is_enough, -one.surprise, len(one.members), dimension

    return sorted(explanations, key=key)


def _upper(amounts: Amounts, member: Path) -> Fraction:
    return abs(amounts[member].numerator) if member in amounts else Fraction()


def _lower(amounts: Amounts, member: Path) -> Fraction:
    return abs(amounts[member].denominator or Fraction()) if member in amounts else Fraction()


def _moved(now: Mapping[Path, Fraction], before: Mapping[Path, Fraction]) -> dict[Path, Decimal]:
    whole, earlier = sum(now.values(), Fraction()), sum(before.values(), Fraction())
    if not whole or not earlier:
        return dict.fromkeys(now, _ZERO)
    return {member: _divergence(before[member] / earlier, now[member] / whole) for member in now}


def _divergence(then: Fraction, now: Fraction) -> Decimal:
    """A member's term of the Jensen-Shannon divergence; in decimals, so that every machine agrees."""
    if then == now:
        return _ZERO
    with localcontext(_LOGARITHMS):
        return sum(_terms((then, now), (then + now) / 2), _ZERO) / 2


def _terms(shares: Iterable[Fraction], mean: Fraction) -> Iterable[Decimal]:
    for share in shares:
        if share:
            odds = share / mean
            yield _decimal(share) * (Decimal(odds.numerator) / Decimal(odds.denominator)).ln()


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
