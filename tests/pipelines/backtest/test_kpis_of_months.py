"""A KPI with a number a month is replayed in months, and the days between its numbers brought nothing and no zero."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.backtest.kpis import kpi_cases, rows_of
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi


def last_days(months: int) -> list[date]:
    """The last day of each month from January 2022 on."""
    firsts = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(1, months + 1)]
    return [first - timedelta(days=1) for first in firsts]


def facts(kpi: Kpi, months: int) -> KpiFacts:
    days = last_days(months)
    numbers = [DayFact(day, {}, Decimal(1_000 + n % 7)) for n, day in enumerate(days)]
    span = (days[-1] - date(2022, 1, 1)).days + 1
    delivered = {date(2022, 1, 1) + timedelta(days=n) for n in range(span)}
    return KpiFacts(kpi, numbers, frozenset(delivered), days[-1])


COSTS = Kpi("costs", "flow", "EUR", every="month")
HEADS = Kpi("heads", "stock", "people", every="month")


@pytest.mark.parametrize("kpi", [COSTS, HEADS])
def test_its_rows_are_its_numbers(kpi: Kpi) -> None:
    assert [day for day, _ in rows_of(facts(kpi, 5))] == last_days(5)


@pytest.mark.parametrize("kpi", [COSTS, HEADS])
def test_it_is_cut_in_months(kpi: Kpi) -> None:
    replayed, left_out = kpi_cases({kpi.name: facts(kpi, 48)}, "year")
    assert left_out == ()
    assert replayed


@pytest.mark.parametrize("kpi", [COSTS, HEADS])
def test_too_short_a_past_is_told_in_its_own_steps(kpi: Kpi) -> None:
    replayed, [left_out] = kpi_cases({kpi.name: facts(kpi, 22)}, "year")
    assert (replayed, left_out.why) == ([], "has no whole year after 24 months of history")
