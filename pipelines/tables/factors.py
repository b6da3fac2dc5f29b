"""The table `kpi_factors` in the warehouse, of the day that was played last."""

from datetime import date
from pathlib import Path

from pipelines.connections import connect
from pipelines.okr.columns import LastAsOf
from pipelines.okr.factors.factor import Factor
from pipelines.tables.scores import RunId
from pipelines.tables.table import Table, columns_of

KPI_FACTORS = Table(
    "kpi_factors",
    "What each member brought to a KPI's change; the contributions of a dimension sum to the change exactly. "
    "Arithmetic, no causes. A distinct count has no members that add up, so only its change as a whole is here",
    columns_of(as_of=LastAsOf) | columns_of(Factor, run_id=RunId),
    key=(
        "kpi",
        "period",
        "period_start",
        "compared_with",
        "reference",
        "dimension",
        "member",
        "effect",
    ),
)
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
_LATEST_MONTHS = """
    select kpi, arg_max(period_start, period_start), arg_max(why, period_start) from okr.kpi_factors
    where dimension = 'total' and period = 'month' and compared_with = 'previous'
    group by kpi
    order by kpi
"""


def factor_count(warehouse: Path) -> int:
    """How many rows there are."""
    with connect(warehouse, read_only=True) as connection:
        [(count,)] = connection.execute("select count(*) from okr.kpi_factors").fetchall()
    return int(count)


def latest_months(warehouse: Path) -> list[tuple[str, date, str]]:
    """Of each KPI the latest month that is compared with the one before it, by its first day, and the sentence."""
    with connect(warehouse, read_only=True) as connection:
        return connection.execute(_LATEST_MONTHS).fetchall()


def dimensions_that_miss(warehouse: Path) -> list[str]:
    """The dimensions whose stored contributions do not sum to their change: none, ever."""
    with connect(warehouse, read_only=True) as connection:
        misses = connection.execute(_MISSES).fetchall()
    return [" ".join(str(value) for value in row) for row in misses]
