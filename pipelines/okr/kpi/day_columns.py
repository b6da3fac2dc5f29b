"""The days of a KPI by columns: what is summed is whole numbers in arrays, and no object for each row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, get_args, overload

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.kpi.facts import DayFact, Own
from pipelines.okr.kpi.kinds import Side
from pipelines.okr.kpi.numbers import EXACT

SIDES: tuple[Side, ...] = get_args(Side)
_SAFE = 2**61
"""A column has 64 bits where its sizes sum to less than this, so that no sum of it overflows."""

Whole = NDArray[Any]
"""Whole numbers: of 64 bits, or Python's own where their sum could be too large for these."""
Known = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class AmountColumn:
    """The amounts of one side, in units of a power of ten; 0 where none is `known`."""

    units: Whole
    known: Known

    def __add__(self, other: "AmountColumn") -> "AmountColumn":
        return AmountColumn(self.units + other.units, self.known | other.known)

    def sizes(self) -> "AmountColumn":
        """The amounts without their signs."""
        return AmountColumn(np.abs(self.units), self.known)

    def taken(self, places: slice) -> "AmountColumn":
        """The part of the column at these places."""
        return amount_column(self.units[places], self.known[places])

    def equals(self, other: "AmountColumn") -> bool:
        return np.array_equal(self.units, other.units) and np.array_equal(self.known, other.known)


def amount_column(units: Whole, known: Known) -> AmountColumn:
    """The column, whose numbers have 64 bits where no sum of them can be too large for that."""
    largest = max(int(units.max()), -int(units.min())) if len(units) else 0
    is_safe = largest * len(units) < _SAFE
    return AmountColumn(units.astype(np.int64 if is_safe else object), known)


@dataclass(frozen=True, eq=False)
class DayColumns(Sequence[DayFact]):
    """The facts of a KPI by day: the same as a sequence of `DayFact`, held as columns.

    `days` are the days' numbers, in order; `combination` says which of `combinations` a row is of. The amounts are in
    units of 10^-decimals. `own` has those in their own currencies, None of a KPI that does not convert.
    """

    days: Places
    combination: Places
    combinations: Sequence[Mapping[str, str]]
    amounts: Mapping[Side, AmountColumn]
    own: Mapping[Side, AmountColumn] | None = None
    decimals: int = 6

    def __len__(self) -> int:
        return len(self.days)

    @overload
    def __getitem__(self, place: int) -> DayFact: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[DayFact]: ...

    def __getitem__(self, place: int | slice) -> DayFact | Sequence[DayFact]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        value, numerator, denominator = self._row(self.amounts, place)
        return DayFact(
            date.fromordinal(int(self.days[place])),
            self.combinations[self.combination[place]],
            value,
            numerator,
            denominator,
            None if self.own is None else Own(*self._row(self.own, place)),
        )

    def _row(self, columns: Mapping[Side, AmountColumn], place: int) -> list[Decimal | None]:
        return [
            self.exact(int(columns[side].units[place])) if columns[side].known[place] else None
            for side in SIDES
        ]

    def exact(self, units: int) -> Decimal:
        """The amount of so many units."""
        return Decimal(units).scaleb(-self.decimals, EXACT)

    @cached_property
    def has_amount(self) -> Known:
        """Whether a row has any amount."""
        value, numerator, denominator = (self.amounts[side].known for side in SIDES)
        return value | numerator | denominator

    @property
    def nothing(self) -> AmountColumn:
        """A column that is 0 in each row."""
        return AmountColumn(np.zeros(len(self), np.int64), np.ones(len(self), bool))

    @property
    def without_amounts(self) -> AmountColumn:
        """A column without any amount."""
        return AmountColumn(np.zeros(len(self), np.int64), np.zeros(len(self), bool))

    def with_amounts(self, amounts: Mapping[Side, AmountColumn]) -> "DayColumns":
        """The same days and members with other amounts, which are in no currency of their own."""
        return replace(self, amounts=amounts, own=None)


def day_columns(facts: Iterable[DayFact]) -> DayColumns:
    """The facts by columns."""
    if isinstance(facts, DayColumns):
        return facts
    rows = sorted(facts, key=lambda fact: fact.day)
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    combination = [
        numbers.setdefault(tuple(sorted(fact.dimensions.items())), len(numbers)) for fact in rows
    ]
    converts = any(fact.own is not None for fact in rows)
    amounts = {side: [getattr(fact, side) for fact in rows] for side in SIDES}
    own = {side: [getattr(fact.own, side, None) for fact in rows] for side in SIDES}
    decimals = max(
        (
            -int(amount.as_tuple().exponent)
            for values in (*amounts.values(), *own.values())
            for amount in values
            if amount is not None
        ),
        default=0,
    )
    decimals = max(decimals, 0)
    return DayColumns(
        np.array([fact.day.toordinal() for fact in rows], dtype=np.int64),
        np.array(combination, dtype=np.int64),
        [dict(members) for members in numbers],
        {side: _column(values, decimals) for side, values in amounts.items()},
        {side: _column(values, decimals) for side, values in own.items()} if converts else None,
        decimals,
    )


def _column(amounts: Sequence[Decimal | None], decimals: int) -> AmountColumn:
    units = [0 if x is None else int(x.scaleb(decimals, EXACT)) for x in amounts]
    known = np.array([x is not None for x in amounts], dtype=bool)
    return amount_column(np.array(units, dtype=object), known)
