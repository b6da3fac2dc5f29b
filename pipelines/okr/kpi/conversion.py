"""How a KPI's money in other currencies becomes one amount in the reporting currency.

    conversion: booking                    # the rate of each amount's own day; the default
    conversion: average                    # the mean of the rates of the amount's calendar month
    conversion: {constant: 2025-12-31}     # the rate of one day for all days

Money is what has the unit `money` and the dimension `currency`. Of a ratio in money the numerator is: an
amount per something. A ratio in any other unit with that dimension says itself which sides are amounts, so
that a count is never multiplied by a rate:

    money: [numerator, denominator]        # or one of them, or [] where both are counts
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeGuard, get_args

from pipelines.okr.kpi.kinds import Side
from pipelines.okr.kpi.periods import parse_day

CURRENCY = "currency"
MONEY = "money"
FIRST_RATES = date(1999, 1, 4)
"""The first day of the European Central Bank's reference rates."""

Policy = Literal["booking", "average", "constant"]

_POLICY_REMEDY = "write `booking`, `average` or `{constant: 2025-12-31}`"
_SIDES_REMEDY = "write `[numerator, denominator]`, one of them, or `[]` where both are counts"


class ConversionError(Exception):
    """What a KPI says of its conversion makes no sense: what is wrong, and what would be right."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rate that counts, and the sides it is applied to. `day` is that of a constant rate."""

    policy: Policy
    sides: frozenset[Side]
    day: date | None = None


def conversion_of(
    *,
    kind: str,
    unit: str,
    dimensions: Sequence[str],
    conversion: object = None,
    money: object = None,
) -> Conversion | None:
    """What a KPI declares, None where it has nothing to convert. Raises `ConversionError`."""
    sides = _sides(kind, unit, money, has_currencies=CURRENCY in dimensions and kind != "distinct")
    if sides:
        policy, day = _policy(conversion)
        return Conversion(policy, sides, day)
    if conversion is not None:
        raise ConversionError(
            "`conversion` of a KPI without money in several currencies",
            f"leave it out, or add the dimension `{CURRENCY}`",
        )
    return None


def _sides(kind: str, unit: str, money: object, *, has_currencies: bool) -> frozenset[Side]:
    """The sides that are amounts of money in several currencies."""
    says_itself = has_currencies and kind == "ratio" and unit != MONEY
    if says_itself and money is None:
        raise ConversionError(
            f"has the dimension `{CURRENCY}`, and the unit `{unit}` does not say which side is money",
            f"add `money: [numerator, denominator]`; {_SIDES_REMEDY}",
        )
    if says_itself:
        known = set(get_args(Side)) - {"value"}
        if not isinstance(money, list | tuple) or not set(map(str, money)) <= known:
            raise ConversionError(f"`money: {money}` names no sides", _SIDES_REMEDY)
        return frozenset(money)
    if money is not None:
        raise ConversionError(
            f"`money` is for a ratio with the dimension `{CURRENCY}` and another unit than money",
            "leave it out",
        )
    if not has_currencies or unit != MONEY:
        return frozenset()
    return frozenset({"numerator" if kind == "ratio" else "value"})


def _policy(written: object) -> tuple[Policy, date | None]:
    if written is None or written == "booking":
        return "booking", None
    if written == "average":
        return "average", None
    if isinstance(written, Mapping) and set(written) == {"constant"}:
        return "constant", _day(written["constant"])
    raise ConversionError(f"`conversion` is `{written}`", _POLICY_REMEDY)


def _is_day(written: object) -> TypeGuard[date]:
    """Whether YAML has read it as a day already."""
    return isinstance(written, date) and not isinstance(written, datetime)


def _day(written: object) -> date:
    try:
        day = written if _is_day(written) else parse_day(str(written))
    except ValueError:
        raise ConversionError(
            f"the constant rate is of `{written}`, which is no day", "write it such as 2025-12-31"
        ) from None
    if day < FIRST_RATES:
        what = f"the constant rate is of {day}, and there are none before {FIRST_RATES}"
        raise ConversionError(what, "write a later day")
    return day
