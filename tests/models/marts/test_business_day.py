"""The day that something counts on is the business's own, also where clocks change."""

from datetime import UTC, date, datetime

import pytest

INSTANTS = [
    # New York is five hours behind UTC in winter, four in summer; clocks change in the night to Sunday
    ("2026-03-08 04:59", date(2026, 3, 7)),  # 23:59 in winter time
    ("2026-03-08 05:00", date(2026, 3, 8)),  # midnight
    ("2026-03-09 03:59", date(2026, 3, 8)),  # 23:59 in summer time: a day of 23 hours
    ("2026-03-09 04:00", date(2026, 3, 9)),
    ("2026-11-01 03:59", date(2026, 10, 31)),
    ("2026-11-01 04:00", date(2026, 11, 1)),
    ("2026-11-02 04:30", date(2026, 11, 1)),  # 23:30 in winter time: a day of 25 hours
    ("2026-11-02 05:00", date(2026, 11, 2)),
]


@pytest.fixture(scope="session")
def new_york(built):
    """A warehouse of a business in New York: an order, a shipment and a sale at each instant."""

    def make(warehouse) -> None:
        orders, shipments, sales = [], [], []
        for text, _ in INSTANTS:
            at = datetime.fromisoformat(text).replace(tzinfo=UTC)
            orders.append({"order_id": text, "ordered_at": at, "status": "paid", "currency": "USD"})
            shipments.append({"shipment_id": text, "order_id": text, "shipped_at": at})
            sales.append({"id": text, "created_at": at, "currency": "usd", "net_minor": 0})
        for order in orders:
            order["total_minor"] = 100
        for sale in sales:
            sale["reporting_category"] = "charge"
        day = date(2026, 11, 2)
        warehouse.lake.window("sql_database", "orders", day, orders)
        warehouse.lake.window("sql_database", "shipments", day, shipments)
        warehouse.lake.window("stripe", "balance_transactions", day, sales)
        marts = ("fct_orders", "fct_shipments", "fct_balance_movements")
        selected = [f"+{mart}" for mart in marts]
        warehouse.build(date(2026, 11, 3), "--select", *selected, timezone="America/New_York")

    return built("new_york", make)


@pytest.mark.parametrize(
    ("mart", "key", "day"),
    [
        ("fct_orders", "order_id", "ordered_on"),
        ("fct_shipments", "shipment_id", "shipped_on"),
        ("fct_balance_movements", "movement_id", "day"),
    ],
)
def test_a_business_day_begins_at_midnight_of_the_business(new_york, mart, key, day) -> None:
    assert new_york.rows(f"select {key}, {day} from marts.{mart} order by {key}") == INSTANTS
