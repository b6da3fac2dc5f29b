"""The fiscal calendar is the same in the models, in scoring and in the connector of the sheets.

Compared over five years with two leap days and a 53rd week, for each month in which a fiscal year can begin.
"""

import json
from datetime import date, timedelta

import duckdb

from connectors.spreadsheet.fiscal_periods import FiscalPeriods
from pipelines.okr.kpi.periods import CADENCES, FiscalYear, containing, previous
from pipelines.okr.kpi.week_calendars import WeekCalendar

FIRST, LAST = date(2019, 12, 1), date(2025, 1, 31)
WANTED = f"""
    create table wanted as
    select cast(day as date) as day, period, first_month
    from generate_series(date '{FIRST}', date '{LAST}', interval 1 day) as days (day)
    cross join unnest({list(CADENCES)}) as periods (period)
    cross join range(1, 13) as months (first_month)
"""
CALENDAR = """
    with starts as (
        select *, {{ start_of("period", "day", "first_month") }} as period_start from wanted
    )
    select
        day,
        period,
        first_month,
        period_start,
        {{ add_days(-1, start_after(1, "period", "period_start")) }} as period_end,
        {{ start_after(-1, "period", "period_start") }} as previous_start
    from starts
"""


def test_a_period_begins_and_ends_on_the_same_day_everywhere(warehouse_in) -> None:
    warehouse = warehouse_in("fiscal_calendar")
    done = warehouse.run(LAST, "compile", "--inline", CALENDAR)
    assert done.returncode == 0, done.stdout
    [result] = json.loads((warehouse.folder / "target/run_results.json").read_bytes())["results"]
    with duckdb.connect() as connection:
        connection.execute(WANTED)
        rows = connection.execute(result["compiled_code"]).fetchall()
    assert len(rows) == ((LAST - FIRST) / timedelta(days=1) + 1) * len(CADENCES) * 12
    for day, cadence, first_month, *told in rows:
        period = containing(day, cadence, FiscalYear(first_month))
        assert told == [period.start, period.end, previous(period).start], (day, cadence)
        if cadence not in {"half", "year"}:  # no sheet is kept by these
            assert FiscalPeriods(first_month).first_day(day, cadence) == period.start


WEEKS = {
    "4-4-5": FiscalYear(1, "end", WeekCalendar("4-4-5", 0, "last")),
    "4-5-4": FiscalYear(2, "start", WeekCalendar("4-5-4", 6, "nearest")),
    "5-4-4": FiscalYear(10, "end", WeekCalendar("5-4-4", 6, "last")),
    "13x4": FiscalYear(7, "end", WeekCalendar("13x4", 3, "nearest")),
}
OF_WEEKS = """
    with days as (
        select cast(day as date) as day, period
        from generate_series(date '{first}', date '{last}', interval 1 day) as days (day)
        cross join unnest({cadences}) as periods (period)
    ),

    starts as (
        select *, {{{{ start_of("period", "day", {first_month}, {weeks}) }}}} as period_start from days
    )

    select
        day,
        period,
        period_start,
        {{{{ add_days(-1, start_after(1, "period", "period_start", {first_month}, {weeks})) }}}} as period_end,
        {{{{ start_after(-1, "period", "period_start", {first_month}, {weeks}) }}}} as previous_start
    from starts
"""


def in_macros(fiscal_year: FiscalYear) -> str:
    """The calendar as the macro of the settings gives it."""
    weeks = fiscal_year.weeks
    assert weeks is not None
    lists = {name: list(map(str, weeks.weeks_by(name))) for name in ("month", "quarter", "half")}
    return str({"days_near": weeks.days_near, "first_weekday": weeks.first_weekday} | lists)


def test_periods_of_whole_weeks_are_the_same_everywhere(warehouse_in) -> None:
    warehouse = warehouse_in("weeks")
    query = " union all by name ".join(
        f"(select '{name}' as calendar, * from ("
        + OF_WEEKS.format(
            first=FIRST, last=LAST, cadences=list(CADENCES), first_month=fiscal_year.first_month,
            weeks=in_macros(fiscal_year),
        )
        + "))"
        for name, fiscal_year in WEEKS.items()
    )  # fmt: skip
    done = warehouse.run(LAST, "compile", "--inline", query)
    assert done.returncode == 0, done.stdout
    [result] = json.loads((warehouse.folder / "target/run_results.json").read_bytes())["results"]
    with duckdb.connect() as connection:
        rows = connection.execute(result["compiled_code"]).fetchall()
    assert len(rows) == ((LAST - FIRST) / timedelta(days=1) + 1) * len(CADENCES) * len(WEEKS)
    for name, day, cadence, *told in rows:
        period = containing(day, cadence, WEEKS[name])
        assert told == [period.start, period.end, previous(period).start], (name, day, cadence)
