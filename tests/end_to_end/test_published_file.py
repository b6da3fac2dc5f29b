"""The published file, as the tools of other people open it."""

import json
import stat
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.end_to_end.conftest import Home

CONTRACT = [
    "kpi", "period", "period_start", "period_end", "dimension", "member", "value", "numerator",
    "denominator", "unit", "kind", "previous_value", "change", "change_pct", "status",
    "data_through", "trust", "sources", "known_from", "known_to", "run_id",
]  # fmt: skip


def columns(home: Home, table: str) -> list[str]:
    return [name for (name,) in home.rows(
        "select column_name from duckdb_columns() where table_name = $1 order by column_index", table
    )]  # fmt: skip


def test_kpi_periods_has_the_columns_that_others_rely_on(sample: Home) -> None:
    names = columns(sample, "kpi_periods")
    assert [name for name in names if name in CONTRACT] == CONTRACT


def test_nothing_is_wrong_with_the_sample_company(sample: Home) -> None:
    assert sample.rows("select what, place, message from findings") == []
    assert sample.rows("select kpi, trust from kpis where trust <> 'ok'") == []


@pytest.mark.parametrize(
    ("kpi", "unit"),
    [
        ("net_revenue", "USD"),
        ("units_sold", "pieces"),
        ("page_likes", "people"),
        ("site_visitors", "visitors"),
    ],
)
def test_every_row_of_a_kpi_has_its_days_its_unit_and_its_source(
    sample: Home, kpi: str, unit: str
) -> None:
    lacking, rows = sample.row(
        "select count(*) filter (where period_start is null or period_end is null "
        "or period_end < period_start or unit is null or sources = '' or data_through is null "
        "or data_through not between period_start and period_end or complete is null), count(*) "
        "from kpi_periods where kpi = $1",
        kpi,
    )
    assert lacking == 0
    assert rows > 0
    assert (unit,) in sample.rows(
        "select distinct unit from kpi_periods where kpi = $1 and dimension = 'total'", kpi
    )


def test_units_sold_of_a_month_are_there_by_product(sample: Home) -> None:
    assert sample.rows(
        "select member, value from kpi_periods where kpi = 'units_sold' and period = 'month' "
        "and period_start = '2026-09-01' and dimension = 'product' order by member"
    ) == [("thingamajig", 19_370), ("widget", 2_340)]


def test_every_table_and_column_is_described(sample: Home) -> None:
    assert (
        sample.rows("select table_name from duckdb_tables() where coalesce(comment, '') = ''") == []
    )
    assert sample.rows(
        "select table_name, column_name from duckdb_columns() "
        "where coalesce(comment, '') = '' and not internal"
    ) == []  # fmt: skip


def test_nothing_is_published_of_the_day_being_played_or_later(sample: Home) -> None:
    latest = sample.row("select max(data_through) from kpi_periods")
    assert latest == (date(2026, 11, 24),)


def test_a_tool_that_opens_it_for_writing_leaves_it_whole(sample: Home) -> None:
    assert sample.published.stat().st_mode & 0o222 == 0
    assert not sample.published.with_name("okra.duckdb.wal").exists()


def test_parquet_holds_the_same_rows_and_there_is_no_csv(sample: Home) -> None:
    manifest = json.loads((sample.path / "okra.json").read_text())
    for name, table in manifest["tables"].items():
        [(rows,)] = sample.rows(f'select count(*) from "{name}"')
        parquet = pq.read_table(sample.path / "parquet" / f"{name}.parquet")
        assert rows == table["rows"] == parquet.num_rows
    assert not (sample.path / "csv").exists()


def test_a_reader_that_has_it_open_does_not_stop_a_run_and_keeps_its_rows(
    sample: Home, tmp_path: Path
) -> None:
    from pipelines.publishing.snapshot import publish

    target = tmp_path / "okra.duckdb"
    warehouse = sample.path / "sample" / "warehouse.duckdb"
    publish(warehouse, target, {}, "v1.2.0")
    with duckdb.connect(str(target), read_only=True) as reader:
        before = reader.execute("select count(*) from kpi_periods").fetchall()
        publish(warehouse, target, {}, "v1.2.0")
        assert reader.execute("select count(*) from kpi_periods").fetchall() == before


def test_a_run_makes_files_that_nobody_else_on_the_machine_may_read(sample: Home) -> None:
    others = stat.S_IRWXG | stat.S_IRWXO
    paths = [sample.path, *sample.path.rglob("*")]
    assert [x for x in paths if not x.is_symlink() and x.stat().st_mode & others] == []


def test_privacy_lists_the_columns_of_the_published_file(sample: Home) -> None:
    listed = sample.ask("privacy", "--json").document["published"]
    assert {x["table"] for x in listed} >= {"kpi_periods", "check_ins", "objectives"}
    assert [x for x in listed if not x["description"]] == []
