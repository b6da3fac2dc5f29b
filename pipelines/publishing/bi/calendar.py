"""The table `calendar`: a row a day, with the week, month and fiscal periods that it lies in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

import duckdb

from pipelines.okr.kpi.periods import FiscalYear, containing
from pipelines.tables.table import Table, columns_of

_SPAN = "select min(day), max(day) from kpi_days"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day."""

    day: Annotated[date, "The day"]
    weekday_number: Annotated[int, "1 is Monday, 7 is Sunday"]
    is_weekend: Annotated[bool, "Whether it is a Saturday or a Sunday"]
    week_start: Annotated[date, "Monday of its ISO week"]
    week_label: Annotated[str, "Its ISO week, such as 2026-W48"]
    month_start: Annotated[date, "First day of its month"]
    month_label: Annotated[str, "Its month, such as 2026-11"]
    quarter_start: Annotated[date, "First day of its fiscal quarter"]
    quarter_label: Annotated[str, "Its fiscal quarter, such as 2026-Q4"]
    half_start: Annotated[date, "First day of its fiscal half-year"]
    half_label: Annotated[str, "Its fiscal half-year, such as 2026-H2"]
    year_start: Annotated[date, "First day of its fiscal year"]
    year_label: Annotated[str, "Its fiscal year"]


CALENDAR = Table(
    "calendar",
    "One row a day, from the year of the first figure to the end of the year after the last",
    columns_of(CalendarDay),
    schema="main",
)


def calendar(connection: duckdb.DuckDBPyConnection, fiscal_year: FiscalYear) -> None:
    """Create the table in the current database, for the days of `kpi_days`; without rows where there are none."""
    [(first, last)] = connection.execute(_SPAN).fetchall()
    CALENDAR.replace(connection, list(_days(first, last, fiscal_year)) if first else [])


def _days(first: date, last: date, fiscal_year: FiscalYear) -> Iterator[CalendarDay]:
    day, end = date(first.year, 1, 1), date(last.year + 1, 12, 31)
    while day <= end:
        week = containing(day, "week", fiscal_year)
        month = containing(day, "month", fiscal_year)
        quarter = containing(day, "quarter", fiscal_year)
        half = containing(day, "half", fiscal_year)
        year = containing(day, "year", fiscal_year)
        yield CalendarDay(
            day=day,
            weekday_number=day.isoweekday(),
            is_weekend=day.isoweekday() > 5,
            week_start=week.start,
            week_label=week.label,
            month_start=month.start,
            month_label=month.label,
            quarter_start=quarter.start,
            quarter_label=quarter.label,
            half_start=half.start,
            half_label=half.label,
            year_start=year.start,
            year_label=year.label,
        )
        day += timedelta(days=1)
