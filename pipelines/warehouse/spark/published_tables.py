"""Copies the tables that later steps read from Spark into the warehouse's DuckDB file, each as a whole.

Spark does the work that grows with the data. The tables that come out of it are small: one row a KPI, day and
member, or one a day on which streams differ. Every later step (scores, factors, history, findings, publishing) reads
them from `warehouse.duckdb`, as it does when DuckDB runs the models.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.tables.table import Column, Table
from pipelines.warehouse.build_results import READ_SCHEMAS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def copied_models(manifest: Path) -> list[Table]:
    """The models that later steps read, from dbt's manifest, by name. On Spark their schemas begin with `okra_`."""
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    tables = [
        Table(
            node["name"],
            node["description"],
            {
                name: Column(column["data_type"], column["description"])
                for name, column in node["columns"].items()
            },
            schema=node["config"]["schema"],
        )
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["schema"] in READ_SCHEMAS
    ]
    return sorted(tables, key=lambda table: table.name)


def exists(spark: "SparkSession", table: Table) -> bool:
    """Whether a table exists: a table that is not core may have failed, and the others are copied all the same."""
    return bool(spark.catalog.tableExists(f"okra_{table.schema}.{table.name}"))


def rows_of(spark: "SparkSession", table: Table) -> pa.Table:
    """All rows of a table."""
    rows: pa.Table = spark.table(f"okra_{table.schema}.{table.name}").toArrow()
    return rows


def replace_tables(
    tables: Iterator[tuple[Table, pa.Table]], warehouse: Path, storage_version: str
) -> None:
    """Replace all tables of the schemas by these, in one transaction. Raises `duckdb.Error`."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {"storage_compatibility_version": storage_version}
    with duckdb.connect(str(warehouse), config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("begin")
        for schema in READ_SCHEMAS:
            connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {schema}")
        for table, rows in tables:
            table.recreate(connection)
            connection.from_arrow(rows.select(list(table.columns))).insert_into(table.place)
        connection.execute("commit")
