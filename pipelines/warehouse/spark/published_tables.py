"""Copies the published tables from Spark into the warehouse's DuckDB file, each as a whole.

Spark does the work that grows with the data. The KPI tables that come out of it are small: one row a KPI, day and
member. Every later step (scores, factors, history, publishing) reads them from `warehouse.duckdb`, as it does when
DuckDB runs the models.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.tables.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SCHEMA = "reporting"
"""The schema of the published tables, which is all that later steps read. On Spark it is called `okra_reporting`."""


def published_models(manifest: Path) -> list[Table]:
    """The models that are published, from dbt's manifest, by name."""
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    tables = [
        Table(
            node["name"],
            node["description"],
            {
                name: Column(column["data_type"], column["description"])
                for name, column in node["columns"].items()
            },
            schema=SCHEMA,
        )
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["schema"] == SCHEMA
    ]
    return sorted(tables, key=lambda table: table.name)


def exists(spark: "SparkSession", table: str) -> bool:
    """Whether a table exists: a table that is not core may have failed, and the others are published all the same."""
    return bool(spark.catalog.tableExists(f"okra_{SCHEMA}.{table}"))


def rows_of(spark: "SparkSession", table: str) -> pa.Table:
    """All rows of a published table."""
    rows: pa.Table = spark.table(f"okra_{SCHEMA}.{table}").toArrow()
    return rows


def replace_tables(
    tables: Iterator[tuple[Table, pa.Table]], warehouse: Path, storage_version: str
) -> None:
    """Replace all tables of the schema by these, in one transaction. Raises `duckdb.Error`."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {"storage_compatibility_version": storage_version}
    with duckdb.connect(str(warehouse), config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("begin")
        connection.execute(f"drop schema if exists {SCHEMA} cascade")
        connection.execute(f"create schema {SCHEMA}")
        for table, rows in tables:
            table.recreate(connection)
            connection.from_arrow(rows.select(list(table.columns))).insert_into(table.place)
        connection.execute("commit")
