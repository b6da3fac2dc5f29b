"""Where nobody pulls exchange rates, money of two currencies is not added up. The figures are in conftest.py."""

from datetime import date

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def test_the_total_is_in_the_currency_of_the_business_and_says_what_it_leaves_out(quarter) -> None:
    months = quarter.periods("net_revenue", "month")
    january = months[JANUARY]
    assert (january.value, january.unit, january.trust) == (100, "USD", "unconverted_currency")
    february = months[FEBRUARY]
    assert (february.value, february.unit, february.trust) == (40, "USD", "ok")


def test_a_currency_without_rates_has_its_own_amount_and_no_value(quarter) -> None:
    currencies = quarter.periods("net_revenue", "month", "currency")
    dollars, euros = currencies.of(JANUARY, "USD"), currencies.of(JANUARY, "EUR")
    assert (dollars.value, dollars.own_value, dollars.unit, dollars.trust) == (
        100,
        100,
        "USD",
        "ok",
    )
    assert (euros.value, euros.own_value, euros.unit) == (None, 50, "USD")
    assert euros.trust == "unconverted_currency"
    assert quarter.periods("net_revenue", "month")[JANUARY].own_value is None


def test_only_euros_are_zero_dollars(quarter) -> None:
    march = quarter.periods("net_revenue", "month")[MARCH]
    assert (march.value, march.trust) == (0, "late:stripe,unconverted_currency")
    euros = quarter.periods("net_revenue", "month", "currency").of(MARCH, "EUR")
    assert (euros.value, euros.own_value) == (None, 60)
    # of the same 13 days of February there were no euros at all, which is 0; of March nothing is known
    assert (euros.previous_value, euros.change) == (0, None)


def test_a_mean_of_money_is_taken_over_what_adds_up(quarter) -> None:
    mean = quarter.periods("average_transaction_value", "quarter")[JANUARY]
    # 100 and 40 dollars over two; neither the euros nor their number count
    assert (mean.numerator, mean.denominator, mean.value) == (140, 2, 70)
    euros = quarter.periods("average_transaction_value", "quarter", "currency").of(JANUARY, "EUR")
    assert (euros.value, euros.numerator, euros.denominator) == (None, 0, 0)
    assert euros.own_value == 55


def test_rates_that_nobody_pulls_feed_no_kpi(quarter) -> None:
    ((sources, trust),) = quarter.rows(
        "select sources, trust from reporting.kpis where kpi = 'net_revenue'"
    )
    assert (sources, trust) == ("stripe.balance_transactions", "late:stripe")


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
