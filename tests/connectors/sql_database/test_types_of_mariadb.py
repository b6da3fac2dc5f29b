"""The types of MariaDB and MySQL: what they are stored as, and how the names of columns are quoted there."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.lake.lake import Lake
from tests.connectors.sql_database.servers import Server
from tests.connectors.sql_database.test_declared_streams import Database, by_day, findings, take
from tests.connectors.sql_database.test_declared_types import refused


@pytest.fixture
def maria(mariadb: Server) -> Database:
    name = mariadb.new_database()
    return Database(mariadb.admin(name), mariadb.reader(name))


def test_each_type_of_mariadb_is_stored_as_what_it_is(maria: Database, lake: Lake) -> None:
    maria.run(
        "create table t (id bigint, net decimal(12, 2), ok tinyint(1), small tinyint, on_day date, at timestamp null, "
        "local datetime, name varchar(20), note text, mood enum('good', 'bad'), approximate double)",
        "set time_zone = '+00:00'",
        "insert into t values (1, 1234.50, 1, 2, '2026-03-02', '2026-03-01 23:30:00', '2026-07-01 12:00:00', 'a', "
        "'long', 'good', 0.5)",
    )
    query = "select id, net, ok, small, on_day, at, local, name, note, mood, approximate from t"
    report = take(maria, lake, "2026-03-04 06:00", {"query": query, "key": "id", "append": "at"})
    [row] = lake.read("shop", report.stream, date(2026, 3, 2)).to_pylist()
    assert row == {
        "id": 1, "net": Decimal("1234.50"), "ok": True, "small": 2, "on_day": date(2026, 3, 2),
        "at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "local": datetime(2026, 7, 1, 10, tzinfo=UTC), "name": "a",
        "note": "long", "mood": "good", "approximate": 0.5,
    }  # fmt: skip


def test_a_bit_of_mariadb_is_true_or_false(maria: Database, lake: Lake) -> None:
    maria.run(
        "create table t (id int, on_day date, gift bit(1))",
        "insert into t values (1, '2026-03-02', b'1'), (2, '2026-03-02', b'0'), (3, '2026-03-02', null)",
    )
    form = {"query": "select id, on_day, gift from t", "key": "id", "append": "on_day"}
    report = take(maria, lake, "2026-03-04 06:00", form)
    assert findings(report, lake) == []
    assert by_day(report, lake, "gift") == {"03-02": [True, False, None]}


def test_a_whole_number_beyond_64_bits_is_told_with_the_type_that_takes_it(
    maria: Database, lake: Lake
) -> None:
    maria.run(
        "create table t (id int, on_day date, big bigint unsigned)",
        "insert into t values (1, '2026-03-02', 18446744073709551615), (2, '2026-03-02', 7)",
    )
    form = {"query": "select id, on_day, big from t", "key": "id", "append": "on_day"}
    report = take(maria, lake, "2026-03-04 06:00", form)
    [finding] = findings(report, lake)
    assert finding.message == (
        "rows.big is not a whole number of 64 bits: write `types: {big: decimal}`, or text for one that is not added up"
    )
    assert by_day(report, lake, "big") == {"03-02": [7]}
    report = take(maria, lake, "2026-03-04 06:00", form | {"types": {"big": "decimal"}})
    assert findings(report, lake) == []
    assert by_day(report, lake, "big") == {"03-02": [Decimal(18446744073709551615), Decimal(7)]}


def test_a_name_with_a_blank_is_quoted_as_mysql_quotes(maria: Database) -> None:
    maria.run("create table t (`Artikel Nr` int, on_day date)")
    error = refused(
        maria,
        {"query": "select `Artikel Nr`, on_day from t", "key": "on_day", "append": "on_day"},
    )
    assert "`Artikel Nr` as artikel_nr" in str(error)
