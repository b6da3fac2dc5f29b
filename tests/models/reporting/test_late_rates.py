"""Days without exchange rates, and rates that failed or were not asked for: who waits for them."""

from datetime import UTC, date, datetime
from typing import Any

from tests.models.reporting.quoted_rates import NOVEMBER, rates


def charge(day: date, currency: str) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {
        "id": f"{day} {currency}",
        "created_at": at,
        "reporting_category": "charge",
        "currency": currency,
        "amount_minor": 100_00,
        "fee_minor": 0,
        "net_minor": 100_00,
    }


def order(day: date) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {
        "order_id": "1",
        "customer_id": "ann",
        "ordered_at": at,
        "updated_at": at,
        "status": "paid",
        "currency": "USD",
        "total_minor": 30_00,
    }


SHOP = ("stripe", "sql_database", "exchange_rates")


def shop(lake: Any, last: date) -> None:
    """100 euros on 29 October and on the last day; an order in dollars in a shop of its own."""
    lake.empty("stripe", "balance_transactions", date(2026, 10, 28), last)
    lake.empty("sql_database", "orders", date(2026, 10, 28), last)
    for day in (date(2026, 10, 29), last):
        lake.window("stripe", "balance_transactions", day, [charge(day, "eur")])
    lake.window("sql_database", "orders", last, [order(last)])


def told(warehouse, kpi: str) -> tuple[Any, ...]:
    """How far a KPI goes, what it is made of and what is wrong with it."""
    (row,) = warehouse.rows(
        f"select data_through, sources, trust from reporting.kpis where kpi = '{kpi}'"
    )
    return row


def test_a_weekend_without_rates_makes_nobody_late(built, empty) -> None:
    monday, sunday = date(2026, 11, 2), date(2026, 11, 1)

    def make(warehouse) -> None:
        shop(warehouse.lake, sunday)
        rates(warehouse.lake, date(2026, 10, 28), sunday)
        asked = datetime(2026, 11, 2, 6, tzinfo=UTC)
        warehouse.lake.attempt("exchange_rates", "euro_rates", "ok", asked)
        warehouse.build_over(empty, monday, SHOP, "--exclude", "test_type:data")

    weekend = built("weekend", make)
    streams = "exchange_rates.euro_rates,stripe.balance_transactions"
    assert told(weekend, "net_revenue") == (sunday, streams, "ok")
    # an order in dollars needs no rate, and is not said to be made of any
    assert told(weekend, "customer_sales") == (sunday, "sql_database.orders", "ok")
    days = weekend.periods("net_revenue", "day")
    assert (days[sunday].value, days[sunday].status, days[sunday].trust) == (110, "complete", "ok")


def test_rates_that_failed_hold_nothing_up_and_leave_nothing_whole(built, empty) -> None:
    """The last rate is of Friday, 30 October; it is carried to the 6th, and the 9th has none."""
    tuesday, monday = date(2026, 11, 10), date(2026, 11, 9)

    def make(warehouse) -> None:
        shop(warehouse.lake, monday)
        rates(warehouse.lake, date(2026, 10, 28), date(2026, 10, 30))
        asked = datetime(2026, 11, 10, 6, tzinfo=UTC)
        warehouse.lake.attempt("exchange_rates", "euro_rates", "unavailable", asked)
        friday = date(2026, 11, 6)
        warehouse.lake.window("stripe", "balance_transactions", friday, [charge(friday, "eur")])
        warehouse.build_over(empty, tuesday, SHOP, "--exclude", "test_type:data")

    failed = built("failed_rates", make)
    through, _, trust = told(failed, "net_revenue")
    assert (through, trust) == (monday, "source_failed:exchange_rates")
    days = failed.periods("net_revenue", "day")
    with_carried, without = days[date(2026, 11, 6)], days[monday]
    # either may change once the rates come
    assert {with_carried.status, without.status} == {"provisional"}
    assert (with_carried.value, with_carried.trust) == (110, "source_failed:exchange_rates")
    assert without.value == 0
    assert without.trust == "source_failed:exchange_rates,unconverted_currency"
    october = days[date(2026, 10, 29)]
    assert (october.value, october.status, october.trust) == (120, "complete", "ok")
    november = failed.periods("net_revenue", "month")[NOVEMBER]
    assert november.value == 110
    assert november.trust == "source_failed:exchange_rates,unconverted_currency"
    assert told(failed, "customer_sales")[2] == "ok"


def test_rates_that_were_not_asked_for_today_are_late(built, empty) -> None:
    def make(warehouse) -> None:
        shop(warehouse.lake, date(2026, 11, 9))
        rates(warehouse.lake, date(2026, 10, 28), date(2026, 11, 3))
        asked = datetime(2026, 11, 4, 6, tzinfo=UTC)
        warehouse.lake.attempt("exchange_rates", "euro_rates", "ok", asked)
        warehouse.build_over(empty, date(2026, 11, 10), SHOP, "--exclude", "test_type:data")

    late = built("late_rates", make)
    assert told(late, "net_revenue")[2] == "late:exchange_rates"
    # carried from Tuesday, the 3rd, to Monday
    assert late.periods("net_revenue", "day")[date(2026, 11, 9)].value == 125
