"""Headers of columns of periods: the forms that people write, and those that are not guessed."""

from datetime import date

import pytest

from connectors.sdk.errors import Rejected
from connectors.spreadsheet.entries import Days
from connectors.spreadsheet.fiscal_periods import FiscalPeriods
from tests.connectors.spreadsheet.wide_sheets import GERMAN, book, fault, figures, read
from tests.connectors.spreadsheet.workbooks import saved


@pytest.mark.parametrize(("header", "language"), [
    ("Jan 26", "en"), ("Jan. 2026", "en"), ("January 2026", "en"), ("Jan-26", "en"), ("Jan'26", "en"),
    ("2026-01", ""), ("01.2026", ""), ("1/2026", ""), ("2026 Jan", ""), ("Januar 2026", "de"), ("Jän 26", "de_AT"),
    ("janvier 2026", "fr"), ("janv. 26", "fr"), ("enero 2026", "es"), ("styczeń 2026", "pl"),
])  # fmt: skip
def test_a_month_is_known_in_the_forms_that_people_write(header, language):
    assert figures(f"kpi;{header}\nheads;7\n", language=language) == [("heads", "2026-01-31", "7")]


@pytest.mark.parametrize(("header", "wrong"), [
    ("01/26", "can be read in two ways; write the year in full: 01.2026"),
    ("Jan", "has no year; write it such as Jan 2026, or declare `year:`"),
])  # fmt: skip
def test_a_header_that_can_be_read_in_two_ways_is_refused(header, wrong):
    assert wrong in fault(f"kpi;Feb 2026;{header}\nheads;7;8\n")


def test_a_month_cut_short_like_another_is_refused():
    assert "begins the names of several months (6 or 7)" in fault(
        "kpi;jui 26\nheads;7\n", language="fr"
    )


@pytest.mark.parametrize(
    "header", ["Jna 26", "Mar 26", "Total", "13.2026", "Jan 2026 old", "46023"]
)
def test_a_column_behind_the_first_period_is_not_guessed(header):
    # `Mar` is no German month
    message = fault(f"kpi;Jan 2026;{header}\nheads;7;8\n", language="de")
    assert "column C" in message
    assert "is no month" in message


def test_a_column_without_a_header_is_not_guessed():
    assert "column C has cells and no header" in fault("kpi;Jan 2026;\nheads;7;8\n")


def test_two_columns_of_one_month_are_refused():
    message = fault("kpi;Jan 2026;01.2026\nheads;7;8\n")
    assert "column C is of the same month as column B" in message


def test_columns_in_front_of_the_first_period_are_ignored():
    assert figures("owner;kpi;Jan 2026\nKim;heads;7\n") == [("heads", "2026-01-31", "7")]


def test_a_column_with_figures_in_front_of_the_first_period_may_be_a_misspelt_one():
    accounts = "account;kpi;Jan 2026\n4400;heads;7\n"
    assert "column A has a header that is no month" in fault(accounts)
    assert figures(accounts, skip="account") == [("heads", "2026-01-31", "7")]


def test_the_year_of_all_headers_can_be_declared():
    assert figures("kpi;Jan;Feb\nheads;7;8\n", year=2026) == [
        ("heads", "2026-01-31", "7"), ("heads", "2026-02-28", "8"),
    ]  # fmt: skip
    assert "is not of 2026, which is declared" in fault("kpi;Jan 25\nheads;7\n", year=2026)


def test_weeks_quarters_and_days():
    days = Days(date(2025, 12, 1), date(2026, 11, 25))
    assert figures("kpi;KW 3 2026;2026-W04\nweekly;7;8\n", days, periods="week") == [
        ("weekly", "2026-01-18", "7"), ("weekly", "2026-01-25", "8"),
    ]  # fmt: skip
    assert figures("kpi;Q1 2026;2. Quartal 2026\nquarterly;7;8\n", days, periods="quarter", language="de") == [
        ("quarterly", "2026-03-31", "7"), ("quarterly", "2026-06-30", "8"),
    ]  # fmt: skip
    german = {"periods": "day", "days": "DD.MM.YYYY"}
    assert figures("kpi;01.02.2026;02.02.2026\ndaily;7;8\n", days, **german) == [
        ("daily", "2026-02-01", "7"), ("daily", "2026-02-02", "8"),
    ]  # fmt: skip


def test_a_quarter_of_a_shifted_fiscal_year_is_refused():
    shifted = Days(date(2026, 1, 1), date(2026, 11, 25), FiscalPeriods(first_month=10))
    with pytest.raises(Rejected, match="a quarter of the calendar or of the fiscal year"):
        read("kpi;Q1 2026\nquarterly;7\n", shifted, periods="quarter")


def test_the_year_above_the_months_may_be_merged():
    workbook = book(
        ["Kennzahl", 2025, None, 2026, None],
        [None, "Nov", "Dez", "Jan", "Feb"],
        ["Umsatz", 1, 2, 3, 4],
    )
    sheet = workbook["Plan"]
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(merged)
    days = Days(date(2025, 1, 1), date(2026, 11, 25))
    assert figures(saved(workbook), days, **GERMAN, year="above") == [
        ("revenue", "2025-11-30", "1"),
        ("revenue", "2025-12-31", "2"),
        ("revenue", "2026-01-31", "3"),
        ("revenue", "2026-02-28", "4"),
    ]


def test_numbers_that_are_merged_belong_to_no_month():
    workbook = book(["Kennzahl", "Jan 26", "Feb 26"], ["Umsatz", 300, None])
    workbook["Plan"].merge_cells("B2:C2")
    rows, findings = read(saved(workbook), **GERMAN)
    assert rows == []
    assert [(x.what, x.column) for x in findings] == [("merged", "Jan 26"), ("merged", "Feb 26")]


def test_a_number_of_days_that_is_not_shown_as_a_date_is_no_header():
    workbook = book(["Kennzahl", "Jan 26", 46054], ["Umsatz", 1, 2])
    assert "column C says `46054` that is no month" in fault(saved(workbook), **GERMAN)
