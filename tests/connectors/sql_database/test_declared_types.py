"""The types of declared streams come from the database, and their values arrive as they are."""

from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.lake.lake import Lake
from connectors.sdk.checkup import ChecksStreams
from connectors.sdk.contract import Source
from connectors.sdk.engine import pull
from connectors.sdk.errors import Drift, PermissionDenied, Rejected, SourceError
from connectors.sdk.windows import Range
from connectors.sql_database.source import SOURCE
from tests.connectors.clock import unslept
from tests.connectors.sql_database.servers import PASSWORD, Server
from tests.connectors.sql_database.test_declared_streams import (
    Database,
    declared,
    findings,
    take,
)

MOMENT = pa.timestamp("us", "UTC")
EVERYTHING = (
    "create type mood as enum ('good', 'bad')",
    """create table everything (
        id bigint, small smallint, net numeric(12, 2), exact numeric, approximate double precision, ok boolean,
        on_day date, at timestamptz, local timestamp, name text, code char(3), token uuid, mood mood, data jsonb,
        tags text[], price money, lasts interval
    )""",
    """insert into everything values (
        1, 2, 1234.50, 0.123456789, 0.5, true, '2026-03-02', '2026-03-01 23:30:00+00', '2026-07-01 12:00:00', 'é',
        'EUR', '6ecd8c99-4036-403d-bf84-cf8400f67836', 'good', '{"a": [1, null]}', array['x', null], 9.99, '1 day'
    )""",
    "insert into everything (id, at) values (2, '2026-03-02 10:00:00+00')",
)


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    address = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    return Database(address, address)


@pytest.fixture
def postgres(postgresql: Server) -> Database:
    name = postgresql.new_database()
    return Database(postgresql.admin(name), postgresql.reader(name))


def refused(database: Database, form: dict[str, Any], zone: str = "UTC") -> SourceError:
    values = {"DATABASE_URL": database.reader, "DATABASE_TIMEZONE": zone}
    with pytest.raises(SourceError) as error:
        declared(values, rows=form)
    assert PASSWORD not in str(error.value)
    assert "\n" not in str(error.value)
    return error.value


def types(database: Database, form: dict[str, Any]) -> dict[str, pa.DataType]:
    source: Source = declared({"DATABASE_URL": database.reader}, rows=form)
    return {field.name: field.type for field in source.streams[0].schema}


COLUMNS = "id, small, net, exact, approximate, ok, on_day, at, local, name, code, token, mood, data, tags, price, lasts"


def test_each_type_of_postgresql_is_stored_as_what_it_is(postgres: Database, lake: Lake) -> None:
    postgres.run(*EVERYTHING)
    form = {"query": f"select {COLUMNS} from everything", "key": "id", "append": "at"}
    report = take(postgres, lake, "2026-03-04 06:00", form)
    assert findings(report, lake) == []
    # half past eleven at night of UTC is the day after in Berlin
    table = lake.read("shop", report.stream, date(2026, 3, 2))
    assert {field.name: field.type for field in table.schema} == {
        "id": pa.int64(), "small": pa.int64(), "net": pa.decimal128(38, 2), "exact": pa.decimal128(38, 9),
        "approximate": pa.float64(), "ok": pa.bool_(), "on_day": pa.date32(), "at": MOMENT, "local": MOMENT,
        "name": pa.string(), "code": pa.string(), "token": pa.string(), "mood": pa.string(), "data": pa.string(),
        "tags": pa.string(), "price": pa.decimal128(38, 9), "lasts": pa.string(),
    }  # fmt: skip
    first, second = table.to_pylist()
    assert first == {
        "id": 1, "small": 2, "net": Decimal("1234.50"), "exact": Decimal("0.123456789"), "approximate": 0.5,
        "ok": True, "on_day": date(2026, 3, 2), "at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
        "local": datetime(2026, 7, 1, 10, tzinfo=UTC), "name": "é", "code": "EUR",
        "token": "6ecd8c99-4036-403d-bf84-cf8400f67836", "mood": "good", "data": '{"a": [1, null]}',
        "tags": '["x",null]', "price": Decimal("9.99"), "lasts": "1 day",
    }  # fmt: skip
    assert {name for name, value in second.items() if value is not None} == {"id", "at"}


def test_a_moment_that_no_calendar_has_is_a_finding(postgres: Database, lake: Lake) -> None:
    postgres.run(
        "create table t (id int, at timestamptz, seen timestamp)",
        "insert into t values (1, 'infinity', null), (2, '2026-03-01 00:00+00', '-infinity'), "
        "(3, '2026-03-01 00:00+00', null)",
    )
    form = {"query": "select id, at, seen from t", "key": "id", "append": "at"}
    report = take(postgres, lake, "2026-03-04 06:00", form, zone="UTC")
    assert {(x.what, x.column, x.examples) for x in findings(report, lake)} == {
        ("no_day", "at", ("id 1",)),
        ("wrong_type", "seen", ("id 2",)),
    }


def test_a_quotient_with_more_decimals_than_are_stored_is_a_finding(
    postgres: Database, lake: Lake
) -> None:
    postgres.run(
        "create table t (id int, at date, net numeric)",
        "insert into t values (1, '2026-03-01', 10), (2, '2026-03-01', 12)",
    )
    form = {"query": "select id, at, net / 3 as third from t", "key": "id", "append": "at"}
    report = take(postgres, lake, "2026-03-04 06:00", form)
    [finding] = findings(report, lake)
    assert (finding.what, finding.rows, finding.day) == ("wrong_type", 1, date(2026, 3, 1))
    assert finding.message == (
        "rows.third is not an amount with at most 9 decimals: write round(third, 6) in the query"
    )
    # 12 / 3 is 4.0000000000000000
    assert lake.read("shop", report.stream, date(2026, 3, 1)).column("third").to_pylist() == [4]


def test_the_session_of_postgresql_is_in_the_zone_of_the_connection(
    postgres: Database, lake: Lake
) -> None:
    postgres.run(
        "create table t (at timestamptz)",
        "insert into t values ('2026-03-28 22:59:59+00'), ('2026-03-28 23:00:00+00'), ('2026-03-29 21:59:59+00'), "
        "('2026-03-29 22:00:00+00')",
    )
    query = "select at::date as day, count(*) as value from t where at::date between :from and :to group by 1"
    form = {"query": query, "types": {"day": "date", "value": "decimal"}}
    report = take(postgres, lake, "2026-04-01 06:00", form)
    counts = {
        window.day: lake.read("shop", report.stream, window).column("value").to_pylist()
        for window, manifest in lake.manifests("shop", "rows").items()
        if manifest.rows
    }
    assert counts == {28: [1], 29: [2], 30: [1]}


def test_a_table_gives_the_columns_that_are_listed(postgres: Database) -> None:
    postgres.run(
        "create schema shop",
        "create table shop.orders (id int, email text, net numeric(9, 3), changed date)",
    )
    postgres.run("grant usage on schema shop to reader", "grant select on shop.orders to reader")
    form: dict[str, Any] = {
        "table": "orders", "schema": "shop", "columns": ["id", "net", "changed"], "key": "id", "cursor": "changed",
    }  # fmt: skip
    assert types(postgres, form) == {
        "id": pa.int64(), "net": pa.decimal128(38, 3), "changed": pa.date32()
    }  # fmt: skip
    assert str(refused(postgres, form | {"columns": ["id", "nett", "changed"]})) == (
        "`orders` has no column `nett`; did you mean `net`?"
    )
    assert str(refused(postgres, form | {"table": "order"})) == (
        "the database has no table or view `order` in the schema `shop`; did you mean `orders`?"
    )


@pytest.mark.parametrize(
    ("query", "keys", "words"),
    [
        (
            "select id, created_at from orders",
            {"append": "create_at"},
            "stream rows: `append: create_at` is none of the columns; did you mean `created_at`?",
        ),
        (
            "select id as \"Net Total\", created_at from orders",
            {"append": "created_at"},
            "the query's column `Net Total` has no name that it can be stored under; give it one of letters, digits "
            'and underscores, such as "Net Total" as net_total',
        ),
        (
            "select id, id, created_at from orders",
            {"append": "created_at"},
            "the query gives two columns `id`; give one of them another name",
        ),
        (
            "select id, id as account, created_at from orders",
            {"append": "created_at"},
            "`account` is a column that Okra adds itself; write `account as own_account`",
        ),
        (
            "select id, '\\x00'::bytea as image, created_at from orders",
            {"append": "created_at"},
            "stream rows: `image` holds bytes, which are not stored; leave it out of the query, or write it as a "
            "text or a number",
        ),
        (
            "select id, id as size from orders",
            {"append": "size"},
            "stream rows: `append: size` is neither a moment nor a day; name a column that is a timestamp or a date",
        ),
        (
            "select id, created_at from orders",
            {"append": "created_at", "columns": {"idd": "Names it"}},
            "stream rows: `idd` is none of the columns that the database gives; did you mean `id`?",
        ),
    ],
)  # fmt: skip
def test_a_declaration_that_does_not_suit_its_query_is_refused(
    postgres: Database, query: str, keys: dict[str, Any], words: str
) -> None:
    postgres.run("create table orders (id int, created_at timestamptz)")
    assert str(refused(postgres, {"query": query, "key": "id"} | keys)) == words


def test_a_query_that_fails_is_told_in_the_words_of_the_database(postgres: Database) -> None:
    postgres.run("create table orders (id int, created_at timestamptz)")
    fault = refused(
        postgres,
        {"query": "select id, create_at from orders", "key": "id", "append": "create_at"},
    )
    assert isinstance(fault, Rejected)
    assert 'column "create_at" does not exist' in str(fault)
    assert 'Perhaps you meant to reference the column "orders.created_at"' in str(fault)


def error_of(database: Database, lake: Lake, query: str, **values: str) -> SourceError:
    """Why a snapshot of a query fails."""
    values = {"DATABASE_URL": database.reader} | values
    source = declared(values, rows={"query": query, "key": "id", "snapshot": "true"})
    now = datetime(2026, 3, 4, tzinfo=UTC)
    [report] = pull(
        source, values, lake, Range(now.date(), now.date()), now=lambda: now, calls=unslept(source)
    )
    assert report.error
    return report.error


def test_a_query_cannot_write(postgres: Database, lake: Lake) -> None:
    postgres.run("create sequence numbers", "grant all on sequence numbers to reader")
    fault = error_of(postgres, lake, "select nextval('numbers') as id")
    assert "cannot execute nextval() in a read-only transaction" in str(fault)


def test_a_query_that_takes_too_long_is_ended_and_not_sent_again(
    postgres: Database, lake: Lake
) -> None:
    query = "select case when pg_sleep(20) is null then 1 else 2 end as id"
    fault = error_of(postgres, lake, query, DATABASE_TIMEOUT_SECONDS="1")
    assert str(fault) == (
        "a query took longer than 1 seconds; make it cheaper (an index, fewer columns), or raise "
        "DATABASE_TIMEOUT_SECONDS"
    )


@pytest.mark.parametrize("written", ["0", "-1", "ten", "86401"])
def test_a_timeout_is_a_number_of_seconds(postgres: Database, written: str) -> None:
    with pytest.raises(Rejected, match="which is no number of seconds"):
        SOURCE.open(
            {"DATABASE_URL": postgres.reader, "DATABASE_TIMEOUT_SECONDS": written}, unslept(SOURCE)
        )


def test_sqlite_takes_the_types_of_tables_and_those_of_the_first_rows(
    sqlite: Database, lake: Lake
) -> None:
    sqlite.run(
        "create table t (id integer, net decimal(10, 2), ok boolean, on_day date, at timestamp, flag tinyint(1), "
        "x text)",
        "insert into t values (1, 12.1, 1, '2026-03-02', '2026-03-01 23:30:00Z', 0, 'a')",
        "insert into t values (2, null, null, null, '2026-03-02T10:00', null, null)",
    )
    query = "select id, net, ok, on_day, at, flag, x, id * 2 as double, net / 2 as half, date(at) as text_day from t"
    report = take(sqlite, lake, "2026-03-04 06:00", {"query": query, "key": "id", "append": "at"})
    table = lake.read("shop", report.stream, date(2026, 3, 2))
    assert {field.name: field.type for field in table.schema} == {
        "id": pa.int64(), "net": pa.decimal128(38, 2), "ok": pa.bool_(), "on_day": pa.date32(), "at": MOMENT,
        "flag": pa.bool_(), "x": pa.string(), "double": pa.int64(), "half": pa.float64(), "text_day": pa.string(),
    }  # fmt: skip
    assert table.to_pylist()[0] == {
        "id": 1, "net": Decimal("12.10"), "ok": True, "on_day": date(2026, 3, 2),
        "at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "flag": False, "x": "a", "double": 2, "half": 6.05,
        "text_day": "2026-03-01",
    }  # fmt: skip
    # half past ten of Berlin's morning
    assert table.column("at").to_pylist()[1] == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_column_of_sqlite_that_nothing_tells_the_type_of_needs_it(sqlite: Database) -> None:
    sqlite.run("create table t (id integer, at timestamp)")
    form = {"query": "select id, at, id + 1 as next from t", "key": "id", "append": "at"}
    assert str(refused(sqlite, form)).startswith(
        "stream rows: neither the database nor the first rows say the type of `next`; add `types: {next: integer}`"
    )
    assert types(sqlite, form | {"types": {"next": "decimal"}})["next"] == pa.decimal128(38, 9)


def test_a_day_in_a_text_of_sqlite_places_a_row(sqlite: Database, lake: Lake) -> None:
    sqlite.run("create table t (id integer, day text)", "insert into t values (1, '2026-03-01')")
    form = {"query": "select id, day from t", "key": "id", "whole": "day"}
    report = take(sqlite, lake, "2026-03-04 06:00", form)
    assert lake.read("shop", report.stream, date(2026, 3, 1)).to_pylist() == [
        {"id": 1, "day": date(2026, 3, 1)}
    ]
    sqlite.run("insert into t values (2, '31.12.2026')")
    report = take(sqlite, lake, "2026-03-05 06:00", form)
    assert [(x.what, x.examples) for x in findings(report, lake)] == [("no_day", ("id 2",))]


def test_a_column_whose_type_has_changed_is_told(postgres: Database, lake: Lake) -> None:
    postgres.run("create table t (id int, net numeric(9, 2))")
    values = {"DATABASE_URL": postgres.reader}
    form = {"query": "select id, net from t", "key": "id", "snapshot": "true"}
    source = declared(values, rows=form)
    postgres.run("alter table t alter net type numeric(9, 4)")
    connection = source.open(values, unslept(source))
    with closing(connection), pytest.raises(Drift) as error:
        assert isinstance(connection, ChecksStreams)
        connection.check(source.streams[0])
    assert str(error.value) == (
        "rows.net was an amount with at most 2 decimals when its columns were asked for, and has another type now; "
        "say in `types` what it is to be stored as, such as `types: {net: decimal}`"
    )


def test_percents_and_colons_of_a_query_are_its_own(postgres: Database, lake: Lake) -> None:
    postgres.run("create table t (id int, name text, at date)")
    postgres.run("insert into t values (1, 'a:b', '2026-03-01'), (2, 'c', '2026-03-01')")
    query = "select id, name, at::date as at, 7 % 4 as rest from t where name like '%:b'"
    form = {"query": query, "key": "id", "append": "at"}
    report = take(postgres, lake, "2026-03-04 06:00", form)
    assert lake.read("shop", report.stream, date(2026, 3, 1)).to_pylist() == [
        {"id": 1, "name": "a:b", "at": date(2026, 3, 1), "rest": 3}
    ]


def test_nan_is_no_amount(postgres: Database, lake: Lake) -> None:
    postgres.run(
        "create table t (id int, at date, net numeric)",
        "insert into t values (1, '2026-03-01', 'NaN')",
    )
    form = {"query": "select id, at, net from t", "key": "id", "append": "at"}
    report = take(postgres, lake, "2026-03-04 06:00", form)
    [finding] = findings(report, lake)
    assert finding.message == (
        "rows.net is not an amount with at most 9 decimals: correct it at the source, and the next pull takes the row"
    )


def test_a_table_that_may_not_be_read_says_so(postgres: Database) -> None:
    postgres.run("create table secrets (id int)", "revoke all on secrets from reader")
    fault = refused(postgres, {"query": "select id from secrets", "key": "id", "snapshot": "true"})
    assert isinstance(fault, PermissionDenied)
