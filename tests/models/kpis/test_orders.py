"""Orders, pieces and customers, from the shop's database: every number here is worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

ORDERS = [
    # order, customer, day, status, currency, total in the currency's smallest unit
    ("A", "ann", date(2026, 1, 5), "placed", "USD", 30_00),
    ("B", "bob", date(2026, 1, 5), "shipped", "usd", 50_01),
    ("C", "ann", date(2026, 1, 5), "cancelled", "USD", 999_00),
    ("D", "ann", date(2026, 1, 6), "paid", "EUR", 40_00),
    ("E", "eve", date(2026, 1, 6), "paid", "JPY", 1_500),
    # krónur have no smaller unit in ISO 4217, whatever Stripe does
    ("F", "eve", date(2026, 1, 6), "paid", "ISK", 1_500),
    ("G", "bob", date(2026, 1, 9), "paid", "USD", 20_00),
    # only ever cancelled: a day without an order
    ("H", "bob", date(2026, 1, 12), "cancelled", "USD", 10_00),
    # of a guest: nobody knows who ordered
    ("J", None, date(2026, 1, 10), "paid", "USD", 5_00),
    # placed on the day being played, which is not known on it
    ("I", "ann", date(2026, 1, 31), "placed", "USD", 77_00),
]
LINES = [
    # order, line, product, colour, pieces
    ("A", 1, "widget", "red", 2),
    ("A", 2, "gadget", "blue", 1),
    ("B", 1, "widget", "red", 5),
    ("B", 2, "widget", "green", 3),
    ("C", 1, "widget", "red", 100),
    ("D", 1, "gadget", None, 4),
    ("G", 1, "widget", "red", 1),
    ("H", 1, "widget", "red", 9),
    # of an order that the next pull may bring
    ("Y", 1, "widget", "red", 70),
]
OLD_LINE = ("Z", 1, "widget", "red", 50)
"""A line of an order that is older than the lake, or was deleted; it changed on 30 January."""
SHIPMENTS = [
    # shipment, order, product, colour, pieces, day it left
    ("S1", "A", "widget", "red", 2, date(2026, 1, 7)),
    ("S2", "B", "widget", "red", 5, date(2026, 1, 7)),
    ("S3", "B", "widget", "green", 3, date(2026, 1, 8)),
    ("S4", "D", "gadget", "blue", 4, None),
    # sent without an order, and of a return
    ("S5", None, None, None, 2, date(2026, 1, 8)),
    ("S6", "B", "widget", "green", -1, date(2026, 1, 9)),
]
KPIS = (
    "average_order_value",
    "customer_sales",
    "customer_lifetime_value",
    "units_sold",
    "units_shipped",
)


def noon(day: date | None) -> datetime | None:
    """Noon of a day in UTC."""
    return day and datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def named(rows, *names: str) -> list[dict[str, object]]:
    """Tuples as rows, seen in one window."""
    seen = {"updated_at": noon(date(2026, 1, 31))}
    return [dict(zip(names, row, strict=True)) | seen for row in rows]


@pytest.fixture(scope="session")
def shop(built):
    """A warehouse with these orders, on 31 January 2026."""

    def make(warehouse) -> None:
        orders = named(
            ORDERS, "order_id", "customer_id", "ordered_at", "status", "currency", "total_minor"
        )
        for order in orders:
            order["ordered_at"] = noon(order["ordered_at"])
        lines = named(LINES, "order_id", "line_number", "product", "color", "quantity")
        shipments = named(
            SHIPMENTS, "shipment_id", "order_id", "product", "color", "quantity", "shipped_at"
        )
        for shipment in shipments:
            shipment["shipped_at"] = noon(shipment["shipped_at"])
        tables = {"orders": orders, "order_lines": lines, "shipments": shipments}
        for stream, rows in tables.items():
            warehouse.lake.window("sql_database", stream, date(2026, 1, 31), rows)
        names = ("order_id", "line_number", "product", "color", "quantity")
        [line] = named([OLD_LINE], *names)
        line["updated_at"] = noon(date(2026, 1, 30))
        warehouse.lake.window("sql_database", "order_lines", date(2026, 1, 30), [line])
        models = (*(f"+kpi_{kpi}" for kpi in KPIS), "+order_lines_without_order")
        warehouse.build(date(2026, 1, 31), "--select", *models)

    return built("shop", make)


def test_an_order_counts_once_on_the_day_it_was_placed_unless_it_is_cancelled(shop) -> None:
    orders = shop.rows(
        "select day, currency, numerator, denominator from kpis.kpi_average_order_value "
        "where day < '2026-01-31' order by day, currency"
    )
    assert orders == [
        # A and B, not C: 30.00 + 50.01 over two
        (date(2026, 1, 5), "USD", Decimal("80.01"), 2),
        (date(2026, 1, 6), "EUR", 40, 1),
        (date(2026, 1, 6), "ISK", 1500, 1),
        (date(2026, 1, 6), "JPY", 1500, 1),
        (date(2026, 1, 9), "USD", 20, 1),
        (date(2026, 1, 10), "USD", 5, 1),
    ]


def test_customer_sales_are_the_same_orders_added_up(shop) -> None:
    sales = shop.rows(
        "select currency, sum(value) from kpis.kpi_customer_sales "
        "where day < '2026-01-31' group by currency order by currency"
    )
    # 80.01 + 20.00 + 5.00 in dollars
    assert sales == [("EUR", 40), ("ISK", 1500), ("JPY", 1500), ("USD", Decimal("105.01"))]


def test_pieces_are_sold_on_the_day_of_the_order_by_product_and_colour(shop) -> None:
    pieces = shop.rows(
        "select * exclude (account) from kpis.kpi_units_sold order by day, product, color"
    )
    assert pieces == [
        (date(2026, 1, 5), "gadget", "blue", 1),
        (date(2026, 1, 5), "widget", "green", 3),
        # 2 of A and 5 of B; not the 100 of C, which is cancelled, nor the 70 and 50 of unknown orders
        (date(2026, 1, 5), "widget", "red", 7),
        (date(2026, 1, 6), "gadget", None, 4),
        (date(2026, 1, 9), "widget", "red", 1),
    ]


def test_a_line_whose_order_is_not_there_is_listed_once_its_order_cannot_come_any_more(
    shop,
) -> None:
    missing = shop.rows("select * exclude (account) from comparisons.order_lines_without_order")
    assert missing == [("sql_database", "order_lines", date(2026, 1, 30), 1)]


def test_pieces_are_shipped_on_the_day_they_leave_and_not_before(shop) -> None:
    shipped = shop.rows(
        "select * exclude (account) from kpis.kpi_units_shipped order by day, product, color"
    )
    assert shipped == [
        (date(2026, 1, 7), "widget", "red", 7),
        (date(2026, 1, 8), "widget", "green", 3),
        (date(2026, 1, 8), None, None, 2),
        (date(2026, 1, 9), "widget", "green", -1),
    ]


def test_a_customer_is_worth_what_was_bought_by_then_dated_by_the_first_order(shop) -> None:
    worth = shop.rows(
        "select * exclude (account) from kpis.kpi_customer_lifetime_value order by day, currency"
    )
    assert worth == [
        # Ann's euros of the 6th belong to her first day, the 5th; her order of today is not known yet
        (date(2026, 1, 5), "EUR", 40, 1),
        # Ann 30.00; Bob 50.01 + 20.00; a cancelled order is worth nothing, and a guest is no customer
        (date(2026, 1, 5), "USD", Decimal("100.01"), 2),
        (date(2026, 1, 6), "ISK", 1500, 1),
        (date(2026, 1, 6), "JPY", 1500, 1),
    ]


def test_two_accounts_with_the_same_ids_have_each_their_own_orders(shop, tmp_path) -> None:
    kpis = KPIS
    doubled = shop.in_two_accounts(tmp_path, date(2026, 1, 31), *kpis)
    for kpi in kpis:
        assert len(shop.kpi_rows(kpi)) > 1, kpi
        for account in ("eu", "us"):
            assert doubled.kpi_rows(kpi, account) == shop.kpi_rows(kpi), kpi
