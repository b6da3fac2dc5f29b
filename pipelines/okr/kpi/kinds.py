"""What each kind of KPI does: how its days become a period, and how a period under way goes on.

A `Flow` is summed over days. A `Stock` stands at its last known value. A `Ratio` is Σ numerator ÷
Σ denominator; `PerHead` is a ratio whose denominator is a level, of which the average over the days
counts. A `Distinct` count is what the source reported for the very period: it is never worked out from days.
No other module compares the name of a kind.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.okr.forecast.training_series import Exact, Floats, Ints

Kind = Literal["flow", "stock", "ratio", "distinct"]
Denominator = Literal["sum", "level"]
Side = Literal["value", "numerator", "denominator"]


class DailyAmounts(Protocol):
    """What a kind reads of the days with data; `series.Series` has it."""

    def has_data(self, start: date, end: date) -> bool: ...

    def sums(self, start: date, end: date) -> tuple[Decimal, ...]: ...

    def last(self, start: date, end: date) -> tuple[date, Decimal] | None: ...


class KpiKind:
    """The behaviour of a kind. The flags say what follows from facts, and from the lack of them.

    `columns`: the columns of a day's fact that carry its values.
    `levels`: those of them that say where something stands, not what the day brought.
    `accumulates`: it grows with the days it is taken over.
    `is_sum`: the value of a period is the sum of its days.
    `is_level`: the value of a period is that of its last known day.
    `is_quotient`: the value is numerator ÷ denominator.
    `is_amount`: a plain amount. Its members add up to the whole, and a day can bring so many more of it.
    `reported_by_period`: the source counts each period by itself, so neither days nor members add up to it.
    `absent_day_is_zero`: a delivered day without facts brought 0; otherwise its value is missing.
    `absent_member_is_zero`: a member without facts on delivered days had 0; otherwise it has no value.
    """

    columns: ClassVar[tuple[Side, ...]] = ("value",)
    levels: ClassVar[frozenset[Side]] = frozenset()
    accumulates: ClassVar[bool] = False
    is_sum: ClassVar[bool] = False
    is_level: ClassVar[bool] = False
    is_quotient: ClassVar[bool] = False
    is_amount: ClassVar[bool] = False
    reported_by_period: ClassVar[bool] = False
    absent_day_is_zero: ClassVar[bool] = False
    absent_member_is_zero: ClassVar[bool] = False

    def value(self, series: DailyAmounts, start: date, end: date, delivered: int) -> Decimal | None:
        """The value over the days from `start` to `end`, of which so many were `delivered`."""
        raise NotImplementedError

    def added(self, futures: Sequence[Floats], first: int, last: int) -> list[Exact]:
        """What the steps from `first` to before `last` add to each column in each future (paths,).

        `futures` are (paths, steps), one array a column.
        """
        return [paths[:, first:last].sum(axis=1, dtype=np.float64) for paths in futures]

    def running(self, paths: Floats) -> NDArray[Any]:
        """What the steps come to after each of them (paths, steps)."""
        return np.cumsum(paths, axis=1, dtype=np.float64)

    def final_value(
        self, known: Sequence[float | Exact], added: Sequence[Exact], days: int | Ints = 1
    ) -> Exact:
        """The value in each future, NaN where there is none.

        Args:
            known: what each column has come to so far.
            added: what is added to each column in each future, as `added` gives it.
            days: those of the whole period, over which a denominator that is a level is averaged.
        """
        raise NotImplementedError


class Flow(KpiKind):
    """What the days bring: orders, revenue."""

    accumulates = is_sum = is_amount = absent_day_is_zero = absent_member_is_zero = True

    def value(self, series: DailyAmounts, start: date, end: date, delivered: int) -> Decimal | None:
        return series.sums(start, end)[0] if delivered or series.has_data(start, end) else None

    def final_value(
        self, known: Sequence[float | Exact], added: Sequence[Exact], days: int | Ints = 1
    ) -> Exact:
        return np.asarray(known[0] + added[0])


class _ReadAtItsEnd(KpiKind):
    """Only the last step of a future counts."""

    def added(self, futures: Sequence[Floats], first: int, last: int) -> list[Exact]:
        return [paths[:, last - 1].astype(np.float64) for paths in futures]

    def running(self, paths: Floats) -> NDArray[Any]:
        return paths


class Stock(_ReadAtItsEnd):
    """Where something stands at the end of a day: followers, open tickets."""

    levels = frozenset({"value"})
    is_level = is_amount = True

    def value(self, series: DailyAmounts, start: date, end: date, delivered: int) -> Decimal | None:
        known = series.last(start, end)
        return None if known is None else known[1]

    def final_value(
        self, known: Sequence[float | Exact], added: Sequence[Exact], days: int | Ints = 1
    ) -> Exact:
        return added[0]


class Ratio(KpiKind):
    """Σ numerator ÷ Σ denominator; it has no value over a denominator of 0."""

    columns = ("numerator", "denominator")
    is_quotient = absent_day_is_zero = True

    def value(self, series: DailyAmounts, start: date, end: date, delivered: int) -> Decimal | None:
        numerator, denominator = series.sums(start, end)
        days = delivered if self.levels else 1
        return numerator * days / denominator if denominator and days else None

    def final_value(
        self, known: Sequence[float | Exact], added: Sequence[Exact], days: int | Ints = 1
    ) -> Exact:
        top, bottom = (so_far + more for so_far, more in zip(known, added, strict=True))
        if self.levels:
            top = top * days
        return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom != 0)


class PerHead(Ratio):
    """What the days bring over the average of a level, such as deals over the size of the team."""

    levels = frozenset({"denominator"})
    accumulates = True


class Distinct(_ReadAtItsEnd):
    """Who or what was there in a period, each counted once: monthly active users."""

    reported_by_period = True

    def value(self, series: DailyAmounts, start: date, end: date, delivered: int) -> Decimal | None:
        return None  # no days add up to it

    def final_value(
        self, known: Sequence[float | Exact], added: Sequence[Exact], days: int | Ints = 1
    ) -> Exact:
        return np.maximum(added[0], known[0])  # a count that is under way only grows


KINDS: Mapping[Kind, KpiKind] = {
    "flow": Flow(),
    "stock": Stock(),
    "ratio": Ratio(),
    "distinct": Distinct(),
}
PER_HEAD = PerHead()
