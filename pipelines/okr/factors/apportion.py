"""Exact parts as whole units that add up: the method of the largest remainder.

Parts that are rounded one by one rarely sum to the total. Here each part is rounded down, and the units
that are then missing go to the parts with the largest remainders. No part changes by a whole unit or
more, and a part that is a whole number of units does not change.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

Path = tuple[str, ...]
"""Where a part sits, from the coarsest member to the finest."""


def units(amount: Fraction, places: int) -> int:
    """The amount in units of 10^-places, half away from zero as SQL rounds."""
    # in whole numbers, as each step of a fraction is reduced to lowest terms
    scaled, whole = abs(amount.numerator) * 10**places, amount.denominator
    nearest = int((2 * scaled + whole) // (2 * whole))
    return nearest if amount.numerator >= 0 else -nearest


def apportioned(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Whole units for each part, that sum to `total`; the parts are in units, and fractions of one.

    Of equal remainders the first name comes first. With every sign changed, the result is the same with
    every sign changed.

    Raises:
        ValueError: if there is a total and no part to carry it.
    """
    names = sorted(parts)
    leading = total or next((parts[name] for name in names if parts[name]), 0)
    if leading < 0:
        negated = apportioned({name: -part for name, part in parts.items()}, -total)
        return {name: -whole for name, whole in negated.items()}
    whole = {name: floor(parts[name]) for name in names}
    carriers = sorted(
        (name for name in names if parts[name]),
        key=lambda name: (whole[name] - parts[name], name),
    )
    missing = total - sum(whole.values())
    if not missing:
        return whole
    if not carriers:
        raise ValueError(f"{total} units, and no part to carry them")
    # the quotient is 0 unless the total and the parts were rounded independently
    quotient, remainder = divmod(missing, len(carriers))
    for place, name in enumerate(carriers):
        whole[name] += quotient + (place < remainder)
    return whole


def apportioned_tree(leaves: Mapping[Path, Fraction], total: int) -> dict[Path, int]:
    """Whole units for each leaf, apportioned from the top down: a member's units are shared by its children.

    So the members of every level sum to `total`, and each is the sum of its children.
    """
    if set(leaves) == {()}:
        return {(): total}
    branches: dict[str, dict[Path, Fraction]] = {}
    for path, part in leaves.items():
        if not path:
            raise ValueError("a member with children has its parts in them")
        branches.setdefault(path[0], {})[path[1:]] = part
    sums = {name: sum(branch.values(), Fraction()) for name, branch in branches.items()}
    whole = apportioned(sums, total)
    return {
        (name, *path): share
        for name, branch in branches.items()
        for path, share in apportioned_tree(branch, whole[name]).items()
    }
