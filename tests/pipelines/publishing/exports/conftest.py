"""A published file by hand, for the exports."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.bi.charts import create_charts
from pipelines.publishing.exports.datasets import Dataset, read_datasets

KPIS = """
    create table kpis (
        kpi varchar, label varchar, description varchar, kind varchar, unit varchar, denominator varchar,
        "precision" integer, dimensions varchar[], data_through date
    );
    insert into kpis values
        ('sales', 'Sales', 'Paid: "orders"', 'flow', 'USD', 'sum', 2, ['color'], '2026-02-01'),
        ('rate', 'Win rate', null, 'ratio', 'percent', 'sum', 3, ['color'], '2026-02-01'),
        ('per_head', 'Sales per head', null, 'ratio', 'USD', 'level', 2, [], '2026-02-01'),
        ('team', 'Team', null, 'stock', 'people', 'sum', 0, ['color'], '2026-02-01'),
        ('visitors', 'Visitors', null, 'distinct', 'people', 'sum', 0, [], '2026-02-01');
"""
FIGURES = """
    create table kpi_days as
    select
        kpi, cast(day as date) as day, map {'color': color} as dimensions, cast(value as decimal(38, 6)) as value,
        cast(numerator as decimal(38, 6)) as numerator, cast(denominator as decimal(38, 6)) as denominator
    from (
        values
        ('sales', '2026-01-30', 'red', 10, null, null), ('sales', '2026-01-31', 'blue', 5, null, null),
        ('rate', '2026-01-30', 'red', null, 1, 2), ('rate', '2026-01-31', 'blue', null, 4, 38),
        ('per_head', '2026-01-30', null, null, 10, 4), ('per_head', '2026-01-31', null, null, 20, 6),
        ('team', '2026-01-30', 'red', 9, null, null), ('team', '2026-01-31', 'red', 7, null, null),
        ('team', '2026-01-31', 'blue', 3, null, null), ('team', '2026-02-01', 'red', 8, null, null)
    ) as days(kpi, day, color, value, numerator, denominator);
"""
MONTHS = """
    create table kpi_monthly as
    select 'visitors' as kpi, month_start, 'complete' as status, 'ok' as trust, level, 'people' as unit
    from (values (date '2026-01-01', 900.0), (date '2026-02-01', 700.0)) as months(month_start, level)
    union all
    select 'team', month_start, 'complete', 'ok', level, 'people'
    from (values (date '2026-01-01', 10.0), (date '2026-02-01', 8.0)) as months(month_start, level);
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file by hand: five KPIs of the four kinds, on two or three days."""
    path = tmp_path_factory.mktemp("home of ana") / "okra.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(KPIS)
        connection.execute(FIGURES)
        create_charts(connection)
        # after the charts, of which this would be one that nothing in the file makes
        connection.execute(MONTHS)
    return path


@pytest.fixture(scope="module")
def datasets(published: Path) -> Mapping[str, Dataset]:
    return {dataset.kpi: dataset for dataset in read_datasets(published)}
