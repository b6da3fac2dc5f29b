"""Whatever a person gets wrong in a row is told with sheet, row, column, fault and remedy; nothing is guessed."""

from datetime import date

import pytest

HEAD = "kpi,date,value\n"


@pytest.mark.parametrize(("written", "told"), [
    ('"1.234,56"', "is `1.234,56`, where the comma can mean two things; write it without thousands and "
                   "with a point: 1234.56; or declare `decimal:` for calls"),
    ('"12,5"', "is `12,5`, where the comma can mean two things"),
    ('"1,234"', "is `1,234`, where the comma can mean two things"),
    ("1.234.567", "is `1.234.567`, which is no number"),
    ("1 234", "is `1 234`, which is no number"),
    ("12 calls", "is a text, which is no number; write a number such as 12.5, without a unit; leave the "
                 "cell empty if it is not known yet"),
    ("$12", "is a text, which is no number"),
    ("€ 12", "is a text, which is no number"),
    ("n/a", "is a text, which is no number"),
    ("1E+05", "is shown as a power of ten, which rounds it; format the column as a number and save"),
    ("1.2e5", "is shown as a power of ten, which rounds it"),
    ("#####", "was wider than its column when the file was saved; widen the column"),
    ("nan", "is a text, which is no number"),
    ("--5", "is `--5`, which is no number"),
    ("5-", "is `5-`, which is no number"),
    ("(5)", "is `(5)`, which is no number"),
    ("TRUE", "is a text, which is no number"),
    ("#REF!", "holds a formula that fails; mend the formula, or write the number"),
    ("#N/A", "holds a formula that fails"),
    ("#DIV/0!", "holds a formula that fails"),
    ("=SUM(A1:A3)", "holds a formula without its result"),
    ("9" * 40, "is too large to be meant"),
    ("5 %", "is a percentage, but the numbers of calls are none; write the number without a percent sign"),
    ("100%", "is a percentage, but the numbers of calls are none"),
])  # fmt: skip
def test_a_number_that_can_be_read_two_ways_or_none(desk, written: str, told: str) -> None:
    finding = desk.finding(f"{HEAD}calls,2026-11-02,5\ncalls,2026-11-03,{written}\n")
    assert finding.message.startswith(f"kpis.csv, row 3, column `value` {told}")
    assert (finding.kpi, finding.day, finding.rows) == ("calls", date(2026, 11, 3), 1)
    assert (finding.column, finding.examples) == ("value", ("kpis.csv, row 3",))
    assert desk.values() == [("calls", "2026-11-02", "5")]


@pytest.mark.parametrize(("written", "told"), [
    ("11/12/2026", "is `11/12/2026`, which is no date; write it as 2026-11-30"),
    ("12.11.2026", "is `12.11.2026`, which is no date"),
    ("2026-11", "is `2026-11`, which is no date"),
    ("2026-02-30", "is `2026-02-30`, which is no date"),
    ("2026-11-02 08:30", "is `2026-11-02 08:30`, which is no date"),
    ("20261102", "is `20261102`, which is no date"),
    ("46328", "is `46328`, which is no date"),
    ("2026", "is `2026`, which is no date"),
    ("November", "is a text, which is no date"),
    ("2. November 2026", "is a text, which is no date"),
    ("########", "was wider than its column when the file was saved"),
    ("", "is empty; write the day such as 2026-11-30"),
])  # fmt: skip
def test_a_date_that_can_be_read_two_ways_or_none(desk, written: str, told: str) -> None:
    finding = desk.finding(f"{HEAD}calls,{written},5\ncalls,2026-11-03,6\n")
    assert finding.message.startswith(f"kpis.csv, row 2, column `date` {told}")
    assert (finding.kpi, finding.day) == ("calls", None)
    assert desk.values() == [("calls", "2026-11-03", "6")]


def test_thousands_of_a_kpi_of_whole_numbers_count_once_the_mark_is_declared(desk) -> None:
    text = "kpi;date;value\ncalls;2026-11-02;1.234\n"
    told = desk.set_aside(text)
    assert told.startswith("kpis.csv, row 2, column `value` is `1.234`, where the point can part")
    assert desk.values() == []
    desk.declarations.write_text("calls: {kind: flow, unit: calls, decimal: ','}\n")
    desk.read(text)
    assert (desk.findings(), desk.values()) == ([], [("calls", "2026-11-02", "1234")])


def test_a_finding_is_in_the_window_of_its_day_or_in_the_newest_one(desk) -> None:
    desk.pulled(desk.write("kpis.csv", HEAD + "calls,2026-11-03,five\ncalls,soon,5\n"))
    windows = desk.lake.manifests("spreadsheet", "kpi_values")
    told = {window: [x.what for x in windows[window].findings] for window in windows}
    assert {window: codes for window, codes in told.items() if codes} == {
        date(2026, 11, 3): ["not_a_number"],
        date(2026, 11, 24): ["not_a_date"],
    }


def test_a_finding_goes_when_its_row_is_mended(desk) -> None:
    desk.pulled(desk.write("kpis.csv", HEAD + "calls,2026-11-03,five\ncalls,soon,5\n"))
    assert len(desk.findings()) == 2
    desk.pulled(desk.write("kpis.csv", HEAD + "calls,2026-11-03,5\ncalls,2026-11-04,5\n"))
    assert desk.findings() == []


def test_a_bad_row_takes_none_with_it(desk) -> None:
    text = HEAD + "calls,2026-11-02,five\nhours,2026-11-02,7.5\ncalls,2026-11-03,6\n"
    desk.read(text)
    assert desk.values() == [("hours", "2026-11-02", "7.5"), ("calls", "2026-11-03", "6")]


def test_a_kpi_with_a_slip_of_the_pen_is_flagged_where_it_is_likely_meant(desk) -> None:
    finding = desk.finding(HEAD + "cals,2026-11-02,5\n")
    assert finding.message == (
        "kpis.csv, row 2, column `kpi` names a KPI that is not declared for these sheets; "
        "did you mean `calls`?"
    )
    assert (finding.kpi, finding.day) == ("calls", date(2026, 11, 2))


def test_a_name_that_is_only_a_little_alike_may_be_any(desk) -> None:
    finding = desk.finding(HEAD + "call 250,2026-11-02,5\n")
    assert "did you mean" not in finding.message
    assert finding.kpi == ""


def test_a_row_of_no_kpi_may_be_of_any(desk) -> None:
    finding = desk.finding(HEAD + ",2026-11-02,5\n")
    assert finding.message.startswith("kpis.csv, row 2, column `kpi` is empty")
    assert (finding.kpi, finding.day) == ("", date(2026, 11, 2))
    total = desk.finding(HEAD + "calls,2026-11-02,5\nTotal,,5\n")
    assert total.message.endswith("or remove the row if it is a total or a note")
    assert (total.kpi, total.day) == ("", None)


def test_a_mark_that_other_rows_show_to_be_declared_wrong_decides_nothing(desk) -> None:
    # costs declares `decimal: "."`; this export has commas, so 1.234 is no 1.234 either
    text = HEAD + 'costs,2026-11-02,1.234\ncosts,2026-11-03,"1.234,50"\ncosts,2026-11-04,12\n'
    findings = desk.read(text).findings
    assert [(x.what, x.kpi, x.day.day) for x in findings] == [
        ("other_mark", "costs", 3),
        ("ambiguous_number", "costs", 2),
    ]
    assert desk.values() == [("costs", "2026-11-04", "12")]
    desk.read(HEAD + "costs,2026-11-02,1.234\ncosts,2026-11-03,1234.50\n")
    assert [value for *_, value in desk.values()] == ["1.234", "1234.5"]


def test_a_member_that_is_not_named(desk) -> None:
    told = desk.set_aside("kpi,date,value,team\nheadcount,2026-11-02,8,\n")
    assert told.startswith("kpis.csv, row 2, column `team` is empty; write whose number it is")
    told = desk.set_aside(HEAD + "headcount,2026-11-02,8\n")
    assert told.startswith("kpis.csv, row 2, column `team` is not there, but headcount is declared")


def test_the_numbers_of_another_kind(desk) -> None:
    columns = "kpi,date,value,numerator,denominator\n"
    assert desk.set_aside(columns + "nps,2026-11-02,0.3,,\n") == (
        "kpis.csv, row 2, column `value` has a number, but nps is a ratio; "
        "fill in numerator and denominator"
    )
    told = desk.set_aside(columns + "nps,2026-11-02,,12,\n")
    assert told == "kpis.csv, row 2, column `denominator` is empty; a ratio takes both numbers"


def test_a_kpi_whose_column_the_sheet_lacks_is_told(desk) -> None:
    text = "kpi,date,numerator,denominator\nnps,2026-11-02,12,40\ncalls,2026-11-02,,\n"
    assert desk.set_aside(text) == (
        "kpis.csv, row 3, column `value` is not there, but calls is a flow; "
        "name the columns of its numbers value"
    )
    told = desk.set_aside("kpi,date,value,numerator\ncalls,2026-11-02,5,\nnps,2026-11-02,,12\n")
    assert told.startswith("kpis.csv, row 3, column `denominator` is not there, but nps is a ratio")


def test_an_empty_number_before_the_last_one_that_is_filled_in(desk) -> None:
    finding = desk.finding(HEAD + "calls,2026-11-02,5\ncalls,2026-11-03,\ncalls,2026-11-04,3\n")
    assert finding.message == (
        "kpis.csv, row 3, column `value` is empty, though calls is filled in up to 2026-11-04; "
        "write the number (0 if there was nothing), or remove the row if it is not known"
    )
    assert (finding.kpi, finding.day) == ("calls", date(2026, 11, 3))


def test_the_same_fault_of_a_kpi_on_a_day_is_one_finding_with_its_places(desk) -> None:
    rows = "".join(f"headcount,2026-11-02,x,{team}\n" for team in ("a", "b", "c", "d"))
    finding = desk.finding("kpi,date,value,team\n" + rows)
    assert finding.rows == 4
    assert finding.examples == ("kpis.csv, row 2", "kpis.csv, row 3", "kpis.csv, row 4")
    assert (
        "row 2, column `value` is a text, which is no number (and 3 more rows);" in finding.message
    )


def test_rows_are_counted_as_on_the_screen(desk) -> None:
    text = 'kpi,date,value,comment\n\ncalls,2026-11-02,5,"two\nlines"\ncalls,2026-11-03,y,\n'
    assert "kpis.csv, row 4, column `value`" in desk.set_aside(text)


def test_no_finding_repeats_a_text_that_may_be_private(desk) -> None:
    desk.pulled(desk.write(
        "kpis.csv",
        HEAD + "Ann Smith was fired,2026-11-02,5\ncalls,Ann Smith,5\ncalls,2026-11-03,Ann\n",
    ))  # fmt: skip
    assert len(desk.findings()) == 3
    assert "Ann" not in repr(desk.findings())


def test_notes_below_the_rows_and_the_header_of_a_new_page_are_no_rows(desk) -> None:
    text = "kpi,date,value,comment\ncalls,2026-11-02,5,\nKPI,Date,Value,Comment\n,,,by Ann\n"
    desk.read(text)
    assert desk.findings() == []
    assert desk.values() == [("calls", "2026-11-02", "5")]


@pytest.mark.parametrize(("head", "told"), [
    ("name,date,value", "kpis.csv, row 1 the header has no column `kpi`"),
    ("kpi,day,value", "kpis.csv, row 1 the header has no column `date`"),
    ("kpi,date,amount", "kpis.csv, row 1 the header has no column `value`"),
    ("kpi,date,numerator", "kpis.csv, row 1 the header has no column `value`"),
    ("kpi,date,value,Value", "kpis.csv, row 1, column `value` is there twice; rename one"),
    ("kpi,date,value,Team,team", "kpis.csv, row 1, column `team` is there twice; rename one"),
])  # fmt: skip
def test_a_header_that_lacks_a_column_or_has_it_twice(desk, head: str, told: str) -> None:
    assert desk.fault(f"{head}\ncalls,2026-11-02,5,5\n").startswith(told)


def test_a_second_table_with_other_columns_is_told(desk) -> None:
    text = HEAD + "calls,2026-11-02,5\n\nkpi,date,target\ncalls,2026-11-03,9\n"
    assert desk.fault(text) == (
        "kpis.csv, row 4 is a second header, with other columns; put each table on a sheet of its own"
    )


def test_a_column_that_nobody_reads_may_be_there_twice(desk) -> None:
    desk.read("kpi,date,value,note,note\ncalls,2026-11-02,5,a,b\n")
    assert desk.values() == [("calls", "2026-11-02", "5")]


def test_lines_above_the_header_are_no_header(desk) -> None:
    desk.pulled(
        desk.write("kpis.csv", "Figures of the team, 2026\n\n" + HEAD + "calls,2026-11-02,5\n")
    )
    assert desk.values() == [("calls", "2026-11-02", "5")]


def test_a_sheet_with_nothing_in_it(desk) -> None:
    assert desk.fault("").startswith("kpis.csv is empty")
    assert desk.fault("\n,,\n").startswith("kpis.csv is empty")


def test_a_sheet_that_cannot_be_read_leaves_what_was_read_before(desk) -> None:
    desk.pulled(desk.write("kpis.csv", HEAD + "calls,2026-11-02,5\n"))
    desk.pulled(desk.write("kpis.csv", "kpi,day,value\ncalls,2026-11-02,6\n"))
    assert desk.values() == [("calls", "2026-11-02", "5")]
    attempt, _ = desk.lake.survey().attempts
    assert (attempt.outcome, "no column `date`" in attempt.message) == ("rejected", True)


def test_every_sheet_that_cannot_be_read_is_named(desk) -> None:
    sheets = [desk.write("a.csv", "kpi,day,value\n"), desk.write("b.csv", "")]
    told = str(desk.pulled(*sheets).error)
    assert "a.csv, row 1 the header has no column `date`" in told
    assert "b.csv is empty" in told


@pytest.mark.parametrize("text", [
    "calls: {kind: flow", "- calls", "calls", "[" * 3000, "a: &a [*a, *b]", "\x00",
])  # fmt: skip
def test_declarations_that_cannot_be_read_are_left_to_the_check_that_knows_the_line(
    desk, text: str
) -> None:
    desk.declarations.write_text(text)
    fault = desk.fault(HEAD + "calls,2026-11-02,5\n")
    assert fault == (
        "sheet_kpis.yml cannot be read as declarations of KPIs; run `okra check`: it names the line"
    )


@pytest.mark.parametrize("text", [
    "calls: flow", "calls: {kind: distinct}", "calls: {}", "calls: {kind: flow, every: fortnight}",
    "calls: {kind: flow, dimensions: team}", "calls: {kind: flow, decimal: ';'}",
    "calls: {kind: flow, scale: 0-10}", "calls: {kind: flow, precision: many}", "calls:",
])  # fmt: skip
def test_a_kpi_that_is_declared_wrong_takes_no_other_with_it(desk, text: str) -> None:
    desk.declarations.write_text(text + "\nhours: {kind: flow, unit: hours}\n2026: {kind: flow}\n")
    finding = desk.finding(HEAD + "calls,2026-11-02,5\nhours,2026-11-02,5\n")
    assert finding.message == (
        "kpis.csv, row 2, column `kpi` names a KPI whose declaration cannot be read; "
        "run `okra check`: it names the line"
    )
    assert (finding.kpi, desk.values()) == ("calls", [("hours", "2026-11-02", "5")])


def test_declarations_that_are_not_there(desk) -> None:
    desk.declarations.unlink()
    fault = desk.fault(HEAD + "calls,2026-11-02,5\n")
    assert fault.startswith("OKRA_SHEET_KPIS names sheet_kpis.yml, which is not there")


@pytest.mark.parametrize(("setting", "value", "told"), [
    ("OKRA_TIMEZONE", "Madrid", "OKRA_TIMEZONE is 'Madrid', which is not known"),
    ("OKRA_FISCAL_YEAR_START", "April", "OKRA_FISCAL_YEAR_START cannot be read; write it like 1"),
    ("OKRA_START_DATE", "2024", "OKRA_START_DATE cannot be read; write it like 2024-12-01"),
    ("OKRA_SHEETS", " , ", "OKRA_SHEETS names no sheet; write the path or the link of each"),
    ("OKRA_SHEETS", "~nobody-of-this-name/kpis.csv", "OKRA_SHEETS has a place that is neither a path nor"),
    ("OKRA_SHEETS", "kpis\0.csv", "neither a path nor an address; write the path or the link of each sheet"),
    ("OKRA_SHEETS", "https://[::1/kpis.csv", "OKRA_SHEETS has a place that is neither a path nor an address"),
    ("OKRA_SHEETS", "#2026", "cannot be read"),
])  # fmt: skip
def test_a_setting_that_makes_no_sense(desk, setting: str, value: str, told: str) -> None:
    report = desk.pulled(desk.write("kpis.csv", HEAD), **{setting: value})
    assert told in str(report.error)
