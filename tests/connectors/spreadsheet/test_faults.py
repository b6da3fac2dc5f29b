"""Whatever a person gets wrong in a sheet is told with sheet, row, column, fault and remedy; nothing is guessed."""

import pytest

HEAD = "kpi,date,value\n"


@pytest.mark.parametrize(("written", "told"), [
    ('"1.234,56"', "is `1.234,56`, where the comma can mean two things; write it without thousands and "
                   "with a point: 1234.56"),
    ('"12,5"', "is `12,5`, where the comma can mean two things"),
    ('"1,234"', "is `1,234`, where the comma can mean two things"),
    ("1.234.567", "is `1.234.567`, which is no number"),
    ("1 234", "is `1 234`, which is no number"),
    ("12 calls", "is a text, which is no number; write a number such as 12.5, without a unit; leave the "
                 "cell empty if it is not known yet"),
    ("$12", "is a text, which is no number"),
    ("n/a", "is a text, which is no number"),
    ("1e5", "is a text, which is no number"),
    ("nan", "is a text, which is no number"),
    ("--5", "is `--5`, which is no number"),
    ("#REF!", "holds a formula that fails; mend the formula, or write the number"),
    ("=SUM(A1:A3)", "holds a formula without its result"),
    ("9" * 40, "is too large to be meant"),
])  # fmt: skip
def test_a_number_that_can_be_read_two_ways_or_none(desk, written: str, told: str) -> None:
    fault = desk.fault(f"{HEAD}calls,2026-11-02,5\ncalls,2026-11-03,{written}\n")
    assert fault.startswith(f"kpis.csv, row 3, column `value` {told}")


@pytest.mark.parametrize(("written", "told"), [
    ("11/12/2026", "is `11/12/2026`, which is no date; write it as 2026-11-30"),
    ("12.11.2026", "is `12.11.2026`, which is no date"),
    ("2026-11", "is `2026-11`, which is no date"),
    ("2026-02-30", "is `2026-02-30`, which is no date"),
    ("20261102", "is `20261102`, which is no date"),
    ("46328", "is `46328`, which is no date"),
    ("November", "is a text, which is no date"),
    ("", "is empty; write the day such as 2026-11-30"),
])  # fmt: skip
def test_a_date_that_can_be_read_two_ways_or_none(desk, written: str, told: str) -> None:
    fault = desk.fault(f"{HEAD}calls,{written},5\n")
    assert fault.startswith(f"kpis.csv, row 2, column `date` {told}")


def test_a_kpi_with_a_slip_of_the_pen(desk) -> None:
    assert desk.fault(HEAD + "cals,2026-11-02,5\n") == (
        "kpis.csv, row 2, column `kpi` names a KPI that OKRA_SHEET_KPIS does not declare; "
        "did you mean `calls`?"
    )
    assert desk.fault(HEAD + ",2026-11-02,5\n").startswith("kpis.csv, row 2, column `kpi` is empty")


def test_a_bare_number_in_a_percentage(desk) -> None:
    assert desk.fault(HEAD + "satisfaction,2026-11-02,96\n") == (
        "kpis.csv, row 2, column `value` is `96`, which would be 9600%; write 96 % or a share"
    )


def test_a_row_that_says_again_what_another_has_said(desk) -> None:
    again = desk.fault(HEAD + "calls,2026-11-02,5\ncalls,2026-11-02,3\n")
    assert again.startswith(
        "kpis.csv, row 3 calls has a row of that day already (kpis.csv, row 2); add"
    )
    desk.write("other.csv", HEAD + "calls,2026-11-02,3\n")
    report = desk.pulled(
        desk.write("kpis.csv", HEAD + "calls,2026-11-02,5\n"), desk.folder / "other.csv"
    )
    assert "other.csv, row 2 calls has a row of that day already (kpis.csv, row 2)" in str(
        report.error
    )


def test_a_copy_of_a_sheet_in_another_folder(desk) -> None:
    (desk.folder / "old").mkdir()
    here = desk.write("kpis.csv", HEAD + "calls,2026-11-02,5\n")
    report = desk.pulled(here, desk.write("old/kpis.csv", HEAD + "calls,2026-11-02,3\n"))
    assert "kpis.csv, row 2 calls has a row of that day already (kpis.csv, row 2)" in str(
        report.error
    )


def test_two_totals_of_one_week(desk) -> None:
    fault = desk.fault(HEAD + "sessions,2026-11-09,5\nsessions,2026-11-15,3\n")
    assert "row 3 sessions has a row of that week already" in fault


def test_a_member_that_is_not_named(desk) -> None:
    fault = desk.fault("kpi,date,value,team\nheadcount,2026-11-02,8,\n")
    assert fault.startswith("kpis.csv, row 2, column `team` is empty; write whose number it is")
    fault = desk.fault(HEAD + "headcount,2026-11-02,8\n")
    assert fault.startswith(
        "kpis.csv, row 2, column `team` is not there, but headcount is declared"
    )


def test_the_numbers_of_another_kind(desk) -> None:
    columns = "kpi,date,value,numerator,denominator\n"
    fault = desk.fault(columns + "nps,2026-11-02,0.3,,\n")
    assert fault == (
        "kpis.csv, row 2, column `value` has a number, but nps is a ratio; "
        "fill in numerator and denominator"
    )
    fault = desk.fault(columns + "nps,2026-11-02,,12,\n")
    assert fault == "kpis.csv, row 2, column `denominator` is empty; a ratio takes both numbers"


def test_an_empty_number_before_the_last_one_that_is_filled_in(desk) -> None:
    fault = desk.fault(HEAD + "calls,2026-11-02,5\ncalls,2026-11-03,\ncalls,2026-11-04,3\n")
    assert fault == (
        "kpis.csv, row 3, column `value` is empty, though calls is filled in up to 2026-11-04; "
        "write the number (0 if there was nothing), or remove the row if it is not known"
    )


def test_a_decimal_comma_that_cuts_a_cell_in_two(desk) -> None:
    fault = desk.fault(HEAD + "calls,2026-11-02,12,5\n")
    assert fault.startswith("kpis.csv, row 2 has more cells than the header; a comma in a number")


@pytest.mark.parametrize(("head", "told"), [
    ("name,date,value", "kpis.csv, row 1 the header has no column `kpi`"),
    ("kpi,day,value", "kpis.csv, row 1 the header has no column `date`"),
    ("kpi,date,amount", "kpis.csv, row 1 the header has no column `value`"),
    ("kpi,date,numerator", "kpis.csv, row 1 the header has no column `value`"),
    ("kpi,date,value,Value", "kpis.csv, row 1, column `value` is there twice; rename one"),
])  # fmt: skip
def test_a_header_that_lacks_a_column_or_has_it_twice(desk, head: str, told: str) -> None:
    assert desk.fault(f"{head}\ncalls,2026-11-02,5,5\n").startswith(told)


def test_a_sheet_with_nothing_in_it(desk) -> None:
    assert desk.fault("").startswith("kpis.csv is empty")
    assert desk.fault("\n,,\n").startswith("kpis.csv is empty")


def test_a_file_that_is_no_sheet(desk) -> None:
    assert "is not in UTF-8; save it as CSV UTF-8" in desk.fault("kpi,date,größe".encode("cp1252"))
    assert "kpis.xls is an old Excel file" in desk.fault(b"\xd0\xcf\x11\xe0\xa1", "kpis.xls")
    assert "kpis.xlsx is no workbook that can be read" in desk.fault(
        b"PK\x03\x04 torn", "kpis.xlsx"
    )
    assert "is not CSV: unexpected end of data" in desk.fault(HEAD + 'calls,2026-11-02,"5\n')


def test_several_faults_are_told_at_once_and_rows_are_counted_as_on_the_screen(desk) -> None:
    text = "kpi,date,value,comment\n\n" + 'calls,2026-11-02,5,"two\nlines"\n' + "calls,x,y,\n" * 7
    fault = desk.fault(text)
    assert [part.split(" is ")[0] for part in fault.split(" | ")] == [
        *(f"kpis.csv, row {row}, column `date`" for row in (4, 5, 6, 7, 8)),
        "and 2 more",
    ]


def test_no_fault_repeats_a_text_that_may_be_private(desk) -> None:
    fault = desk.fault(
        HEAD + "Ann Smith was fired,2026-11-02,5\ncalls,Ann Smith,5\ncalls,2026-11-03,Ann\n"
    )
    assert fault.count("row") == 3
    assert "Ann" not in fault


def test_a_sheet_that_broke_leaves_what_was_read_before(desk) -> None:
    sheet = desk.write("kpis.csv", HEAD + "calls,2026-11-02,5\n")
    desk.pulled(sheet)
    desk.fault(HEAD + "calls,2026-11-02,5\ncalls,2026-11-03,five\n")
    assert desk.values() == [("calls", "2026-11-02", "5")]
    (attempt,) = desk.lake.survey().attempts
    assert (attempt.outcome, "row 3" in attempt.message) == ("rejected", True)


@pytest.mark.parametrize("text", [
    "calls: {kind: flow", "- calls", "calls: flow", "calls: {kind: distinct}", "calls: {}",
    "calls: {kind: flow, every: fortnight}", "calls: {kind: flow, dimensions: team}",
])  # fmt: skip
def test_declarations_that_cannot_be_read_are_left_to_the_check_that_knows_the_line(
    desk, text: str
) -> None:
    desk.declarations.write_text(text)
    fault = desk.fault(HEAD + "calls,2026-11-02,5\n")
    assert fault == (
        "sheet_kpis.yml cannot be read as declarations of KPIs; run `okra check`: it names the line"
    )


def test_declarations_that_are_not_there(desk) -> None:
    desk.declarations.unlink()
    fault = desk.fault(HEAD + "calls,2026-11-02,5\n")
    assert fault.startswith("OKRA_SHEET_KPIS names sheet_kpis.yml, which is not there")


def test_a_zone_that_there_is_not(desk) -> None:
    report = desk.pulled(desk.write("kpis.csv", HEAD), OKRA_TIMEZONE="Madrid")
    assert "OKRA_TIMEZONE is 'Madrid', which is not known" in str(report.error)
