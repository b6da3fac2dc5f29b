"""KPIs that are kept in sheets go through the models that all KPIs go through, each by its own rhythm.

Every figure is worked out by hand.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.models.sheets.written_rows import DECLARATIONS, TODAY, fill, period


def periods_of(warehouse: Any, kpi: str) -> set[str]:
    rows = warehouse.rows(f"select distinct period from reporting.kpi_periods where kpi = '{kpi}'")
    return {name for (name,) in rows}


def test_a_sheet_kpi_is_listed_beside_the_others_with_what_it_declares(warehouse: Any) -> None:
    ((description, unit, dimensions, sources, every),) = warehouse.rows(
        "select description, unit, dimensions, sources, every from reporting.kpis where kpi = 'heads'"
    )
    assert (description, unit, dimensions) == ("It's heads", "things", ["team"])
    assert (sources, every) == ("spreadsheet.kpi_values", "month")
    assert warehouse.rows("select distinct every from reporting.kpis where model like 'kpi_%'") == [
        ("day",)
    ]


def test_a_week_is_worth_what_was_written_for_it_and_counts_once_it_is_over(warehouse: Any) -> None:
    last_week = period(warehouse, "training", "week", "2026-11-16")
    assert last_week == (Decimal(4), Decimal(2), "complete", date(2026, 11, 22), "ok")
    assert period(warehouse, "training", "week", "2026-11-23") is None


def test_a_week_that_nobody_wrote_down_is_missing_and_not_zero(warehouse: Any) -> None:
    assert period(warehouse, "training", "week", "2026-10-12") is None
    value, _, status, through, trust = period(warehouse, "training", "month", "2026-10-01")
    assert (value, status, through) == (Decimal(14), "provisional", date(2026, 10, 31))
    assert trust == "missing_days"


def test_an_open_month_of_weeks_goes_as_far_as_its_last_whole_week(warehouse: Any) -> None:
    value, _, status, through, _ = period(warehouse, "training", "month", "2026-11-01")
    assert (value, status, through) == (Decimal(7), "partial", date(2026, 11, 22))


def test_no_kpi_has_a_value_for_a_shorter_time_than_it_is_given_for(warehouse: Any) -> None:
    assert periods_of(warehouse, "training") == {"week", "month", "quarter", "half", "year"}
    assert periods_of(warehouse, "heads") == {"month", "quarter", "half", "year"}
    assert periods_of(warehouse, "nps") == {"quarter", "half", "year"}
    assert "day" in periods_of(warehouse, "calls")


def test_a_monthly_stock_is_sound_whichever_day_of_the_month_it_is_dated(warehouse: Any) -> None:
    october = period(warehouse, "heads", "month", "2026-10-01")
    assert october == (Decimal(17), Decimal(16), "complete", date(2026, 10, 31), "ok")
    sales = period(warehouse, "heads", "month", "2026-10-01", member="sales")
    assert sales[:2] == (Decimal(8), Decimal(7))
    assert period(warehouse, "heads", "month", "2026-11-01") is None

    october = period(warehouse, "desks", "month", "2026-10-01")
    assert october == (Decimal(40), None, "complete", date(2026, 10, 31), "ok")
    november = period(warehouse, "desks", "month", "2026-11-01")
    assert november == (Decimal(42), Decimal(40), "partial", date(2026, 11, 24), "ok")


def test_a_quarterly_ratio_divides_what_the_quarter_was_given(warehouse: Any) -> None:
    value, before, status, through, trust = period(warehouse, "nps", "quarter", "2026-07-01")
    assert (value, before) == (Decimal("0.325"), Decimal("0.3"))
    assert (status, through, trust) == ("complete", date(2026, 9, 30), "ok")
    assert period(warehouse, "nps", "quarter", "2026-10-01") is None
    # the survey of its first quarter was not held
    assert period(warehouse, "nps", "half", "2026-01-01")[0] == Decimal("0.3")


def test_a_day_that_nobody_wrote_down_is_missing_and_a_zero_is_a_zero(warehouse: Any) -> None:
    days = {day: period(warehouse, "calls", "day", f"2026-11-{day:02}") for day in range(1, 11)}
    assert {day: values[0] for day, values in days.items() if values} == {2: 5, 4: 0, 9: 2}


def test_a_daily_level_is_not_carried_over_a_day_that_nobody_read_off(warehouse: Any) -> None:
    days = {day: period(warehouse, "depth", "day", f"2026-11-{day:02}") for day in range(2, 6)}
    assert {day: values[0] for day, values in days.items() if values} == {2: 40, 4: 42}


def test_quarters_begin_where_the_fiscal_year_says(warehouse_in: Any, empty: Any) -> None:
    warehouse = warehouse_in("sheet_kpis_fiscal")
    fill(warehouse)
    warehouse.build_over(
        empty, TODAY, ["spreadsheet"], "--exclude", "test_type:generic",
        sheet_kpis=DECLARATIONS, fiscal_year_start="2",
    )  # fmt: skip
    value, before, status, *_ = period(warehouse, "nps", "quarter", "2026-08-01")
    assert (value, before, status) == (Decimal("0.325"), Decimal("0.3"), "complete")
    assert period(warehouse, "nps", "quarter", "2026-07-01") is None
