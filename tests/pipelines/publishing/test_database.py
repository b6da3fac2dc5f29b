"""The published database is a copy of the previous one, with what differs written into it."""

import os
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.snapshot import publish
from pipelines.tables import contents

ALL = "from sales order by all"
DESCRIBED = """
    select table_name, column_name, data_type, columns.comment, tables.comment
    from duckdb_columns() as columns left join duckdb_tables() as tables using (table_name)
    where columns.database_name <> 'system' and columns.database_name <> 'temp'
    order by all
"""


class Company:
    """A warehouse of one table, which is published again and again."""

    def __init__(self, folder: Path) -> None:
        self.warehouse, self.target = folder / "warehouse.duckdb", folder / "okra.duckdb"
        self.change(
            """
            create schema reporting;
            create table reporting.sales as
            select day, 'shop ' || (day % 7) as shop, day * 1.5::decimal(38, 6) as amount, ['a'] as flags,
                'run 1' as run_id
            from range(100) as days (day);
            comment on table reporting.sales is 'One row a day';
            comment on column reporting.sales.day is 'The day';
            """
        )

    def change(self, statements: str) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(statements)

    def publish(self, storage_version: str = "v1.2.0") -> None:
        publish(self.warehouse, self.target, {}, storage_version)

    def rows(self, query: str = ALL) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.target), read_only=True) as connection:
            return connection.execute(query).fetchall()

    @property
    def stored(self) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute("from reporting.sales order by all").fetchall()

    @property
    def parquet(self) -> Path:
        return self.target.parent / "parquet" / "sales.parquet"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company that has published once, and whose table counts as a large one."""
    monkeypatch.setattr(contents, "SMALL", 0)
    company = Company(tmp_path)
    company.publish()
    return company


@pytest.mark.parametrize(
    "change",
    [
        "insert into reporting.sales values (100, 'shop 9', 1, [], 'run 2')",
        "delete from reporting.sales where day % 3 = 0",
        "update reporting.sales set amount = null where day = 5",
        "update reporting.sales set run_id = 'run 2'",
        "update reporting.sales set run_id = case when day < 9 then 'run 2' end",
        # DuckDB's hash of both is the same
        "update reporting.sales set flags = [] where day = 7; update reporting.sales set flags = null where day = 8",
        "insert into reporting.sales select * from reporting.sales where day in (3, 4)",
        "truncate reporting.sales",
        "alter table reporting.sales add column discount integer",
        "alter table reporting.sales alter day type varchar",
    ],
)
def test_what_changed_is_published_as_if_from_nothing(company: Company, change: str) -> None:
    company.change(change)
    company.publish()
    assert company.rows() == company.stored
    assert company.rows(f"from '{company.parquet}' order by all") == company.stored
    described = company.rows(DESCRIBED)
    company.target.unlink()
    company.publish()
    assert company.rows() == company.stored
    assert company.rows(DESCRIBED) == described


def test_a_list_that_was_empty_and_is_missing_now_is_published(company: Company) -> None:
    company.change("update reporting.sales set flags = []")
    company.publish()
    company.change("update reporting.sales set flags = null where day = 8")
    company.publish()
    assert company.rows("select day from sales where flags is null") == [(8,)]
    assert company.rows(f"select day from '{company.parquet}' where flags is null") == [(8,)]


def test_one_of_two_equal_rows_that_goes_is_gone(company: Company) -> None:
    company.change("insert into reporting.sales select * from reporting.sales where day = 3")
    company.publish()
    assert company.rows("select count(*) from sales where day = 3") == [(2,)]
    company.change(
        "delete from reporting.sales where rowid = (select max(rowid) from reporting.sales)"
    )
    company.publish()
    assert company.rows("select count(*) from sales where day = 3") == [(1,)]


def test_what_did_not_change_stays_with_its_parquet_file(company: Company) -> None:
    os.utime(company.parquet, (1, 1))
    company.publish()
    assert company.parquet.stat().st_mtime == 1
    company.change("update reporting.sales set amount = 0 where day = 5")
    company.publish()
    assert company.parquet.stat().st_mtime > 1


def test_a_file_of_another_table_in_the_place_of_a_parquet_file_is_replaced(
    company: Company,
) -> None:
    duckdb.execute(f"copy (select 1 as x) to '{company.parquet}'")
    company.publish()
    assert company.rows(f"from '{company.parquet}' order by all") == company.stored
    company.parquet.write_bytes(b"no Parquet")
    company.publish()
    assert company.rows(f"from '{company.parquet}' order by all") == company.stored


def test_another_comment_is_published_without_other_rows(company: Company) -> None:
    company.change("comment on column reporting.sales.day is 'Another day'")
    company.publish()
    comment = (
        "select comment from duckdb_columns() where table_name = 'sales' and column_name = 'day'"
    )
    assert company.rows(comment) == [("Another day",)]


def test_a_table_that_is_gone_is_published_no_more(company: Company) -> None:
    company.change("create table reporting.costs as select 1 as x; drop table reporting.sales")
    company.publish()
    names = "select table_name from duckdb_tables() order by all"
    assert company.rows(names) == [("costs",), ("schema_version",)]
    assert not company.parquet.exists()


def test_charts_and_views_of_what_is_gone_go_too(company: Company) -> None:
    company.change(
        """
        create table reporting.kpis as
        select 'sales' as kpi, 'Sales' as label, 'flow' as kind, 'USD' as unit, 'sum' as denominator,
            ['shop'] as dimensions, date '2026-01-31' as data_through;
        create table reporting.kpi_days as
        select 'sales' as kpi, date '2026-01-31' as day, map {'shop': 'a'} as dimensions,
            1.5::decimal(38, 6) as value, null::decimal(38, 6) as numerator, null::decimal(38, 6) as denominator;
        """
    )
    company.publish()
    places = """
        select table_name, count(*) from duckdb_columns() where table_name in ('calendar', 'kpi_sales_daily')
        group by all order by all
    """
    assert company.rows(places) == [("calendar", 13), ("kpi_sales_daily", 5)]
    # 2026 and 2027 have 365 days each
    assert company.rows("select count(*), min(day), max(week_label) from calendar")[0][0] == 730
    company.change("drop table reporting.kpi_days")
    company.publish()
    assert company.rows(places) == []


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_previous_file_that_cannot_be_read_is_written_anew(
    company: Company, content: bytes | None
) -> None:
    whole = company.target.read_bytes()
    company.target.unlink()
    company.target.write_bytes(whole[: len(whole) // 2] if content is None else content)
    company.publish()
    assert company.rows() == company.stored
    assert [path.name for path in company.target.parent.glob(".okra*")] == []


def test_a_previous_file_of_another_storage_version_is_written_anew(company: Company) -> None:
    version = "select tags['storage_version'] from duckdb_databases() where database_name = 'okra'"
    assert company.rows(version) == [("v1.2.0+",)]
    company.publish("v1.4.0")
    assert company.rows(version) == [("v1.4.0+",)]
    company.publish()
    assert company.rows(version) == [("v1.2.0+",)]
