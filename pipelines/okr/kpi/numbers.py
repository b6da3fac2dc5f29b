"""Numbers as people write them in a definition, and as people read them in a sentence."""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from pipelines.okr.kpi.kpi import PERCENT

ONE = Decimal(1)
ZERO = Decimal(0)

_WRITTEN = re.compile(r"([+-]?)(\d[\d_]*(?:\.\d+)?|\.\d+)\s*(%?)")
_MAX_CHARACTERS = 28
_SHARE_STEP = Decimal("0.000001")


def parse_number(text: str) -> Decimal:
    """The exact number behind `2_000_000`, `0.96` or `96 %` (which is 0.96).

    Raises:
        ValueError: with the remedy, if the text is not such a number.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or len(text) > _MAX_CHARACTERS or match[2].endswith("_"):
        plain = text.replace(",", "_") if re.fullmatch(r"[\d,]+(\.\d+)?", text) else "2_000_000"
        raise ValueError(f"write a plain number such as {plain}, 0.96 or 96 %")
    number = Decimal(match[1] + match[2].replace("_", ""))
    return number.scaleb(-2) if match[3] else number


def rounded(number: Decimal, places: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """The number with this many decimals; never a negative zero, which would print as `-0`."""
    return number.quantize(ONE.scaleb(-places), rounding=rounding) + ZERO


def rounded_up(number: Decimal, places: int) -> Decimal:
    return rounded(number, places, ROUND_CEILING)


def rounded_down(number: Decimal, places: int) -> Decimal:
    return rounded(number, places, ROUND_FLOOR)


def clamped(share: Decimal) -> Decimal:
    return min(ONE, max(ZERO, share))


def published_share(share: Decimal) -> Decimal:
    """A share with six decimals, but never 1 for what is not quite 1: a cent short is short."""
    near = rounded(share, 6)
    return near if share >= ONE or near < ONE else ONE - _SHARE_STEP


def figure(number: Decimal, unit: str = "", places: int | None = None) -> str:
    """The number with its unit for a sentence: `2,000,000 USD`, `96 %`."""
    shown = number.scaleb(2) if unit == PERCENT else number
    if places is not None:
        shown = rounded(shown, max(0, places - 2) if unit == PERCENT else places)
    text = f"{shown + ZERO:,f}"
    whole, _, decimals = text.partition(".")
    if not decimals.strip("0"):
        text = whole
    elif unit == PERCENT or places is None:
        text = text.rstrip("0")
    suffix = "%" if unit == PERCENT else unit
    return f"{text} {suffix}".rstrip()


def percentage(share: Decimal, places: int = 1, rounding: str = ROUND_FLOOR) -> str:
    """A share as a percentage with at most `places` decimals, rounded down by default: 0.9999 is not 100 %."""
    return f"{figure(rounded(share.scaleb(2), places, rounding))} %"


def chance(odds: Decimal) -> str:
    """Odds in whole percent; 0 and 100 are for settled goals only: `83 %`, `under 1 %`."""
    if 0 < odds < Decimal("0.01"):
        return "under 1 %"
    if Decimal("0.99") < odds < 1:
        return "over 99 %"
    return percentage(odds, 0, ROUND_HALF_EVEN)
