"""The table `calendar`: a row a day, with the week, month and fiscal periods that it lies in."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pipelines.okr.kpi.periods import Cadence, FiscalYear, containing, windows
from pipelines.tables.table import Table, columns_of

_CADENCES: tuple[Cadence, ...] = ("month", "quarter", "half", "year")
SPAN = "select min(day), max(day) from kpi_days"
DAYS = """
    with months as (
        -- a table without months has the columns all the same
        select unnest(cast($months as struct(
            month_start date, month_end date, quarter_start date, half_start date, year_start date,
            month_label varchar, quarter_label varchar, half_label varchar, year_label varchar
        )[]), recursive := true)
    ),

    days as (
        select
            *,
            unnest(generate_series(month_start, month_end, interval 1 day))::date as day
        from months
    )

    select
        day,
        cast(isodow(day) as integer) as weekday_number,
        isodow(day) > 5 as is_weekend,
        cast(date_trunc('week', day) as date) as week_start,
        strftime(day, '%G-W%V') as week_label,
        month_start,
        month_label,
        quarter_start,
        quarter_label,
        half_start,
        half_label,
        year_start,
        year_label
    from days
"""
"""The rows of the table, of `$months`."""


class CalendarDay:
    """A day; made by SQL."""

    day: Annotated[date, "The day"]
    weekday_number: Annotated[int, "1 is Monday, 7 is Sunday"]
    is_weekend: Annotated[bool, "Whether it is a Saturday or a Sunday"]
    week_start: Annotated[date, "Monday of its ISO week"]
    week_label: Annotated[str, "Its ISO week, such as 2026-W48"]
    month_start: Annotated[date, "First day of its month"]
    month_label: Annotated[
        str, "Its month, such as 2026-11; in a year of whole weeks its period, such as 2026-P10"
    ]
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


def months_of(first: date, last: date, fiscal_year: FiscalYear) -> Iterator[dict[str, date | str]]:
    """The months from the year of `first` to the year after `last`, with the periods that they lie in."""
    for month in windows(date(first.year, 1, 1), date(last.year + 1, 12, 31), "month", fiscal_year):
        periods = {cadence: containing(month.start, cadence, fiscal_year) for cadence in _CADENCES}
        yield (
            {"month_end": month.end}
            | {f"{cadence}_start": period.start for cadence, period in periods.items()}
            | {f"{cadence}_label": period.label for cadence, period in periods.items()}
        )
