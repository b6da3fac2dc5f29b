"""What columns of real databases hold: a row that cannot be used is set aside, and no other."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.lake.lake import Lake
from connectors.sql_database.paging import UNREADABLE_MOMENT, moment
from connectors.sql_database.rows import text, whole
from tests.connectors.set_aside import set_aside
from tests.connectors.sql_database.conftest import (
    Shop,
    april,
    by_window,
    shop_in,
    shop_on,
    table,
    take,
)

DAY = "2026-04-03 12:00:00"
BERLIN = ZoneInfo("Europe/Berlin")


def shipments(shop: Shop, lake: Lake):
    reports = take(
        shop.address,
        lake,
        date(2026, 4, 1),
        date(2026, 4, 5),
        datetime(2026, 4, 6, 9, tzinfo=UTC),
        only=["shipments"],
    )
    return reports["shipments"]


def ship(shop: Shop, id: str, **given: object) -> None:
    row = {
        "shipment_id": id, "order_id": "o-1", "product": "widget", "color": "green",
        "quantity": 2, "shipped_at": DAY, "updated_at": DAY,
    } | given  # fmt: skip
    names = ", ".join(row)
    shop.run(f"INSERT INTO shipments ({names}) VALUES ({', '.join(f':{x}' for x in row)})", row)


def order_with(shop: Shop, id: str, **given: object) -> None:
    row = {
        "order_id": id, "customer_id": "c", "ordered_at": DAY, "status": "paid",
        "currency": "EUR", "total_minor": 100, "updated_at": DAY,
    } | given  # fmt: skip
    names = ", ".join(row)
    shop.run(f"INSERT INTO orders ({names}) VALUES ({', '.join(f':{x}' for x in row)})", row)


@pytest.mark.parametrize("status", ["canceled", "PAID", "refunded", ""])
def test_an_order_of_an_unknown_status_is_named_and_the_others_are_taken(shop, lake, status):
    order_with(shop, "o-1")
    order_with(shop, "o-2", status=status)
    report = april(shop, lake)
    assert set_aside(report) == {("unknown_value", "status"): 1}
    [finding] = [x for manifest in report.committed for x in manifest.findings]
    assert "orders.status is none of placed, paid, shipped, cancelled" in finding.message
    assert finding.examples == (f"{status} (order_id o-2)" if status else "order_id o-2",)
    assert finding.day == date(2026, 4, 3)
    assert by_window(lake) == {3: ["o-1"]}


def test_a_parcel_that_has_not_left_is_kept_without_its_day(shop, lake):
    ship(shop, "s-1")
    ship(shop, "s-2", shipped_at=None)
    assert set_aside(shipments(shop, lake)) == {}
    assert table(lake, "shipments").select(["shipment_id", "shipped_at"]).to_pylist() == [
        {"shipment_id": "s-1", "shipped_at": datetime(2026, 4, 3, 12, tzinfo=UTC)},
        {"shipment_id": "s-2", "shipped_at": None},
    ]


def test_what_is_only_said_of_a_thing_may_be_missing_and_what_is_counted_may_not(shop, lake):
    ship(shop, "s-1", color=None, product=None, order_id=None)
    ship(shop, "s-2", quantity=None)
    order_with(shop, "o-1", customer_id=None)
    order_with(shop, "o-2", total_minor=None)
    order_with(shop, "o-3", status=None)
    order_with(shop, "o-4", currency=None)
    order_with(shop, "o-5", ordered_at=None)
    assert set_aside(shipments(shop, lake)) == {("missing_value", "quantity"): 1}
    assert set_aside(april(shop, lake)) == {
        ("missing_value", name): 1 for name in ("total_minor", "status", "currency", "ordered_at")
    }
    assert by_window(lake) == {3: ["o-1"]}


def test_a_row_without_its_key_is_set_aside(shop, lake):
    order_with(shop, "o-1")
    order_with(shop, "o-2", order_id=None)
    assert set_aside(april(shop, lake)) == {("no_key", "order_id"): 1}


@pytest.mark.parametrize(
    ("given", "kept"), [("usd", "usd"), (" EUR ", "EUR"), ("Gbp", "Gbp"), ("JPY", "JPY")]
)
def test_a_currency_may_be_in_lower_case_and_have_blanks(shop, lake, given, kept):
    order_with(shop, "o-1", currency=given)
    assert set_aside(april(shop, lake)) == {}
    assert table(lake, "orders").column("currency").to_pylist() == [kept]


@pytest.mark.parametrize("given", ["EURO", "XYZ", "", "€", "12"])
def test_what_is_no_currency_is_named(shop, lake, given):
    order_with(shop, "o-1")
    order_with(shop, "o-2", currency=given)
    assert set_aside(april(shop, lake)) == {("unknown_value", "currency"): 1}
    assert by_window(lake) == {3: ["o-1"]}


def test_a_return_is_a_negative_quantity_and_a_credit_a_negative_amount(shop, lake):
    ship(shop, "s-1", quantity=-2)
    order_with(shop, "o-1", total_minor=-500)
    assert set_aside(shipments(shop, lake)) == set_aside(april(shop, lake)) == {}
    assert table(lake, "shipments").column("quantity").to_pylist() == [-2]
    assert table(lake, "orders").column("total_minor").to_pylist() == [-500]


@pytest.mark.parametrize("zero", ["0000-00-00", "0000-00-00 00:00:00"])
def test_a_day_of_zeros_in_sqlite_is_no_day(tmp_path, lake, zero):
    shop = shop_in(tmp_path / "shop.sqlite")
    order_with(shop, "o-1")
    order_with(shop, "o-2", ordered_at=zero)
    order_with(shop, "o-3", updated_at=zero)
    ship(shop, "s-1", shipped_at=zero)
    assert set_aside(april(shop, lake)) == {
        ("missing_value", "ordered_at"): 1,
        ("no_day", "updated_at"): 1,
    }
    assert by_window(lake) == {3: ["o-1"]}
    assert set_aside(shipments(shop, lake)) == {}, "not shipped"


def test_a_day_of_zeros_in_mysql_is_no_day(mariadb, lake):
    shop = shop_on(mariadb)
    with shop.open() as connection:
        connection.exec_driver_sql("SET sql_mode = ''")
        for id, ordered, updated in (
            ("o-1", DAY, DAY),
            ("o-2", "0000-00-00", DAY),
            ("o-3", DAY, "0000-00-00"),
        ):
            connection.exec_driver_sql(
                "INSERT INTO orders VALUES (%s, 'c', %s, 'paid', 'EUR', 1, %s)",
                (id, ordered, updated),
            )
    assert set_aside(april(shop, lake)) == {
        ("missing_value", "ordered_at"): 1,
        ("no_day", "updated_at"): 1,
    }
    assert by_window(lake) == {3: ["o-1"]}


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
@pytest.mark.parametrize("kind", ["timestamp", "timestamptz"])
@pytest.mark.parametrize(
    "value", ["infinity", "-infinity", "0044-03-15 12:00:00 BC", "20000-01-01"]
)
def test_moments_of_postgresql_that_no_calendar_has_set_their_rows_aside(
    postgresql, lake, driver, kind, value
):
    shop = shop_on(postgresql, kind)
    shop.address = shop.address.replace("+psycopg:", f"+{driver}:")
    order_with(shop, "o-1")
    order_with(shop, "o-2", ordered_at=value)
    order_with(shop, "o-3", updated_at=value)
    order_with(shop, "o-4")
    ship(shop, "s-1", shipped_at=value)
    ship(shop, "s-2")
    assert set_aside(april(shop, lake)) == {
        ("wrong_type", "ordered_at"): 1,
        ("no_day", "updated_at"): 1,
    }
    assert by_window(lake) == {3: ["o-1", "o-4"]}
    assert set_aside(shipments(shop, lake)) == {("wrong_type", "shipped_at"): 1}


def test_moments_of_postgresql_are_exact_in_every_session(postgresql, lake):
    shop = shop_on(postgresql, "timestamptz")
    order_with(shop, "o-1", ordered_at="2026-03-29 01:59:59.123456+01")
    shop.address += "&" if "?" in shop.address else "?"
    shop.address += "options=-c%20timezone%3DAsia/Tokyo"
    assert set_aside(april(shop, lake)) == {}
    [at] = table(lake, "orders").column("ordered_at").to_pylist()
    assert at == datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)


@pytest.mark.parametrize("value", ["NaN", "2.5"])
def test_a_number_of_postgresql_that_is_not_whole_sets_its_row_aside(postgresql, lake, value):
    shop = shop_on(postgresql)
    order_with(shop, "o-1")
    order_with(shop, "o-2", total_minor=Decimal(value))
    assert set_aside(april(shop, lake)) == {("wrong_type", "total_minor"): 1}
    assert by_window(lake) == {3: ["o-1"]}


def test_texts_where_numbers_are_expected_are_read_where_they_are_whole_numbers(tmp_path, lake):
    shop = shop_in(tmp_path / "shop.sqlite")
    for number, total in enumerate(["1250", " 7 ", "1,250", "1.250,00", "12.50", "n/a", "0x10"]):
        order_with(shop, f"o-{number}", total_minor=total)
    assert set_aside(april(shop, lake)) == {("wrong_type", "total_minor"): 5}
    assert table(lake, "orders").column("total_minor").to_pylist() == [1250, 7]


def test_a_truth_value_is_neither_a_number_nor_a_text():
    assert whole(True) is True
    assert text(True) is True


@pytest.mark.parametrize("value", ["1e9", "1_000", "٣", "NaN", "9" * 30, "1e999999999"])
def test_what_only_looks_like_a_whole_number_is_left_as_it_is(value):
    assert whole(value) == value
    assert isinstance(whole(float("inf")), float)
    assert whole(Decimal("1e999999")) == Decimal("1e999999")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (date(2026, 4, 3), datetime(2026, 4, 2, 22, tzinfo=UTC)),
        ("2026-04-03", datetime(2026, 4, 2, 22, tzinfo=UTC)),
        (datetime(2026, 4, 3, 0, 30), datetime(2026, 4, 2, 22, 30, tzinfo=UTC)),
        ("2026-04-03T12:00:00Z", datetime(2026, 4, 3, 12, tzinfo=UTC)),
        ("0000-00-00", None),
        ("0000-00-00 00:00:00", None),
        (None, None),
        (date.max, UNREADABLE_MOMENT),
        (datetime.max, UNREADABLE_MOMENT),
        (datetime.min, UNREADABLE_MOMENT),
        ("2026-00-17", "2026-00-17"),
        ("2026-04-03 24:00:00", datetime(2026, 4, 3, 22, tzinfo=UTC)),
        ("2026-12-31T24:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-04-03 24:01:00", "2026-04-03 24:01:00"),
        ("9999-12-31 24:00", "9999-12-31 24:00"),
        (1_775_217_600, 1_775_217_600),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_database(given, kept):
    assert moment(given, BERLIN) == kept


def test_a_date_in_place_of_a_moment_is_its_first_moment(server, lake):
    shop = shop_on(server)
    shop.run("ALTER TABLE shipments DROP COLUMN shipped_at")
    shop.run("ALTER TABLE shipments ADD COLUMN shipped_at date")
    ship(shop, "s-1", shipped_at="2026-04-03")
    assert set_aside(shipments(shop, lake)) == {}
    [at] = table(lake, "shipments").column("shipped_at").to_pylist()
    assert at == datetime(2026, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize("cursor", ["10:00:00", "now", " 2026-04-03 12:00:00", "12345"])
def test_what_sqlite_takes_for_a_moment_of_another_day_is_told_once(tmp_path, lake, cursor):
    shop = shop_in(tmp_path / "shop.sqlite")
    order_with(shop, "o-1")
    order_with(shop, "o-2", updated_at=cursor)
    assert set_aside(april(shop, lake)) == {("no_day", "updated_at"): 1}
    assert by_window(lake) == {3: ["o-1"]}


@pytest.mark.parametrize(
    "end",
    [
        "2026-04-03 24:00:00",
        "2026-04-03T24:00",
        "2026-04-03 24:00:00.000",
        "2026-04-04 02:00+02:00",
    ],
)
def test_the_end_of_a_day_is_the_beginning_of_the_next(tmp_path, lake, end):
    shop = shop_in(tmp_path / "shop.sqlite")
    order_with(shop, "o-1")
    order_with(shop, "o-2", updated_at=end)
    to_the_third = datetime(2026, 4, 4, 9, tzinfo=UTC)
    take(shop.address, lake, date(2026, 4, 1), date(2026, 4, 2), to_the_third, only=["orders"])
    assert by_window(lake) == {}
    assert set_aside(april(shop, lake)) == {}
    assert by_window(lake) == {3: ["o-1"], 4: ["o-2"]}


@pytest.mark.parametrize("odd", ["2026-04-31", "2026-04-31 00:00:00", "2026-04-30 24:30"])
def test_a_moment_that_only_sqlite_knows_is_told_once_where_two_ranges_meet(tmp_path, lake, odd):
    """Some versions of SQLite take 31 April for 1 May, others for a day behind 30 April."""
    shop = shop_in(tmp_path / "shop.sqlite")
    order_with(shop, "o-2", updated_at=odd)
    may = datetime(2026, 5, 4, 9, tzinfo=UTC)

    def told(first: date, last: date) -> dict[tuple[str, str], int]:
        return set_aside(take(shop.address, lake, first, last, may, only=["orders"])["orders"])

    ranges = [(date(2026, 4, 29), date(2026, 4, 30)), (date(2026, 5, 1), date(2026, 5, 1))]
    assert [told(*days) for days in ranges if told(*days)] == [{("no_day", "updated_at"): 1}]


@pytest.mark.parametrize("name", ["order_id", "customer_id", "status"])
def test_a_text_that_is_not_in_utf_8_is_set_aside_and_not_shown(tmp_path, lake, name):
    shop = shop_in(tmp_path / "shop.sqlite")
    order_with(shop, "o-1")
    order_with(shop, "o-2", **{name: "M\u00fcller"})
    shop.run(f"UPDATE orders SET {name} = CAST(x'4dfc6c6c6572' AS TEXT) WHERE {name} LIKE 'M%'")
    report = april(shop, lake)
    assert sum(set_aside(report).values()) == 1
    assert by_window(lake) == {3: ["o-1"]}
    assert "ller" not in repr(report.committed)


def test_bad_rows_at_the_end_of_many_stop_nothing(tmp_path, lake):
    shop = shop_in(tmp_path / "shop.sqlite")
    good = [(f"o-{n}", "c", DAY, "paid", "EUR", 5, DAY) for n in range(2000)]
    bad = [(f"z-{n}", "c", DAY, "paid", "EUR", None, "2026-04-04 12:00:00") for n in range(30)]
    shop.insert("orders", *good, *bad)
    assert set_aside(april(shop, lake)) == {("missing_value", "total_minor"): 30}


def test_a_value_that_a_view_cannot_convert_is_not_shown(postgresql, lake):
    shop = shop_on(postgresql)
    order_with(shop, "o-1", customer_id='anna"s@example.com')
    shop.run("ALTER TABLE orders RENAME TO all_orders")
    shop.run(
        "CREATE VIEW orders AS SELECT order_id, customer_id, ordered_at, status, currency, "
        "CAST(customer_id AS bigint) AS total_minor, updated_at FROM all_orders"
    )
    shop.run("GRANT SELECT ON orders TO PUBLIC")
    error = april(shop, lake).error
    assert "invalid input syntax" in str(error)
    assert "anna" not in str(error) and "example.com" not in str(error)


@pytest.mark.parametrize("day", ["2062-04-03 12:00:00", "0202-04-03 12:00:00", "1970-01-01"])
def test_an_order_of_a_year_that_cannot_be_meant_is_told_on_the_day_of_its_change(shop, lake, day):
    order_with(shop, "o-1")
    order_with(shop, "o-2", ordered_at=day)
    report = april(shop, lake)
    [finding] = [x for manifest in report.committed for x in manifest.findings]
    assert (finding.what, finding.column, finding.day) == (
        "outside_range", "ordered_at", date(2026, 4, 3),
    )  # fmt: skip
    assert (finding.rows, finding.is_set_aside, finding.examples) == (1, False, ("order_id o-2",))
    assert "orders.ordered_at is before 1990, or more than 31 days after" in finding.message
    assert by_window(lake) == {3: ["o-1", "o-2"]}


def test_a_parcel_whose_day_is_planned_is_no_fault(shop, lake):
    ship(shop, "s-1", shipped_at="2026-05-02 12:00:00")
    assert set_aside(shipments(shop, lake)) == {}


def test_an_order_of_a_wrong_year_is_told_until_it_is_mended(tmp_path, lake):
    shop = shop_in(tmp_path / "shop.sqlite")
    order_with(shop, "o-2", ordered_at="2062-04-03 12:00:00")
    for day in (6, 20):
        report = april(shop, lake, datetime(2026, 4, day, 9, tzinfo=UTC))
        findings = [x for manifest in report.committed for x in manifest.findings]
        assert [finding.rows for finding in findings] == [1]
    shop.run("UPDATE orders SET ordered_at = updated_at, updated_at = '2026-04-20 12:00:00'")
    april(shop, lake, datetime(2026, 4, 21, 9, tzinfo=UTC))
    manifests = lake.manifests("sql_database", "orders").values()
    assert [finding for manifest in manifests for finding in manifest.findings] == []
