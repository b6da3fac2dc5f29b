"""Reads the days of the KPIs as columns: there can be millions of rows, and no Python object is made for one."""

from collections.abc import Mapping
from itertools import groupby

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.okr.kpi.day_columns import SIDES, AmountColumn, DayColumns
from pipelines.okr.kpi.kpi import Kpi

DECIMALS = 6
"""Those of the amounts in the KPI tables."""
_OWN = {side: f"own_{side}" for side in SIDES}
# amounts without a rate are left out; their days are flagged `unconverted_currency`
_DAYS = """
    with amounts as (
        select
            kpi,
            dimensions,
            {
                'day': datediff('day', date '0001-01-01', day) + 1,
                'value': cast(value as decimal(38, 6)),
                'numerator': cast(numerator as decimal(38, 6)),
                'denominator': cast(denominator as decimal(38, 6)),
                'own_value': cast(own_value as decimal(38, 6)),
                'own_numerator': cast(own_numerator as decimal(38, 6)),
                'own_denominator': cast(own_denominator as decimal(38, 6))
            } as amounts
        from reporting.kpi_days
        where rate is not null and kpi in (select unnest($1))
    )

    select kpi, dimensions, list(amounts) as amounts
    from amounts
    group by all
    order by kpi, dimensions
"""


def read_days(
    connection: duckdb.DuckDBPyConnection, kpis: Mapping[str, Kpi]
) -> dict[str, DayColumns]:
    """The days of each of `kpis` that has any, by its name."""
    table = connection.sql(_DAYS, params=[list(kpis)]).to_arrow_table()
    if not table.num_rows:
        return {}
    names = table["kpi"].to_pylist()
    combinations = [dict(members) for members in table["dimensions"].to_pylist()]
    lists = table["amounts"].combine_chunks()
    rows, sizes = lists.flatten(), np.diff(lists.offsets.to_numpy())
    # each row's place among the combinations, and the rows of a KPI by day
    combination = np.repeat(np.arange(len(sizes)), sizes)
    kpi = np.repeat(np.unique(names, return_inverse=True)[1], sizes)
    days = rows.field("day").to_numpy().astype(np.int64)
    order = np.lexsort((combination, days, kpi))
    days, combination = days[order], combination[order]
    columns = {name: _amounts(rows.field(name), order) for name in (*SIDES, *_OWN.values())}
    read: dict[str, DayColumns] = {}
    first = start = 0
    for name, combinations_of_kpi in groupby(names):
        count = len(list(combinations_of_kpi))
        taken = slice(start, start + int(sizes[first : first + count].sum()))
        amounts = {column: part.taken(taken) for column, part in columns.items()}
        read[name] = DayColumns(
            days[taken],
            combination[taken] - first,
            combinations[first : first + count],
            {side: amounts[side] for side in SIDES},
            {side: amounts[_OWN[side]] for side in SIDES} if kpis[name].conversion else None,
            DECIMALS,
        )
        first, start = first + count, taken.stop
    return read


def _amounts(column: pa.Array, order: NDArray[np.int64]) -> AmountColumn:
    """The amounts of a column of decimals, in units of its last decimal, in this order.

    Arrow holds each as a whole number of 128 bits, the lower half first:
    https://arrow.apache.org/docs/format/Columnar.html#fixed-size-primitive-layout
    """
    known = column.is_valid().to_numpy(zero_copy_only=False)[order]
    halves = np.frombuffer(column.buffers()[1], dtype=np.int64)
    halves = halves[2 * column.offset : 2 * (column.offset + len(column))].reshape(-1, 2)[order]
    lower, upper = np.where(known, halves[:, 0], 0), np.where(known, halves[:, 1], 0)
    if (upper == lower >> 63).all():
        return AmountColumn(lower, known)
    return AmountColumn(upper.astype(object) * 2**64 + lower.view(np.uint64).astype(object), known)
