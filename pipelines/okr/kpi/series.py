"""A KPI's facts in memory, indexed so that any days are read quickly.

The facts are grouped once, by filter and by member, and each group is a `Series` with running totals. Then the
sum of any days is a subtraction, so that thousands of key results on a few KPIs stay cheap.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cached_property
from itertools import accumulate
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.filters import MemberSet, Where, takes
from pipelines.okr.kpi.kinds import Side
from pipelines.okr.kpi.numbers import ZERO

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""The arithmetic of facts and scores, whatever that of the thread."""
UNKNOWN = "unknown"
"""The member of the facts that name none: it is shown like any other, never left out."""


class Series:
    """The facts of one group, a row a day on which it has data; amounts are in the order of the KPI's columns."""

    def __init__(self, facts: Iterable[DayFact], columns: Sequence[Side]) -> None:
        sums: dict[date, tuple[Decimal, ...]] = {}
        nothing = (ZERO,) * len(columns)
        for fact in facts:
            amounts = [getattr(fact, column) for column in columns]
            if amounts.count(None) < len(amounts):
                known = sums.get(fact.day, nothing)
                sums[fact.day] = tuple(
                    [
                        EXACT.add(so_far, amount or ZERO)
                        for so_far, amount in zip(known, amounts, strict=True)
                    ]
                )
        self.days = sorted(sums)
        self._amounts = [sums[day] for day in self.days]
        self._totals = [
            list(accumulate((amounts[n] for amounts in self._amounts), EXACT.add, initial=ZERO))
            for n in range(len(columns))
        ]

    def _between(self, start: date, end: date) -> tuple[int, int]:
        first = bisect_left(self.days, start)
        return first, max(first, bisect_right(self.days, end))

    def has_data(self, start: date, end: date) -> bool:
        first, after = self._between(start, end)
        return after > first

    def sums(self, start: date, end: date) -> tuple[Decimal, ...]:
        """The sum of each column from `start` to `end`; 0 without rows."""
        first, after = self._between(start, end)
        return tuple([EXACT.subtract(totals[after], totals[first]) for totals in self._totals])

    def last(self, start: date, end: date) -> tuple[date, Decimal] | None:
        """The last day with data from `start` to `end`, and its value (of a ratio, its numerator)."""
        first, after = self._between(start, end)
        return (self.days[after - 1], self._amounts[after - 1][0]) if after > first else None

    def first(self, start: date, end: date) -> tuple[date, Decimal] | None:
        """The first day with data from `start` to `end`, and its value (of a ratio, its numerator)."""
        first, after = self._between(start, end)
        return (self.days[first], self._amounts[first][0]) if after > first else None

    def amounts(self, start: date, end: date) -> tuple[list[date], list[tuple[Decimal, ...]]]:
        """The days with data from `start` to `end`, and the amounts of each."""
        first, after = self._between(start, end)
        return self.days[first:after], self._amounts[first:after]

    def first_reached(self, start: date, end: date, target: Decimal) -> date | None:
        """The first day on which the total since `start` had the target; it may have fallen since."""
        first, after = self._between(start, end)
        totals = self._totals[0]
        enough = EXACT.add(totals[first], target)
        days = zip(self.days[first:after], totals[first + 1 : after + 1], strict=True)
        return next((day for day, total in days if total >= enough), None)


class KpiIndex:
    """The facts of one KPI, grouped once."""

    def __init__(self, facts: KpiFacts) -> None:
        self.kpi = facts.kpi
        self.data_through = facts.data_through
        self.facts = facts
        self._places: dict[tuple[str, str], list[int]] = {}
        for place, fact in enumerate(facts.days):
            if fact.value is not None or fact.numerator is not None or fact.denominator is not None:
                for pair in fact.dimensions.items():
                    self._places.setdefault(pair, []).append(place)
        self._groups: dict[object, Mapping[tuple[str, ...], Series]] = {}
        self._no_facts = Series((), self.kpi.behaviour.columns)
        self._delivered = sorted(facts.delivered)
        self._flags = facts.flags_by_day
        self._flagged = sorted(day for day, flags in facts.flags_by_day.items() if flags)
        self.standing_flags = frozenset(facts.standing_flags)
        self.distinct: dict[tuple[str, str], list[DistinctFact]] = {}
        for count in sorted(facts.distinct_periods, key=_distinct_order):
            if count.value is not None:
                self.distinct.setdefault((count.dimension, count.member), []).append(count)

    def series(self, where: Where) -> Series:
        """The series of the facts that have all these members; the whole KPI without any."""
        return self.by_member((), where).get((), self._no_facts)

    def by_member(
        self, dimensions: tuple[str, ...], where: Where
    ) -> Mapping[tuple[str, ...], Series]:
        """The same by the members of some dimensions, sorted."""
        key = dimensions, tuple(sorted(where.items()))
        if key not in self._groups:
            groups: dict[tuple[str, ...], list[DayFact]] = {}
            for fact in self._matching(where):
                member = tuple(fact.dimensions.get(name, UNKNOWN) for name in dimensions)
                groups.setdefault(member, []).append(fact)
            columns = self.kpi.behaviour.columns
            self._groups[key] = {
                member: Series(groups[member], columns) for member in sorted(groups)
            }
        return self._groups[key]

    def _matching(self, where: Where) -> Sequence[DayFact]:
        if not where:
            return self.facts.days
        places = set.intersection(*(self._places_of(*pair) for pair in where.items()))
        return [self.facts.days[place] for place in sorted(places)]

    def _places_of(self, dimension: str, asked: str | MemberSet) -> set[int]:
        if isinstance(asked, str):
            return set(self._places.get((dimension, asked), ()))
        return {
            place
            for place, fact in enumerate(self.facts.days)
            if takes(asked, fact.dimensions.get(dimension, UNKNOWN))
        }

    def members(self, dimension: str, where: Where = MappingProxyType({})) -> list[str]:
        """The members of the dimension that ever had data under the filter."""
        if self.kpi.behaviour.reported_by_period or not where:
            return self._all_members.get(dimension, [])
        facts = self._matching(where)
        return sorted(
            {fact.dimensions[dimension] for fact in facts if dimension in fact.dimensions}
        )

    @cached_property
    def roster_members(self) -> Mapping[str, Collection[str]]:
        """The members of each roster, by the dimension that has one."""
        return {
            dimension: {stay.member for stay in stays}
            for dimension, stays in self.facts.rosters.items()
        }

    @cached_property
    def _all_members(self) -> Mapping[str, list[str]]:
        reported = self.kpi.behaviour.reported_by_period
        members: dict[str, list[str]] = {}
        for dimension, member in sorted(self.distinct if reported else self._places):
            members.setdefault(dimension, []).append(member)
        return members

    def can_fall(self, through: date) -> bool:
        """Whether its totals can fall again: its history through that day has amounts below 0."""
        return self._first_fall is not None and self._first_fall <= through

    @cached_property
    def _first_fall(self) -> date | None:
        falls = (fact.day for fact in self.facts.days if fact.value is not None and fact.value < 0)
        return min(falls, default=None)

    def delivered_days(self, start: date, end: date) -> int:
        return max(0, bisect_right(self._delivered, end) - bisect_left(self._delivered, start))

    @cached_property
    def delivered_ordinals(self) -> NDArray[np.int64]:
        """The delivered days by their numbers, in order."""
        return np.array([day.toordinal() for day in self._delivered], dtype=np.int64)

    def flags(self, start: date, end: date) -> frozenset[str]:
        """Every trust flag of the days from `start` to `end`."""
        first, after = bisect_left(self._flagged, start), bisect_right(self._flagged, end)
        return frozenset(flag for day in self._flagged[first:after] for flag in self._flags[day])


def index_facts(facts: Mapping[str, KpiFacts]) -> dict[str, KpiIndex]:
    """The index of each KPI's facts, by the KPI's name."""
    return {name: KpiIndex(of_kpi) for name, of_kpi in sorted(facts.items())}


def _distinct_order(fact: DistinctFact) -> tuple[str, date, date, str]:
    return fact.period, fact.period_start, fact.data_through, str(fact.value)
