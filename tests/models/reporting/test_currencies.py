"""Money of two currencies is not added up. The quarter's figures are in conftest.py."""

from datetime import date
from decimal import Decimal

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def test_the_total_is_in_the_currency_of_the_business_and_says_what_it_leaves_out(quarter) -> None:
    months = quarter.periods("net_revenue", "month")
    january = months[JANUARY]
    assert (january.value, january.unit, january.trust) == (100, "USD", "unconverted_currency")
    february = months[FEBRUARY]
    assert (february.value, february.unit, february.trust) == (40, "USD", "ok")


def test_each_currency_has_its_own_row_in_its_own_unit_with_nothing_left_out(quarter) -> None:
    currencies = quarter.periods("net_revenue", "month", "currency")
    dollars, euros = currencies.of(JANUARY, "USD"), currencies.of(JANUARY, "EUR")
    assert (dollars.value, dollars.unit, dollars.trust) == (100, "USD", "ok")
    assert (euros.value, euros.unit, euros.trust) == (50, "EUR", "ok")


def test_only_euros_are_zero_dollars(quarter) -> None:
    march = quarter.periods("net_revenue", "month")[MARCH]
    assert (march.value, march.trust) == (0, "late:stripe,unconverted_currency")
    euros = quarter.periods("net_revenue", "month", "currency").of(MARCH, "EUR")
    assert (euros.value, euros.trust) == (60, "late:stripe")


def test_a_mean_of_money_is_taken_in_one_currency(quarter) -> None:
    mean = quarter.periods("average_transaction_value", "quarter")[JANUARY]
    # 100 and 40 dollars over two; the euros apart
    assert (mean.numerator, mean.denominator, mean.value) == (140, 2, 70)
    euros = quarter.periods("average_transaction_value", "quarter", "currency").of(JANUARY, "EUR")
    assert (euros.value, euros.unit) == (Decimal(55), "EUR")


def test_the_business_says_which_currency_its_totals_are_in(leap_year, euros_from_february) -> None:
    day = date(2020, 2, 29)
    dollars = leap_year.periods("gross_revenue", "day")[day]
    assert (dollars.value, dollars.unit, dollars.trust) == (30, "USD", "unconverted_currency")
    euros = euros_from_february.periods("gross_revenue", "day")[day]
    assert (euros.value, euros.unit, euros.trust) == (20, "EUR", "unconverted_currency")
    (unit,) = euros_from_february.column(
        "select unit from reporting.kpis where kpi = 'net_revenue'"
    )
    assert unit == "EUR"
