"""Numbers as people write them in a definition, and as people read them in a sentence."""

import re
from collections.abc import Set
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from functools import cache

from babel.numbers import get_currency_precision, list_currencies

from pipelines.okr.kpi.kpi import PERCENT

ONE = Decimal(1)
ZERO = Decimal(0)
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""The arithmetic of facts and scores, whatever that of the thread."""

_WRITTEN = re.compile(r"([+-]?)(\d[\d_]*(?:\.\d+)?|\.\d+)\s*(%?)")
_MAX_CHARACTERS = 28
_KEPT_PLACES = 6
"""Decimals that published figures have at most."""
_PERCENT_PLACES = (2, 3, 4)
"""Decimals of a share that is shown in percent beside another one."""


@cache
def currencies() -> Set[str]:
    """The codes of all currencies there are or were, of which Babel makes a set each time that it is asked."""
    return frozenset(list_currencies())


def is_currency(unit: str | None) -> bool:
    """Whether a unit is the code of a currency."""
    return unit in currencies()


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
    return EXACT.add(number.quantize(ONE.scaleb(-places), rounding, EXACT), ZERO)


def rounded_up(number: Decimal, places: int) -> Decimal:
    return rounded(number, places, ROUND_CEILING)


def rounded_down(number: Decimal, places: int) -> Decimal:
    return rounded(number, places, ROUND_FLOOR)


def clamped(share: Decimal) -> Decimal:
    return min(ONE, max(ZERO, share))


def shown(
    number: Decimal, places: int, at_least: Decimal | None = None, at_most: Decimal | None = None
) -> Decimal:
    """The number as it is published: with `places` decimals, or as many more as show that it misses a bound.

    So a miss is never shown as a hit: 0.9451 with two decimals is 0.945 beside `at_least` 0.95. What misses a bound
    only beyond the decimals that are kept is rounded away from it.
    """
    below = at_least is not None and number < at_least
    above = at_most is not None and number > at_most
    missed = at_least if below else at_most if above else None
    finest = max(places, _KEPT_PLACES)
    for decimals in range(places, finest + 1):
        near = rounded(number, decimals)
        if near != missed:
            return near
    return rounded(number, finest, ROUND_FLOOR if below else ROUND_CEILING)


def decimals_of(number: Decimal) -> int:
    """How many decimals the number is written with."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "amounts are finite"
    return max(0, -exponent)


def published_share(share: Decimal, enough: Decimal = ONE) -> Decimal:
    """A share with six decimals, but never 1, or `enough`, for what is less: a cent short is short."""
    short_of = enough if share < enough else ONE
    return shown(share, _KEPT_PLACES, at_least=short_of)


def told_apart(first: Decimal, second: Decimal) -> tuple[Decimal, Decimal]:
    """Two shares as they are shown side by side: rounded down to a whole percent, or to as many decimals, at most two,
    as it takes to tell them apart. Both have the same decimals.

    Where two decimals of a percent are not enough, the larger is rounded up instead; where that would make it a whole
    percent, which it is not, the smaller is shown a hundredth lower.
    """
    if first == second:
        return rounded_down(first, 2), rounded_down(second, 2)
    for places in _PERCENT_PLACES:
        near = rounded_down(first, places), rounded_down(second, places)
        if near[0] != near[1]:
            return near
    finest = _PERCENT_PLACES[-1]
    low = rounded_down(first, finest)
    step = ONE.scaleb(-finest)
    low, high = (low, low + step) if (low + step) % ONE.scaleb(-2) else (low - step, low)
    return (low, high) if first < second else (high, low)


def figure(number: Decimal, unit: str = "", places: int | None = None) -> str:
    """The number with its unit for a sentence: `2,000,000 USD`, `1,999,999.60 USD`, `96 %`, `3 people`, `1`.

    Units are declared in the plural, so one piece stands without it.
    """
    near = number.scaleb(2) if unit == PERCENT else number
    if places is not None:
        near = rounded(near, max(0, places - 2) if unit == PERCENT else places)
    text = f"{near + ZERO:,f}"
    whole, _, decimals = text.partition(".")
    if not decimals.strip("0"):
        text = whole
    elif unit == PERCENT or places is None:
        text = text.rstrip("0")
    if text.lstrip("-") == "1" and unit != PERCENT and not is_currency(unit):
        return text
    if text != whole and is_currency(unit):
        # nobody writes a tenth of a dollar
        text = text.ljust(len(whole) + 1 + get_currency_precision(unit), "0")
    suffix = "%" if unit == PERCENT else unit
    return f"{text} {suffix}".rstrip()


def percentage(share: Decimal, places: int = 1, rounding: str = ROUND_FLOOR) -> str:
    """A share as a percentage with at most `places` decimals, rounded down by default: 0.9999 is not 100 %."""
    return f"{figure(rounded(share.scaleb(2), places, rounding))} %"


def side_by_side(first: Decimal, second: Decimal) -> tuple[str, str]:
    """Two shares as percentages with the decimals that tell them apart."""
    near, other = told_apart(first, second)
    return percentage(near, decimals_of(near) - 2), percentage(other, decimals_of(other) - 2)


def chance(odds: Decimal) -> str:
    """Odds in whole percent, rounded down; 0 and 100 are for settled goals only: `83 %`, `<1 %`, `>99 %`."""
    if 0 < odds < Decimal("0.01"):
        return "<1 %"
    if Decimal("0.99") < odds < 1:
        return ">99 %"
    return percentage(odds, 0)
