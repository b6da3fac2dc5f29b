"""Figures as a line of blocks."""

from collections.abc import Sequence
from decimal import Decimal

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int | Decimal | None]) -> str:
    """One block a value, from the lowest to the highest; a blank where there is none."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    steps = len(_BLOCKS) - 1
    return "".join(
        " " if value is None else _BLOCKS[int((value - low) * steps / ((high - low) or 1))]
        for value in values
    )


def thinned(values: Sequence[Decimal | None], most: int) -> Sequence[Decimal | None]:
    """At most `most` (two or more) of the values, at even distances, the first and the last among them."""
    if len(values) <= most:
        return values
    return [values[step * (len(values) - 1) // (most - 1)] for step in range(most)]
