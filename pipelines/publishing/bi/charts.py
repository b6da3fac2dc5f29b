"""What a chart starts from: tables and views of the published file whose figures are hard to add up wrongly.

Each table is an SQL file in `tables/` over the other published tables, with a YAML file beside it that describes its
columns. They are tables, not views: a reader's DuckDB may lose rows of a join (docs/decisions/0025). The days of
each KPI are views, since they only pick columns of kpi_days (docs/decisions/0035).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear
from pipelines.publishing.bi.calendar import calendar
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
_KPIS = "select kpi, label, kind, unit, denominator, dimensions from kpis order by kpi"
_NAMES_TAKEN = {"day", "unit", "amount", "amount_exact", "level", "numerator", "denominator"}


@dataclass(frozen=True)
class View:
    """A view with the texts of its columns."""

    name: str
    query: str
    comment: str
    columns: Mapping[str, str]

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create it in the current database, with its comments."""
        # neither the catalog nor the schema in its text: the file is renamed, and attached under any name
        connection.execute(f"create view {quoted(self.name)} as {self.query}")
        connection.execute(f"comment on view {quoted(self.name)} is {literal(self.comment)}")
        for column, text in self.columns.items():
            place = f"{quoted(self.name)}.{quoted(column)}"
            connection.execute(f"comment on column {place} is {literal(text)}")


def create_charts(
    connection: duckdb.DuckDBPyConnection, fiscal_year: FiscalYear = CALENDAR_YEAR
) -> None:
    """Add the tables and views for charts to the current database, which has the published tables.

    What reads a table or a column that is missing is left out: the warehouse may be of an earlier version.
    """
    for name in CHARTS:
        try:
            connection.execute(f"create table {name} as from ({_query(name)}) order by all")
        except (duckdb.CatalogException, duckdb.BinderException):
            continue
        _describe(connection, name)
    if not _has(connection, "kpis") or not _has(connection, "kpi_days"):
        return
    calendar(connection, fiscal_year)
    for view in daily_views(connection):
        view.create(connection)


def daily_views(connection: duckdb.DuckDBPyConnection) -> Iterator[View]:
    """A view of the days of each KPI, with its dimensions as columns.

    A distinct count has none: its days cannot be added up, and kpi_periods has them.
    """
    for kpi, label, kind, unit, denominator, dimensions in connection.execute(_KPIS).fetchall():
        if kind == "distinct":
            continue
        columns: dict[str, tuple[str, str]] = {"day": ("day", "Business day")}
        for dimension in dimensions:
            name = f"{dimension}_name" if dimension in _NAMES_TAKEN else dimension
            columns[name] = (
                f"dimensions[{literal(dimension)}]",
                "Member of the dimension; `unknown` where the source names none",
            )
        figures = _figures(kind, denominator)
        columns |= figures
        shown = "fraction" if unit == "percent" else unit
        columns["unit"] = (literal(shown), "Unit of the figures")
        selected = ", ".join(f"{sql} as {quoted(name)}" for name, (sql, _) in columns.items())
        yield View(
            f"kpi_{kpi}_daily",
            f"select {selected} from kpi_days where kpi = {literal(kpi)}",  # noqa: S608 - quoted
            f"{label}: one row a day and combination of members; {_HOW_TO_ADD[kind]}",
            {name: text for name, (_, text) in columns.items()},
        )


_HOW_TO_ADD = {
    "flow": "`amount` adds up over days and members",
    "stock": "`level` adds up over the members of one day, and never over days",
    "ratio": "the ratio of any days and members is sum(numerator) / sum(denominator)",
}


def _figures(kind: str, denominator: str) -> dict[str, tuple[str, str]]:
    """The columns with the figures of a KPI; what cannot be added up over days is not called an amount."""
    if kind == "flow":
        return {
            "amount": ("cast(value as double)", "Amount in unit; adds up over days and members"),
            "amount_exact": ("value", "The same amount as an exact decimal"),
        }
    if kind == "stock":
        return {"level": ("cast(value as double)", "Level at the end of the day, in unit")}
    lower = "denominator_level" if denominator == "level" else "denominator"
    text = "Lower side of the ratio; adds up over days and members"
    if denominator == "level":
        text = "Lower side of the ratio: a level, of which the average of the days counts"
    return {
        "numerator": ("cast(numerator as double)", "Upper side; adds up over days and members"),
        lower: ("cast(denominator as double)", text),
    }


def _query(name: str) -> str:
    return (TABLES / f"{name}.sql").read_text("utf-8")


def _describe(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    texts: dict[str, Any] = yaml.safe_load((TABLES / f"{name}.yml").read_text("utf-8"))
    connection.execute(f"comment on table {name} is {literal(texts['description'])}")
    for column, text in texts["columns"].items():
        connection.execute(f"comment on column {name}.{quoted(column)} is {literal(text)}")


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found: Sequence[Any] = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() and table_name = $1",
        [table],
    ).fetchall()
    return bool(found)
