"""Streams of a database that are declared: what is pulled of each kind, as the days go by."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding
from connectors.sdk.contract import Source
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from connectors.sql_database.source import SOURCE
from tests.connectors.clock import unslept
from tests.connectors.sql_database.servers import Server

FIRST = date(2026, 3, 1)
ORDERS = "select id, net, placed_at, updated_at from orders"


class Database:
    """A database that a test fills as its owner, and whose reader's address is pulled."""

    def __init__(self, owner: str, reader: str) -> None:
        self.reader = reader
        self._engine = sa.create_engine(owner, poolclass=sa.NullPool)

    def run(self, *commands: str) -> None:
        with self._engine.begin() as connection:
            for command in commands:
                connection.exec_driver_sql(command)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database of each kind."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'shop.sqlite'}"
        return Database(address, address)
    server: Server = request.getfixturevalue(request.param)
    name = server.new_database()
    return Database(server.admin(name), server.reader(name))


@pytest.fixture
def orders(database: Database) -> Database:
    """A table of orders, whose moments have no zone."""
    database.run(
        "create table orders (id int, net numeric(10, 2), placed_at timestamp null, updated_at timestamp null)"
        if "mysql" not in database.reader
        else "create table orders (id int, net numeric(10, 2), placed_at datetime, updated_at datetime)"
    )
    return database


def place(database: Database, id: int, net: str, placed_at: str, updated_at: str = "") -> None:
    placed = f"'{placed_at}'" if placed_at else "null"
    changed = f"'{updated_at}'" if updated_at else placed
    database.run(f"insert into orders values ({id}, {net}, {placed}, {changed})")


def declared(values: Mapping[str, str], **forms: Mapping[str, Any]) -> Source:
    """A named instance, with its streams as the database describes them."""
    shop = replace(SOURCE, name="shop", streams=())
    assert shop.declarable and shop.declarable.describe
    read = {name: shop.declarable.form.model_validate(form) for name, form in forms.items()}
    schemas = shop.declarable.describe(values, unslept(shop), read)
    return shop.declarable.with_streams(shop, read, schemas)


def take(
    database: Database,
    lake: Lake,
    now: str,
    form: Mapping[str, Any],
    zone: str = "Europe/Berlin",
    first: date = FIRST,
) -> StreamReport:
    """What pulling the days from `first` to the day before `now` came to."""
    values = {"DATABASE_URL": database.reader, "DATABASE_TIMEZONE": zone}
    source = declared(values, rows=form)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    wanted = Range(first, at.date())
    [report] = pull(source, values, lake, wanted, now=lambda: at, calls=unslept(source))
    assert report.error is None, report.error
    return report


def by_day(report: StreamReport, lake: Lake, column: str = "id") -> dict[str, list[Any]]:
    """The values of a column by the day of their window, of those that have rows."""
    stream = report.stream
    tables = {
        window: lake.read("shop", stream, window).column(column).to_pylist()
        for window in lake.manifests("shop", stream.name)
    }
    return {f"{window:%m-%d}": values for window, values in tables.items() if values}


def findings(report: StreamReport, lake: Lake) -> list[Finding]:
    manifests = lake.manifests("shop", report.stream.name).values()
    return [finding for manifest in manifests for finding in manifest.findings]


def committed(report: StreamReport) -> list[str]:
    return sorted(f"{manifest.window:%m-%d}" for manifest in report.committed)


def test_rows_that_change_are_pulled_by_their_cursor(orders: Database, lake: Lake) -> None:
    form = {"query": ORDERS, "key": "id", "cursor": "updated_at"}
    place(orders, 1, "10.50", "2026-03-01 10:00:00")
    place(orders, 2, "20.00", "2026-03-02 10:00:00")
    report = take(orders, lake, "2026-03-04 06:00", form)
    assert by_day(report, lake) == {"03-01": [1], "03-02": [2]}
    assert by_day(report, lake, "net") == {"03-01": [Decimal("10.50")], "03-02": [Decimal("20.00")]}
    orders.run("update orders set net = 5, updated_at = '2026-03-04 09:00:00' where id = 1")
    report = take(orders, lake, "2026-03-05 06:00", form)
    # the older state stays in its window: the newest of the key counts
    assert by_day(report, lake) == {"03-01": [1], "03-02": [2], "03-04": [1]}
    assert findings(report, lake) == []


def test_a_row_that_changes_while_a_run_goes_on_is_in_the_newest_day(
    orders: Database, lake: Lake
) -> None:
    place(orders, 1, "1", "2026-03-01 10:00:00", "2026-03-04 05:59:00")
    form = {"query": ORDERS, "key": "id", "cursor": "updated_at"}
    assert by_day(take(orders, lake, "2026-03-04 06:00", form), lake) == {"03-03": [1]}


def test_an_order_without_its_cursor_is_a_finding(orders: Database, lake: Lake) -> None:
    orders.run("insert into orders values (7, 1, '2026-03-01 10:00:00', null)")
    report = take(
        orders, lake, "2026-03-04 06:00", {"query": ORDERS, "key": "id", "cursor": "updated_at"}
    )
    [finding] = findings(report, lake)
    assert (finding.what, finding.column, finding.day) == ("no_day", "updated_at", None)
    assert finding.examples == ("id 7",)


def test_rows_deleted_without_a_word_are_told(orders: Database, lake: Lake) -> None:
    form = {"query": ORDERS, "key": "id", "cursor": "updated_at"}
    place(orders, 1, "1", "2026-03-01 10:00:00")
    place(orders, 2, "1", "2026-03-02 10:00:00")
    take(orders, lake, "2026-03-04 06:00", form)
    orders.run("delete from orders where id = 1")
    report = take(orders, lake, "2026-03-05 06:00", form)
    [finding] = findings(report, lake)
    assert finding.message.startswith("2 rows that changed since 2026-02-28 are kept, and SQL")
    assert "has 1; deleted or merged there without a word: 1" in finding.message


def test_added_rows_are_pulled_again_for_a_day(orders: Database, lake: Lake) -> None:
    form = {"query": ORDERS, "key": "id", "append": "placed_at"}
    place(orders, 1, "1", "2026-03-01 10:00:00")
    take(orders, lake, "2026-03-04 06:00", form)
    place(orders, 2, "1", "2026-03-03 10:00:00")  # late, inside restates_days
    place(orders, 3, "1", "2026-03-01 11:00:00")  # late, outside
    report = take(orders, lake, "2026-03-05 06:00", form)
    assert by_day(report, lake) == {"03-01": [1], "03-03": [2]}
    assert committed(report) == ["03-03", "03-04"]


def test_a_table_read_whole_sees_what_changed_long_after(orders: Database, lake: Lake) -> None:
    form = {"query": ORDERS, "key": "id", "whole": "placed_at"}
    for id, day in ((1, "01"), (2, "02"), (3, "03")):
        place(orders, id, "10", f"2026-03-{day} 10:00:00")
    place(orders, 4, "10", "")  # not shipped yet
    report = take(orders, lake, "2026-03-04 06:00", form)
    assert by_day(report, lake) == {"03-01": [1], "03-02": [2], "03-03": [3]}
    assert findings(report, lake) == []
    orders.run(
        "delete from orders where id = 2",
        "update orders set net = 7 where id = 1",
        "update orders set placed_at = '2026-04-20 10:00:00' where id = 4",
    )
    report = take(orders, lake, "2026-04-22 06:00", form)
    rows = {
        window: lake.read("shop", report.stream, window).column("net").to_pylist()
        for window, manifest in lake.manifests("shop", "rows").items()
        if manifest.rows
    }
    assert rows == {
        date(2026, 3, 1): [Decimal("7.00")],
        date(2026, 3, 3): [Decimal("10.00")],
        date(2026, 4, 20): [Decimal("10.00")],
    }


def test_days_that_did_not_change_are_not_written_again(orders: Database, lake: Lake) -> None:
    form = {"query": ORDERS, "key": "id", "whole": "placed_at"}
    place(orders, 1, "10", "2026-03-01 10:00:00")
    place(orders, 2, "10", "2026-03-02 10:00:00")
    take(orders, lake, "2026-03-04 06:00", form)
    orders.run("update orders set net = 11 where id = 2")
    report = take(orders, lake, "2026-03-05 06:00", form)
    assert committed(report) == ["03-02", "03-04"]
    assert report.skipped["unchanged"] == 2


def test_a_snapshot_is_the_state_of_its_day(orders: Database, lake: Lake) -> None:
    form = {"query": "select id, net from orders", "key": "id", "snapshot": "true"}
    place(orders, 1, "10", "")
    take(orders, lake, "2026-03-04 06:00", form)
    orders.run("delete from orders")
    place(orders, 2, "10", "")
    report = take(orders, lake, "2026-03-05 06:00", form)
    assert by_day(report, lake) == {"03-04": [1], "03-05": [2]}
    assert report.stream.schema.names == ["taken_on", "id", "net"]


def test_two_rows_of_one_key_are_a_finding(orders: Database, lake: Lake) -> None:
    place(orders, 1, "10", "2026-03-01 10:00:00")
    place(orders, 1, "11", "2026-03-01 11:00:00")
    report = take(
        orders, lake, "2026-03-04 06:00", {"query": ORDERS, "key": "id", "append": "placed_at"}
    )
    [finding] = findings(report, lake)
    assert (finding.what, finding.rows, finding.is_set_aside) == ("repeated_key", 1, False)
    assert finding.day == date(2026, 3, 1)


def test_a_day_of_berlin_has_23_hours_in_march_and_25_in_october(
    orders: Database, lake: Lake
) -> None:
    # 29 March has no hour from 2 to 3, and 25 October has it twice
    for id, at in enumerate(
        (
            "2026-03-28 23:59:59", "2026-03-29 00:00:00", "2026-03-29 23:59:59", "2026-03-30 00:00:00",
            "2026-10-24 23:59:59", "2026-10-25 00:00:00", "2026-10-25 23:59:59", "2026-10-26 00:00:00",
        ), 1,
    ):  # fmt: skip
        place(orders, id, "1", at)
    form = {"query": ORDERS, "key": "id", "append": "placed_at"}
    take(orders, lake, "2026-03-31 06:00", form, first=date(2026, 3, 28))
    report = take(orders, lake, "2026-10-28 06:00", form, first=date(2026, 10, 24))
    assert by_day(report, lake) == {
        "03-28": [1], "03-29": [2, 3], "03-30": [4], "10-24": [5], "10-25": [6, 7], "10-26": [8],
    }  # fmt: skip
    [placed] = lake.read("shop", report.stream, date(2026, 10, 26)).column("placed_at").to_pylist()
    assert placed == datetime(2026, 10, 25, 23, tzinfo=UTC)


def mart(orders: Database) -> dict[str, Any]:
    """A query that adds up the orders of the days that are asked for."""
    placed_on = "placed_at::date" if "postgresql" in orders.reader else "date(placed_at)"
    return {
        "query": f"select {placed_on} as day, 'web' as channel, sum(net) as value from orders "
        f"where {placed_on} between :from and :to group by 1, 2 -- of a mart",
        "types": {"day": "date", "channel": "text", "value": "decimal"},
    }


def test_a_query_with_from_and_to_is_asked_again_for_three_days(
    orders: Database, lake: Lake
) -> None:
    form = mart(orders)
    place(orders, 1, "10.10", "2026-03-01 10:00:00")
    place(orders, 2, "20.20", "2026-03-01 11:00:00")
    place(orders, 3, "5", "2026-03-02 11:00:00")
    report = take(orders, lake, "2026-03-05 06:00", form)
    assert report.stream.key == ("day", "channel")
    assert by_day(report, lake, "value") == {"03-01": [Decimal("30.3")], "03-02": [Decimal(5)]}
    # pulled on 5 March, 1 March is settled: it ended three days before
    place(orders, 4, "1", "2026-03-02 12:00:00")
    place(orders, 5, "1", "2026-03-01 12:00:00")
    report = take(orders, lake, "2026-03-06 06:00", form)
    assert by_day(report, lake, "value") == {"03-01": [Decimal("30.3")], "03-02": [Decimal(6)]}
    assert committed(report) == ["03-02", "03-03", "03-04", "03-05"]


def test_a_query_with_from_and_to_has_a_look_back_of_its_own(orders: Database, lake: Lake) -> None:
    form = mart(orders) | {"restates_days": "7"}
    place(orders, 1, "10.10", "2026-03-01 10:00:00")
    take(orders, lake, "2026-03-05 06:00", form)
    place(orders, 2, "1", "2026-03-01 12:00:00")
    report = take(orders, lake, "2026-03-06 06:00", form)
    assert by_day(report, lake, "value") == {"03-01": [Decimal("11.1")]}


def test_a_changed_query_is_pulled_again_and_another_stream_is_not(
    orders: Database, lake: Lake
) -> None:
    form = {"query": ORDERS, "key": "id", "append": "placed_at"}
    place(orders, 1, "10", "2026-03-01 10:00:00")
    take(orders, lake, "2026-03-06 06:00", form)
    same = take(orders, lake, "2026-03-06 07:00", form | {"description": "Orders"})
    assert committed(same) == ["03-05"]
    changed = form | {
        "query": ORDERS.replace("net,", "net * 2 as net,"),
        "types": {"net": "decimal"},
    }
    report = take(orders, lake, "2026-03-06 08:00", changed)
    assert committed(report) == ["03-01", "03-02", "03-03", "03-04", "03-05"]
    assert by_day(report, lake, "net") == {"03-01": [Decimal("20.000000000")]}


def test_a_row_of_a_query_by_day_without_its_day_is_a_finding(orders: Database, lake: Lake) -> None:
    form = mart(orders)
    sums = f"select * from ({form['query']}\n) sums union all select null, 'web', 7"
    query = f"select day, channel, value from ({sums.replace('select *', 'select day, channel, value')}\n) rows_of_mart"
    place(orders, 1, "10", "2026-03-01 10:00:00")
    report = take(orders, lake, "2026-03-04 06:00", form | {"query": query})
    assert by_day(report, lake, "value") == {"03-01": [Decimal(10)]}
    [finding] = findings(report, lake)
    assert (finding.what, finding.column, finding.is_set_aside) == ("no_day", "day", True)


def test_a_row_that_is_marked_as_deleted_is_not_missed(database: Database, lake: Lake) -> None:
    kind = "datetime" if "mysql" in database.reader else "timestamp"
    database.run(
        f"create table orders (id int, updated_at {kind}, deleted_at {kind} null)",
        "insert into orders values (1, '2026-03-01 10:00:00', null), (2, '2026-03-02 10:00:00', null)",
    )
    form = {
        "table": "orders", "columns": ["id", "updated_at", "deleted_at"], "key": "id", "cursor": "updated_at",
        "gone": "deleted_at",
    }  # fmt: skip
    take(database, lake, "2026-03-04 06:00", form)
    database.run(
        "update orders set updated_at = '2026-03-04 10:00:00', deleted_at = '2026-03-04 10:00:00' where id = 1"
    )
    report = take(database, lake, "2026-03-05 06:00", form)
    assert report.stream.gone == "deleted_at"
    assert by_day(report, lake) == {"03-01": [1], "03-02": [2], "03-04": [1]}
    assert findings(report, lake) == []


def test_each_account_of_a_database_has_days_of_its_own(tmp_path: Path, lake: Lake) -> None:
    reports = []
    for account, id in (("de", 1), ("at", 2)):
        address = f"sqlite:///{tmp_path / account}.sqlite"
        database = Database(address, address)
        database.run("create table orders (id int, placed_at timestamp)")
        database.run(f"insert into orders values ({id}, '2026-03-01 10:00:00')")
        form = {"query": "select id, placed_at from orders", "key": "id", "append": "placed_at"}
        source = replace(declared({"DATABASE_URL": address}, rows=form), account=account)
        now = datetime(2026, 3, 3, 6, tzinfo=UTC)
        reports += pull(
            source, {"DATABASE_URL": address}, lake, Range(FIRST, FIRST), now=lambda now=now: now,
            calls=unslept(source),
        )  # fmt: skip
    assert [report.source for report in reports] == ["shop@de", "shop@at"]
    stream = reports[0].stream
    assert {
        account: lake.read(f"shop@{account}", stream, FIRST).column("id").to_pylist()
        for account in ("de", "at")
    } == {"de": [1], "at": [2]}
