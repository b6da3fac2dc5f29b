"""Exact parts as whole units that add up: the method of the largest remainder.

Rounding each part by itself misses the total more often than not. Here each part is rounded down, and
the units that are then missing go to the parts that lost most. A part never moves by a whole unit, and
a part that is a whole number of units already never moves.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import floor

Path = tuple[str, ...]
"""Where a part sits, from the coarsest member to the finest."""


def units(amount: Fraction, places: int) -> int:
    """The amount in units of 10^-places, half away from zero as SQL rounds."""
    scaled = Fraction(abs(amount) * int(10**places))
    nearest = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return nearest if amount >= 0 else -nearest


def apportioned(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Whole units for each part, that sum to `total`; the parts are in units, and fractions of one.

    Equal remainders are served by name. Turning every sign turns every sign of the result: a fall is
    apportioned as the rise that would undo it.

    Raises:
        ValueError: if there is a total and no part to carry it.
    """
    names = sorted(parts)
    leading = total or next((parts[name] for name in names if parts[name]), 0)
    if leading < 0:
        mirrored = apportioned({name: -part for name, part in parts.items()}, -total)
        return {name: -whole for name, whole in mirrored.items()}
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
    # `each` is 0 unless the total is not that of the parts, as where both were rounded on their own
    each, more = divmod(missing, len(carriers))
    for place, name in enumerate(carriers):
        whole[name] += each + (place < more)
    return whole


def apportioned_tree(leaves: Mapping[Path, Fraction], total: int) -> dict[Path, int]:
    """Whole units for each leaf, from the top down: what a member gets is what its children share.

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
        for path, share in _shared_out(branch, whole[name]).items()
    }


def _shared_out(branch: Mapping[Path, Fraction], total: int) -> dict[Path, int]:
    return {(): total} if set(branch) == {()} else apportioned_tree(branch, total)
