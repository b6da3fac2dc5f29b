"""Which rows of a shop's database come, and in which window: the same in SQLite, PostgreSQL and MariaDB."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.sdk.errors import Rejected
from tests.connectors.set_aside import set_aside
from tests.connectors.sql_database.conftest import (
    ORDERS,
    april,
    by_window,
    place,
    shop_on,
    table,
    take,
)


def test_an_order_that_changes_is_on_no_later_day_missing_or_there_twice(shop, lake):
    shop.order("a", "2026-04-01 08:00:00")
    story = {
        2: [("a", "2026-04-02 07:00:00", "paid")],  # this morning, before the pull
        3: [("a", "2026-04-02 15:00:00", "shipped"), ("b", "2026-04-02 23:59:59", "placed")],
        4: [("b", "2026-04-04 08:59:59", "cancelled"), ("c", "2026-04-04 08:00:00", "placed")],
        9: [("c", "2026-04-08 10:00:00", "paid"), ("a", "2026-04-07 10:00:00", "cancelled")],
    }
    expected = {"a": "placed"}
    for day, changes in story.items():
        for change in changes:
            shop.order(*change)
            expected[change[0]] = change[2]
        assert april(shop, lake, datetime(2026, 4, day, 9, tzinfo=UTC)).error is None
        orders = table(lake, "orders").select(["order_id", "status"]).to_pylist()
        assert {order["order_id"]: order["status"] for order in orders} == expected
        assert len(orders) == len(expected)


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_rows_that_share_a_moment_are_all_read_whatever_the_page(shop, lake, monkeypatch, size):
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", size)
    for n in range(10):
        shop.order(f"o{n}", "2026-04-03 00:00:00")
        shop.order(f"p{n}", "2026-04-02 23:59:59.999")
    assert april(shop, lake).error is None
    assert by_window(lake) == {2: [f"p{n}" for n in range(10)], 3: [f"o{n}" for n in range(10)]}


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_rows_of_the_moment_of_one_without_a_key_are_all_read_whatever_the_page(
    shop, lake, monkeypatch, size
):
    """SQLite and MariaDB sort NULL before every value, PostgreSQL behind: a page can end at it in each of them."""
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", size)
    moment = "2026-04-03 12:00:00"
    of_lines = [
        ("o-1", 1),
        ("o-1", None),
        ("o-1", 2),
        (None, 1),
        (None, 2),
        ("o-2", None),
        ("o-2", 1),
    ]
    lines = [(*key, "p", "red", 1, 100, moment) for key in of_lines]
    shop.insert("order_lines", *lines, ("o-3", 1, "p", "red", 1, 100, "2026-04-03 12:00:01"))
    now = datetime(2026, 4, 6, 9, tzinfo=UTC)
    report = take(shop.address, lake, date(2026, 4, 1), date(2026, 4, 5), now, only=["order_lines"])
    kept = table(lake, "order_lines").select(["order_id", "line_number"]).to_pylist()
    assert [tuple(row.values()) for row in kept] == [("o-1", 1), ("o-1", 2), ("o-2", 1), ("o-3", 1)]
    assert set_aside(report["order_lines"]) == {
        ("no_key", "order_id"): 2,
        ("no_key", "line_number"): 2,
    }


def test_more_than_a_page_of_rows_with_one_moment(shop, lake):
    rows = [(f"o-{n:05}", n % 7, "p", "red", 1, 100, "2026-04-03 12:00:00") for n in range(10_003)]
    rows += [(id, 9, *rest) for id, _, *rest in rows[:10_000]]
    shop.insert("order_lines", *rows)
    now = datetime(2026, 4, 6, 9, tzinfo=UTC)
    report = take(shop.address, lake, date(2026, 4, 1), date(2026, 4, 5), now, only=["order_lines"])
    assert report["order_lines"].error is None
    lines = table(lake, "order_lines").select(["order_id", "line_number"]).to_pylist()
    assert [tuple(row.values()) for row in lines] == sorted((id, line) for id, line, *_ in rows)


def test_a_row_that_is_there_twice_is_stored_once(shop, lake, monkeypatch):
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", 2)
    row = ("same", "c", "2026-04-01 00:00:00", "paid", "usd", 1, "2026-04-03 12:00:00")
    shop.insert("orders", row, row, row)
    # the first page ends at the doubled key, the next one begins behind it
    report = april(shop, lake)
    assert report.error is None
    assert by_window(lake) == {3: ["same"]}


def test_the_last_microsecond_of_a_day_is_not_lost_to_rounding(shop, lake):
    shop.order("a", "2026-04-02 23:59:59.999999")
    april(shop, lake)
    assert by_window(lake) == {2: ["a"]}


def test_times_without_a_zone_are_in_the_zone_of_the_database(shop, lake):
    # New York: on the 8th of March 2026 clocks went from 02:00 to 03:00
    shop.order("a", "2026-03-07 23:59:59")
    shop.order("b", "2026-03-08 00:00:00")
    shop.order("c", "2026-03-08 23:59:59")
    shop.order("d", "2026-03-09 00:00:00")
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    days = date(2026, 3, 7), date(2026, 3, 9)
    take(shop.address, lake, *days, now, "America/New_York", only=["orders"])
    assert by_window(lake) == {7: ["a"], 8: ["b", "c"], 9: ["d"]}
    moments = {x["order_id"]: x["updated_at"] for x in table(lake, "orders").to_pylist()}
    assert moments["b"] == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert moments["d"] == datetime(2026, 3, 9, 4, tzinfo=UTC)


def test_a_day_of_25_hours_is_one_window(shop, lake):
    # New York: on the 1st of November 2026 clocks go back from 02:00 to 01:00
    shop.order("a", "2026-11-01 00:00:00")
    shop.order("b", "2026-11-01 01:30:00")
    shop.order("c", "2026-11-01 23:59:59.999")
    shop.order("d", "2026-11-02 00:00:00")
    days = date(2026, 10, 31), date(2026, 11, 2)
    now = datetime(2026, 11, 4, 9, tzinfo=UTC)
    take(shop.address, lake, *days, now, "America/New_York", only=["orders"])
    assert by_window(lake) == {1: ["a", "b", "c"], 2: ["d"]}


def test_moments_that_know_their_zone_are_read_in_it_whatever_the_servers_is(
    server, lake, monkeypatch
):
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", 1)
    shop = shop_on(server, server.aware)
    zone = {"psycopg": "SET TIME ZONE 'UTC'", "pymysql": "SET time_zone = '+00:00'"}[server.driver]
    # New York's midnights are at 04:00 UTC until the 1st of November 2026, which has 01:30 twice, and then at 05:00
    moments = {
        "a": "2026-11-01 03:59:59.999999",
        "b": "2026-11-01 04:00:00",
        "c": "2026-11-01 05:30:00",
        "d": "2026-11-01 06:30:00",
        "e": "2026-11-02 04:59:59.999999",
        "f": "2026-11-02 05:00:00",
    }
    with shop.open() as connection:
        connection.exec_driver_sql(zone)
        for id, moment in moments.items():
            place(connection, id, moment)
    days = date(2026, 10, 31), date(2026, 11, 2)
    now = datetime(2026, 11, 4, 9, tzinfo=UTC)
    reports = take(shop.address, lake, *days, now, "America/New_York", only=["orders"])
    assert reports["orders"].error is None
    assert by_window(lake) == {31: ["a"], 1: ["b", "c", "d", "e"], 2: ["f"]}
    stored = {x["order_id"]: x["updated_at"] for x in table(lake, "orders").to_pylist()}
    assert stored == {
        id: datetime.fromisoformat(moment).replace(tzinfo=UTC) for id, moment in moments.items()
    }


def test_what_is_committed_late_behind_the_reader_comes_with_the_next_run(shop, lake):
    shop.order("a", "2026-04-02 23:00:00")
    with shop.open() as open_for_long:
        place(open_for_long, "late", "2026-04-02 22:00:00")
        assert april(shop, lake, datetime(2026, 4, 3, 9, tzinfo=UTC)).error is None
        assert by_window(lake) == {2: ["a"]}
    # the window is settled a day after its end, and until then read again
    assert april(shop, lake, datetime(2026, 4, 3, 21, tzinfo=UTC)).error is None
    assert by_window(lake) == {2: ["a", "late"]}


def test_a_row_that_is_deleted_stays_as_it_last_stood(shop, lake):
    """Deletion leaves no trace in `updated_at`: the docstring of the connector asks for a status instead."""
    shop.order("a", "2026-04-02 10:00:00", "paid")
    shop.order("b", "2026-04-02 11:00:00")
    april(shop, lake, datetime(2026, 4, 3, 9, tzinfo=UTC))
    shop.run("DELETE FROM orders WHERE order_id = 'a'")
    assert april(shop, lake, datetime(2026, 4, 3, 21, tzinfo=UTC)).error is None
    orders = table(lake, "orders").select(["order_id", "status"]).to_pylist()
    assert [tuple(row.values()) for row in orders] == [("a", "paid"), ("b", "placed")]


def test_a_whole_amount_is_exact_beyond_what_a_float_can_hold(shop, lake):
    shop.order("a", "2026-04-03 12:00:00", total=9_007_199_254_740_993)
    assert april(shop, lake).error is None
    assert table(lake, "orders").column("total_minor").to_pylist() == [9_007_199_254_740_993]


@pytest.mark.parametrize("total", [12.5, None])
def test_an_amount_that_is_no_whole_number_is_set_aside_and_not_rounded(shop, lake, total):
    shop.order("a", "2026-04-03 12:00:00", total=total)
    shop.order("b", "2026-04-03 12:00:00")
    assert [name for _, name in set_aside(april(shop, lake))] == ["total_minor"]
    assert by_window(lake) == {3: ["b"]}


def test_rows_without_a_moment_are_counted_once_and_named_until_they_have_one(shop, lake):
    shop.order("a", "2026-04-03 12:00:00")
    for number in range(5):
        shop.order(f"lost-{number}", None)
    report = april(shop, lake)
    assert set_aside(report) == {("no_day", "updated_at"): 5}
    [finding] = [x for manifest in report.committed for x in manifest.findings]
    assert finding.examples == tuple(f"order_id lost-{n}" for n in range(3))
    assert "orders.updated_at is no day or moment" in finding.message
    assert by_window(lake) == {3: ["a"]}

    second = april(shop, lake, datetime(2026, 4, 7, 9, tzinfo=UTC))
    assert set_aside(second) == {("no_day", "updated_at"): 5}
    manifests = lake.manifests("sql_database", "orders")
    assert [window.day for window, x in manifests.items() if x.findings] == [6]
    shop.run("UPDATE orders SET updated_at = '2026-04-07 10:00:00' WHERE updated_at IS NULL")
    assert set_aside(april(shop, lake, datetime(2026, 4, 8, 9, tzinfo=UTC))) == {}
    assert not any(x.findings for x in lake.manifests("sql_database", "orders").values())
    assert [*map(len, by_window(lake).values())] == [1, 5]


def test_a_cursor_that_is_no_timestamp_is_refused(server, lake):
    shop = shop_on(server)
    shop.run("ALTER TABLE orders DROP COLUMN updated_at")
    shop.run("ALTER TABLE orders ADD COLUMN updated_at bigint")
    report = april(shop, lake)
    assert isinstance(report.error, Rejected)
    assert "orders.updated_at" in str(report.error)
    assert "no timestamp" in str(report.error)


def test_an_id_that_is_a_number_is_taken_as_its_text(server, lake, monkeypatch):
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", 1)
    shop = shop_on(server)
    shop.run("ALTER TABLE orders DROP COLUMN order_id")
    shop.run("ALTER TABLE orders ADD COLUMN order_id bigint")
    for id in (9, 10, 11):
        shop.order(id, "2026-04-03 12:00:00", total=Decimal("1250.00"))
    assert april(shop, lake).error is None
    # in the order of texts, as the lake keeps them
    assert by_window(lake) == {3: ["10", "11", "9"]}


def test_a_view_will_do_and_its_other_columns_are_not_read(shop, lake):
    shop.order("a", "2026-04-03 12:00:00")
    shop.run("ALTER TABLE orders RENAME TO their_orders")
    shop.run("CREATE VIEW orders AS SELECT *, 'somebody@example.com' AS email FROM their_orders")
    assert april(shop, lake).error is None
    assert by_window(lake) == {3: ["a"]}
    assert table(lake, "orders").column_names == ORDERS.schema.names


def test_a_missing_table_is_told_with_what_it_should_be_and_the_others_are_pulled(shop, lake):
    shop.order("a", "2026-04-03 12:00:00")
    shop.run("DROP TABLE shipments")
    shop.run("ALTER TABLE order_lines DROP COLUMN color")
    now = datetime(2026, 4, 6, 9, tzinfo=UTC)
    reports = take(shop.address, lake, date(2026, 4, 1), date(2026, 4, 5), now)
    assert isinstance(reports["shipments"].error, Rejected)
    assert "'shipments'" in str(reports["shipments"].error)
    assert "shipped_at" in str(reports["shipments"].error)
    assert "order_lines has no column color" in str(reports["order_lines"].error)
    assert reports["orders"].error is None
    assert by_window(lake) == {3: ["a"]}
