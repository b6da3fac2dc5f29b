"""The sample company's shop, what SQLite alone does, and what of a database can be told without a server."""

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

from connectors.lake.lake import Lake
from connectors.sandbox.sql_database import serve
from connectors.sdk.contract import ONE_DAY, Slice
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Unavailable,
)
from connectors.sql_database.addresses import secrets_of
from connectors.sql_database.engine import Database, fault_of
from connectors.sql_database.paging import PagedTable, moment
from connectors.sql_database.rows import text, whole
from connectors.sql_database.source import SOURCE
from tests.connectors.clock import unslept
from tests.connectors.set_aside import set_aside
from tests.connectors.sql_database.conftest import (
    ORDERS,
    TABLES,
    Shop,
    april,
    by_window,
    shop_in,
    table,
    take,
)

TODAY = date(2026, 11, 24)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """In place of each kind of database: here SQLite is meant."""
    return shop_in(tmp_path / "shop.sqlite")


@pytest.fixture(scope="module")
def pulled(tmp_path_factory) -> Lake:
    """The sample company's shop, all of it."""
    home = tmp_path_factory.mktemp("home")
    lake = Lake(home / "lake")
    served = serve(TODAY, home)
    reports = take(
        served.values["DATABASE_URL"], lake, date(2024, 12, 1), TODAY - ONE_DAY,
        datetime(2026, 11, 24, 9, tzinfo=UTC),
    )  # fmt: skip
    assert [set_aside(report) for report in reports.values()] == [{}] * 3
    return lake


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


def test_reading_that_does_not_get_on_is_told_and_ends(shop, lake, monkeypatch):
    """A driver that cuts nanoseconds off gives a position before the rows that it has read."""
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", 2)
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
    shop = shop_in(tmp_path / "shop.sqlite", kind)
    shop.order("a", text)
    assert april(shop, lake).error is None
    assert by_window(lake) == {3: ["a"]}
    assert table(lake, "orders").column("updated_at").to_pylist() == [
        datetime(2026, 4, 3, tzinfo=UTC)
    ]


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
def test_an_amount_that_is_no_whole_number_is_set_aside_and_not_rounded(shop, lake, total):
    shop.order("a", "2026-04-03 12:00:00", total=total)
    shop.order("b", "2026-04-03 12:00:00")
    assert [name for _, name in set_aside(april(shop, lake))] == ["total_minor"]
    assert by_window(lake) == {3: ["b"]}


@pytest.mark.parametrize("value", [None, "yesterday", 1_775_217_600, b"2026-04-03", "0000-00-00"])
def test_a_row_that_is_in_no_window_is_counted_and_the_others_are_taken(shop, lake, value):
    shop.order("a", "2026-04-03 12:00:00")
    shop.order("lost-1", value)
    assert set_aside(april(shop, lake)) == {("no_day", "updated_at"): 1}
    assert by_window(lake) == {3: ["a"]}


def refused(url: str, zone: str = "UTC") -> SourceError:
    calls = unslept(SOURCE)
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
    database = Database(shop.address, 1)
    with pytest.raises(SourceError, match="readonly"):
        database.ask(lambda connection: connection.execute(sa.text("DELETE FROM orders")))
    database.close()


def test_a_file_name_with_signs_of_an_address_in_it_is_a_file_name(tmp_path, lake):
    shop = shop_in(tmp_path / "my shop #1 100%.sqlite")
    shop.order("a", "2026-04-03 12:00:00")
    assert april(shop, lake).error is None
    assert by_window(lake) == {3: ["a"]}


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    calls = unslept(SOURCE)
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
        ("postgresql+pg8000://user:sesame@host/shop", Rejected, "pip install pg8000"),
        ("mysql+pymysql://user:sesame@host:x/shop", Rejected, "not the address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_the_password(url, fault, said):
    error = refused(url)
    assert type(error) is fault
    assert said in str(error)
    assert "sesame" not in str(error)


def test_an_unknown_zone_is_refused(shop):
    assert "DATABASE_TIMEZONE" in str(refused(shop.address, "Mars/Olympus"))


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
    database = Database(shop.address, 1)
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
        "connectors.sql_database.paging.column_types",
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
    nulls = " NULLS FIRST" if dialect.name == "postgresql" else ""  # MySQL has no words for it
    assert f"ORDER BY shop.orders.updated_at, shop.orders.order_id{nulls} LIMIT 100" in text
    first = paged.page(piece, None, 100).compile(dialect=dialect).params.values()
    if dialect.name == "postgresql":
        assert {x for x in first if getattr(x, "tzinfo", None)} == {
            datetime(2026, 4, 1, 4, tzinfo=UTC),
            datetime(2026, 4, 3, 4, tzinfo=UTC),
        }
    else:
        assert {*first} == {datetime(2026, 4, 1), datetime(2026, 4, 3)}


def test_a_cursor_that_is_no_timestamp_is_refused(monkeypatch):
    class Connection:
        dialect = postgresql.dialect()

    monkeypatch.setattr(
        "connectors.sql_database.paging.column_types",
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
    seen = "import sys, connectors.sql_database.source; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
