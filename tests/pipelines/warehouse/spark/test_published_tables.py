"""Copying the published tables into the warehouse: without Spark, from rows as it hands them over."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.settings import Settings
from pipelines.tables.table import Column, Table
from pipelines.warehouse.dbt_environment import static_environment
from pipelines.warehouse.project import project_of
from pipelines.warehouse.spark.published_tables import copied_models, replace_tables

MODEL = Table(
    "kpi_days",
    "One row a KPI and day",
    {
        "kpi": Column("varchar", "The KPI's name"),
        "dimensions": Column("map(varchar, varchar)", ""),
        "value": Column("decimal(38,6)", "What it came to"),
        "flags": Column("varchar[]", ""),
        "known_from": Column("timestamp with time zone", ""),
    },
    schema="reporting",
)
MOMENT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def rows(value: str) -> pa.Table:
    """A row as Spark's Arrow has it, with a column that no model declares."""
    return pa.table(
        {
            "value": pa.array([Decimal(value)], pa.decimal128(38, 6)),
            "kpi": pa.array(["net_revenue"]),
            "dimensions": pa.array([[("currency", "USD")]], pa.map_(pa.string(), pa.string())),
            "flags": pa.array([["late:stripe"]], pa.list_(pa.string())),
            "known_from": pa.array([MOMENT], pa.timestamp("us", "UTC")),
            "_month": pa.array([date(2026, 11, 1)]),
        }
    )


def answers(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(query).fetchall()


def test_rows_arrive_with_the_declared_columns_types_and_comments(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    replace_tables(iter([(MODEL, rows("12.345678"))]), warehouse, "v1.2.0")
    [row] = answers(warehouse, "select * from reporting.kpi_days")
    assert row[:4] == ("net_revenue", {"currency": "USD"}, Decimal("12.345678"), ["late:stripe"])
    assert row[4] == MOMENT
    described = (
        "select column_name, data_type, comment from duckdb_columns() where table_name = 'kpi_days'"
    )
    assert answers(warehouse, described) == [
        ("kpi", "VARCHAR", "The KPI's name"),
        ("dimensions", "MAP(VARCHAR, VARCHAR)", None),
        ("value", "DECIMAL(38,6)", "What it came to"),
        ("flags", "VARCHAR[]", None),
        ("known_from", "TIMESTAMP WITH TIME ZONE", None),
    ]
    assert answers(warehouse, "select comment from duckdb_tables()") == [("One row a KPI and day",)]


def test_a_table_that_is_copied_again_is_replaced_and_scores_stay(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    replace_tables(iter([(MODEL, rows("1"))]), warehouse, "v1.2.0")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema okr")
        connection.execute("create table okr.scores as select 0.7 as score")
    replace_tables(iter([(MODEL, rows("2"))]), warehouse, "v1.2.0")
    assert answers(warehouse, "select value from reporting.kpi_days") == [(Decimal(2),)]
    assert answers(warehouse, "select score from okr.scores") == [(Decimal("0.7"),)]


def test_all_tables_are_replaced_or_none(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    replace_tables(iter([(MODEL, rows("1"))]), warehouse, "v1.2.0")
    other = Table(
        "kpis",
        "",
        {"kpi": Column("varchar", ""), "owner": Column("varchar", "")},
        schema="reporting",
    )
    lacking = pa.table({"kpi": ["net_revenue"]})
    with pytest.raises(KeyError, match="owner"):
        replace_tables(iter([(MODEL, rows("2")), (other, lacking)]), warehouse, "v1.2.0")
    assert answers(warehouse, "select value from reporting.kpi_days") == [(Decimal(1),)]


def test_what_is_copied_is_what_later_steps_read(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(
        """{"nodes": {
        "a": {"resource_type": "model", "config": {"schema": "reporting"}, "name": "kpis", "description": "KPIs",
              "columns": {"kpi": {"data_type": "varchar", "description": "Its name"}}},
        "b": {"resource_type": "model", "config": {"schema": "reporting_steps"}, "name": "calendar", "description": "",
              "columns": {}},
        "d": {"resource_type": "model", "config": {"schema": "comparisons"}, "name": "differences", "description": "",
              "columns": {"day": {"data_type": "date", "description": ""}}},
        "c": {"resource_type": "test", "config": {"schema": "reporting"}, "name": "t", "description": "", "columns": {}}
        }}"""
    )
    assert copied_models(manifest) == [
        Table("differences", "", {"day": Column("date", "")}, schema="comparisons"),
        Table("kpis", "KPIs", {"kpi": Column("varchar", "Its name")}, schema="reporting"),
    ]


def test_dbt_is_told_the_engine(tmp_path: Path) -> None:
    for engine in ("duckdb", "spark"):
        settings = Settings(home=tmp_path, engine=engine)  # type: ignore[arg-type]
        assert static_environment(project_of(settings))["OKRA_ENGINE"] == engine
