"""A shop's own database, in real SQLite files."""

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from connectors.contract import ONE_DAY, Slice
from connectors.engine import StreamReport, pull
from connectors.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Unavailable,
)
from connectors.lake import Lake
from connectors.rows import newest_of_each_key
from connectors.sandbox.sql_database import serve
from connectors.sql_database import SOURCE, text, whole
from connectors.sql_engine import Database, fault_of, secrets_of
from connectors.sql_paging import PagedTable, moment
from connectors.throttle import ThrottledCalls
from connectors.windows import Range

TODAY = date(2026, 11, 24)
ORDERS = SOURCE.stream("orders")
TABLES = {
    "orders": "order_id, customer_id, ordered_at {t}, status, currency, total_minor, updated_at {t}",
    "order_lines": "order_id, line_number, product, color, quantity, amount_minor, updated_at {t}",
    "shipments": "shipment_id, order_id, product, color, quantity, shipped_at {t}, updated_at {t}",
}


class Shop:
    """A database that a test fills."""

    def __init__(self, path: Path, kind: str = "TIMESTAMP") -> None:
        self.path = path
        with self.open() as database:
            for name, columns in TABLES.items():
                database.execute(f"CREATE TABLE {name} ({columns.format(t=kind)})")

    def open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def order(
        self, id: object, updated_at: object, status: str = "placed", total: object = 100
    ) -> None:
        with self.open() as database:
            database.execute("DELETE FROM orders WHERE order_id = ?", (id,))
            row = (id, "c", "2026-04-01 08:00:00", status, "usd", total, updated_at)
            database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", row)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.sqlite")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def take(
    path: Path | str, lake: Lake, first: date, last: date, now: datetime, zone: str = "UTC", **other
) -> dict[str, StreamReport]:
    url = path if isinstance(path, str) else f"sqlite:///{path}"
    values = {"DATABASE_URL": url, "DATABASE_TIMEZONE": zone, "DATABASE_SCHEMA": ""}
    calls = ThrottledCalls(SOURCE.limits, SOURCE.diagnose, sleep=lambda _: None)
    reports = pull(SOURCE, values, lake, Range(first, last), now=lambda: now, calls=calls, **other)
    return {report.stream.name: report for report in reports}


def april(
    shop: Shop, lake: Lake, now: datetime = datetime(2026, 4, 6, 9, tzinfo=UTC), **other
) -> StreamReport:
    return take(
        shop.path, lake, date(2026, 4, 1), now.date() - ONE_DAY, now, only=["orders"], **other
    )["orders"]


def table(lake: Lake, name: str) -> pa.Table:
    """What staging makes of a stream: the newest version of each row."""
    stream = SOURCE.stream(name)
    tables = [
        lake.read("sql_database", stream, window) for window in lake.manifests("sql_database", name)
    ]
    return newest_of_each_key(stream, [stream.schema.empty_table(), *tables])


def by_window(lake: Lake) -> dict[int, list[str]]:
    """Ids by the day of their window."""
    found = {}
    for window, manifest in lake.manifests("sql_database", "orders").items():
        if manifest.rows:
            found[window.day] = (
                lake.read("sql_database", ORDERS, window).column("order_id").to_pylist()
            )
    return found


@pytest.fixture(scope="module")
def pulled(tmp_path_factory) -> Lake:
    """The sample company's shop, all of it."""
    home = tmp_path_factory.mktemp("home")
    found = Lake(home / "lake")
    served = serve(TODAY, home)
    reports = take(
        served.values["DATABASE_URL"], found, date(2024, 12, 1), TODAY - ONE_DAY,
        datetime(2026, 11, 24, 9, tzinfo=UTC),
    )  # fmt: skip
    assert [report.error for report in reports.values()] == [None] * 3
    return found


def in_2026(month: int, day: int = 1, year: int = 2026) -> pa.Scalar:
    return pa.scalar(datetime(year, month, day, tzinfo=UTC), pa.timestamp("us", "UTC"))


def kept_orders(lake: Lake, first: pa.Scalar, last: pa.Scalar) -> pa.Table:
    orders = table(lake, "orders")
    at = orders.column("ordered_at")
    inside = pc.and_(pc.greater_equal(at, first), pc.less(at, last))
    return orders.filter(pc.and_(inside, pc.not_equal(orders.column("status"), "cancelled")))


def test_19843_thingamajigs_were_sold_in_april(pulled):
    orders = kept_orders(pulled, in_2026(4), in_2026(5)).select(["order_id"])
    lines = table(pulled, "order_lines").join(orders, "order_id", join_type="inner")
    thingamajigs = lines.filter(pc.equal(lines.column("product"), "thingamajig"))
    assert pc.sum(thingamajigs.column("quantity")).as_py() == 19_843


@pytest.mark.parametrize(
    ("first", "last", "average"),
    [
        (in_2026(7, year=2025), in_2026(1), Decimal("250.00")),
        (in_2026(1), in_2026(7), Decimal("305.00")),
    ],
)
def test_the_average_order_rose_from_250_to_305_dollars(pulled, first, last, average):
    totals = kept_orders(pulled, first, last).column("total_minor")
    assert Decimal(pc.sum(totals).as_py()) / len(totals) / 100 == average


def test_each_stream_has_the_rows_of_its_table(pulled):
    count = {name: table(pulled, name).num_rows for name in TABLES}
    assert 28_000 < count["orders"] < count["shipments"] < count["order_lines"]
    assert set(table(pulled, "orders").column("status").to_pylist()) == {
        "placed",
        "paid",
        "shipped",
        "cancelled",
    }


def test_an_order_that_changes_is_on_no_later_day_missing_or_there_twice(shop, lake):
    shop.order("a", "2026-04-01 08:00:00")
    story = {
        2: [("a", "2026-04-02 07:00:00", "paid")],  # this morning, before the pull
        3: [("a", "2026-04-02 15:00:00", "shipped"), ("b", "2026-04-02 23:59:59", "placed")],
        4: [("b", "2026-04-04 08:59:59", "cancelled"), ("c", "2026-04-04 08:00:00", "placed")],
        9: [("c", "2026-04-08 10:00:00", "paid"), ("a", "2026-04-07 10:00:00", "cancelled")],
    }
    for day, changes in story.items():
        for change in changes:
            shop.order(*change)
        assert april(shop, lake, datetime(2026, 4, day, 9, tzinfo=UTC)).error is None
        found = dict(
            zip(
                *(table(lake, "orders").column(x).to_pylist() for x in ("order_id", "status")),
                strict=True,
            )
        )
        with shop.open() as database:
            expected = dict(database.execute("SELECT order_id, status FROM orders"))
        assert found == expected
        assert table(lake, "orders").num_rows == len(expected)


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_rows_that_share_a_moment_are_all_read_whatever_the_page(shop, lake, monkeypatch, size):
    monkeypatch.setattr("connectors.sql_database.PAGE", size)
    for n in range(10):
        shop.order(f"o{n}", "2026-04-03 00:00:00")
        shop.order(f"p{n}", "2026-04-02 23:59:59.999")
    assert april(shop, lake).error is None
    assert by_window(lake) == {2: [f"p{n}" for n in range(10)], 3: [f"o{n}" for n in range(10)]}


def test_more_than_a_page_of_rows_with_one_moment(shop, lake):
    rows = [(f"o-{n:05}", n % 7, "p", "red", 1, 100, "2026-04-03 12:00:00") for n in range(10_003)]
    rows += [(id, 9, *rest) for id, _, *rest in rows[:10_000]]
    with shop.open() as database:
        database.executemany("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    now = datetime(2026, 4, 6, 9, tzinfo=UTC)
    report = take(shop.path, lake, date(2026, 4, 1), date(2026, 4, 5), now, only=["order_lines"])[
        "order_lines"
    ]
    assert report.error is None
    found = table(lake, "order_lines")
    keys = [
        *zip(
            found.column("order_id").to_pylist(),
            found.column("line_number").to_pylist(),
            strict=True,
        )
    ]
    assert keys == sorted((id, line) for id, line, *_ in rows)


def test_a_row_that_is_there_twice_is_stored_once(shop, lake, monkeypatch):
    monkeypatch.setattr("connectors.sql_database.PAGE", 2)
    with shop.open() as database:
        row = ("same", "c", "2026-04-01", "paid", "usd", 1, "2026-04-03 12:00:00")
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", [row] * 3)
    # the first page ends at the doubled key, the next one begins behind it
    report = april(shop, lake)
    assert report.error is None
    assert by_window(lake) == {3: ["same"]}


def test_reading_that_does_not_get_on_is_told_and_ends(shop, lake, monkeypatch):
    """A driver that cuts nanoseconds off gives a position before the rows that it has read."""
    monkeypatch.setattr("connectors.sql_database.PAGE", 2)
    monkeypatch.setattr(PagedTable, "_beyond", lambda self, after: sa.true())
    for n in range(5):
        shop.order(f"o{n}", "2026-04-03 12:00:00")
    assert isinstance(april(shop, lake).error, Drift)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03 00:00:00",
        "2026-04-03 00:00:00.000000",
        "2026-04-03T00:00:00",
        "2026-04-03T00:00:00Z",
        "2026-04-03 02:00:00+02:00",
        "2026-04-02T14:00:00.000-10:00",
        "2026-04-03",
    ],
)
@pytest.mark.parametrize("kind", ["TIMESTAMP", "TEXT", "DATETIME"])
def test_midnight_belongs_to_the_new_day_however_it_is_written(tmp_path, lake, text, kind):
    shop = Shop(tmp_path / "shop.sqlite", kind)
    shop.order("a", text)
    assert april(shop, lake).error is None
    assert by_window(lake) == {3: ["a"]}
    assert table(lake, "orders").column("updated_at").to_pylist() == [
        datetime(2026, 4, 3, tzinfo=UTC)
    ]


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
    take(
        shop.path,
        lake,
        date(2026, 3, 7),
        date(2026, 3, 9),
        now,
        "America/New_York",
        only=["orders"],
    )
    assert by_window(lake) == {7: ["a"], 8: ["b", "c"], 9: ["d"]}
    found = {x["order_id"]: x["updated_at"] for x in table(lake, "orders").to_pylist()}
    assert found["b"] == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert found["d"] == datetime(2026, 3, 9, 4, tzinfo=UTC)


def test_numbers_and_ids_are_taken_as_they_are_meant(shop, lake):
    shop.order(7, "2026-04-03 12:00:00", total="1250")
    assert april(shop, lake).error is None
    (row,) = table(lake, "orders").to_pylist()
    assert (row["order_id"], row["total_minor"]) == ("7", 1250)
    assert [whole(x) for x in (Decimal("12.00"), 12.0, " 12 ", 12)] == [12] * 4
    assert [whole(x) for x in (Decimal("12.5"), 12.5, "twelve", None)] == [
        Decimal("12.5"),
        12.5,
        "twelve",
        None,
    ]
    assert whole(float("nan")) != 0


@pytest.mark.parametrize("total", [12.5, "12,50", None])
def test_an_amount_that_is_no_whole_number_is_drift_and_not_rounded(shop, lake, total):
    shop.order("a", "2026-04-03 12:00:00", total=total)
    report = april(shop, lake)
    assert isinstance(report.error, Drift)
    assert "orders.total_minor" in str(report.error)
    assert by_window(lake) == {}


@pytest.mark.parametrize("value", [None, "yesterday", 1_775_217_600, b"2026-04-03"])
def test_a_row_that_would_be_in_no_window_is_drift(shop, lake, value):
    shop.order("a", "2026-04-03 12:00:00")
    shop.order("lost", value)
    report = april(shop, lake)
    assert isinstance(report.error, Drift)
    assert "orders.updated_at is null or no timestamp" in str(report.error)


def test_a_view_will_do_and_its_other_columns_are_not_read(shop, lake):
    shop.order("a", "2026-04-03 12:00:00")
    with shop.open() as database:
        database.execute("ALTER TABLE orders RENAME TO their_orders")
        database.execute(
            "CREATE VIEW orders AS SELECT *, 'somebody@example.com' AS email FROM their_orders"
        )
    assert april(shop, lake).error is None
    assert table(lake, "orders").column_names == ORDERS.schema.names


def test_a_missing_table_is_told_with_what_it_should_be_and_the_others_are_pulled(shop, lake):
    shop.order("a", "2026-04-03 12:00:00")
    with shop.open() as database:
        database.execute("DROP TABLE shipments")
        database.execute("ALTER TABLE order_lines DROP COLUMN color")
    reports = take(
        shop.path, lake, date(2026, 4, 1), date(2026, 4, 5), datetime(2026, 4, 6, 9, tzinfo=UTC)
    )
    assert isinstance(reports["shipments"].error, Rejected)
    assert "'shipments'" in str(reports["shipments"].error)
    assert "shipped_at" in str(reports["shipments"].error)
    assert "order_lines has no column color" in str(reports["order_lines"].error)
    assert reports["orders"].error is None
    assert by_window(lake) == {3: ["a"]}


def refused(url: str, zone: str = "UTC") -> SourceError:
    calls = ThrottledCalls(SOURCE.limits, SOURCE.diagnose, sleep=lambda _: None)
    with pytest.raises(SourceError) as caught:
        SOURCE.open({"DATABASE_URL": url, "DATABASE_TIMEZONE": zone}, calls)
    assert caught.value.__cause__ is None
    return caught.value


def test_a_sqlite_file_that_is_not_there_is_told_and_not_made(tmp_path):
    path = tmp_path / "gone.sqlite"
    assert str(path) in str(refused(f"sqlite:///{path}"))
    refused(f"sqlite:///file:{path}?uri=true")
    assert not path.exists()


def test_a_database_is_read_and_never_written(shop):
    database = Database(f"sqlite:///{shop.path}", 1)
    with pytest.raises(SourceError, match="readonly"):
        database.ask(lambda connection: connection.execute(sa.text("DELETE FROM orders")))
    database.close()


def test_a_file_name_with_signs_of_an_address_in_it_is_a_file_name(tmp_path, lake):
    shop = Shop(tmp_path / "my shop #1 100%.sqlite")
    shop.order("a", "2026-04-03 12:00:00")
    assert april(shop, lake).error is None
    assert by_window(lake) == {3: ["a"]}


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    calls = ThrottledCalls(SOURCE.limits, SOURCE.diagnose, sleep=lambda _: None)
    connection = SOURCE.open({"DATABASE_URL": f"sqlite:///{path}"}, calls)
    piece = Slice(ORDERS, TODAY, TODAY, ZoneInfo("UTC"))
    with pytest.raises(Rejected, match="not a database"):
        next(iter(connection.pages(piece)))
    connection.close()


@pytest.mark.parametrize(
    ("url", "fault", "said"),
    [
        ("", CredentialError, "DATABASE_URL is not set"),
        ("nonsense", Rejected, "not the address of a database"),
        ("sqlite://", Rejected, "names no SQLite file"),
        ("klingon://user:sesame@host/shop", Rejected, "does not know the databases 'klingon'"),
        ("oracle+oracledb://user:sesame@host/shop", Rejected, "pip install oracledb"),
        ("postgresql+psycopg2://user:sesame@host/shop", Rejected, "pip install psycopg2-binary"),
        ("mysql+pymysql://user:sesame@host:x/shop", Rejected, "not the address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_the_password(url, fault, said):
    found = refused(url)
    assert type(found) is fault
    assert said in str(found)
    assert "sesame" not in str(found)


def test_an_unknown_zone_is_refused(shop):
    assert "DATABASE_TIMEZONE" in str(refused(f"sqlite:///{shop.path}", "Mars/Olympus"))


class DriverError(Exception):
    """What a driver raises, with the code that some of them give."""

    def __init__(self, *args: object, sqlstate: str | None = None) -> None:
        super().__init__(*args)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("cause", "wrapper", "fault"),
    [
        (DriverError('password authentication failed for user "okra"'), sa.exc.OperationalError, CredentialError),
        (DriverError("nope", sqlstate="28P01"), sa.exc.OperationalError, CredentialError),
        (DriverError(1045, "Access denied for user 'okra'@'host'"), sa.exc.OperationalError, CredentialError),
        (DriverError("28000", "[28000] Login failed for user 'okra'"), sa.exc.InterfaceError, CredentialError),
        (DriverError("permission denied for table", sqlstate="42501"), sa.exc.ProgrammingError, PermissionDenied),
        (DriverError(1142, "SELECT command denied to user"), sa.exc.OperationalError, PermissionDenied),
        (DriverError('database "shop" does not exist'), sa.exc.OperationalError, Rejected),
        (DriverError(1049, "Unknown database 'shop'"), sa.exc.OperationalError, Rejected),
        (DriverError("connection refused"), sa.exc.OperationalError, Unavailable),
        (DriverError(2003, "Can't connect to MySQL server"), sa.exc.OperationalError, Unavailable),
        (DriverError("database is locked"), sa.exc.OperationalError, Unavailable),
        (DriverError("syntax error", sqlstate="42601"), sa.exc.ProgrammingError, Rejected),
    ],
)  # fmt: skip
def test_each_drivers_error_is_told_for_what_it_is(cause, wrapper, fault):
    assert type(fault_of(wrapper("SELECT 1", {}, cause), [])) is fault


def test_a_pool_that_is_used_up_is_unavailable():
    assert type(fault_of(sa.exc.TimeoutError("QueuePool limit"), [])) is Unavailable


def test_a_driver_that_repeats_the_password_is_not_repeated(shop):
    database = Database(f"sqlite:///{shop.path}", 1)
    database._secrets = [*secrets_of("postgresql://okra:se%40same@host/shop?sslpassword=key2")]

    def question(connection: sa.Connection) -> None:
        raise sa.exc.OperationalError(
            "SELECT", {}, DriverError("cannot reach okra:se@same / se%40same / key2")
        )

    with pytest.raises(Unavailable) as caught:
        database.ask(question)
    assert "okra:*** / *** / ***" in str(caught.value)
    database.close()


@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()])
def test_other_databases_are_asked_in_their_own_words(dialect, monkeypatch):
    """Without a server: what the questions look like."""
    types = {
        name: sa.DateTime(timezone=dialect.name == "postgresql")
        for name in ("ordered_at", "updated_at")
    }

    class Connection:
        def __init__(self) -> None:
            self.dialect = dialect

        def execute(self, query: object) -> "Connection":
            return self

        def first(self) -> None:
            return None

    monkeypatch.setattr(
        "connectors.sql_paging.column_types",
        lambda *_: {name: types.get(name, sa.String()) for name in ORDERS.schema.names},
    )
    paged = PagedTable(Connection(), ORDERS, "shop", ZoneInfo("America/New_York"))
    piece = Slice(ORDERS, date(2026, 4, 1), date(2026, 4, 2), ZoneInfo("America/New_York"))
    midnight = datetime(2026, 4, 1, 12, tzinfo=UTC)
    query = paged.page(piece, (midnight, "o-5"), 100).compile(dialect=dialect)
    text = " ".join(str(query).split())
    assert "shop.orders.updated_at >= " in text
    assert "shop.orders.updated_at = " in text
    assert "shop.orders.order_id > " in text
    assert "ORDER BY shop.orders.updated_at, shop.orders.order_id LIMIT 100" in text
    first = paged.page(piece, None, 100).compile(dialect=dialect).params.values()
    if dialect.name == "postgresql":
        assert {*first} == {
            datetime(2026, 4, 1, 4, tzinfo=UTC),
            datetime(2026, 4, 3, 4, tzinfo=UTC),
        }
    else:
        assert {*first} == {datetime(2026, 4, 1), datetime(2026, 4, 3)}


def test_a_cursor_that_is_no_timestamp_is_refused(monkeypatch):
    class Connection:
        dialect = postgresql.dialect()

    monkeypatch.setattr(
        "connectors.sql_paging.column_types",
        lambda *_: dict.fromkeys(ORDERS.schema.names, sa.BigInteger()),
    )
    with pytest.raises(Rejected, match=r"orders.updated_at has the type BIGINT"):
        PagedTable(Connection(), ORDERS, None, ZoneInfo("UTC"))


def test_moments_are_read_from_what_drivers_give():
    berlin = ZoneInfo("Europe/Berlin")
    assert moment(datetime(2026, 7, 1, 2), berlin) == datetime(2026, 7, 1, tzinfo=UTC)
    assert moment(datetime(2026, 7, 1, tzinfo=UTC), berlin) == datetime(2026, 7, 1, tzinfo=UTC)
    assert moment("2026-07-01 02:00:00", berlin) == datetime(2026, 7, 1, tzinfo=UTC)
    # the hour that comes twice is read as its first
    assert moment(datetime(2026, 10, 25, 2, 30), berlin) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert moment("soon", berlin) == "soon"
    assert moment(None, berlin) is None


def test_an_id_may_be_a_uuid_or_a_number():
    name = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    assert [text(x) for x in (UUID(name), 7, Decimal(7), "x", None)] == [name, "7", "7", "x", None]


def test_listing_the_source_does_not_import_sqlalchemy():
    seen = "import sys, connectors.sql_database; print('sqlalchemy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
