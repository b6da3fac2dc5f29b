"""A table follows from the dataclass of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import pytest

from pipelines.okr.columns import Number
from pipelines.tables.table import Column, Table, attach, columns_of, tables_in, transaction

Name = Annotated[str, "What it is called"]
DAY, NEXT_DAY = date(2026, 11, 16), date(2026, 11, 17)


@dataclass(frozen=True, slots=True)
class Part:
    day: Annotated[date, "The day"]
    name: Name
    price: Annotated[Number | None, "In USD; NULL for a gift"]
    color: Annotated[Literal["red", "blue"] | None, "Its color"]
    tags: Annotated[Sequence[str], "In no order"]
    count: Annotated[int, "How many"]
    sold_at: Annotated[datetime | None, "When"]


PARTS = Table(
    "parts", "All parts", columns_of(Part, run_id=Annotated[str, "The run"]), key=("day", "name")
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def part(name: str, price: str | None = "1.5", day: date = DAY) -> Part:
    number = None if price is None else Decimal(price)
    return Part(day, name, number, "red", ["a", "b"], 2, datetime(2026, 11, 16, 12, tzinfo=UTC))


def answers(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(query).fetchall()


def test_types_and_comments_are_those_of_the_fields() -> None:
    assert PARTS.columns == {
        "day": Column("date not null", "The day"),
        "name": Column("varchar not null", "What it is called"),
        "price": Column("decimal(38, 6)", "In USD; NULL for a gift"),
        "color": Column("varchar", "Its color"),
        "tags": Column("varchar[] not null", "In no order"),
        "count": Column("integer not null", "How many"),
        "sold_at": Column("timestamp with time zone", "When"),
        "run_id": Column("varchar not null", "The run"),
    }


def test_rows_are_read_back_as_they_were_written(warehouse: Path) -> None:
    row = part("widget")
    with transaction(warehouse) as connection:
        PARTS.replace(connection, [row], run_id="run-1")
    [written] = answers(warehouse, "from okr.parts")
    assert written == (DAY, "widget", row.price, "red", ["a", "b"], 2, row.sold_at, "run-1")


def test_a_number_with_more_decimals_than_the_column_is_rounded(warehouse: Path) -> None:
    with transaction(warehouse) as connection:
        PARTS.replace(connection, [part("a", "0.1234565"), part("b", None)], run_id="run-1")
    assert answers(warehouse, "select price from okr.parts order by name") == [
        (Decimal("0.123457"),),
        (None,),
    ]


def test_a_partition_is_replaced_and_the_others_stay(warehouse: Path) -> None:
    for rows in ([part("a"), part("b")], [part("a", day=NEXT_DAY)], [part("c", day=NEXT_DAY)]):
        with transaction(warehouse) as connection:
            PARTS.replace_partition(connection, "day", rows[0].day, rows, run_id="run-1")
    assert answers(warehouse, "select day, name from okr.parts order by all") == [
        (DAY, "a"),
        (DAY, "b"),
        (NEXT_DAY, "c"),
    ]


def test_a_table_of_an_earlier_version_gets_the_columns_that_it_lacks(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema okr")
        connection.execute(
            "create table okr.parts (name varchar, run_id varchar, day date, primary key (day, name))"
        )
        connection.execute("insert into okr.parts values ('old', 'run-0', '2026-11-15')")
    with transaction(warehouse) as connection:
        PARTS.replace_partition(connection, "day", DAY, [part("new")], run_id="run-1")
    assert answers(warehouse, "select name, run_id, price, tags from okr.parts order by day") == [
        ("old", "run-0", None, None),
        ("new", "run-1", Decimal("1.5"), ["a", "b"]),
    ]


@pytest.mark.parametrize("place", ["table okr.parts", "column okr.parts.price"])
def test_a_comment_of_an_earlier_version_is_replaced(warehouse: Path, place: str) -> None:
    with transaction(warehouse) as connection:
        PARTS.create(connection)
        connection.execute(f"comment on {place} is 'as it was called before'")
        PARTS.create(connection)
    comments = (
        "select comment from duckdb_tables() union all select comment from duckdb_columns() "
        "where table_name = 'parts'"
    )
    told = {comment for (comment,) in answers(warehouse, comments)}
    assert told >= {"All parts", "In USD; NULL for a gift"}
    assert "as it was called before" not in told


def test_an_error_leaves_the_database_as_it_was(warehouse: Path) -> None:
    with transaction(warehouse) as connection:
        PARTS.replace(connection, [part("a")], run_id="run-1")
    with pytest.raises(duckdb.ConstraintException), transaction(warehouse) as connection:
        PARTS.replace(connection, [part("b"), part("b")], run_id="run-2")
    assert answers(warehouse, "select name, run_id from okr.parts") == [("a", "run-1")]


def test_a_database_tells_its_tables(warehouse: Path) -> None:
    with transaction(warehouse) as connection:
        PARTS.replace(connection, [], run_id="run-1")
        connection.execute("create table okr.notes (note varchar)")
    with duckdb.connect() as connection:
        attach(connection, {"of_file": warehouse})
        notes, parts = tables_in(connection, "of_file", ["okr"])
        assert connection.execute(f"from {parts.place}").fetchall() == []
    assert notes.columns == {"note": Column("varchar", "")}
    assert (parts.name, parts.comment) == ("parts", "All parts")
    assert parts.columns["price"] == Column("decimal(38,6)", "In USD; NULL for a gift")
