"""Tables of the schema `okr` that hold the day played last, as the KPI tables do.

Each is replaced as a whole, in one transaction, so all or none.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.tables.okr_tables import ScoreTable
from pipelines.tables.scores import make_anew


def replace_table(warehouse: Path, table: ScoreTable, rows: pa.Table) -> None:
    """Put `rows`, which have the table's columns in order, in the place of the table, whatever day it was of.

    Raises `duckdb.Error`, with the table left as it was.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        connection.from_arrow(rows).insert_into(make_anew(connection, table, keyed=True))
        connection.execute("commit")


def as_arrow(table: ScoreTable, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows with the table's columns in order, as DuckDB takes them in at once."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table))


def arrow_schema(table: ScoreTable) -> pa.Schema:
    """The table's columns as Arrow has them."""
    return pa.schema([(name, arrow_type(kind)) for name, (kind, _) in table.columns.items()])


def arrow_type(kind: str) -> pa.DataType:
    """The type of a column as Arrow has it."""
    decimal = re.match(r"decimal\((\d+), (\d+)\)", kind)
    if decimal:
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    types = {
        "varchar": pa.string(),
        "date": pa.date32(),
        "integer": pa.int32(),
        "boolean": pa.bool_(),
    }
    return types[kind.split()[0]]
