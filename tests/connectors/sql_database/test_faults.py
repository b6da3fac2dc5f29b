"""What goes wrong at PostgreSQL and MariaDB, as their own servers and drivers say it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    SourceError,
    Unavailable,
)
from connectors.sdk.throttle import ThrottledCalls
from connectors.sql_database.source import SOURCE
from tests.connectors.sql_database.conftest import Shop, april, by_window, shop_on, take
from tests.connectors.sql_database.servers import PASSWORD, READER, PostgreSql, Server
from tests.limits import HANG_SECONDS


@pytest.fixture
def shop(server: Server) -> Shop:
    """An empty shop on each of the servers."""
    return shop_on(server)


def refused(address: str) -> SourceError:
    calls = ThrottledCalls(SOURCE.limits, SOURCE.diagnose, tries=1)
    with pytest.raises(SourceError) as caught:
        SOURCE.open({"DATABASE_URL": address}, calls)
    assert caught.value.__cause__ is None
    return caught.value


def database_of(shop: Shop) -> str:
    return str(sa.make_url(shop.address).database)


def test_a_wrong_password_is_no_credential_and_is_not_shown(server, shop):
    error = refused(server.reader(database_of(shop), "open-sesame"))
    assert type(error) is CredentialError
    assert "DATABASE_URL" in str(error)
    assert "open-sesame" not in str(error)


def test_a_user_that_is_not_known_is_no_credential(server, shop):
    stranger = server.reader(database_of(shop)).replace(READER, "stranger", 1)
    assert type(refused(stranger)) is CredentialError


def test_a_database_that_is_not_there_is_refused(server):
    if not isinstance(server, PostgreSql):
        # MariaDB does not tell those who may not see it whether it is there
        assert type(refused(server.reader("nowhere"))) is PermissionDenied
        server.run(f"GRANT SELECT ON nowhere.* TO {READER}@localhost")
    error = refused(server.reader("nowhere"))
    assert type(error) is Rejected
    assert "nowhere" in str(error)


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mysql+pymysql"])
def test_a_server_that_does_not_listen_is_unavailable(scheme):
    pytest.importorskip(scheme.partition("+")[2])
    error = refused(f"{scheme}://{READER}:{PASSWORD}@127.0.0.1:9/shop")
    assert type(error) is Unavailable
    assert PASSWORD not in str(error)


def test_a_table_that_may_not_be_read_is_denied_and_the_others_are_pulled(server, shop, lake):
    shop.order("a", "2026-04-03 12:00:00")
    database = database_of(shop)
    if isinstance(server, PostgreSql):
        shop.run(f"REVOKE SELECT ON shipments FROM {READER}")
    else:
        server.run(
            f"REVOKE SELECT ON {database}.* FROM {READER}@localhost",
            *(
                f"GRANT SELECT ON {database}.{name} TO {READER}@localhost"
                for name in ("orders", "order_lines")
            ),
        )
    now = datetime(2026, 4, 6, 9, tzinfo=UTC)
    reports = take(shop.address, lake, date(2026, 4, 1), date(2026, 4, 5), now)
    denied = reports["shipments"].error
    assert type(denied) is PermissionDenied
    assert "shipments" in str(denied)
    assert "grant it SELECT" in str(denied)
    assert reports["orders"].error is None
    assert by_window(lake) == {3: ["a"]}


def test_a_database_that_may_not_be_entered_is_denied(server, shop):
    name = database_of(shop)
    if isinstance(server, PostgreSql):
        server.run(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    else:
        server.run(f"REVOKE ALL ON {name}.* FROM {READER}@localhost")
    assert type(refused(shop.address)) is PermissionDenied


def test_tables_are_found_in_the_schema_that_is_named(server, shop, lake):
    other = server.new_database()
    if isinstance(server, PostgreSql):
        other = "sales"
        shop.run("CREATE SCHEMA sales")
        shop.run(f"GRANT USAGE ON SCHEMA sales TO {READER}")
        shop.run("ALTER TABLE orders SET SCHEMA sales")
        shop.run(
            "INSERT INTO sales.orders VALUES ('a', 'c', now(), 'paid', 'usd', 1, '2026-04-03 12:00:00')"
        )
    else:
        shop.order("a", "2026-04-03 12:00:00")
        shop.run(f"RENAME TABLE orders TO {other}.orders")
    now = datetime(2026, 4, 6, 9, tzinfo=UTC)
    days = date(2026, 4, 1), date(2026, 4, 5)
    without = take(shop.address, lake, *days, now, only=["orders"])["orders"].error
    assert isinstance(without, Rejected)
    assert "DATABASE_SCHEMA" in str(without)
    assert (
        take(shop.address, lake, *days, now, schema=other, only=["orders"])["orders"].error is None
    )
    assert by_window(lake) == {3: ["a"]}


def test_the_reader_cannot_write(shop):
    engine = sa.create_engine(shop.address, poolclass=sa.NullPool)
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="denied"):
        connection.execute(sa.text("DELETE FROM orders"))


def test_a_connection_that_is_dropped_in_mid_pull_is_made_anew(server, shop, lake):
    """The reader waits for a lock, loses its connection while it waits, and reads again."""
    for n in range(3):
        shop.order(f"o{n}", "2026-04-03 12:00:00")
    reader = Reader(lambda: april(shop, lake))
    dropped = hold_and_drop(server, shop, reader)
    reader.join()
    assert dropped == 1
    assert reader.report.error is None
    assert by_window(lake) == {3: ["o0", "o1", "o2"]}


def test_a_connection_that_dies_between_two_pages_is_made_anew(server, shop, lake, monkeypatch):
    monkeypatch.setattr("connectors.sql_database.source.PAGE_ROWS", 1)
    for n in range(3):
        shop.order(f"o{n}", "2026-04-03 12:00:00")
    asked = []

    def drop_all(*_: object) -> None:
        asked.append(1)
        if len(asked) > 1:
            drop(server, sessions(server, "TRUE"))

    monkeypatch.setattr("connectors.sql_database.paging.PagedTable.position", dropping(drop_all))
    assert april(shop, lake).error is None
    assert by_window(lake) == {3: ["o0", "o1", "o2"]}
    assert len(asked) == 3


class Reader(threading.Thread):
    """A pull that goes on beside the test."""

    def __init__(self, pull: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._pull = pull
        self.report: object = None

    def run(self) -> None:
        self.report = self._pull()


def hold_and_drop(server: Server, shop: Shop, reader: Reader) -> int:
    """Lock the orders, start the reader, and drop its connection once it waits; how many were dropped."""
    lock, waits = {
        "psycopg": ("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE", "wait_event_type = 'Lock'"),
        "pymysql": ("LOCK TABLES orders WRITE", "state LIKE 'Waiting for table metadata lock%'"),
    }[server.driver]
    with shop.open() as holder:
        holder.exec_driver_sql(lock)
        reader.start()
        end = time.monotonic() + HANG_SECONDS
        while not (waiting := sessions(server, waits)):
            assert time.monotonic() < end, "the reader does not wait for the lock"
            time.sleep(0.01)
        drop(server, waiting)
        if server.driver == "pymysql":
            holder.exec_driver_sql("UNLOCK TABLES")
    return len(waiting)


def sessions(server: Server, condition: str) -> list[int]:
    """The numbers of the reader's connections of which `condition` holds."""
    query = {
        "psycopg": f"SELECT pid FROM pg_stat_activity WHERE usename = '{READER}' AND {condition}",
        "pymysql": "SELECT id FROM information_schema.processlist "
        f"WHERE user = '{READER}' AND {condition}",
    }[server.driver]
    engine = sa.create_engine(server.admin(), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [int(number) for (number,) in connection.exec_driver_sql(query.replace("%", "%%"))]


def drop(server: Server, numbers: list[int]) -> None:
    """End connections from the server's side."""
    command = {"psycopg": "SELECT pg_terminate_backend({})", "pymysql": "KILL {}"}[server.driver]
    server.run(*(command.format(number) for number in numbers))


def dropping(before: Callable[[], None]) -> Callable[..., object]:
    """`PagedTable.position`, with something done before."""
    from connectors.sql_database.paging import PagedTable

    original = PagedTable.position

    def position(table: PagedTable, row: object) -> object:
        before()
        return original(table, row)  # type: ignore[arg-type]

    return position
