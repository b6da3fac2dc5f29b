"""The currency effect of a KPI's periods, from its days to the rows of the table, worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.own_currencies import own_currencies
from pipelines.okr.factors.periods_compared import period_factors
from pipelines.okr.kpi.conversion import Conversion
from pipelines.okr.kpi.facts import DayFact, KpiFacts, Own
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.series import KpiIndex

DAY = timedelta(days=1)
OCTOBER, NOVEMBER, LAST = date(2026, 10, 1), date(2026, 11, 1), date(2026, 11, 30)
BOOKING = Conversion("booking", frozenset({"value"}))
CONSTANT = Conversion("constant", frozenset({"value"}), date(2025, 12, 31))
REVENUE = Kpi("revenue", "flow", "USD", dimensions=("currency",), conversion=BOOKING)
MRR = Kpi("mrr", "stock", "USD", dimensions=("plan", "currency"), conversion=BOOKING)


def paid(day, own, rate, currency="EUR", **members):
    amount = Decimal(str(own))
    dimensions = {**members, "currency": currency}
    return DayFact(day, dimensions, amount * Decimal(str(rate)), own=Own(amount))


def ordered(day, amount, orders, rate, currency="EUR"):
    own = Own(numerator=Decimal(amount), denominator=Decimal(orders))
    converted = own.numerator * Decimal(str(rate))
    members = {"currency": currency}
    return DayFact(day, members, numerator=converted, denominator=own.denominator, own=own)


def november(kpi, rows):
    """The rows of November against October, by dimension, member and effect."""
    through = (LAST - OCTOBER).days + 1
    delivered = frozenset(OCTOBER + DAY * n for n in range(through))
    history = KpiAmounts(KpiIndex(KpiFacts(kpi, rows, delivered, LAST)))
    factors = period_factors(history, lambda *_: frozenset(), LAST + DAY, CALENDAR_YEAR)
    return {
        (row.dimension, row.member, row.effect): row.contribution
        for row in factors
        if (row.period, row.period_start, row.compared_with) == ("month", NOVEMBER, "previous")
    }


def test_a_flow_loses_what_its_rates_did_into_a_row_of_its_own():
    """1,000 euros at 1.20 in October; 1,100 at 1.00 in November, on two days; 500 dollars in both.

    1,700 becomes 1,600. 100 more at the mean of 1.10 are 110; 1,050 times −0.20 are −210.
    """
    rows = [
        paid(OCTOBER, 1_000, "1.2"),
        paid(OCTOBER, 500, 1, "USD"),
        paid(NOVEMBER, 600, 1),
        paid(NOVEMBER + DAY, 500, 1),
        paid(NOVEMBER + DAY, 500, 1, "USD"),
    ]
    assert november(REVENUE, rows) == {
        ("total", "total", "change"): -100,
        ("currency", "EUR", "change"): 110,
        ("currency", "EUR", "currency"): -210,
        ("currency", "USD", "change"): 0,
    }


def test_at_a_constant_rate_there_is_none():
    kpi = Kpi("revenue", "flow", "USD", dimensions=("currency",), conversion=CONSTANT)
    # a rate such as 1/3 leaves crumbs in the sixth decimal, which are no effect of a rate
    rows = [
        DayFact(OCTOBER, {"currency": "EUR"}, Decimal("0.333333"), own=Own(Decimal(1))),
        DayFact(NOVEMBER, {"currency": "EUR"}, Decimal("333.333333"), own=Own(Decimal(1_000))),
    ]
    assert {effect for _, _, effect in november(kpi, rows)} == {"change"}


def test_a_stock_is_valued_at_the_rates_of_its_two_days():
    """100 euros on the yearly plan at 1.20, then 200 at 1.00; the days between have no say."""
    rows = [
        paid(NOVEMBER - 2 * DAY, 999, 7, plan="yearly"),
        paid(NOVEMBER - DAY, 100, "1.2", plan="yearly"),
        paid(NOVEMBER - DAY, 50, 1, "USD", plan="monthly"),
        paid(LAST, 200, 1, plan="yearly"),
        paid(LAST, 50, 1, "USD", plan="monthly"),
    ]
    parts = november(MRR, rows)
    # 120 becomes 200: 100 more at 1.10, and 150 times −0.20
    assert parts["plan", "yearly", "change"] == 110
    assert parts["plan", "yearly", "currency"] == -30
    assert ("plan", "monthly", "currency") not in parts
    assert parts["plan > currency", "yearly > EUR", "currency"] == -30
    assert parts["total", "total", "change"] == 80


def test_sales_and_refunds_that_cancel_out_give_no_absurd_rate():
    """In November 1,000 euros came at 1.10 and 999 went back at 1.20: 1 euro, and −98.80 dollars.

    The euro was worth between 1.10 and 1.20: 2,298.80 over 1,999, and 1 in October. At the mean of both,
    1.07499, the 999 euros less are −1,073.91; the −24.89 that are left of −1,098.80 the rates did.
    """
    rows = [
        paid(OCTOBER, 1_000, 1),
        paid(NOVEMBER, 1_000, "1.1"),
        paid(NOVEMBER + DAY, -999, "1.2"),
    ]
    parts = november(REVENUE, rows)
    assert parts["total", "total", "change"] == -1_099
    assert parts["currency", "EUR", "change"] == -1_074
    assert parts["currency", "EUR", "currency"] == -25


def test_of_a_ratio_only_the_side_that_is_money_is_revalued():
    """4 orders for 100 euros at 1.0, then 5 for 150 at 1.2, beside 6 for 60 and 5 for 50 dollars: 16 to 23."""
    kpi = Kpi(
        "order_value",
        "ratio",
        "USD",
        precision=2,
        dimensions=("currency",),
        conversion=Conversion("booking", frozenset({"numerator"})),
    )
    rows = [
        ordered(OCTOBER, 100, 4, 1),
        ordered(OCTOBER, 60, 6, 1, "USD"),
        ordered(NOVEMBER, 150, 5, "1.2"),
        ordered(NOVEMBER, 50, 5, 1, "USD"),
    ]
    parts = november(kpi, rows)
    assert parts["total", "total", "change"] == 7
    # see test_currency: half of 0.2 on 150 over 10, and on 100 over 10
    assert parts["currency", "EUR", "currency"] == Decimal("2.5")
    assert ("currency", "USD", "currency") not in parts
    assert sum(part for (of, *_), part in parts.items() if of == "currency") == 7


def test_a_ratio_that_has_no_value_at_the_mean_rates_is_split_as_it_was_converted():
    """Costs of 10 euros at 2.0 less 20 dollars are none at the rate of 2.0, and October was at 1.0."""
    kpi = Kpi(
        "return",
        "ratio",
        "times",
        precision=2,
        dimensions=("currency",),
        conversion=Conversion("booking", frozenset({"numerator", "denominator"})),
    )

    def spent(day, amount, cost, rate, currency="EUR"):
        own = Own(numerator=Decimal(amount), denominator=Decimal(cost))
        upper, lower = (side * Decimal(str(rate)) for side in (own.numerator, own.denominator))
        return DayFact(day, {"currency": currency}, numerator=upper, denominator=lower, own=own)

    rows = [
        spent(OCTOBER, 10, 10, 1),
        spent(NOVEMBER, 10, 10, 3),
        spent(NOVEMBER, 0, -20, 1, "USD"),
    ]
    effects = {effect for _, _, effect in november(kpi, rows)}
    assert effects == {"change", "mix", "rate"}


@pytest.mark.parametrize("conversion", [None, CONSTANT, BOOKING])
def test_where_rates_have_no_part_nothing_is_kept_of_them(conversion):
    kpi = Kpi("revenue", "flow", "USD", dimensions=("currency",), conversion=conversion)
    own = None if conversion is None else Own(Decimal(5))
    row = DayFact(OCTOBER, {"currency": "USD"}, Decimal(5), own=own)
    assert own_currencies(KpiFacts(kpi, [row])) is None
