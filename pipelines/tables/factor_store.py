"""The table `kpi_factors` in the warehouse's schema `okr`, of the day played last."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from pipelines.okr.factors.factor import Factor
from pipelines.tables.factor_table import KPI_FACTORS
from pipelines.tables.scores import row_of
from pipelines.tables.table import as_arrow, replace_table

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
    named = {"as_of": as_of, "run_id": run_id}
    found = as_arrow(KPI_FACTORS, [row_of(row) | named for row in rows])
    replace_table(warehouse, KPI_FACTORS, found)


def dimensions_that_miss(warehouse: Path) -> list[str]:
    """The dimensions whose stored contributions do not sum to their change: none, ever."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(_MISSES).fetchall()
    return [" ".join(str(value) for value in row) for row in found]
