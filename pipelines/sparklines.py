"""A series of figures as one line of blocks."""

from collections.abc import Sequence
from decimal import Decimal

BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int | Decimal]) -> str:
    """One block a value, from the lowest to the highest."""
    low, high = min(values, default=0), max(values, default=0)
    if high == low:
        return BARS[0] * len(values)
    return "".join(BARS[int((value - low) * (len(BARS) - 1) / (high - low))] for value in values)
