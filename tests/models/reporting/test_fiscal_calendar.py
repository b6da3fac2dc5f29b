"""The fiscal calendar is the same in the models, in scoring and in the connector of the sheets.

Compared over five years with two leap days and a 53rd week, for each month in which a fiscal year can begin.
"""

import json
from datetime import date, timedelta

import duckdb

from connectors.spreadsheet.declared import period_of
from pipelines.okr.kpi.periods import CADENCES, FiscalYear, containing, previous

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
            assert period_of(day, cadence, first_month) == period.start
