"""The table `kpi_factors` in the warehouse's schema `okr`.

Like the KPI tables it is that of the day played last: replaced as a whole, in one transaction, so all or none.
"""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.factor_table import KPI_FACTORS
from pipelines.okr.factors.factor import Factor
from pipelines.score_store import SCHEMA, comment, row_of
from pipelines.sql_text import quoted

PLACE = f"{SCHEMA}.{KPI_FACTORS.name}"

_MISSES = """
    with changes as (
        select * from okr.kpi_factors where dimension = 'total'
    ),

    sums as (
        select kpi, period, period_start, compared_with, reference, dimension, sum(contribution) as added
        from okr.kpi_factors
        where dimension <> 'total'
        group by all
    )

    select kpi, period, period_start, compared_with, reference, sums.dimension, added, contribution
    from sums
    inner join changes using (kpi, period, period_start, compared_with, reference)
    where added <> contribution
    order by all
"""


def store(warehouse: Path, rows: Sequence[Factor], as_of: date, run_id: str) -> None:
    """Put `rows` in the place of the table, whatever day it was of.

    Raises `duckdb.Error`, with the table left as it was.
    """
    columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in KPI_FACTORS.columns.items())
    key = ", ".join(map(quoted, KPI_FACTORS.key))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("begin")
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.execute(f"create or replace table {PLACE} ({columns}, primary key ({key}))")
        comment(connection, KPI_FACTORS, PLACE)
        connection.from_arrow(as_table(rows, as_of, run_id)).insert_into(PLACE)
        connection.execute("commit")


def dimensions_that_miss(warehouse: Path) -> list[str]:
    """The dimensions whose stored contributions do not sum to their change: none, ever."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(_MISSES).fetchall()
    return [" ".join(str(value) for value in row) for row in found]


def as_table(rows: Sequence[Factor], as_of: date, run_id: str) -> pa.Table:
    """The rows with the table's columns in order, as DuckDB takes them in at once."""
    fields = [pa.field(name, arrow_type(kind)) for name, (kind, _) in KPI_FACTORS.columns.items()]
    named = {"as_of": as_of, "run_id": run_id}
    return pa.Table.from_pylist([row_of(row) | named for row in rows], schema=pa.schema(fields))


def arrow_type(kind: str) -> pa.DataType:
    """The type of a column as Arrow has it."""
    decimal = re.match(r"decimal\((\d+), (\d+)\)", kind)
    if decimal:
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    return {"varchar": pa.string(), "date": pa.date32(), "integer": pa.int32()}[kind.split()[0]]
