"""Each example of a KPI, read from the published file: the figure that its source gives.

Where a source gives no figure, it is worked out here from what the sample company's own systems hold.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from connectors.sandbox.ledger import rows_until
from connectors.sandbox.shop import books
from tests.end_to_end.conftest import TODAY, Home
from tests.end_to_end.foreign_money import in_dollars

STRIPE = "exchange_rates.euro_rates,stripe.balance_transactions"
SHOP = "sql_database.order_lines,sql_database.orders"


def test_revenue_is_exactly_295_000_dollars_this_month(sample: Home) -> None:
    assert sample.kpi("net_revenue", "month", "2026-10-01") == (
        Decimal("295000"),
        date(2026, 10, 31),
        "USD",
        STRIPE,
        date(2026, 10, 31),
        True,
    )


def test_revenue_counts_yen_and_dinars_at_the_rate_of_their_day(sample: Home) -> None:
    first, after = (datetime(2026, month, 1, tzinfo=UTC) for month in (2, 3))
    february = [row for row in rows_until(after) if row["created"] >= first.timestamp()]
    of_sales = [row for row in february if row["type"] not in ("payout", "reserved_funds")]
    foreign = in_dollars(of_sales, "net", TODAY)
    assert foreign > 0
    value, *_ = sample.kpi("net_revenue", "month", "2026-02-01")
    # 121,900 dollars as the company's year is written down, and what came in yen and dinars
    assert value == 121_900 + foreign
    assert sample.rows("select kpi from kpi_periods where trust like '%unconverted%'") == []
    by_currency = sample.rows(
        "select member, own_value from kpi_periods where kpi = 'net_revenue' "
        "and period = 'month' and period_start = '2026-02-01' and dimension = 'currency' order by 1"
    )
    minor = {
        currency: sum(row["net"] for row in of_sales if row["currency"] == currency)
        for currency in ("jpy", "kwd")
    }
    assert by_currency == [
        ("JPY", minor["jpy"]),
        ("KWD", Decimal(minor["kwd"]) / 1000),
        ("USD", 121_900),
    ]


def test_a_change_tells_what_exchange_rates_did(sample: Home) -> None:
    parts = sample.rows(
        "select member, effect, contribution, value, previous_value from kpi_factors "
        "where kpi = 'mrr' and period = 'month' and period_start = '2026-10-01' "
        "and compared_with = 'previous' and dimension = 'currency'"
    )
    own = {
        (start, member): (value, own)
        for start, member, value, own in sample.rows(
            "select period_start, member, value, own_value from kpi_periods where kpi = 'mrr' "
            "and period = 'month' and dimension = 'currency'"
        )
    }
    contributions = {(member, effect): contribution for member, effect, contribution, *_ in parts}
    for currency in ("JPY", "KWD"):
        (now, own_now), (before, own_before) = (
            own[date(2026, month, 1), currency] for month in (10, 9)
        )
        # the mean amount times the change of the rate, both at the end of the month; whole cents
        expected = (own_now + own_before) / 2 * (now / own_now - before / own_before)
        assert abs(contributions[currency, "currency"] - expected) < Decimal("0.01")
    assert ("USD", "currency") not in contributions


def test_19_843_thingamajigs_were_sold_in_april(sample: Home) -> None:
    assert sample.kpi("units_sold", "month", "2026-04-01", "thingamajig") == (
        Decimal("19843"),
        date(2026, 4, 30),
        "pieces",
        SHOP,
        date(2026, 4, 30),
        True,
    )


def test_32_000_people_like_us_on_facebook(sample: Home) -> None:
    assert sample.kpi("page_likes", "day", "2026-06-30") == (
        Decimal("32000"),
        date(2026, 6, 30),
        "people",
        "facebook_pages.page_snapshot",
        date(2026, 6, 30),
        True,
    )


def test_customers_order_value_rose_22_percent_in_the_first_half_of_the_year(sample: Home) -> None:
    value, before, change, change_pct, complete = sample.row(
        "select value, previous_value, change, change_pct, complete from kpi_periods "
        "where kpi = 'average_order_value' and period = 'half' and period_start = '2026-01-01' "
        "and dimension = 'total'"
    )
    assert (value, before, change) == (305, 250, 55)
    assert change_pct == Decimal("0.22")
    assert complete


def test_152_340_people_visited_the_site_in_october(sample: Home) -> None:
    value, end, unit, source, through, complete = sample.kpi("site_visitors", "month", "2026-10-01")
    assert (value, end, unit, through, complete) == (
        152_340,
        date(2026, 10, 31),
        "visitors",
        date(2026, 10, 31),
        True,
    )
    assert "google_analytics.visitors_by_month" in source


def test_return_on_ad_spend_was_4_2_in_the_third_quarter(sample: Home) -> None:
    value, numerator, denominator, source = sample.row(
        "select value, numerator, denominator, sources from kpi_periods "
        "where kpi = 'return_on_ad_spend' and period = 'quarter' and period_start = '2026-07-01' "
        "and dimension = 'total'"
    )
    assert value == Decimal("4.2")
    assert numerator == Decimal("4.2") * denominator > 0
    assert source == "google_ads.campaign_days,meta_ads.campaign_days"


def test_the_open_month_says_how_far_it_goes(sample: Home) -> None:
    *_, end, through, complete = sample.row(
        "select value, period_end, data_through, complete from kpi_periods "
        "where kpi = 'net_revenue' and period = 'month' and period_start = '2026-11-01' "
        "and dimension = 'total'"
    )
    assert (end, through, complete) == (date(2026, 11, 30), date(2026, 11, 24), False)


def test_customer_sales_of_a_year_are_what_its_orders_come_to(sample: Home) -> None:
    orders, _ = books(TODAY)
    of_2025 = orders.placed.astype("datetime64[Y]") == np.datetime64("2025")
    cents = int(orders.total[of_2025 & ~orders.cancelled].sum())
    value, _, unit, *_ = sample.kpi("customer_sales", "year", "2025-01-01")
    assert (value, unit) == (Decimal(cents) / 100, "USD")


def test_average_transaction_value_is_what_a_charge_brings(sample: Home) -> None:
    charges = [
        row["amount"]
        for row in rows_until(datetime.fromisoformat("2026-11-01T00:00:00+00:00"))
        if row["reporting_category"] == "charge"
        and row["currency"] == "usd"
        and row["created"] >= datetime.fromisoformat("2026-10-01T00:00:00+00:00").timestamp()
    ]
    value, _, unit, source, *_ = sample.kpi("average_transaction_value", "month", "2026-10-01")
    expected = (Decimal(sum(charges)) / len(charges) / 100).quantize(Decimal("0.000001"))
    assert (value, unit, source) == (expected, "USD", STRIPE)


def test_customer_lifetime_value_is_what_the_customers_won_in_a_year_have_bought_so_far(
    sample: Home,
) -> None:
    orders, _ = books(TODAY)
    counts = (orders.placed < np.datetime64(TODAY)) & ~(
        orders.cancelled & (orders.ended <= np.datetime64(f"{TODAY}T09:00"))
    )
    customers, placed, cents = (
        column[counts] for column in (orders.customer, orders.placed, orders.total)
    )
    first_order = dict(zip(customers[::-1], placed[::-1], strict=True))
    won_in_2025 = {who for who, when in first_order.items() if str(when).startswith("2025")}
    bought = sum(int(c) for who, c in zip(customers, cents, strict=True) if who in won_in_2025)

    value, *_ = sample.kpi("customer_lifetime_value", "year", "2025-01-01")

    expected = Decimal(bought) / 100 / len(won_in_2025)
    assert value == expected.quantize(Decimal("0.000001"))
