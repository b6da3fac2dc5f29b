"""The settings of a company with a lake and a warehouse."""

from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Settings
from tests.pipelines.steps.findings.noted import AS_OF

KPIS = [
    ("mrr", "stripe.invoice_lines"),
    ("customer_sales", "sql_database.orders"),
    ("units_sold", "sql_database.order_lines,sql_database.orders"),
    ("net_revenue", "exchange_rates.euro_rates,stripe.balance_transactions"),
    ("no_source", None),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation whose models have run, and which has no OKR file."""
    (tmp_path / "okrs").mkdir()
    made = Settings(
        _env_file=None,
        home=tmp_path,
        sandbox_today=AS_OF,
        okr_definitions=tmp_path / "okrs",
        sources=("hubspot", "spreadsheet", "sql_database", "stripe"),
    )
    made.warehouse_path.parent.mkdir(parents=True)
    with duckdb.connect(str(made.warehouse_path)) as connection:
        connection.execute("create schema reporting")
        connection.execute(
            "create table reporting.kpis (kpi varchar, sources varchar, model varchar)"
        )
        connection.executemany("insert into reporting.kpis values ($1, $2, 'kpi_' || $1)", KPIS)
        connection.execute(
            "create table reporting.kpi_coverage (kpi varchar, day date, flags varchar[])"
        )
    return made
