"""What a member had over some days, as exact fractions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, reduce
from operator import add
from types import MappingProxyType

from pipelines.okr.factors.apportion import Path
from pipelines.okr.kpi.facts import TOTAL, DistinctFact
from pipelines.okr.kpi.series import KpiIndex

NOTHING = Fraction()

Cut = tuple[str, ...]
"""The dimensions by which a KPI is split, the coarsest first."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A plain amount (of a flow or a stock), or the two sides of a ratio."""

    numerator: Fraction
    denominator: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        """The amount itself, or the quotient; None over a denominator of 0."""
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    def __add__(self, other: "Amount") -> "Amount":
        numerator = self.numerator + other.numerator
        if self.denominator is None and other.denominator is None:
            return Amount(numerator)
        return Amount(numerator, (self.denominator or NOTHING) + (other.denominator or NOTHING))

    def scaled(self, factor: Fraction) -> "Amount":
        """The amount times `factor`; of a ratio its rate, while its weight stays."""
        return Amount(self.numerator * factor, self.denominator)


Amounts = Mapping[Path, Amount]
"""The amount of each member."""


def is_ratio(amounts: Amounts) -> bool:
    """Whether the amounts are the sides of a ratio."""
    return any(amount.denominator is not None for amount in amounts.values())


def total(amounts: Amounts) -> Amount | None:
    """The amount of all members together; None without any."""
    return reduce(add, amounts.values()) if amounts else None


def added_up(amounts: Iterable[tuple[Path, Amount]]) -> dict[Path, Amount]:
    """The sum of each member's amounts."""
    sums: dict[Path, Amount] = {}
    for member, amount in amounts:
        sums[member] = sums[member] + amount if member in sums else amount
    return sums


class KpiAmounts:
    """The amounts of one KPI under one filter, over any days."""

    def __init__(self, index: KpiIndex, where: Mapping[str, str] = MappingProxyType({})) -> None:
        self.index = index
        self.kpi = index.kpi
        self._where = where

    @cached_property
    def cuts(self) -> Sequence[Cut]:
        """Each dimension by itself; of what adds up, also all of them, one inside the other."""
        dimensions = self.kpi.dimensions
        alone = [(dimension,) for dimension in dimensions]
        nests = len(dimensions) > 1 and self.kpi.behaviour.is_amount
        return [*alone, dimensions] if nests else alone

    def covers(self, start: date, end: date) -> bool:
        """Whether the KPI is known for all of these days; a stock: on the last of them."""
        if self.kpi.behaviour.is_level:
            return self.last_known(start, end) == end
        return start <= end and self.index.delivered_days(start, end) == (end - start).days + 1

    def last_known(self, start: date, end: date) -> date | None:
        """The last of these days with a value."""
        last = self.index.series(self._where).last(start, end)
        return None if last is None else last[0]

    def whole(self, start: date, end: date) -> Amount | None:
        """The amount of all members; 0 of a flow that was delivered without a row."""
        nothing = Amount(NOTHING) if self.kpi.behaviour.absent_member_is_zero else None
        return self.amounts((), start, end).get((), nothing)

    def amounts(self, cut: Cut, start: date, end: date) -> Amounts:
        """The amount of each member with data in these days; of a stock, as on the last of them.

        A denominator that is a level is its average over the days that were delivered.
        """
        behaviour = self.kpi.behaviour
        first = end if behaviour.is_level else start
        averaged = "denominator" in behaviour.levels
        days = max(1, self.index.delivered_days(start, end)) if averaged else 1
        found: dict[Path, Amount] = {}
        for member, series in self.index.by_member(cut, self._where).items():
            if series.has_data(first, end):
                numerator, *denominator = map(Fraction, series.sums(first, end))
                found[member] = Amount(numerator, *(side / days for side in denominator))
        return found

    def reported(self, period: str, period_start: date) -> DistinctFact | None:
        """A distinct count of all members, as the source reported it for this very period."""
        found = [
            fact
            for fact in self.index.distinct.get((TOTAL, TOTAL), ())
            if (fact.period, fact.period_start) == (period, period_start)
        ]
        return max(found, key=lambda fact: fact.data_through, default=None)
