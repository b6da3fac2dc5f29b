"""A KPI's facts in an order that answers quickly: sums by day, and one series for each filter.

The facts are sorted and grouped once for a KPI; a filter's rows are found through its members.
Then a total is a subtraction, so that thousands of key results on a few KPIs stay cheap.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.numbers import ZERO, rounded

_Columns = tuple[Decimal, Decimal, Decimal]  # value, numerator, denominator


class Series:
    """One KPI under one filter, a row a day on which it has data."""

    def __init__(self, rows: Iterable[DayFact]) -> None:
        sums: dict[date, _Columns] = {}
        for row in rows:
            value, numerator, denominator = sums.get(row.day, (ZERO, ZERO, ZERO))
            sums[row.day] = (
                value + (row.value or ZERO),
                numerator + (row.numerator or ZERO),
                denominator + (row.denominator or ZERO),
            )
        self.days = sorted(sums)
        self._amounts = [sums[day] for day in self.days]
        self._values = [sums[day][0] for day in self.days]
        self._totals = list(accumulate(self._values, initial=ZERO))
        self._numerators = list(accumulate((sums[day][1] for day in self.days), initial=ZERO))
        self._denominators = list(accumulate((sums[day][2] for day in self.days), initial=ZERO))
        self._falls = any(value < 0 for value in self._values)

    def _between(self, start: date, end: date) -> tuple[int, int]:
        return bisect_left(self.days, start), bisect_right(self.days, end)

    def has_data(self, start: date, end: date) -> bool:
        first, after = self._between(start, end)
        return after > first

    def total(self, start: date, end: date) -> Decimal:
        """The sum of the values from `start` to `end`; 0 without rows."""
        first, after = self._between(start, end)
        return self._totals[after] - self._totals[first] if after > first else ZERO

    def quotient(self, start: date, end: date, averaged_over: int = 1) -> Decimal | None:
        """Σ numerator ÷ (Σ denominator ÷ the days it is averaged over); None over a denominator of 0."""
        numerator, denominator = self.sides(start, end)
        return numerator * averaged_over / denominator if denominator and averaged_over else None

    def sides(self, start: date, end: date) -> tuple[Decimal, Decimal]:
        """Σ numerator and Σ denominator from `start` to `end`; 0 and 0 without rows."""
        first, after = self._between(start, end)
        if after <= first:
            return ZERO, ZERO
        return (
            self._numerators[after] - self._numerators[first],
            self._denominators[after] - self._denominators[first],
        )

    def last(self, start: date, end: date) -> tuple[date, Decimal] | None:
        """The last day with data from `start` to `end`, and its value."""
        first, after = self._between(start, end)
        return (self.days[after - 1], self._values[after - 1]) if after > first else None

    def first(self, start: date, end: date) -> tuple[date, Decimal] | None:
        """The first day with data from `start` to `end`, and its value."""
        first, after = self._between(start, end)
        return (self.days[first], self._values[first]) if after > first else None

    def amounts(self, start: date, end: date) -> tuple[list[date], list[_Columns]]:
        """The days with data from `start` to `end`, and value, numerator and denominator of each."""
        first, after = self._between(start, end)
        return self.days[first:after], self._amounts[first:after]

    def first_reached(self, start: date, end: date, target: Decimal, places: int) -> date | None:
        """The first day on which the total since `start`, with these decimals, had the target."""
        first, after = self._between(start, end)
        if after <= first:
            return None
        base = self._totals[first]

        def reached(total: Decimal) -> bool:
            return rounded(total - base, places) >= target

        if not self._falls:  # the totals only rise, so the place can be looked up
            place = bisect_left(self._totals, True, first + 1, after + 1, key=reached)
            return self.days[place - 1] if place <= after else None
        places_after = range(first + 1, after + 1)
        found = next((place for place in places_after if reached(self._totals[place])), None)
        return None if found is None else self.days[found - 1]


class KpiIndex:
    """The facts of one KPI, grouped once."""

    def __init__(self, facts: KpiFacts) -> None:
        self.kpi = facts.kpi
        self.data_through = facts.data_through
        self._rows = sorted((row for row in facts.days if _is_known(row)), key=_order)
        self._places: dict[tuple[str, str], list[int]] = {}
        for place, row in enumerate(self._rows):
            for pair in row.dimensions.items():
                self._places.setdefault(pair, []).append(place)
        self._series: dict[tuple[tuple[str, str], ...], Series] = {}
        self._delivered = sorted(facts.delivered)
        self._flags = facts.flags_by_day
        self._flagged = sorted(day for day, flags in facts.flags_by_day.items() if flags)
        self.standing_flags = frozenset(facts.standing_flags)
        self.distinct: dict[tuple[str, str], list[DistinctFact]] = {}
        for fact in sorted(facts.distinct_periods, key=_distinct_order):
            if fact.value is not None:
                self.distinct.setdefault((fact.dimension, fact.member), []).append(fact)

    def series(self, where: Mapping[str, str]) -> Series:
        """The series of the rows that have all these members; the whole KPI without any."""
        key = tuple(sorted(where.items()))
        if key not in self._series:
            self._series[key] = Series(self._matching(key))
        return self._series[key]

    def _matching(self, pairs: tuple[tuple[str, str], ...]) -> list[DayFact]:
        if not pairs:
            return self._rows
        places = set(self._places.get(pairs[0], ()))
        for pair in pairs[1:]:
            places &= set(self._places.get(pair, ()))
        return [self._rows[place] for place in sorted(places)]

    def members(self, dimension: str, where: Mapping[str, str]) -> list[str]:
        """The members of the dimension that ever had data under the filter."""
        if self.kpi.behaviour.reported_by_period:
            return sorted({member for name, member in self.distinct if name == dimension})
        if not where:
            return sorted(member for name, member in self._places if name == dimension)
        rows = self._matching(tuple(sorted(where.items())))
        return sorted({row.dimensions[dimension] for row in rows if dimension in row.dimensions})

    def unseen(self, where: Mapping[str, str]) -> list[str]:
        """The members of a filter that no row has ever had: most likely a slip of the pen."""
        return [
            f"{name}={member}"
            for name, member in sorted(where.items())
            if (name, member) not in self._places
        ]

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


def _is_known(row: DayFact) -> bool:
    return row.value is not None or row.numerator is not None or row.denominator is not None


def _order(row: DayFact) -> tuple[date, list[tuple[str, str]], str]:
    # The last part only makes the order of equal rows independent of the order they came in.
    amounts = f"{row.value} {row.numerator} {row.denominator}"
    return row.day, sorted(row.dimensions.items()), amounts


def _distinct_order(fact: DistinctFact) -> tuple[str, date, date, str]:
    return fact.period, fact.period_start, fact.data_through, str(fact.value)
