"""Fiscal years of whole weeks."""

from datetime import date, timedelta

import pytest

from pipelines.okr.kpi.periods import (
    CADENCES,
    FiscalYear,
    PeriodError,
    containing,
    ordinal,
    parse_period,
    previous,
    windows,
    year_before,
)
from pipelines.okr.kpi.week_calendars import WeekCalendar

RETAIL = FiscalYear(2, "start", WeekCalendar("4-5-4", 6, "nearest"))
"""That of the National Retail Federation: from the Sunday nearest to 1 February."""
CALENDARS = [
    FiscalYear(month, named_by, WeekCalendar(pattern, weekday, ends))
    for pattern in ("4-4-5", "4-5-4", "5-4-4", "13x4")
    for ends in ("nearest", "last")
    for month, weekday, named_by in ((1, 0, "end"), (2, 6, "start"), (10, 5, "end"))
]
FIRST, LAST = date(2000, 1, 1), date(2039, 12, 31)


@pytest.mark.parametrize("fiscal_year", CALENDARS, ids=str)
def test_every_day_of_40_years_is_in_exactly_one_period(fiscal_year: FiscalYear) -> None:
    for cadence in CADENCES:
        periods = windows(FIRST, LAST, cadence, fiscal_year)
        day = periods[0].start
        assert day <= FIRST
        for period in periods:
            assert period.start == day, "it begins where the one before has ended"
            assert containing(period.start, cadence, fiscal_year) == period
            assert containing(period.end, cadence, fiscal_year) == period
            assert cadence in ("day", "week") or period.days % 7 == 0
            assert parse_period(period.label, fiscal_year) == period
            day = period.end + timedelta(days=1)
        assert day > LAST
        assert len({period.label for period in periods}) == len(periods)
        numbers = [ordinal(period) for period in periods]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize("fiscal_year", CALENDARS, ids=str)
def test_smaller_periods_make_up_the_larger_ones(fiscal_year: FiscalYear) -> None:
    for year in windows(FIRST, LAST, "year", fiscal_year):
        assert year.days in (52 * 7, 53 * 7)
        for cadence in ("month", "quarter", "half"):
            parts = windows(year.start, year.end, cadence, fiscal_year)
            assert (parts[0].start, parts[-1].end) == (year.start, year.end)


def test_the_retail_calendar_has_the_years_of_53_weeks_that_were_published() -> None:
    # nrf.com/resources/4-5-4-calendar names the fiscal years 2000, 2006, 2012, 2017 and 2023
    years = [str(year) for year in range(2000, 2028)]
    assert [year for year in years if parse_period(year, RETAIL).days == 53 * 7] == [
        "2000", "2006", "2012", "2017", "2023",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        # as the federation publishes them
        ("2022", "2022-01-30", "2023-01-28"),
        ("2023", "2023-01-29", "2024-02-03"),
        ("2024", "2024-02-04", "2025-02-01"),
        ("2025", "2025-02-02", "2026-01-31"),
        ("2023-P01", "2023-01-29", "2023-02-25"),
        ("2023-P02", "2023-02-26", "2023-04-01"),
        ("2023-P03", "2023-04-02", "2023-04-29"),
        ("2023-P12", "2023-12-31", "2024-02-03"),  # with the 53rd week
        ("2023-Q4", "2023-10-29", "2024-02-03"),
        ("2024-H1", "2024-02-04", "2024-08-03"),
    ],
)
def test_the_retail_periods_are_those_that_were_published(label: str, start: str, end: str) -> None:
    period = parse_period(label, RETAIL)
    assert (str(period.start), str(period.end), period.label) == (start, end, label)


@pytest.mark.parametrize(("pattern", "weeks"), [
    ("4-4-5", [4, 4, 5] * 4), ("4-5-4", [4, 5, 4] * 4), ("5-4-4", [5, 4, 4] * 4), ("13x4", [4] * 13),
])  # fmt: skip
def test_each_pattern_has_its_weeks_and_the_last_period_the_53rd(
    pattern: str, weeks: list[int]
) -> None:
    fiscal_year = FiscalYear(2, "start", WeekCalendar(pattern, 6, "nearest"))  # type: ignore[arg-type]
    for label, more in (("2022", 0), ("2023", 1)):
        year = parse_period(label, fiscal_year)
        periods = windows(year.start, year.end, "month", fiscal_year)
        assert [period.days // 7 for period in periods] == [*weeks[:-1], weeks[-1] + more]


def test_the_year_can_be_named_by_its_end() -> None:
    by_end = FiscalYear(2, "end", RETAIL.weeks)
    assert parse_period("2024", by_end).start == parse_period("2023", RETAIL).start
    assert containing(date(2023, 1, 29), "month", by_end).label == "2024-P01"


def test_a_year_that_ends_on_the_last_saturday_begins_by_the_first_of_its_month() -> None:
    last = FiscalYear(2, "start", WeekCalendar("4-5-4", 6, "last"))
    # 28 January 2023 is the last Saturday of its month, and so is 27 January 2024
    assert parse_period("2023", last).start == date(2023, 1, 29)
    assert parse_period("2024", last).start == date(2024, 1, 28)


@pytest.mark.parametrize("fiscal_year", CALENDARS, ids=str)
def test_a_year_before_is_the_period_of_the_same_number(fiscal_year: FiscalYear) -> None:
    for cadence in ("month", "quarter", "half", "year"):
        for period in windows(FIRST, LAST, cadence, fiscal_year):
            before = year_before(period)
            assert before.label[4:] == period.label[4:]
            assert int(before.label[:4]) == int(period.label[:4]) - 1
            assert previous(period).end == period.start - timedelta(days=1)


@pytest.mark.parametrize(("written", "fiscal_year", "said"), [
    ("2023-04", RETAIL, "^`2023-04` is a month, and the fiscal year is made of whole weeks; write 2023-P03, which is "
        "2023-04-02 to 2023-04-29$"),
    ("2023-P13", RETAIL, "a year has 12 periods"),
    ("2023-P03", FiscalYear(), "the fiscal year is made of months"),
])  # fmt: skip
def test_a_period_of_another_calendar_is_refused(
    written: str, fiscal_year: FiscalYear, said: str
) -> None:
    with pytest.raises(PeriodError, match=said):
        parse_period(written, fiscal_year)


def test_a_day_is_compared_with_the_same_date_where_the_fiscal_year_has_weeks() -> None:
    day = containing(date(2026, 11, 5), "day", RETAIL)
    assert year_before(day).start == date(2025, 11, 5)
    assert year_before(containing(date(2026, 11, 5), "week", RETAIL)).start == date(2025, 11, 3)
