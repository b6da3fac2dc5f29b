"""A shop's database in SQLite, PostgreSQL or MariaDB, and pulls from it into a lake."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from connectors.lake.lake import Lake
from connectors.sdk.contract import ONE_DAY
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.rows import newest_of_each_key
from connectors.sdk.windows import Range
from connectors.sql_database.source import SOURCE
from tests.connectors.clock import unslept
from tests.connectors.sql_database.servers import MariaDb, PostgreSql, Server, started

ORDERS = SOURCE.stream("orders")
TABLES = {
    "orders": "order_id {s}, customer_id {s}, ordered_at {t}, status {s}, currency {s}, "
    "total_minor {n}, updated_at {t}",
    "order_lines": "order_id {s}, line_number {i}, product {s}, color {s}, quantity {i}, "
    "amount_minor {n}, updated_at {t}",
    "shipments": "shipment_id {s}, order_id {s}, product {s}, color {s}, quantity {i}, "
    "shipped_at {t}, updated_at {t}",
}
NAMES = {
    "orders": "order_id, customer_id, ordered_at, status, currency, total_minor, updated_at",
    "order_lines": "order_id, line_number, product, color, quantity, amount_minor, updated_at",
}


class Shop:
    """A database that a test fills as its owner, and that is pulled by a user who may only read."""

    def __init__(
        self, address: str, owner: str, moments: str, *, texts: str = "", numbers: str = ""
    ) -> None:
        self.address = address
        self._engine = sa.create_engine(owner, poolclass=sa.NullPool)
        whole = "int" if numbers else ""
        for name, columns in TABLES.items():
            typed = columns.format(s=texts, t=moments, n=numbers, i=whole)
            self.run(f"CREATE TABLE {name} ({typed})")

    @contextmanager
    def open(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at its end."""
        with self._engine.begin() as connection:
            yield connection

    def run(self, command: str, *rows: dict[str, object]) -> None:
        """Run a command, once or for each row."""
        with self.open() as connection:
            connection.execute(sa.text(command), list(rows) or None)

    def order(
        self, id: object, updated_at: object, status: str = "placed", total: object = 100
    ) -> None:
        """An order as it stands now."""
        with self.open() as connection:
            place(connection, id, updated_at, status, total)

    def insert(self, table: str, *rows: tuple[object, ...]) -> None:
        """Rows as they are."""
        names = [name.strip() for name in NAMES[table].split(",")]
        places = ", ".join(f":{name}" for name in names)
        values = [dict(zip(names, row, strict=True)) for row in rows]
        self.run(f"INSERT INTO {table} ({NAMES[table]}) VALUES ({places})", *values)


def place(
    connection: sa.Connection,
    id: object,
    updated_at: object,
    status: str = "placed",
    total: object = 100,
) -> None:
    """Put an order in the place of the one with its id, in the transaction of `connection`."""
    connection.execute(sa.text("DELETE FROM orders WHERE order_id = :id"), {"id": id})
    connection.execute(
        sa.text(
            f"INSERT INTO orders ({NAMES['orders']}) "
            "VALUES (:id, 'c', '2026-04-01 08:00:00', :status, 'usd', :total, :at)"
        ),
        {"id": id, "status": status, "total": total, "at": updated_at},
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    yield from started(PostgreSql)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    yield from started(MariaDb)


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the servers."""
    chosen: Server = request.getfixturevalue(request.param)
    return chosen


def shop_on(server: Server, moments: str = "") -> Shop:
    """An empty shop on a server, in a database of its own."""
    name = server.new_database()
    return Shop(
        server.reader(name), server.admin(name), moments or server.plain,
        texts="varchar(40)", numbers="numeric(24, 2)",
    )  # fmt: skip


def shop_in(path: Path, moments: str = "TIMESTAMP") -> Shop:
    """An empty shop in a SQLite file."""
    return Shop(f"sqlite:///{path}", f"sqlite:///{path}", moments)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """An empty shop in each kind of database, whose moments have no zone."""
    if request.param == "sqlite":
        return shop_in(tmp_path / "shop.sqlite")
    return shop_on(request.getfixturevalue(request.param))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def take(
    address: str,
    lake: Lake,
    first: date,
    last: date,
    now: datetime,
    zone: str = "UTC",
    schema: str = "",
    **other,
) -> dict[str, StreamReport]:
    """What pulling the days from `first` to `last` came to, by stream."""
    values = {"DATABASE_URL": address, "DATABASE_TIMEZONE": zone, "DATABASE_SCHEMA": schema}
    calls = unslept(SOURCE)
    reports = pull(SOURCE, values, lake, Range(first, last), now=lambda: now, calls=calls, **other)
    return {report.stream.name: report for report in reports}


def april(
    shop: Shop, lake: Lake, now: datetime = datetime(2026, 4, 6, 9, tzinfo=UTC), **other
) -> StreamReport:
    """What pulling the orders of April came to, until the day before `now`."""
    return take(
        shop.address, lake, date(2026, 4, 1), now.date() - ONE_DAY, now, only=["orders"], **other
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
    ids = {}
    for window, manifest in lake.manifests("sql_database", "orders").items():
        if manifest.rows:
            ids[window.day] = (
                lake.read("sql_database", ORDERS, window).column("order_id").to_pylist()
            )
    return ids
