"""What a chart starts from: tables and views of the published file whose figures are hard to add up wrongly.

Each table is an SQL file in `tables/` over the other published tables, with a YAML file beside it that describes its
columns. They are tables, not views: a reader's DuckDB may lose rows of a join (docs/decisions/0025). The days of
each KPI are views, since they only pick columns of kpi_days (docs/decisions/0035).
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.publishing.bi.calendar import calendar
from pipelines.publishing.bi.views import create_daily_views
from pipelines.tables.findings import FINDINGS, FindingRow
from pipelines.tables.table import literal, quoted

TABLES = Path(__file__).with_name("tables")
CHARTS = (
    "kpi_monthly",
    "scorecard_history",
    "scorecard_now",
    "scorecard_members",
    "forecast_fan",
    "factors_latest",
    "restatements_monthly",
)
"""In the order in which they are made: some read those before them."""
_HAS_FINDINGS = """
    select 1 from duckdb_tables() where database_name = current_database() and table_name = 'findings'
"""
_log = logging.getLogger(__name__)


def create_charts(
    connection: duckdb.DuckDBPyConnection, fiscal_year: FiscalYear = CALENDAR_YEAR
) -> None:
    """Add the tables and views for charts to the current database, which has the published tables.

    One that reads a table or a column that is missing is left out, which is logged and a row of `findings`: a model of
    a company's own may lack the column, and the warehouse may be of an earlier version.
    """
    steps = {
        **{name: partial(_create, connection, name) for name in CHARTS},
        "calendar": partial(calendar, connection, fiscal_year),
        "kpi_<name>_daily": partial(create_daily_views, connection),
    }
    left_out = []
    for name, create in steps.items():
        try:
            create()
        # no such table, no such column
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            left_out.append(_finding(name, error))
    _tell(connection, left_out)


def _create(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    query = (TABLES / f"{name}.sql").read_text("utf-8")
    connection.execute(f"create table {name} as from ({query}) order by all")
    texts: dict[str, Any] = yaml.safe_load((TABLES / f"{name}.yml").read_text("utf-8"))
    connection.execute(f"comment on table {name} is {literal(texts['description'])}")
    for column, text in texts["columns"].items():
        connection.execute(f"comment on column {name}.{quoted(column)} is {literal(text)}")


def _finding(name: str, error: duckdb.Error) -> FindingRow:
    reason = str(error).splitlines()[0]
    return FindingRow(
        what="chart_left_out",
        place=name,
        message=f"{name} is not published: {reason}; run `okra run`, and if a model of your own makes what is missing, "
        "add it there",
    )


def _tell(connection: duckdb.DuckDBPyConnection, left_out: Sequence[FindingRow]) -> None:
    for finding in left_out:
        _log.warning(finding.message)
    # every run writes findings; a file without them was put together by hand
    if left_out and connection.execute(_HAS_FINDINGS).fetchall():
        published = replace(FINDINGS, schema="main")
        published.create(connection)
        published.append(connection, left_out)
