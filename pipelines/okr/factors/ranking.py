"""Which dimension to show first, and which of its members.

After Adtributor (Bhagwan et al., NSDI 2014). A member's explanatory power is its share of the change.
Its surprise is how far its share of the whole moved, as its term of the Jensen-Shannon divergence
between the shares then and now. A dimension is good to show when few members, each with enough power,
explain most of the change, and the surprise in them is large: a dimension in which every member moved
with the whole explains nothing, though its members sum to the change as all do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from math import ceil
from operator import attrgetter

from pipelines.okr.factors.amounts import Amount, Amounts, is_ratio
from pipelines.okr.factors.apportion import Path

ENOUGH_POWER = Fraction(1, 10)
"""The least share of the change for a member to be part of an explanation."""
ENOUGH_EXPLAINED = Fraction(2, 3)
"""The share of the change at which an explanation is one."""
SURPRISE_PLACES = 6
_LOGARITHMS = Context(prec=18, rounding=ROUND_HALF_EVEN)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DimensionExplanation:
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
    step = Decimal(1).scaleb(-SURPRISE_PLACES)
    with localcontext(_LOGARITHMS):
        numerators = _divergences(now, before, attrgetter("numerator"))
        if not (is_ratio(now) or is_ratio(before)):
            return {member: own.quantize(step) for member, own in numerators.items()}
        denominators = _divergences(now, before, attrgetter("denominator"))
        return {
            member: (numerators[member] + denominators[member]).quantize(step)
            for member in numerators
        }


def explain(
    parts: Mapping[Path, int], surprise: Mapping[Path, Decimal], change: int
) -> DimensionExplanation:
    """A dimension's explanation of `change`, from each member's part in it and its surprise. Both are in units."""
    if not change:
        return DimensionExplanation((), Fraction(), sum(surprise.values(), _ZERO))
    size, way = abs(change), 1 if change > 0 else -1
    least, enough = ceil(ENOUGH_POWER * size), ceil(ENOUGH_EXPLAINED * size)
    chosen: list[Path] = []
    explained = 0
    for member in sorted(parts, key=lambda path: (-surprise[path], path)):
        if explained >= enough:
            break
        along = way * parts[member]
        if along >= least:
            chosen.append(member)
            explained += along
    surprise_of_chosen = sum((surprise[member] for member in chosen), _ZERO)
    return DimensionExplanation(tuple(chosen), Fraction(explained, size), surprise_of_chosen)


def in_order(explanations: Mapping[str, DimensionExplanation]) -> list[str]:
    """The dimensions, the one to show first in front: enough explained, surprising, by few members."""

    def key(dimension: str) -> tuple[bool, Decimal, int, str]:
        own = explanations[dimension]
        return not own.is_enough, -own.surprise, len(own.members), dimension

    return sorted(explanations, key=key)


def _divergences(
    now: Amounts, before: Amounts, side: Callable[[Amount], Fraction | None]
) -> dict[Path, Decimal]:
    """Each member's term of the Jensen-Shannon divergence between its shares of one side then and now.

    In decimals, so that every machine agrees, and of far more digits than are published.
    """
    members = sorted({**now, **before})
    shares, earlier = _shares(now, members, side), _shares(before, members, side)
    if not shares or not earlier:
        return dict.fromkeys(members, _ZERO)
    return {member: _divergence(earlier[member], shares[member]) for member in members}


def _shares(
    amounts: Amounts, members: Sequence[Path], side: Callable[[Amount], Fraction | None]
) -> dict[Path, Decimal]:
    """The share of each member's size in the sum of all sizes; none where that is 0."""
    sizes = {
        member: abs(_decimal(side(amounts[member]))) if member in amounts else _ZERO
        for member in members
    }
    whole = sum(sizes.values(), _ZERO)
    return {member: size / whole for member, size in sizes.items()} if whole else {}


def _divergence(before: Decimal, now: Decimal) -> Decimal:
    """Of two shares."""
    if before == now:
        return _ZERO
    mean = (before + now) / 2
    return sum((share * (share / mean).ln() for share in (before, now) if share), _ZERO) / 2


def _decimal(number: Fraction | None) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator) if number else _ZERO
