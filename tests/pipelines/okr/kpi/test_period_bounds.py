"""The years that periods may lie in, and the numbers that they have."""

from datetime import date

import pytest

from pipelines.okr.kpi.periods import (
    CALENDAR_YEAR,
    Cadence,
    FiscalYear,
    PeriodError,
    a_year_before,
    containing,
    cut_alike,
    ordinal,
    parse_day,
    parse_period,
    previous,
    whole_windows,
    windows,
)


@pytest.mark.parametrize("year", [1970, 2199])
def test_years_from_1970_to_2199_are_known(year):
    assert parse_period(str(year)).start == date(year, 1, 1)
    assert parse_day(f"{year}-06-30") == date(year, 6, 30)


@pytest.mark.parametrize("year", [1969, 2200])
def test_other_years_are_out_of_reach(year):
    with pytest.raises(PeriodError, match=rf"the year {year} is out of reach; 1970 to 2199"):
        parse_period(str(year))
    with pytest.raises(ValueError, match="is out of reach"):
        parse_day(f"{year}-06-30")


@pytest.mark.parametrize(
    ("cadence", "number"),
    [("month", 2026 * 12 + 9), ("quarter", 2026 * 4 + 3), ("half", 2026 * 2 + 1), ("year", 2026)],
)
def test_a_period_has_the_number_of_its_months(cadence: Cadence, number: int):
    """October to December 2026, and what follows it."""
    period = containing(date(2026, 10, 1), cadence)
    assert ordinal(period) == number
    assert ordinal(previous(period)) == number - 1


@pytest.mark.parametrize("cadence", ["day", "week"])
def test_days_and_weeks_are_numbered_from_the_year_one_on(cadence: Cadence):
    first = containing(date(1, 1, 8), cadence)
    assert ordinal(first) == {"day": 8, "week": 1}[cadence]
    later = containing(date(2026, 11, 30), cadence)
    assert ordinal(later) == ordinal(previous(later)) + 1


def test_a_fiscal_year_has_the_number_of_the_calendar_year_it_begins_in():
    fiscal = FiscalYear(first_month=10)
    year = containing(date(2026, 9, 30), "year", fiscal)
    assert (year.label, ordinal(year)) == ("2026", 2025)
    assert ordinal(containing(date(2026, 10, 1), "year", fiscal)) == 2026


def test_a_period_under_way_is_held_against_as_many_days_and_a_whole_one_against_all():
    february, march = (containing(date(2026, month, 1), "month") for month in (2, 3))
    assert cut_alike(february, march, date(2026, 3, 10)).end == date(2026, 2, 10)
    assert cut_alike(february, march, date(2026, 3, 1)).days == 1
    # the 29th and the 30th day have none in February
    assert cut_alike(february, march, date(2026, 3, 30)).end == date(2026, 2, 28)
    assert cut_alike(february, march, date(2026, 3, 31)) == february
    assert cut_alike(march, february, date(2026, 2, 28)) == march


def test_a_year_before_the_leap_day_is_the_28th():
    assert a_year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert a_year_before(date(2025, 2, 28)) == date(2024, 2, 28)
    assert a_year_before(date(2026, 12, 31)) == date(2025, 12, 31)


def test_a_stretch_of_one_day_touches_one_window_and_one_of_none_touches_none():
    day = date(2026, 11, 30)
    assert [x.label for x in windows(day, day, "month", CALENDAR_YEAR)] == ["2026-11"]
    assert windows(day, date(2026, 11, 29), "month") == ()
    assert whole_windows(day, day, "day")[0].label == "2026-11-30"


def test_days_of_one_s_own_may_be_a_single_one():
    period = parse_period({"start": "2026-02-01", "end": "2026-02-01"})
    assert (period.days, period.label) == (1, "2026-02-01..2026-02-01")
    with pytest.raises(PeriodError, match=r"ends \(2026-01-31\) before it starts"):
        parse_period({"start": "2026-02-01", "end": "2026-01-31"})
