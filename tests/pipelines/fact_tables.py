"""The tables of a warehouse that scoring reads, by hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import duckdb

_TABLES = """
    create schema reporting;
    create table reporting.kpi_days (
        kpi varchar, day date, dimensions map(varchar, varchar), value decimal(38, 6),
        numerator decimal(38, 6), denominator decimal(38, 6), own_value decimal(38, 6),
        own_numerator decimal(38, 6), own_denominator decimal(38, 6), rate decimal(38, 6));
    create table reporting.kpi_coverage (kpi varchar, day date, delivered boolean, flags varchar[]);
    create table reporting.kpi_distinct (kpi varchar, period varchar, period_start date, dimension varchar,
        member varchar, value decimal(38, 6), data_through date);
    create table reporting.kpis (kpi varchar, data_through date, standing_flags varchar[]);
"""


def create_fact_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(_TABLES)


def insert_day(
    connection: duckdb.DuckDBPyConnection,
    kpi: str,
    day: date,
    value: int | Decimal,
    dimensions: Mapping[str, str],
) -> None:
    """A day of a flow or a stock that its sources have delivered."""
    connection.execute(
        "insert into reporting.kpi_days values (?, ?, ?, ?, null, null, null, null, null, 1)",
        [kpi, day, dict(dimensions), value],
    )
    connection.execute("insert into reporting.kpi_coverage values (?, ?, true, [])", [kpi, day])
