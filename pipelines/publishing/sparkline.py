"""A series of figures as one line of blocks."""

from collections.abc import Sequence
from decimal import Decimal

BARS = "▁▂▃▄▅▆▇█"
GAP = " "


def sparkline(values: Sequence[int | Decimal | None]) -> str:
    """One block a value, from the lowest to the highest; a gap where there is none."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    return "".join(GAP if value is None else BARS[_step(value, low, high)] for value in values)


def _step(value: int | Decimal, low: int | Decimal, high: int | Decimal) -> int:
    return 0 if high == low else int((value - low) * (len(BARS) - 1) / (high - low))


def thinned(values: Sequence[Decimal | None], most: int) -> Sequence[Decimal | None]:
    """`most` (two or more) of the values at even distances, the first and the last among them."""
    if len(values) <= most:
        return values
    return [values[step * (len(values) - 1) // (most - 1)] for step in range(most)]
