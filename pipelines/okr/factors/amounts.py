"""What a member had over some days, as exact fractions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, reduce
from operator import add
from types import MappingProxyType

from pipelines.okr.factors.apportion import Path
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.filters import Where
from pipelines.okr.kpi.periods import Period
from pipelines.okr.kpi.series import KpiIndex

NOTHING = Fraction()

Breakdown = tuple[str, ...]
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

    def __init__(self, index: KpiIndex, where: Where = MappingProxyType({})) -> None:
        self.index = index
        self.kpi = index.kpi
        self.where = where

    @cached_property
    def breakdowns(self) -> Sequence[Breakdown]:
        """Each dimension by itself; of what adds up, also all of them, one inside the other."""
        if self.kpi.behaviour.reported_by_period:
            return ()
        dimensions = self.kpi.dimensions
        # the one member that a filter asks for would be the whole change
        free = tuple(name for name in dimensions if not isinstance(self.where.get(name), str))
        dimensions = free or dimensions
        single = [(dimension,) for dimension in dimensions]
        nests = len(dimensions) > 1 and self.kpi.behaviour.is_amount
        return [*single, dimensions] if nests else single

    def last_known(self, days: Period) -> date | None:
        """The last of these days with a value."""
        last = self.index.series(self.where).last(days.start, days.end)
        return None if last is None else last[0]

    def whole(self, days: Period) -> Amount | None:
        """The amount of all members; None where a day is not known, or of a stock the last one.

        A flow that was delivered without a row had 0. A distinct count is known of a period that its source reported
        whole.
        """
        behaviour = self.kpi.behaviour
        if behaviour.reported_by_period:
            return self._reported(days)
        known_days = self.index.delivered_days(days.start, days.end)
        is_known = (
            self.last_known(days) == days.end if behaviour.is_level else known_days == days.days
        )
        nothing = Amount(NOTHING) if behaviour.absent_member_is_zero else None
        return self.by_member((), days).get((), nothing) if is_known else None

    def by_member(self, breakdown: Breakdown, days: Period) -> Amounts:
        """The amount of each member with data in these days; of a stock, as on the last of them.

        A denominator that is a level is its average over the days that were delivered.
        """
        behaviour, start = self.kpi.behaviour, days.start
        first = days.end if behaviour.is_level else start
        averaged = "denominator" in behaviour.levels
        delivered = max(1, self.index.delivered_days(start, days.end)) if averaged else 1
        amounts: dict[Path, Amount] = {}
        for member, series in self.index.by_member(breakdown, self.where).items():
            if series.has_data(first, days.end):
                numerator, *denominator = series.fractions(first, days.end)
                amounts[member] = Amount(numerator, *(side / delivered for side in denominator))
        return amounts

    def aligned(self, now: Amounts, before: Amounts) -> tuple[Amounts, Amounts]:
        """Both sides, where a member of a flow that is on one of them only had 0 on the other."""
        if not self.kpi.behaviour.absent_member_is_zero:
            return now, before
        zeros = dict.fromkeys({**now, **before}, Amount(NOTHING))
        return zeros | dict(now), zeros | dict(before)

    def _reported(self, period: Period) -> Amount | None:
        """A distinct count of all members, as its source reported it for this very period."""
        whole = [
            fact
            for fact in self.index.distinct.get((TOTAL, TOTAL), ())
            if (fact.period, fact.period_start) == (period.cadence, period.start)
            and fact.data_through >= period.end
        ]
        latest = max(whole, key=lambda fact: fact.data_through, default=None)
        return None if latest is None or latest.value is None else Amount(Fraction(latest.value))
