"""In which zone MySQL works out the days and moments of a declared query."""

from datetime import UTC, date, datetime

import pytest

from connectors.lake.lake import Lake
from connectors.sdk.errors import Rejected
from tests.connectors.sql_database.servers import Server
from tests.connectors.sql_database.test_declared_streams import (
    Database,
    by_day,
    declared,
    findings,
    take,
)

NIGHT = 1_772_407_800
"""Half past midnight of 2 March 2026 in Berlin, half past eleven of 1 March in UTC."""
SUMMER, WINTER = 1_774_746_000, 1_792_976_400
"""When Berlin's clocks were put forward and back in 2026."""


@pytest.fixture
def knows_berlin(mariadb: Server) -> Server:
    """A server that has loaded the zone of Berlin."""
    mariadb.run(
        "replace into mysql.time_zone values (900, 'N')",
        "replace into mysql.time_zone_name values ('Europe/Berlin', 900)",
        "replace into mysql.time_zone_transition_type values (900, 0, 3600, 0, 'CET'), (900, 1, 7200, 1, 'CEST')",
        f"replace into mysql.time_zone_transition values (900, 0, 0), (900, {SUMMER}, 1), (900, {WINTER}, 0)",
    )
    return mariadb


@pytest.fixture
def database(knows_berlin: Server) -> Database:
    name = knows_berlin.new_database()
    return Database(knows_berlin.admin(name), knows_berlin.reader(name))


def test_seconds_since_1970_become_the_moments_that_they_are(
    database: Database, lake: Lake
) -> None:
    database.run("create table t (id int, ts int unsigned)", f"insert into t values (1, {NIGHT})")
    form = {"query": "select id, from_unixtime(ts) as at from t", "key": "id", "append": "at"}
    report = take(database, lake, "2026-03-04 06:00", form)
    [row] = lake.read("shop", report.stream, date(2026, 3, 2)).to_pylist()
    assert row["at"] == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_the_day_of_an_instant_is_that_of_the_source(database: Database, lake: Lake) -> None:
    database.run(
        "set time_zone = '+00:00'",
        "create table t (net int, at timestamp null)",
        "insert into t values (7, '2026-03-01 23:30:00'), (1, '2026-03-02 23:30:00')",
    )
    query = (
        "select date(at) as day, sum(net) as value from t "
        "where at >= :from and at < :to + interval 1 day group by 1"
    )
    report = take(database, lake, "2026-03-04 06:00", {"query": query})
    assert by_day(report, lake, "value") == {"03-02": [7], "03-03": [1]}


def test_a_query_that_converts_moments_itself_does_so_from_utc(
    database: Database, lake: Lake
) -> None:
    database.run(
        "set time_zone = '+00:00'",
        "create table t (id int, at timestamp null)",
        "insert into t values (1, '2026-03-01 23:30:00')",
    )
    query = "select id, date(convert_tz(at, '+00:00', 'Europe/Berlin')) as day from t"
    report = take(database, lake, "2026-03-04 06:00", {"query": query, "key": "id", "whole": "day"})
    assert by_day(report, lake) == {"03-02": [1]}


def test_the_hour_that_is_repeated_in_autumn_is_two_hours(database: Database, lake: Lake) -> None:
    database.run(
        "set time_zone = '+00:00'",
        "create table t (id int, at timestamp(3) null)",
        "insert into t values (1, '2026-10-25 00:30:00.25'), (2, '2026-10-25 01:30:00'), (3, null)",
    )
    form = {"query": "select id, at from t", "key": "id", "whole": "at"}
    report = take(database, lake, "2026-10-27 06:00", form, first=date(2026, 10, 24))
    rows = lake.read("shop", report.stream, date(2026, 10, 25)).to_pylist()
    assert {row["id"]: row["at"] for row in rows} == {
        1: datetime(2026, 10, 25, 0, 30, 0, 250_000, tzinfo=UTC),
        2: datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    }


def test_changes_are_counted_as_they_are_read(database: Database, lake: Lake) -> None:
    database.run(
        "set time_zone = '+00:00'",
        "create table t (id int, at timestamp null)",
        "insert into t values (1, '2026-02-28 22:30:00'), (2, '2026-03-01 23:30:00'), (3, '2026-03-02 22:30:00')",
    )
    form = {"table": "t", "columns": ["id", "at"], "key": "id", "cursor": "at"}
    report = take(database, lake, "2026-03-04 06:00", form)
    assert by_day(report, lake) == {"03-02": [2, 3]}
    assert findings(report, lake) == []


def test_moments_that_would_be_hours_off_are_refused(mariadb: Server) -> None:
    name = mariadb.new_database()
    database = Database(mariadb.admin(name), mariadb.reader(name))
    database.run("create table t (id int, ts int unsigned)")
    form = {"query": "select id, from_unixtime(ts) as at from t", "key": "id", "append": "at"}
    values = {"DATABASE_URL": database.reader, "DATABASE_TIMEZONE": "Asia/Kathmandu"}
    with pytest.raises(Rejected, match="the server does not know Asia/Kathmandu; load its zones"):
        declared(values, rows=form)
    assert declared({**values, "DATABASE_TIMEZONE": "UTC"}, rows=form).streams
