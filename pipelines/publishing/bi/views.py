"""Views of the published file: of each KPI its days, with its dimensions as columns (docs/decisions/0035)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from pipelines.tables.table import Column, comment_on, literal, quoted

MOST_VIEWS = 500
"""Views that there are at most: a list of thousands is none to choose from, and each is exported too."""
_KPIS = "select kpi, label, kind, unit, denominator, dimensions from kpis {} order by kpi limit {}"
_HOW_MANY = "select count(*) from kpis"
_OF_GOALS = "where kpi in (select kpi from key_results)"
_VIEWS = """
    select view_name from duckdb_views() where database_name = current_database() and not internal
"""
_NAMES_TAKEN = {"day", "unit", "amount", "amount_exact", "level", "numerator", "denominator"}
_HOW_TO_ADD = {
    "flow": "`amount` adds up over days and members",
    "stock": "`level` adds up over the members of one day, and never over days",
    "ratio": "the ratio of any days and members is sum(numerator) / sum(denominator)",
}


@dataclass(frozen=True)
class View:
    """A view with the texts of its columns."""

    name: str
    query: str
    comment: str
    columns: Mapping[str, str]

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create it in the current database, with its comments."""
        # its text must not name the database: the file is renamed, and attached under any name
        connection.execute(f"create view {quoted(self.name)} as {self.query}")
        columns = {name: Column("", text) for name, text in self.columns.items()}
        comment_on(connection, "view", quoted(self.name), self.comment, columns)


def drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the views of the current database."""
    for (name,) in connection.execute(_VIEWS).fetchall():
        connection.execute(f"drop view {quoted(name)}")


def create_daily_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views of the days of each KPI."""
    for view in list(_daily_views(connection)):
        view.create(connection)


def _daily_views(connection: duckdb.DuckDBPyConnection) -> Iterator[View]:
    """A view of the days of each KPI, with its dimensions as columns.

    A distinct count has none: its days cannot be added up, and kpi_periods has them. Days that not every source
    has delivered yet are left out, as in the periods. Where there are too many KPIs, those have one that goals name.
    """
    [(count,)] = connection.execute(_HOW_MANY).fetchall()
    query = _KPIS.format(_OF_GOALS if count > MOST_VIEWS else "", MOST_VIEWS)
    for kpi, label, kind, unit, denominator, dimensions in connection.execute(query).fetchall():
        if kind == "distinct":
            continue
        columns: dict[str, tuple[str, str]] = {"day": ("day", "Business day")}
        for dimension in dimensions:
            name = f"{dimension}_name" if dimension in _NAMES_TAKEN else dimension
            columns[name] = (
                f"dimensions[{literal(dimension)}]",
                "Member of the dimension; `unknown` where the source names none",
            )
        columns |= _figures(kind, denominator)
        shown = "fraction" if unit == "percent" else unit
        columns["unit"] = (literal(shown), "Unit of the figures")
        selected = ", ".join(f"{sql} as {quoted(name)}" for name, (sql, _) in columns.items())
        yield View(
            f"kpi_{kpi}_daily",
            f"select {selected} from kpi_days where kpi = {literal(kpi)} "  # noqa: S608 - quoted
            f"and day <= (select data_through from kpis where kpi = {literal(kpi)})",
            f"{label}: one row a day and combination of members; {_HOW_TO_ADD[kind]}",
            {name: text for name, (_, text) in columns.items()},
        )


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
