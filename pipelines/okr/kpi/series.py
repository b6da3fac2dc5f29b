"""A KPI's facts in memory, indexed so that any days are read quickly.

The facts are grouped once, by filter and by member, and each group is a `Series` with running totals. Then the
sum of any days is a subtraction, so that thousands of key results on a few KPIs stay cheap.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.kpi.day_columns import Places, Whole, day_columns
from pipelines.okr.kpi.facts import DistinctFact, KpiFacts
from pipelines.okr.kpi.filters import MemberSet, Where, takes
from pipelines.okr.kpi.numbers import EXACT

UNKNOWN = "unknown"
"""The member of the facts that name none: it is shown like any other, never left out."""
NO_DAYS: Places = np.array([], dtype=np.int64)
_EXACT_FLOATS = 2**53
"""Up to here a float is every whole number."""


class Series:
    """The facts of one group, a row a day on which it has data; amounts are in the order of the KPI's columns.

    `days` are the days' numbers, in order, and `units` the sum of each column on them, in units of 10^-decimals.
    """

    def __init__(self, days: Places, units: Sequence[Whole], decimals: int) -> None:
        self._days: list[int] = days.tolist()
        self._units = units
        self._decimals = decimals
        self._totals: list[list[int]] = [[0, *np.cumsum(column).tolist()] for column in units]

    def _between(self, start: date, end: date) -> tuple[int, int]:
        first = bisect_left(self._days, start.toordinal())
        return first, max(first, bisect_right(self._days, end.toordinal()))

    def _exact(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-self._decimals, EXACT)

    @property
    def first_day(self) -> date | None:
        """The first day with data of all."""
        return date.fromordinal(self._days[0]) if self._days else None

    def has_data(self, start: date, end: date) -> bool:
        first, after = self._between(start, end)
        return after > first

    def sums(self, start: date, end: date) -> tuple[Decimal, ...]:
        """The sum of each column from `start` to `end`; 0 without rows."""
        first, after = self._between(start, end)
        return tuple([self._exact(totals[after] - totals[first]) for totals in self._totals])

    def fractions(self, start: date, end: date) -> list[Fraction]:
        """The sums of `sums` as fractions, which are quicker to reckon with."""
        first, after = self._between(start, end)
        unit = 10**self._decimals
        return [Fraction(totals[after] - totals[first], unit) for totals in self._totals]

    def last(self, start: date, end: date) -> tuple[date, Decimal] | None:
        """The last day with data from `start` to `end`, and its value (of a ratio, its numerator)."""
        first, after = self._between(start, end)
        return self._at(after - 1) if after > first else None

    def first(self, start: date, end: date) -> tuple[date, Decimal] | None:
        """The first day with data from `start` to `end`, and its value (of a ratio, its numerator)."""
        first, after = self._between(start, end)
        return self._at(first) if after > first else None

    def _at(self, place: int) -> tuple[date, Decimal]:
        return date.fromordinal(self._days[place]), self._exact(int(self._units[0][place]))

    def amounts(self, start: date, end: date) -> tuple[Places, list[Exact]]:
        """The numbers of the days with data from `start` to `end`, and the amounts of each column, to learn from."""
        first, after = self._between(start, end)
        days = np.array(self._days[first:after], dtype=np.int64)
        return days, [as_floats(column[first:after], self._decimals) for column in self._units]

    def least_and_most(self, end: date) -> tuple[Decimal, Decimal]:
        """The lowest and the highest value of a day up to `end` (of a ratio, of its numerator); 0 without any."""
        values = self._units[0][: self._between(date.min, end)[1]]
        if not len(values):
            return self._exact(0), self._exact(0)
        return self._exact(int(min(values))), self._exact(int(max(values)))

    def first_reached(self, start: date, end: date, target: Decimal) -> date | None:
        """The first day on which the total since `start` had the target; it may have fallen since."""
        first, after = self._between(start, end)
        totals = self._totals[0]
        enough = EXACT.add(self._exact(totals[first]), target)
        for place in range(first, after):
            if self._exact(totals[place + 1]) >= enough:
                return date.fromordinal(self._days[place])
        return None


class KpiIndex:
    """The facts of one KPI, grouped once."""

    def __init__(self, facts: KpiFacts) -> None:
        self.kpi = facts.kpi
        self.data_through = facts.data_through
        self.facts = facts
        self.rows = day_columns(facts.days)
        self._groups: dict[object, Mapping[tuple[str, ...], Series]] = {}
        columns = self.kpi.behaviour.columns
        self._no_facts = Series(NO_DAYS, [NO_DAYS] * len(columns), self.rows.decimals)
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
            self._groups[key] = self._grouped(dimensions, where)
        return self._groups[key]

    def _grouped(
        self, dimensions: tuple[str, ...], where: Where
    ) -> Mapping[tuple[str, ...], Series]:
        rows = self.rows
        places = self._matching(where)
        taken = rows.combination[places]
        member_of = {
            number: tuple(rows.combinations[number].get(name, UNKNOWN) for name in dimensions)
            for number in np.unique(taken).tolist()
        }
        members = sorted(set(member_of.values()))
        numbers = {member: number for number, member in enumerate(members)}
        group_of = np.zeros(len(rows.combinations), dtype=np.int64)
        for number, member in member_of.items():
            group_of[number] = numbers[member]
        groups = group_of[taken]
        columns = [rows.amounts[side] for side in self.kpi.behaviour.columns]
        known = np.logical_or.reduce([column.known[places] for column in columns])
        # by member, and then by day, in which order the rows are
        order = np.argsort(groups, kind="stable")
        order = order[known[order]]
        places, groups = places[order], groups[order]
        days = rows.days[places]
        if not len(days):
            return dict.fromkeys(members, self._no_facts)
        is_first = np.append(True, (np.diff(days) != 0) | (np.diff(groups) != 0))
        starts = np.flatnonzero(is_first)
        sums = [np.add.reduceat(column.units[places], starts) for column in columns]
        days, groups = days[starts], groups[starts]
        ends = np.searchsorted(groups, np.arange(len(members) + 1))
        return {
            member: Series(days[first:after], [x[first:after] for x in sums], rows.decimals)
            for member, first, after in zip(members, ends[:-1], ends[1:], strict=True)
        }

    def _matching(self, where: Where) -> Places:
        """The places of the rows that have all these members; of one by its name, those with an amount."""
        rows = self.rows
        if not where:
            return np.arange(len(rows))
        matches = np.array(
            [
                all(_has(members, dimension, asked) for dimension, asked in where.items())
                for members in rows.combinations
            ],
            dtype=bool,
        )
        taken = matches[rows.combination]
        if any(isinstance(asked, str) for asked in where.values()):
            taken &= rows.has_amount
        return np.flatnonzero(taken)

    def _members_of(self, places: Places) -> Mapping[str, list[str]]:
        """The members of each dimension that the rows at these places name, sorted."""
        members: dict[str, set[str]] = {}
        for number in np.unique(self.rows.combination[places]).tolist():
            for dimension, member in self.rows.combinations[number].items():
                members.setdefault(dimension, set()).add(member)
        return {dimension: sorted(names) for dimension, names in members.items()}

    def members(self, dimension: str, where: Where = MappingProxyType({})) -> list[str]:
        """The members of the dimension that ever had data under the filter."""
        if self.kpi.behaviour.reported_by_period or not where:
            return self._all_members.get(dimension, [])
        return self._members_of(self._matching(where)).get(dimension, [])

    @cached_property
    def roster_members(self) -> Mapping[str, Collection[str]]:
        """The members of each roster, by the dimension that has one."""
        return {
            dimension: {stay.member for stay in stays}
            for dimension, stays in self.facts.rosters.items()
        }

    @cached_property
    def _all_members(self) -> Mapping[str, list[str]]:
        if not self.kpi.behaviour.reported_by_period:
            return self._members_of(np.flatnonzero(self.rows.has_amount))
        members: dict[str, list[str]] = {}
        for dimension, member in sorted(self.distinct):
            members.setdefault(dimension, []).append(member)
        return members

    def can_fall(self, through: date) -> bool:
        """Whether its totals can fall again: its history through that day has amounts below 0."""
        return self._first_fall is not None and self._first_fall <= through

    @cached_property
    def _first_fall(self) -> date | None:
        falls = self.rows.days[self.rows.amounts["value"].units < 0]
        return date.fromordinal(int(falls[0])) if len(falls) else None

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


def _has(members: Mapping[str, str], dimension: str, asked: str | MemberSet) -> bool:
    if isinstance(asked, str):
        return members.get(dimension) == asked
    return takes(asked, members.get(dimension, UNKNOWN))


def as_floats(units: Whole, decimals: int) -> Exact:
    """The amounts as the floats nearest to them."""
    unit = 10**decimals
    if units.dtype != object and decimals <= 22 and (np.abs(units) < _EXACT_FLOATS).all():
        return np.asarray(units / float(unit), dtype=np.float64)
    return np.array([number / unit for number in units.tolist()], dtype=np.float64)
