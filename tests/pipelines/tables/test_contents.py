"""A table is brought up to date by what differs, and ends with the rows that it should have."""

from random import Random

import duckdb
import pytest

from pipelines.tables import contents
from pipelines.tables.contents import bring_up_to_date, content_of
from pipelines.tables.table import Table, tables_in


def table(connection: duckdb.DuckDBPyConnection, name: str) -> Table:
    [described] = [x for x in tables_in(connection, "memory") if x.name == name]
    return described


@pytest.mark.parametrize("small", [0, 10_000])
def test_random_changes_end_at_the_rows_of_the_source(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "SMALL", small)
    random = Random(7)
    with duckdb.connect() as connection:
        connection.execute(
            "create table source (day integer, amount decimal(38, 6), flags varchar[], run_id varchar);"
            "create table target as from source"
        )
        for day in range(100):
            connection.execute(
                f"""
                insert into source
                select {day}, {random.randint(0, 9)}, [[], null, ['a']][{random.randint(1, 3)}], 'x'
                from range({random.randint(0, 3)});
                update source set amount = amount + 1 where day % {random.randint(2, 9)} = 0;
                update source set flags = null where day % {random.randint(2, 9)} = 0;
                delete from source where day = {random.randint(0, day)};
                update source set run_id = 'run {random.randint(0, 5)}' where {random.choice(["true", "day < 9"])};
                """
            )
            source, target = table(connection, "source"), table(connection, "target")
            bring_up_to_date(connection, source, target, target)
            assert content_of(connection, source).rows > 0 or day < 9
            both = [
                connection.execute(f"from {name} order by all").fetchall()
                for name in ("source", "target")
            ]
            assert both[0] == both[1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("null::varchar[]", "[]::varchar[]"),
        ("null::map(varchar, varchar)", "map {}::map(varchar, varchar)"),
        ("null::integer", "0"),
        ("''", "null::varchar"),
        ("1::integer", "1::bigint"),
        ("1::decimal(18, 2)", "1::decimal(18, 3)"),
        ("['a', null]", "[null, 'a']"),
        ("['a, b']", "['a', 'b']"),
    ],
)
def test_what_differs_has_another_checksum(first: str, second: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"create table one as select {first} as x; create table two as select {second} as x"
        )
        content, other_content = (
            content_of(connection, table(connection, name)) for name in ("one", "two")
        )
    assert content.rows == other_content.rows == 1
    assert content.checksum != other_content.checksum


def test_the_order_of_the_rows_makes_no_difference_but_their_number_does() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table one as from range(5);
            create table two as from range(5) order by all desc;
            create table three as from range(5) union all select 4;
            """
        )
        checksums = [
            content_of(connection, table(connection, name)).checksum
            for name in ("one", "two", "three")
        ]
    assert checksums[0] == checksums[1] != checksums[2]


def test_rows_that_stay_are_not_written_again() -> None:
    """A row that stays keeps its place in the table."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table source as select range as day, 'run 2' as run_id from range(20000);"
            "create table target as select range as day, 'run 1' as run_id from range(19999)"
        )
        source, target = table(connection, "source"), table(connection, "target")
        connection.execute("delete from source where day = 5")
        bring_up_to_date(connection, source, target, target)
        places = "select min(rowid), max(rowid), count(*) from target where run_id = 'run 2'"
        # the rows 0 to 19998 without the row 5, and the new one behind them
        assert connection.execute(places).fetchall() == [(0, 19999, 19999)]
        assert connection.execute("select rowid from target where day = 6").fetchall() == [(6,)]
