"""A KPI's facts by member, ready to be read over any days: the amounts that are compared."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from pipelines.okr.factors.amounts import Amount, Amounts
from pipelines.okr.factors.apportion import Path
from pipelines.okr.kpi.facts import TOTAL, DayFact, DistinctFact, KpiFacts

UNKNOWN = "unknown"
"""The member of the rows that name none: it is shown like any other, never left out."""

Cut = tuple[str, ...]
"""The dimensions by which a KPI is split, the coarsest first."""

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ZERO = Decimal(0)


class History:
    """One KPI under one filter."""

    def __init__(self, facts: KpiFacts, where: Mapping[str, str] | None = None) -> None:
        self.kpi = facts.kpi
        self.data_through = facts.data_through
        self.facts = facts
        wanted = set((where or {}).items())
        self._rows = [row for row in facts.days if wanted <= set(row.dimensions.items())]
        self._delivered = sorted(facts.delivered)
        self._by_cut: dict[Cut, dict[Path, _Sums]] = {}

    @cached_property
    def cuts(self) -> Sequence[Cut]:
        """Each dimension by itself; of what adds up, also all of them, one inside the other."""
        dimensions = self.kpi.dimensions
        alone = [(dimension,) for dimension in dimensions]
        nests = len(dimensions) > 1 and self.kpi.kind in ("flow", "stock")
        return [*alone, dimensions] if nests else alone

    def covers(self, start: date, end: date) -> bool:
        """Whether the KPI is known for all of these days; a stock: on the last of them."""
        if self.kpi.kind == "stock":
            return self.last_known(start, end) == end
        return start <= end and self._delivered_days(start, end) == (end - start).days + 1

    def last_known(self, start: date, end: date) -> date | None:
        """The last of these days with a value."""
        known = self._sums(()).get(())
        return known.last_day(start, end) if known else None

    def whole(self, start: date, end: date) -> Amount | None:
        """The amount of all members; 0 of a flow that was delivered without a row."""
        found = self.amounts((), start, end).get(())
        return Amount(Fraction()) if found is None and self.kpi.kind == "flow" else found

    def amounts(self, cut: Cut, start: date, end: date) -> Amounts:
        """The amount of each member with data in these days; of a stock, as on the last of them.

        A denominator that is a level is its average over the days that were delivered.
        """
        first = end if self.kpi.kind == "stock" else start
        days = self._delivered_days(start, end) if self.kpi.denominator == "level" else 1
        found = {
            member: sums.between(first, end, max(1, days))
            for member, sums in self._sums(cut).items()
        }
        return {member: amount for member, amount in found.items() if amount is not None}

    def reported(self, period: str, period_start: date) -> DistinctFact | None:
        """A distinct count of all members, as the source reported it for this very period."""
        found = [
            fact
            for fact in self.facts.distinct_periods
            if (fact.period, fact.period_start) == (period, period_start)
            and (fact.dimension, fact.member) == (TOTAL, TOTAL)
            and fact.value is not None
        ]
        return max(found, key=lambda fact: fact.data_through, default=None)

    def _delivered_days(self, start: date, end: date) -> int:
        return bisect_right(self._delivered, end) - bisect_left(self._delivered, start)

    def _sums(self, cut: Cut) -> Mapping[Path, "_Sums"]:
        if cut not in self._by_cut:
            groups: dict[Path, list[DayFact]] = {}
            for row in self._rows:
                member = tuple(row.dimensions.get(dimension, UNKNOWN) for dimension in cut)
                groups.setdefault(member, []).append(row)
            is_ratio = self.kpi.kind == "ratio"
            self._by_cut[cut] = {
                member: _Sums(groups[member], is_ratio=is_ratio) for member in sorted(groups)
            }
        return self._by_cut[cut]


class _Sums:
    """A member's amounts summed day by day, so that the sum of any days is one subtraction."""

    def __init__(self, rows: Iterable[DayFact], *, is_ratio: bool) -> None:
        upper: dict[date, Decimal] = {}
        lower: dict[date, Decimal] = {}
        for row in rows:
            value = row.numerator if is_ratio else row.value
            if value is None and row.denominator is None:
                continue
            upper[row.day] = _EXACT.add(upper.get(row.day, _ZERO), value or _ZERO)
            lower[row.day] = _EXACT.add(lower.get(row.day, _ZERO), row.denominator or _ZERO)
        self._days = sorted(upper)
        self._upper = _running(upper[day] for day in self._days)
        self._lower = _running(lower[day] for day in self._days) if is_ratio else None

    def between(self, start: date, end: date, averaged_over: int) -> Amount | None:
        first, after = bisect_left(self._days, start), bisect_right(self._days, end)
        if after <= first:
            return None
        numerator = Fraction(_EXACT.subtract(self._upper[after], self._upper[first]))
        if self._lower is None:
            return Amount(numerator)
        denominator = Fraction(_EXACT.subtract(self._lower[after], self._lower[first]))
        return Amount(numerator, denominator / averaged_over)

    def last_day(self, start: date, end: date) -> date | None:
        place = bisect_right(self._days, end)
        return self._days[place - 1] if place and self._days[place - 1] >= start else None


def _running(amounts: Iterable[Decimal]) -> list[Decimal]:
    return list(accumulate(amounts, _EXACT.add, initial=_ZERO))
