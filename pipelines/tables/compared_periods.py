"""The factors that stay as they are: those of the periods whose fingerprint is the one they were worked out with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb

from pipelines.connections import connect
from pipelines.okr.factors.factor import Factor
from pipelines.tables.factors import KPI_FACTORS
from pipelines.tables.table import Table, columns_of

ROWS_AT_ONCE = 50_000
"""Factors that are inserted together."""
Key = tuple[str, str, date]
"""A KPI, the cadence of one of its periods, and the period's first day."""


@dataclass(frozen=True, slots=True)
class ComparedPeriod:
    """A period whose factors are in `kpi_factors`, or that has none, and what they were worked out from."""

    kpi: str
    period: str
    period_start: date
    fingerprint: str
    run_id: str
    """That of the factors: with other factors in the table than these, it says nothing."""


COMPARED_PERIODS = Table(
    "compared_periods",
    "",
    columns_of(ComparedPeriod),
    schema="lake_state",
)
_COMPARED = """
    select kpi, period, period_start, fingerprint from lake_state.compared_periods
    where run_id = (select any_value(run_id) from okr.kpi_factors having count(distinct run_id) = 1)
"""
_KEPT = """
    create temp table kept_factors as
    from okr.kpi_factors
    where
        compared_with in ('previous', 'last_year', 'published')
        and (kpi, period, period_start) in (select (unnest($1), unnest($2), unnest($3)))
"""
_OF_THIS_RUN = """
    insert into okr.kpi_factors by name
    select * replace (cast($1 as date) as as_of, $2 as run_id) from kept_factors
"""


def compared_before(warehouse: Path) -> Mapping[Key, str]:
    """The fingerprint of each period that the factors in the warehouse are of."""
    with connect(warehouse, read_only=True) as connection:
        try:
            rows = connection.execute(_COMPARED).fetchall()
        except (
            duckdb.CatalogException
        ):  # no factors were written here yet, or by an earlier version
            return {}
    return {(kpi, period, start): fingerprint for kpi, period, start, fingerprint in rows}


def replace_factors(
    connection: duckdb.DuckDBPyConnection,
    rows: Iterable[Factor],
    kept: Sequence[Key],
    compared: Mapping[Key, str],
    as_of: date,
    run_id: str,
) -> None:
    """Replace the factors by `rows`, and by those that are there of the periods `kept`.

    A hundred thousand key results have a million factors: they are stored as they come.
    `compared` has the fingerprints of all periods. To be called in a transaction.
    """
    kpis, periods, starts = zip(*kept, strict=True) if kept else ((), (), ())
    if kept:
        connection.execute(_KEPT, [kpis, periods, starts])
    KPI_FACTORS.recreate(connection)
    if kept:
        connection.execute(_OF_THIS_RUN, [as_of, run_id])
        connection.execute("drop table kept_factors")
    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        KPI_FACTORS.append(connection, some, as_of=as_of, run_id=run_id)
    COMPARED_PERIODS.replace(
        connection, [ComparedPeriod(*key, content, run_id) for key, content in compared.items()]
    )
