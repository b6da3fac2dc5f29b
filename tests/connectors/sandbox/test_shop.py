"""The sample company's shop: its figures come out to the piece and to the cent."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from connectors.sandbox.figures import UNITS_SOLD
from connectors.sandbox.sql_database import serve

TODAY = date(2026, 11, 24)
LATER = date(2027, 1, 20)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("sandbox")


def opened(home: Path, today: date) -> sqlite3.Connection:
    return sqlite3.connect(
        serve(today, home / today.isoformat()).values["DATABASE_URL"].removeprefix("sqlite:///")
    )


@pytest.fixture(scope="module")
def shop(home) -> Iterator[sqlite3.Connection]:
    (home / TODAY.isoformat()).mkdir()
    connection = opened(home, TODAY)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def later(home) -> Iterator[sqlite3.Connection]:
    (home / LATER.isoformat()).mkdir()
    connection = opened(home, LATER)
    yield connection
    connection.close()


SOLD = """
    SELECT product, substr(ordered_at, 1, 7), sum(quantity)
    FROM order_lines JOIN orders USING (order_id) WHERE status <> 'cancelled' GROUP BY 1, 2
"""
SHIPPED_GREEN = """
    SELECT sum(quantity) FROM shipments
    WHERE product = 'thingamajig' AND color = 'green' AND shipped_at BETWEEN ? AND ?
"""


def answer(shop: sqlite3.Connection, query: str, *values: object) -> object:
    (value,) = shop.execute(query, values).fetchone()
    return value


def test_pieces_sold_a_month_are_the_figures(later):
    sold = {(product, month): units for product, month, units in later.execute(SOLD)}
    for product, months in UNITS_SOLD.items():
        for (year, month), units in months.items():
            assert sold[product, f"{year}-{month:02}"] == units
    assert sold["thingamajig", "2026-04"] == 19_843


def test_19098_widgets_are_sold_by_the_end_of_september_2026(shop):
    sold = shop.execute(SOLD).fetchall()
    widgets = sum(
        n for product, month, n in sold if product == "widget" and "2026" <= month < "2026-10"
    )
    assert widgets == 19_098


@pytest.mark.parametrize(
    ("first", "last", "cents"),
    [
        ("2025-01-01", "2025-07-01", 248_00),
        ("2025-07-01", "2026-01-01", 250_00),
        ("2026-01-01", "2026-07-01", 305_00),
    ],
)
def test_the_average_order_of_a_half_year_is_exact(shop, first, last, cents):
    count, total = shop.execute(
        "SELECT count(*), sum(total_minor) FROM orders "
        "WHERE status <> 'cancelled' AND ordered_at >= ? AND ordered_at < ?",
        (first, last),
    ).fetchone()
    assert count > 6_000
    assert total == count * cents


def test_an_order_comes_to_what_its_lines_come_to(shop):
    differing = """
        SELECT count(*) FROM orders o
        WHERE total_minor <> (SELECT sum(amount_minor) FROM order_lines l WHERE l.order_id = o.order_id)
    """
    assert answer(shop, differing) == 0
    assert answer(shop, "SELECT min(amount_minor) FROM order_lines") > 0
    assert answer(shop, "SELECT min(quantity) FROM order_lines") >= 1


def test_green_thingamajigs_are_on_the_way_to_the_goal_of_982(shop, later):
    assert 700 <= answer(shop, SHIPPED_GREEN, "2026-11-01", "2026-11-24") <= 850
    assert 1_000 <= answer(later, SHIPPED_GREEN, "2026-11-01", "2026-12-01") <= 1_060


def test_what_happened_on_a_day_does_not_depend_on_when_it_is_looked_at(shop, later):
    settled = (TODAY - timedelta(days=8)).isoformat()
    for query in (
        "SELECT * FROM orders WHERE ordered_at < ? ORDER BY 1",
        "SELECT * FROM order_lines WHERE updated_at < ? ORDER BY 1, 2",
        "SELECT * FROM shipments WHERE shipped_at < ? ORDER BY 1",
    ):
        assert (
            shop.execute(query, (settled,)).fetchall()
            == later.execute(query, (settled,)).fetchall()
        )
    unchanging = "SELECT order_id, customer_id, ordered_at, total_minor FROM orders WHERE ordered_at < ? ORDER BY 1"
    now = f"{TODAY} 09:00:00"
    assert (
        shop.execute(unchanging, (now,)).fetchall() == later.execute(unchanging, (now,)).fetchall()
    )


def test_nothing_of_the_future_is_there(shop):
    for column, table in (
        ("ordered_at", "orders"),
        ("updated_at", "orders"),
        ("shipped_at", "shipments"),
    ):
        assert answer(shop, f"SELECT max({column}) FROM {table}") <= f"{TODAY} 09:00:00"


def test_orders_move_on_from_placed_to_paid_to_shipped_or_cancelled(shop):
    recent = dict(
        shop.execute(
            "SELECT status, count(*) FROM orders WHERE ordered_at >= '2026-11-23' GROUP BY 1"
        )
    )
    assert recent["placed"] > 0
    assert recent["paid"] > 0
    settled = dict(
        shop.execute(
            "SELECT status, count(*) FROM orders WHERE ordered_at < '2026-11-19' GROUP BY 1"
        )
    )
    assert set(settled) == {"shipped", "cancelled"}
    assert 0.025 < settled["cancelled"] / settled["shipped"] < 0.035


def test_each_line_is_shipped_one_to_four_days_later_on_a_working_day(shop):
    shipments = shop.execute(
        "SELECT DISTINCT julianday(date(shipped_at)) - julianday(date(ordered_at)), "
        "strftime('%w', shipped_at) FROM shipments JOIN orders USING (order_id)"
    ).fetchall()
    assert {days for days, _ in shipments} == {1, 2, 3, 4}
    assert {weekday for _, weekday in shipments} == set("12345")
    lines = "SELECT count(*) FROM order_lines JOIN orders USING (order_id) WHERE status = 'shipped'"
    assert answer(shop, "SELECT count(*) FROM shipments") == answer(shop, lines)


def test_cancelled_orders_are_not_shipped_and_were_changed_one_to_three_days_later(shop):
    assert (
        answer(
            shop,
            "SELECT count(*) FROM shipments JOIN orders USING (order_id) WHERE status = 'cancelled'",
        )
        == 0
    )
    least, most = shop.execute(
        "SELECT min(later), max(later) FROM (SELECT julianday(updated_at) - julianday(ordered_at) AS later "
        "FROM orders WHERE status = 'cancelled')"
    ).fetchone()
    assert 0.999 <= least < most <= 3.001


def test_about_three_thousand_people_order_and_some_very_often(shop):
    orders = [
        n for (n,) in shop.execute("SELECT count(*) FROM orders GROUP BY customer_id ORDER BY 1")
    ]
    assert 2_700 < len(orders) < 3_300
    assert sum(n > 1 for n in orders) > len(orders) * 0.7
    best = sum(orders[-len(orders) // 10 :])
    assert best > sum(orders) * 0.3
    new = dict(
        shop.execute(
            "SELECT substr(first, 1, 7), count(*) "
            "FROM (SELECT min(ordered_at) AS first FROM orders GROUP BY customer_id) GROUP BY 1"
        )
    )
    assert min(new.values()) > 50


def test_the_shop_is_made_once_a_day_and_yesterdays_goes(tmp_path):
    first = serve(TODAY, tmp_path).values["DATABASE_URL"]
    made = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert serve(TODAY, tmp_path).values["DATABASE_URL"] == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == made
    second = serve(TODAY + timedelta(days=1), tmp_path).values["DATABASE_URL"]
    assert [str(path) for path in tmp_path.iterdir()] == [second.removeprefix("sqlite:///")]


def tables_of(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = ("orders", "order_lines", "shipments")
    return {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names
    }


@pytest.mark.parametrize(
    ("before", "today"),
    [
        (date(2026, 11, 24), date(2026, 11, 25)),
        (date(2026, 6, 29), date(2026, 7, 2)),  # another half-year
    ],
)
def test_a_file_that_goes_on_from_an_earlier_day_equals_one_made_anew(
    tmp_path: Path, before: date, today: date
) -> None:
    (tmp_path / before.isoformat()).mkdir()
    (tmp_path / today.isoformat()).mkdir()
    opened(tmp_path, before).close()
    made_at_once = opened(tmp_path, today)
    [earlier] = (tmp_path / before.isoformat()).iterdir()
    (tmp_path / "going on").mkdir()
    earlier.rename(tmp_path / "going on" / earlier.name)
    continued = sqlite3.connect(serve(today, tmp_path / "going on").values["DATABASE_URL"][10:])
    assert [path.name for path in (tmp_path / "going on").iterdir()] != [earlier.name]
    assert tables_of(continued) == tables_of(made_at_once)
    continued.close()
    made_at_once.close()
