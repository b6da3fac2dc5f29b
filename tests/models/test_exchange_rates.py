"""What one unit of a currency is worth in the reporting currency, day by day. Worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest


def rates(day: str, **by_currency: str) -> tuple[date, list[dict[str, Any]]]:
    on = date.fromisoformat(day)
    return on, [{"date": on, "currency": c, "rate": rate} for c, rate in by_currency.items()]


@pytest.fixture(scope="module")
def warehouse(warehouse_in: Any) -> Any:
    warehouse = warehouse_in("exchange_rates")
    warehouse.lake.empty("exchange_rates", "euro_rates", date(2026, 11, 1), date(2026, 11, 24))
    for day, rows in (
        rates("2026-11-05", USD="1.1000", JPY="165.00", ISK="150.00"),
        rates("2026-11-06", USD="1.1200", JPY="160.00"),
        rates("2026-11-09", USD="1.1300", JPY="160.00"),
        rates("2026-11-23", USD="1.1500", JPY="161.00"),
    ):
        warehouse.lake.window("exchange_rates", "euro_rates", day, rows)
    warehouse.build(date(2026, 11, 25), "--select", "+fct_exchange_rates", "+quoted_currencies")
    return warehouse


def rate(warehouse: Any, day: str, currency: str) -> Any:
    rows = warehouse.rows(
        "select rate, rated_on from marts.fct_exchange_rates"
        f" where day = '{day}' and currency = '{currency}'"
    )
    return rows[0] if rows else None


def test_a_rate_goes_by_way_of_the_euro(warehouse: Any) -> None:
    friday = date(2026, 11, 6)
    # 1.12 dollars and 160 yen are each one euro
    assert rate(warehouse, "2026-11-06", "JPY") == (Decimal("0.007"), friday)
    assert rate(warehouse, "2026-11-06", "EUR") == (Decimal("1.12"), friday)
    assert rate(warehouse, "2026-11-06", "USD") == (Decimal(1), friday)
    # 1.1 over 165 is 0.00666…, to twelve decimals
    assert rate(warehouse, "2026-11-05", "JPY")[0] == Decimal("0.006666666667")


def test_a_weekend_has_the_rate_of_its_friday_and_says_so(warehouse: Any) -> None:
    for day in ("2026-11-07", "2026-11-08"):
        assert rate(warehouse, day, "JPY") == (Decimal("0.007"), date(2026, 11, 6))
    assert rate(warehouse, "2026-11-09", "EUR") == (Decimal("1.13"), date(2026, 11, 9))


def test_no_rate_is_carried_for_more_than_a_week(warehouse: Any) -> None:
    assert rate(warehouse, "2026-11-16", "EUR") == (Decimal("1.13"), date(2026, 11, 9))
    assert rate(warehouse, "2026-11-17", "EUR") is None
    assert rate(warehouse, "2026-11-12", "ISK")[1] == date(2026, 11, 5)
    assert rate(warehouse, "2026-11-13", "ISK") is None


def test_there_is_no_rate_of_a_day_to_come_or_before_the_first(warehouse: Any) -> None:
    assert rate(warehouse, "2026-11-24", "EUR") == (Decimal("1.15"), date(2026, 11, 23))
    assert rate(warehouse, "2026-11-25", "EUR") is None
    assert rate(warehouse, "2026-11-04", "EUR") is None


def test_the_currencies_that_are_quoted_are_those_of_the_rates_and_no_list_in_code(
    warehouse: Any,
) -> None:
    """The krona had one rate and none after it."""
    assert warehouse.rows("select * from comparisons.quoted_currencies order by currency") == [
        ("ISK", date(2026, 11, 5), date(2026, 11, 5)),
        ("JPY", date(2026, 11, 5), date(2026, 11, 23)),
        ("USD", date(2026, 11, 5), date(2026, 11, 23)),
    ]
