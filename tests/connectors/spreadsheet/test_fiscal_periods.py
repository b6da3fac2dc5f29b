"""Sheets of a company whose fiscal year is made of whole weeks."""

from datetime import date, timedelta

import pytest

from connectors.sdk.errors import Rejected
from connectors.spreadsheet.entries import Days
from connectors.spreadsheet.fiscal_periods import CALENDARS, WEEKDAYS, YEAR_ENDS, FiscalPeriods
from pipelines.okr.kpi.periods import FiscalYear, containing, parse_period
from pipelines.okr.kpi.week_calendars import WeekCalendar
from tests.connectors.spreadsheet.wide_sheets import book, figures, read
from tests.connectors.spreadsheet.workbooks import saved

RETAIL = FiscalPeriods(first_month=2, calendar="4-4-5", last_week="last")
"""From the last Sunday by 1 February: the year 2027 begins on 1 February 2026, and 2026 has 53 weeks."""
DAYS = Days(date(2025, 1, 26), date(2026, 11, 25), RETAIL)


@pytest.mark.parametrize("calendar", CALENDARS[1:])
@pytest.mark.parametrize("last_week", YEAR_ENDS)
@pytest.mark.parametrize(
    ("month", "week_start", "named_by"),
    [(1, "monday", "end"), (2, "sunday", "start"), (10, "saturday", "end")],
)
def test_the_periods_of_sheets_are_those_of_the_scores(
    calendar, last_week, month, week_start, named_by
):
    weeks = WeekCalendar(calendar, WEEKDAYS.index(week_start), last_week)
    scores = FiscalYear(month, named_by, weeks)
    sheets = FiscalPeriods(month, calendar, week_start, last_week, named_by)
    for ago in range(365 * 7):
        day = date(2029, 12, 31) - timedelta(days=ago)
        for cadence in ("week", "month", "quarter"):
            period = containing(day, cadence, scores)
            assert sheets.first_day(day, cadence) == period.start
            assert sheets.last_day(period.start, cadence) == period.end
    for number in range(1, 14 if calendar == "13x4" else 13):
        assert sheets.numbered(2026, number) == parse_period(f"2026-P{number:02}", scores).start


def test_a_date_means_the_period_that_it_lies_in():
    # P01 is 1 to 28 February, P02 1 to 28 March, P03 29 March to 2 May
    header = ["kpi", date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 2)]
    assert figures(saved(book(header, ["heads", 7, 8, 9])), DAYS) == [
        ("heads", "2026-02-28", "7"), ("heads", "2026-03-28", "8"), ("heads", "2026-05-02", "9"),
    ]  # fmt: skip


def test_the_last_period_has_the_53rd_week():
    # 21 December 2025 to 31 January 2026: six weeks
    assert figures(saved(book(["kpi", date(2026, 1, 24)], ["heads", 7])), DAYS) == [
        ("heads", "2026-01-31", "7")
    ]


@pytest.mark.parametrize("header", ["2027-P03", "P03 2027", "P3 27", "Period 3 2027", "2027 P3"])
def test_a_period_is_known_by_its_number(header):
    assert figures(f"kpi;{header}\nheads;7\n", DAYS) == [("heads", "2026-05-02", "7")]


@pytest.mark.parametrize(("header", "wrong"), [
    ("Apr 2026", "can be a month of the calendar or a period of the fiscal year; write 2026-P01, or a day of"),
    ("2026-04", "can be a month of the calendar or a period of the fiscal year; write 2026-P01, or a day of"),
    ("P03", "has no year; write it such as 2026-P01, or declare `year:`"),
    ("2027-P13", "is no month; write it such as 2026-P01, or with a day of the period as a date"),
])  # fmt: skip
def test_a_month_of_the_calendar_is_refused(header, wrong):
    with pytest.raises(Rejected) as caught:
        read(f"kpi;2027-P01;{header}\nheads;7;8\n", DAYS)
    assert wrong in str(caught.value)


def test_two_dates_of_one_period_are_refused():
    # 1 April and 1 May are both in P03
    with pytest.raises(Rejected, match="column C is of the same month as column B"):
        read(saved(book(["kpi", date(2026, 4, 1), date(2026, 5, 1)], ["heads", 7, 8])), DAYS)


def test_quarters_are_those_of_the_fiscal_year():
    header = ["kpi", date(2026, 2, 1), date(2026, 5, 3)]
    workbook = book(header, ["quarterly", 7, 8])
    assert figures(saved(workbook), DAYS, periods="quarter") == [
        ("quarterly", "2026-05-02", "7"), ("quarterly", "2026-08-01", "8"),
    ]  # fmt: skip
    january = Days(date(2025, 1, 1), date(2026, 11, 25), FiscalPeriods(calendar="4-4-5"))
    with pytest.raises(Rejected, match="a quarter of the calendar or of the fiscal year"):
        read("kpi;Q1 2026\nquarterly;7\n", january, periods="quarter")


def test_two_periods_with_days_in_one_month_are_two_rows():
    # 1 and 31 March: the first day of P02 and the third of P03
    rows = "kpi,date,value\nrevenue,2026-03-01,7\nrevenue,2026-03-31,8\n"
    assert figures(rows, DAYS, periods=None) == [
        ("revenue", "2026-03-01", "7"), ("revenue", "2026-03-31", "8"),
    ]  # fmt: skip


def test_two_numbers_of_one_period_contradict_each_other():
    # 29 March and 2 May are the first and the last day of P03
    rows, findings = read(
        "kpi,date,value\nrevenue,2026-03-29,7\nrevenue,2026-05-02,8\n", DAYS, periods=None
    )
    assert rows == []
    assert {finding.what for finding in findings} == {"differing_rows"}
