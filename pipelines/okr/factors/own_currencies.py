"""A KPI's amounts in the currencies they came in, and what those were worth over any days."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from pipelines.okr.factors.amounts import Amounts, Breakdown, KpiAmounts
from pipelines.okr.factors.currency import Rates
from pipelines.okr.kpi.conversion import CURRENCY
from pipelines.okr.kpi.day_columns import AmountColumn, DayColumns, day_columns
from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.filters import Where
from pipelines.okr.kpi.kinds import Side
from pipelines.okr.kpi.periods import Period
from pipelines.okr.kpi.series import KpiIndex


class OwnCurrencies:
    """The facts of a KPI that converts, before they were converted."""

    def __init__(self, facts: KpiFacts, sides: frozenset[Side], where: Where) -> None:
        self.sides = sides
        rows = day_columns(facts.days)
        self._is_level = facts.kpi.behaviour.is_level
        own = replace(facts, days=rows.with_amounts(_own(rows)))
        self._own = KpiAmounts(KpiIndex(own), where)
        kpi = replace(facts.kpi, kind="ratio", denominator="sum")
        worth = replace(facts, kpi=kpi, days=rows.with_amounts(_sizes(rows, sides)))
        self._worth = KpiAmounts(KpiIndex(worth), where)

    def by_member(self, breakdown: Breakdown, days: Period) -> Amounts:
        """The amounts of the members of a breakdown, with the currency as the last step of each path."""
        return self._own.by_member((*breakdown, CURRENCY), days)

    def rates(self, days: Period) -> Rates:
        """What a unit of each currency was worth; of a stock, on the last day."""
        start = days.end if self._is_level else days.start
        worth = self._worth.by_member((CURRENCY,), replace(days, start=start))
        return {
            currency: amount.value
            for (currency,), amount in worth.items()
            if amount.value is not None
        }


def own_currencies(facts: KpiFacts, where: Where = MappingProxyType({})) -> OwnCurrencies | None:
    """The amounts in their own currencies under a filter, None where rates have no part in any change.

    That is a KPI that does not convert, one with a single rate for all days, and one in which all is in
    the reporting currency.
    """
    conversion = facts.kpi.conversion
    if conversion is None or conversion.policy == "constant":
        return None
    rows = day_columns(facts.days)
    if not rows or all(column.equals(rows.amounts[side]) for side, column in _own(rows).items()):
        return None
    return OwnCurrencies(facts, conversion.sides, where)


def _own(rows: DayColumns) -> Mapping[Side, AmountColumn]:
    assert rows.own is not None, "the facts of a KPI that converts have both amounts"
    return rows.own


def _sizes(rows: DayColumns, sides: Iterable[Side]) -> Mapping[Side, AmountColumn]:
    """The size of each row's money as it was converted, over its size in its own currency."""
    converted, own = (
        sum((columns[side].sizes() for side in sorted(sides)), rows.nothing)
        for columns in (rows.amounts, _own(rows))
    )
    return {"value": rows.without_amounts, "numerator": converted, "denominator": own}
