"""What is published of a warehouse, in each of its forms."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.snapshot import publish
from pipelines.publishing.verifying import published_faults


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder into which one table was published, by a run in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            """
            create table reporting.parts as
            select
                map {'color': 'red, or "x=y"'} as dimensions,
                ['a, b', 'c'] as flags,
                null::varchar[] as owners,
                timestamptz '2026-01-31 23:30:00+00' as pulled_at,
                date '2026-01-31' as day,
                1.5::decimal(38, 6) as value,
                'plain, text' as label
            """
        )
    publish(warehouse, tmp_path / "okra.duckdb", {}, "v1.2.0", csv=True)
    yield tmp_path


def test_a_csv_has_lists_and_maps_as_json_and_moments_in_utc(home: Path) -> None:
    with (home / "csv" / "parts.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row == {
        "dimensions": '{"color":"red, or \\"x=y\\""}',
        "flags": '["a, b","c"]',
        "owners": "",
        "pulled_at": "2026-01-31 23:30:00+00",
        "day": "2026-01-31",
        "value": "1.500000",
        "label": "plain, text",
    }


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"],
)
def test_a_text_in_a_csv_is_no_formula(tmp_path: Path, text: str) -> None:
    warehouse, target = tmp_path / "warehouse.duckdb", tmp_path / "okra.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            "create table reporting.parts as select $1 as name, [$1] as names, -1.5 as value, 'a=b' as plain",
            [text],
        )
    publish(warehouse, target, {}, "v1.2.0", csv=True)
    with (tmp_path / "csv" / "parts.csv").open(newline="", encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    assert row == {
        "name": f"'{text}", "names": json.dumps([text], ensure_ascii=False, separators=(",", ":")),
        "value": "-1.5", "plain": "a=b",
    }  # fmt: skip
    with duckdb.connect(str(target), read_only=True) as connection:
        assert connection.execute("select name from parts").fetchall() == [(text,)]


def test_a_database_and_a_parquet_file_keep_them_as_they_are(home: Path) -> None:
    with duckdb.connect(str(home / "okra.duckdb"), read_only=True) as connection:
        of_file = connection.execute("from parts").fetchall()
        of_parquet = connection.execute(
            f"from read_parquet('{home / 'parquet' / 'parts.parquet'}')"
        ).fetchall()
    assert of_file == of_parquet
    assert of_file[0][:3] == ({"color": 'red, or "x=y"'}, ["a, b", "c"], None)


def test_every_form_says_under_which_version_it_was_published(home: Path) -> None:
    with duckdb.connect(str(home / "okra.duckdb"), read_only=True) as connection:
        [(number, okra, at)] = connection.execute("from schema_version").fetchall()
        of_parquet = connection.execute(
            f"from read_parquet('{home / 'parquet' / 'schema_version.parquet'}')"
        ).fetchall()
    with (home / "csv" / "schema_version.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (number, okra) == (1, version("okra"))
    assert datetime.now(UTC) - at < timedelta(minutes=5)
    assert of_parquet == [(number, okra, at)]
    assert (row["schema_version"], row["okra_version"]) == ("1", okra)
    assert datetime.fromisoformat(row["published_at"]) == at


def test_csv_files_are_written_on_request_and_do_not_go_out_of_date(home: Path) -> None:
    assert (home / "csv" / "parts.csv").exists()
    publish(home / "warehouse.duckdb", home / "okra.duckdb", {}, "v1.2.0")
    assert list((home / "csv").iterdir()) == []
    assert (home / "parquet" / "parts.parquet").exists()


def test_views_of_days_are_files_too_and_inner_tables_are_marked(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            create schema reporting;
            create table reporting.kpis as
            select 'sales' as kpi, 'Sales' as label, 'flow' as kind, 'USD' as unit, 'sum' as denominator,
                ['color'] as dimensions, date '2026-01-31' as data_through;
            create table reporting.kpi_days as
            select 'sales' as kpi, date '2026-01-31' as day, map {'color': 'red'} as dimensions,
                1.5::decimal(38, 6) as value, null::decimal(38, 6) as numerator, null::decimal(38, 6) as denominator;
            comment on table reporting.kpi_days is 'One row a day';
            """
        )
    published = publish(warehouse, tmp_path / "okra.duckdb", {}, "v1.2.0")
    query = f"select color, amount from read_parquet('{tmp_path / 'parquet' / 'kpi_sales_daily.parquet'}')"
    assert duckdb.sql(query).fetchall() == [("red", 1.5)]
    about = json.loads((tmp_path / "okra.json").read_text("utf-8"))
    assert {name: view["rows"] for name, view in about["views"].items()} == {"kpi_sales_daily": 1}
    assert set(about["tables"]) == {"kpis", "kpi_days", "calendar", "schema_version"}
    assert [table.name for table in published if table.is_view] == ["kpi_sales_daily"]
    assert not (tmp_path / "csv").exists()
    with duckdb.connect(str(tmp_path / "okra.duckdb"), read_only=True) as connection:
        comments = connection.execute(
            "select comment from duckdb_tables() where table_name = 'kpi_days'"
        ).fetchall()
    assert comments == [("Inner table. One row a day",)]
    publish(warehouse, tmp_path / "okra.duckdb", {}, "v1.2.0", csv=True)
    assert (tmp_path / "csv" / "kpi_sales_daily.csv").read_text("utf-8").splitlines() == [
        "day,color,amount,amount_exact,unit",
        "2026-01-31,red,1.5,1.500000,USD",
    ]


def test_a_parquet_file_that_was_changed_on_disk_is_told_after_the_next_publishing_too(
    home: Path,
) -> None:
    """Its rows are published unchanged, so that the file stays: and so does the hash of what was written."""
    warehouse, target = home / "warehouse.duckdb", home / "okra.duckdb"
    assert [*published_faults(target)] == []
    name = next(iter(json.loads(target.with_suffix(".json").read_text())["tables"]))
    copy = home / "parquet" / f"{name}.parquet"
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    publish(warehouse, target, {}, "v1.2.0")
    assert [path for path, _ in published_faults(target)] == [copy]
    copy.unlink()
    publish(warehouse, target, {}, "v1.2.0")
    assert [*published_faults(target)] == []
