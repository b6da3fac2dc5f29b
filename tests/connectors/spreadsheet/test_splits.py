"""Rows of a CSV that a comma or a torn copy has cut in the wrong place."""

from datetime import date

import pytest

NOTED = "kpi,date,value,comment\n"
TEAMS = "kpi,date,value,team,comment\n"
SPLIT = "kpis.csv, row 2, column `value` and the cell behind it may be one number of "


@pytest.mark.parametrize("row", [
    "calls,2026-11-02,12,5", "calls,2026-11-02,12,,", "calls,2026-11-02,12,",
])  # fmt: skip
def test_more_cells_than_the_header_are_refused_empty_ones_as_well(desk, row: str) -> None:
    told = desk.set_aside(f"kpi,date,value\n{row}\n")
    assert told.startswith("kpis.csv, row 2 has more cells than the header; write the number")
    assert desk.rows() == []


def test_a_split_number_with_its_empty_comment_has_more_cells_than_the_header(desk) -> None:
    assert "more cells than the header" in desk.set_aside(NOTED + "calls,2026-11-21,1,250,\n")


def test_empty_columns_of_the_header_are_no_extra_cells(desk) -> None:
    desk.read("kpi,date,value,,\ncalls,2026-11-02,5,,\n")
    assert (desk.findings(), len(desk.rows())) == ([], 1)
    assert "more cells" in desk.set_aside("kpi,date,value,,\ncalls,2026-11-02,5,250,\n")


@pytest.mark.parametrize("row", [
    "calls,2026-11-21,1,250",          # 1,250 calls, or one call with the comment 250
    "calls,2026-11-21,12,000",
    "calls,2026-11-21, 1, 250 ",
    "calls,2026-11-21,1,250.50",
    "hours,2026-11-21,7,5",            # seven and a half hours, or seven with the comment 5
    "satisfaction,2026-11-21,96,5 %",
])  # fmt: skip
def test_a_number_that_may_have_been_cut_in_two_is_never_guessed(desk, row: str) -> None:
    told = desk.set_aside(f"{NOTED}{row}\n")
    assert told.startswith(SPLIT)
    assert desk.rows() == []


@pytest.mark.parametrize("row", [
    "calls,2026-11-21,1,two hundred", "calls,2026-11-21,1,25", "calls,2026-11-21,1250,250",
    "hours,2026-11-21,7.5,5", "calls,2026-11-21,1,", "calls,2026-11-21,1",
])  # fmt: skip
def test_a_number_that_cannot_have_been_cut_is_taken(desk, row: str) -> None:
    desk.read(f"{NOTED}{row}\n")
    assert (desk.findings(), len(desk.rows())) == ([], 1)


def test_where_no_comma_parts_the_cells_none_cuts_a_number(desk) -> None:
    for separator in ";\t|":
        text = (NOTED + "calls,2026-11-21,1,250\n").replace(",", separator)
        desk.read(text)
        assert desk.values() == [("calls", "2026-11-21", "1")]


def test_a_column_of_numbers_behind_the_number_is_sure_by_its_other_rows(desk) -> None:
    text = "kpi,date,value,target\ncalls,2026-11-20,85,1000\ncalls,2026-11-21,85,900\n"
    desk.read(text)
    assert (desk.findings(), len(desk.rows())) == ([], 2)


@pytest.mark.parametrize("rest", ["900 %", "900%", "500 % ", "125.5%"])
def test_a_sign_behind_three_digits_makes_no_number_of_its_own(desk, rest: str) -> None:
    """96,900 % without quotes, in a row that ends there: not 96 % with a target of 900 %."""
    assert desk.set_aside(f"{NOTED}satisfaction,2026-11-21,96,{rest}\n").startswith(SPLIT)
    assert desk.rows() == []


def test_where_other_rows_have_commas_a_number_column_behind_is_not_sure(desk) -> None:
    """The 59 may be a target, or of 713,59 hours: whoever wrote 24,07 in quotes writes commas."""
    head = "kpi,date,value,target\nhours,2026-11-13,24.5,1000\n"
    desk.read(head + "hours,2026-11-14,713,59\n")
    assert (desk.findings(), len(desk.rows())) == ([], 2)
    desk.read(head + 'hours,2026-11-14,713,59\nhours,2026-11-15,"24,07",1000\n')
    assert [(finding.what, finding.day.day) for finding in desk.findings()] == [
        ("ambiguous_number", 15), ("split_number", 14),
    ]  # fmt: skip
    assert desk.values() == [("hours", "2026-11-13", "24.5")]


def test_a_last_column_that_every_row_has_shows_that_nothing_was_cut(desk) -> None:
    text = "kpi,date,value,target,team\nheadcount,2026-11-20,85,900,sales\n"
    desk.read(text)
    assert (desk.findings(), len(desk.rows())) == ([], 1)
    assert "more cells" in desk.set_aside(text.replace("85,", "1,085,"))


def test_a_cut_number_pushes_the_member_into_the_next_cell(desk) -> None:
    assert desk.set_aside(TEAMS + "headcount,2026-11-21,1,250,sales\n").startswith(SPLIT)
    desk.read(TEAMS + "headcount,2026-11-21,85,101,\n")
    assert [row["dimensions"] for row in desk.rows()] == ['{"team": "101"}']


def test_a_copy_that_broke_off_is_told_where_it_ends_too_early(desk) -> None:
    text = NOTED + "calls,2026-11-20,85,ok\ncalls,2026-11-21,12"
    assert desk.set_aside(text) == (
        "kpis.csv, row 3 is the last one and ends too early; "
        "save or copy the file again; if it is whole, end its last row with a line end"
    )
    desk.read(text + "\n")
    assert (desk.findings(), len(desk.rows())) == ([], 2)


def test_a_quote_that_is_closed_rows_below_swallows_none(desk) -> None:
    text = NOTED + 'calls,2026-11-02,5,"hm\ncalls,2026-11-03,6,\ncalls,2026-11-04,7,ho"\n'
    assert desk.fault(text) == (
        "kpis.csv, row 2 has a text over several lines that look like rows; "
        "close its quote, or take the quotes out of the text"
    )


def test_a_row_that_a_line_end_has_broken_is_told(desk) -> None:
    head = "team,kpi,date,comment,numerator,denominator,value\n"
    text = f"{head},calls,2026-11-02,two\nlines,,,5\n,calls,2026-11-03,,,,6\n"
    finding = next(x for x in desk.read(text).findings if x.what == "broken_row")
    assert finding.message == (
        "kpis.csv, row 3 has the rest of the row above it, which a line end has broken; "
        "put a text with a line end in quotes"
    )
    assert (finding.kpi, finding.day) == ("calls", date(2026, 11, 2))
    assert desk.values() == [("calls", "2026-11-03", "6")]


def test_a_cut_in_front_of_its_name_leaves_open_whose_row_it_is(desk) -> None:
    # 19,000 in two cells: the member `sales` is now where the name of the KPI was
    text = "value,team,kpi,date\n19,000,sales,headcount,2026-11-20\n"
    finding = desk.finding(text)
    assert (finding.what, finding.kpi, finding.day) == ("too_many_cells", "", None)
    assert desk.rows() == []
