"""What a chart starts from: tables and views of the published file whose figures are hard to add up wrongly.

Each table is an SQL file in `tables/` over the other published tables, with a YAML file beside it that describes its
columns. They are tables, not views: a reader's DuckDB may lose rows of a join (docs/decisions/0025). The days of
each KPI are views, since they only pick columns of kpi_days (docs/decisions/0035).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.publishing.bi.calendar import CALENDAR, DAYS, SPAN, months_of
from pipelines.publishing.bi.views import create_daily_views, drop_views
from pipelines.tables.contents import Content, bring_up_to_date
from pipelines.tables.findings import FINDINGS, FindingRow
from pipelines.tables.table import Column, Table, quoted, tables_in

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
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where PyYAML was built with libyaml."""
_log = logging.getLogger(__name__)


def create_charts(
    connection: duckdb.DuckDBPyConnection, fiscal_year: FiscalYear = CALENDAR_YEAR
) -> Mapping[str, Content]:
    """Add the tables and views for charts to the current database, which has the published tables.

    Returns what each table holds.

    One that reads a table or a column that is missing is left out, which is logged and a row of `findings`: a model of
    a company's own may lack the column, and the warehouse may be of an earlier version.
    """
    database = connection.execute("select current_database()").fetchall()[0][0]
    existing = {table.name: table for table in tables_in(connection, database)}
    steps: Mapping[str, Callable[[], Content | None]] = {
        **{name: partial(_create, connection, name, existing.get(name)) for name in CHARTS},
        CALENDAR.name: partial(_calendar, connection, fiscal_year, existing.get(CALENDAR.name)),
        "kpi_<name>_daily": partial(create_daily_views, connection),
    }
    drop_views(connection)
    contents, left_out = {}, []
    for name, create in steps.items():
        # a transaction of its own, which an error ends
        connection.execute("begin")
        try:
            content = create()
            connection.execute("commit")
            if content is not None:
                contents[name] = content
        # no such table, no such column
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            connection.execute("rollback")
            left_out.append(_finding(name, error))
            if name in existing:
                connection.execute(f"drop table main.{quoted(name)}")
    _tell(connection, left_out)
    return contents


def _create(connection: duckdb.DuckDBPyConnection, name: str, existing: Table | None) -> Content:
    texts: dict[str, Any] = yaml.load((TABLES / f"{name}.yml").read_bytes(), _LOADER)  # noqa: S506 - safe
    columns = {column: Column("", text) for column, text in texts["columns"].items()}
    table = Table(name, texts["description"], columns, schema="main")
    return _keep(connection, table, (TABLES / f"{name}.sql").read_text("utf-8"), existing)


def _calendar(
    connection: duckdb.DuckDBPyConnection, fiscal_year: FiscalYear, existing: Table | None
) -> Content:
    [(first, last)] = connection.execute(SPAN).fetchall()
    months = list(months_of(first, last, fiscal_year)) if first else []
    return _keep(connection, CALENDAR, DAYS, existing, {"months": months})


def _keep(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    query: str,
    existing: Table | None,
    parameters: object = None,
) -> Content:
    """Have `table` of the current database hold the rows of `query`, written only where they differ."""
    connection.execute(f"create or replace temp table made as {query}", parameters)
    described = connection.execute("describe temp.made").fetchall()
    columns = {name: Column(kind.lower(), "") for name, kind, *_ in described}
    made = Table("made", "", columns, schema="temp")
    return bring_up_to_date(connection, made, table, existing)


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
