"""Days that were not asked for, and rows that contradict each other. It is 25 November 2026."""

from datetime import date

import pytest

from connectors.sdk.windows import Range

HEAD = "kpi,date,value\n"


@pytest.mark.parametrize("day", ["2062-11-16", "2026-11-26", "2027-01-01", "9999-12-31"])
def test_a_number_of_a_day_to_come_is_told(desk, day: str) -> None:
    finding = desk.finding(f"{HEAD}calls,2026-11-02,5\ncalls,{day},7\n")
    assert finding.message == (
        f"kpis.csv, row 3, column `date` is {day}, which is still to come; "
        "correct the date, or leave the number empty until then"
    )
    # which of its days the number belongs to is not known, so the newest figures are in doubt
    assert (finding.kpi, finding.day) == ("calls", None)
    assert desk.values() == [("calls", "2026-11-02", "5")]


@pytest.mark.parametrize(("kpi", "day"), [
    ("calls", "2026-11-25"), ("sessions", "2026-11-27"), ("sessions", "2026-11-29"),
])  # fmt: skip
def test_a_number_of_a_period_that_is_not_over_waits_without_a_word(
    desk, kpi: str, day: str
) -> None:
    desk.read(f"{HEAD}{kpi},{day},7\n")
    assert (desk.findings(), desk.values()) == ([], [])


def test_a_template_of_days_to_come_waits_to_be_filled_in(desk) -> None:
    desk.read(HEAD + "calls,2026-11-02,5\ncalls,2026-12-31,\n")
    assert desk.findings() == []


@pytest.mark.parametrize("day", ["2016-11-16", "1926-11-16", "0026-11-16", "2024-11-30"])
def test_a_day_before_the_first_one_is_told(desk, day: str) -> None:
    finding = desk.finding(f"{HEAD}calls,2026-11-02,5\ncalls,{day},7\n")
    assert finding.message == (
        f"kpis.csv, row 3, column `date` is {day}, before the first day that is asked for "
        "(2024-12-01); correct the year, or set OKRA_START_DATE to an earlier day"
    )
    assert (finding.kpi, finding.day) == ("calls", date.fromisoformat(day))


def test_years_before_the_first_day_are_one_finding(desk) -> None:
    rows = "".join(f"calls,2023-{month:02}-01,5\n" for month in range(1, 13))
    finding = desk.finding(HEAD + rows)
    assert (finding.rows, finding.day) == (12, date(2023, 1, 1))


def test_a_history_that_goes_on_into_the_days_that_are_asked_for_is_no_fault(desk) -> None:
    """From January 2023 to December 2024 without a gap; the first day that is asked for is 2024-12-01."""
    months = [f"calls,{year}-{month:02}-01,5\n" for year in (2023, 2024) for month in range(1, 13)]
    sheet = desk.write("kpis.csv", HEAD + "".join(months))
    desk.pulled(sheet, wanted=Range(date(2024, 12, 1), date(2026, 11, 24)))
    assert desk.findings() == []
    assert desk.values() == [("calls", "2024-12-01", "5")]


def test_a_day_of_its_own_long_before_a_history_is_told(desk) -> None:
    months = [f"calls,2024-{month:02}-01,5\n" for month in range(1, 13)]
    finding = desk.finding(HEAD + "calls,2006-11-02,7\n" + "".join(months))
    assert (finding.rows, finding.day) == (1, date(2006, 11, 2))


def test_days_that_this_pull_does_not_ask_for_are_no_fault(desk) -> None:
    sheet = desk.write("kpis.csv", HEAD + "calls,2026-10-02,five\ncalls,2026-10-03,5\n")
    desk.pulled(sheet)
    assert desk.findings() == []
    desk.pulled(sheet, wanted=Range(date(2026, 10, 1), date(2026, 11, 24)))
    assert [finding.day for finding in desk.findings()] == [date(2026, 10, 2)]


def test_a_finding_is_told_once_though_the_days_are_asked_for_in_parts(desk) -> None:
    text = HEAD + (
        "calls,2025-01-02,five\ncalls,2025-01-03,5\ncalls,2025-12-31,6\ncalls,2026-11-23,7\n"
        "calls,soon,5\ncalls,2062-01-01,5\ncalls,2024-01-01,5\n"
    )
    whole = Range(date(2024, 12, 1), date(2026, 11, 24))
    desk.pulled(desk.write("kpis.csv", text), wanted=whole)
    assert [finding.what for finding in desk.findings()] == [
        "not_a_number", "not_a_date", "still_to_come", "before_start",
    ]  # fmt: skip
    assert [day for _, day, _ in desk.values()] == ["2025-01-03", "2025-12-31", "2026-11-23"]


def test_days_of_long_ago_that_are_pulled_alone_do_not_make_others_days_to_come(desk) -> None:
    text = HEAD + "calls,2025-01-03,5\ncalls,2026-11-23,7\ncalls,soon,5\n"
    january = Range(date(2025, 1, 1), date(2025, 1, 31))
    desk.pulled(desk.write("kpis.csv", text), wanted=january)
    assert (desk.values(), desk.findings()) == ([("calls", "2025-01-03", "5")], [])


def test_neither_of_two_rows_that_differ_is_taken_whatever_their_order(desk) -> None:
    for rows in (("5", "3"), ("3", "5"), ("5", "5", "3")):
        text = HEAD + "".join(f"calls,2026-11-02,{number}\n" for number in rows)
        finding = desk.finding(text + "calls,2026-11-03,4\n")
        assert finding.message.startswith(
            "kpis.csv, row 2 and kpis.csv, row 3 give calls different numbers for one day"
        )
        assert (finding.kpi, finding.day, finding.rows) == ("calls", date(2026, 11, 2), len(rows))
        assert desk.values() == [("calls", "2026-11-03", "4")]


def test_a_copy_of_a_row_is_the_same_row(desk) -> None:
    text = HEAD + "calls,2026-11-02,5\ncalls,2026-11-02,5.0\n"
    desk.read(text), desk.write("copy.csv", text)
    assert desk.findings() == []
    assert desk.values() == [("calls", "2026-11-02", "5")]


def test_two_sheets_that_differ_are_both_named(desk) -> None:
    (desk.folder / "old").mkdir()
    sheets = [
        desk.write("kpis.csv", HEAD + "calls,2026-11-02,5\n"),
        desk.write("old/kpis.csv", HEAD + "calls,2026-11-02,3\n"),
        desk.write("other.csv", HEAD + "calls,2026-11-02,3\n"),
    ]
    desk.pulled(*sheets)
    (finding,) = desk.findings()
    assert finding.rows == 3
    assert {*finding.examples} == {"kpis.csv, row 2", "other.csv, row 2"}
    assert desk.values() == []


def test_a_copy_of_a_sheet_in_another_folder_that_differs_is_told(desk) -> None:
    (desk.folder / "old").mkdir()
    sheets = [
        desk.write(name, f"{HEAD}calls,2026-11-02,{n}\n")
        for n, name in enumerate(("kpis.csv", "old/kpis.csv"))
    ]
    desk.pulled(*sheets)
    (finding,) = desk.findings()
    assert finding.message.startswith(
        "kpis.csv, row 2 and kpis.csv, row 2 give calls different numbers"
    )


def test_two_totals_of_one_week_are_told_on_both_of_their_days(desk) -> None:
    desk.read(HEAD + "sessions,2026-11-09,5\nsessions,2026-11-15,5\n")
    assert [(finding.day.day, finding.rows) for finding in desk.findings()] == [(9, 1), (15, 1)]
    assert desk.findings()[0].message.startswith(
        "kpis.csv, row 2 and kpis.csv, row 3 give sessions different numbers for one week"
    )
    assert desk.values() == []


TEAMS = "kpi,date,value,team\n"


@pytest.mark.parametrize(("name", "other"), [
    ("Zo\u00eb", "Zoe\u0308"), ("sales", " sales "), ("sales  west", "sales\u00a0west"), ("sales", "sales\u200b"),
])  # fmt: skip
def test_two_forms_of_a_name_that_look_the_same_are_one_member(desk, name: str, other: str) -> None:
    desk.read(f"{TEAMS}headcount,2026-11-02,8,{name}\nheadcount,2026-11-03,9,{other}\n")
    assert len({row["dimensions"] for row in desk.rows()}) == 1
    assert desk.findings() == []


def test_two_forms_of_a_name_on_one_day_are_two_rows_of_one_member(desk) -> None:
    text = f"{TEAMS}headcount,2026-11-02,8,Zo\u00eb\nheadcount,2026-11-02,9,Zoe\u0308\n"
    assert "different numbers for one day" in desk.set_aside(text)


@pytest.mark.parametrize("other", ["Sales", "SALES", "ｓａｌｅｓ"])
def test_a_name_in_other_letters_is_kept_and_told_as_doubtful(desk, other: str) -> None:
    text = TEAMS + "".join(f"headcount,2026-11-0{day},8,sales\n" for day in (2, 3))
    finding = desk.finding(f"{text}headcount,2026-11-04,9,{other}\n")
    assert not finding.is_set_aside
    assert (finding.kpi, finding.column, finding.day) == ("headcount", "team", date(2026, 11, 4))
    assert finding.message.startswith(
        "kpis.csv, row 4, column `team` differs from kpis.csv, row 2 in the form of its letters only"
    )
    assert len(desk.rows()) == 3
