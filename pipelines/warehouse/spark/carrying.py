"""The way back from Spark: the published tables, whole, into the warehouse's DuckDB file.

Spark does the work that grows with the data. What comes out of it, the KPI tables, is small: a row a KPI, day and
member. Everything after the models (scores, factors, history, publishing) reads them in `warehouse.duckdb`, as it
does where DuckDB runs the models.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.tables.sql_text import Columns, comments, meanings, quoted, typed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SCHEMA = "reporting"
"""The schema whose tables are carried: all that anything but a model reads. On Spark it is called `okra_reporting`."""


@dataclass(frozen=True)
class PublishedModel:
    """A table as the project describes it: its text, and each column's type (as DuckDB has it) and text."""

    name: str
    text: str
    columns: Columns


def published_models(manifest: Path) -> list[PublishedModel]:
    """The models that are published, from dbt's manifest, by name."""
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    found = [
        PublishedModel(
            node["name"],
            node["description"],
            {
                name: (column["data_type"], column["description"])
                for name, column in node["columns"].items()
            },
        )
        for node in nodes
        if node["resource_type"] == "model" and node["config"]["schema"] == SCHEMA
    ]
    return sorted(found, key=lambda table: table.name)


def rows_of(spark: "SparkSession", table: str) -> pa.Table:
    """All rows of a published table."""
    rows: pa.Table = spark.table(f"okra_{SCHEMA}.{table}").toArrow()
    return rows


def carry(
    tables: Iterator[tuple[PublishedModel, pa.Table]], warehouse: Path, storage_version: str
) -> None:
    """Replace the tables of the schema by these, all of them or none. Raises `duckdb.Error`."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {"storage_compatibility_version": storage_version}
    with duckdb.connect(str(warehouse), config=config) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("begin")
        connection.execute(f"drop schema if exists {SCHEMA} cascade")
        connection.execute(f"create schema {SCHEMA}")
        for table, rows in tables:
            place = f"{SCHEMA}.{quoted(table.name)}"
            connection.execute(f"create table {place} ({typed(table.columns)})")
            connection.from_arrow(rows.select(list(table.columns))).insert_into(place)
            for statement in comments(place, table.text, meanings(table.columns)):
                connection.execute(statement)
        connection.execute("commit")
