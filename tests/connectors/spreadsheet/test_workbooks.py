"""Cells of an XLSX file: real dates, binary floats, formulas, merged and hidden cells.

Excel's own form is written here by its XML; openpyxl writes what other programs do.
"""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart

from tests.connectors.spreadsheet.workbooks import HEAD, SECOND, changed, saved, written


def test_dates_and_numbers_are_read_from_their_cells(desk, excel) -> None:
    sheet = excel.file(
        KPIs=[
            excel.header(),
            [excel.text("calls"), excel.day(SECOND), excel.number("42")],
            [],
            [excel.text("hours"), excel.text("2026-11-03"), excel.text("7.5")],
            [excel.text("satisfaction"), excel.day(SECOND), excel.percent("0.96")],
        ]
    )
    desk.read(sheet, "kpis.xlsx")
    assert desk.values() == [
        ("calls", "2026-11-02", "42"),
        ("satisfaction", "2026-11-02", "0.96"),
        ("hours", "2026-11-03", "7.5"),
    ]
    assert desk.findings() == []


def test_a_float_is_the_decimal_that_was_typed(desk, excel) -> None:
    # Excel stores 17 digits of the nearest float; 0.1 + 0.2 is really another number than 0.3
    numbers = {"0.10000000000000001": "0.1", "1E-5": "0.00001", "1234567.8899999999": "1234567.89",
               "0.30000000000000004": "0.30000000000000004", "-0": "0", "5.0": "5"}  # fmt: skip
    rows = [
        [excel.text("hours"), excel.day(date(2026, 11, day)), excel.number(written)]
        for day, written in enumerate(numbers, start=1)
    ]
    desk.read(excel.file(KPIs=[excel.header(), *rows]), "kpis.xlsx")
    assert [value for *_, value in desk.values()] == [*numbers.values()]


def test_the_first_sheet_is_read_or_the_one_behind_the_hash(desk, excel) -> None:
    first = [excel.header(), [excel.text("calls"), excel.day(SECOND), excel.number("1")]]
    second = [excel.header(), [excel.text("calls"), excel.day(SECOND), excel.number("2")]]
    path = desk.write("kpis.xlsx", excel.file(First=first, Second=second))
    desk.pulled(path)
    assert desk.values()[0][2] == "1"
    desk.pulled(f"{path}#Second")
    assert desk.values()[0][2] == "2"
    assert "kpis.xlsx has no sheet 'Third'" in str(desk.pulled(f"{path}#Third").error)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_only_by_its_name(desk, state: str) -> None:
    book = written(["calls", SECOND, 1])
    book.active.title, book.active.sheet_state = "Old", state
    for row in (HEAD, ["calls", SECOND, 2]):
        book.create_sheet("New").append(row) if row is HEAD else book["New"].append(row)
    path = desk.write("kpis.xlsx", saved(book))
    desk.pulled(path)
    assert desk.values() == [("calls", "2026-11-02", "2")]
    desk.pulled(f"{path}#Old")
    assert desk.values() == [("calls", "2026-11-02", "1")]


def test_a_sheet_with_a_chart_alone_has_no_rows(desk) -> None:
    book = written(["calls", SECOND, 1])
    chart_sheet = book.create_chartsheet("Trend", 0)
    chart_sheet.add_chart(BarChart())
    path = desk.write("kpis.xlsx", saved(book))
    assert str(desk.pulled(f"{path}#Trend").error) == (
        "kpis.xlsx has a chart and no cells on its sheet 'Trend'; "
        "write the name of the sheet with the rows behind a #: kpis.xlsx#2026"
    )
    desk.pulled(path)
    assert desk.values() == [("calls", "2026-11-02", "1")]


def test_a_workbook_saved_as_strict_open_xml_is_read(desk) -> None:
    content = saved(written(["calls", SECOND, 1], ["calls", date(2026, 11, 3), 2]))
    for transitional, strict in [
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/main",
         "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        ("http://schemas.openxmlformats.org/officeDocument/2006/relationships",
         "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ]:  # fmt: skip
        content = changed(content, r"(?!docProps).*", transitional, strict)
    # Excel writes the days of this form as texts in ISO 8601
    content = changed(content, "xl/worksheets/.*", "<v>46328</v>", "<v>2026-11-02T00:00:00</v>")
    content = changed(
        content, "xl/worksheets/.*", '<c r="B2" s="1" t="n">', '<c r="B2" s="1" t="d">'
    )
    desk.read(content, "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1"), ("calls", "2026-11-03", "2")]


def test_elements_may_have_a_prefix_as_some_exports_write_them(desk, excel) -> None:
    rows = [excel.header(), [excel.text("calls"), excel.day(SECOND), excel.number("1")]]
    content = excel.file(KPIs=rows)
    for old, new in [("<", "<x:"), ("<x:/", "</x:"), ("xmlns=", "xmlns:x=")]:
        content = changed(content, "xl/(workbook|styles|worksheets/.*).xml", old, new)
    desk.read(content, "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1")]


def test_a_formula_counts_by_its_result_and_fails_without_one(desk, excel) -> None:
    def sheet(cell: str) -> bytes:
        return excel.file(KPIs=[excel.header(), [excel.text("calls"), excel.day(SECOND), cell]])

    desk.read(sheet(excel.formula("2")), "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "2")]
    assert desk.set_aside(sheet(excel.formula()), "kpis.xlsx") == (
        "kpis.xlsx, row 2, column `value` holds a formula without its result; "
        "open the file in a spreadsheet program and save it again, or write the number"
    )
    told = desk.set_aside(sheet(excel.error()), "kpis.xlsx")
    assert told.startswith("kpis.xlsx, row 2, column `value` holds a formula that fails")


def test_a_formula_whose_result_is_an_empty_text_is_not_filled_in(desk, excel) -> None:
    blank = '<c t="str"><f>IF(D2="","",D2)</f><v></v></c>'
    rows = [excel.header(), [excel.text("calls"), excel.day(SECOND), blank]]
    desk.read(excel.file(KPIs=rows), "kpis.xlsx")
    assert (desk.findings(), desk.values()) == ([], [])


def test_the_zero_that_a_program_writes_in_place_of_a_result_is_no_result(desk, excel) -> None:
    # XlsxWriter and openpyxl leave the calculation to the program that opens the file, and say so
    rows = [excel.header(), [excel.text("calls"), excel.day(SECOND), excel.formula("0")]]
    content = changed(
        excel.file(KPIs=rows),
        "xl/workbook.xml",
        "</workbook>",
        '<calcPr fullCalcOnLoad="1"/></workbook>',
    )
    assert "holds a formula without its result" in desk.set_aside(content, "kpis.xlsx")
    told = desk.set_aside(saved(written(["calls", SECOND, "=1+1"])), "kpis.xlsx")
    assert "holds a formula without its result" in told


def test_merged_cells_belong_to_no_row_alone(desk) -> None:
    book = written(
        ["calls", SECOND, 5], ["calls", date(2026, 11, 3), None], ["calls", date(2026, 11, 4), 7]
    )
    book.active.merge_cells("C2:C3")
    desk.read(saved(book), "kpis.xlsx")
    assert [(x.what, x.day.day, x.kpi) for x in desk.findings()] == [
        ("merged", 2, "calls"), ("merged", 3, "calls"),
    ]  # fmt: skip
    assert desk.values() == [("calls", "2026-11-04", "7")]


def test_the_name_in_merged_cells_is_that_of_the_first_row_only(desk) -> None:
    book = written(["calls", SECOND, 5], [None, date(2026, 11, 3), 6])
    book.active.merge_cells("A2:A3")
    told = desk.set_aside(saved(book), "kpis.xlsx")
    assert told == (
        "kpis.xlsx, row 3, column `kpi` is merged with another cell; unmerge them and fill in each"
    )
    assert desk.values() == [("calls", "2026-11-02", "5")]


def test_merged_titles_and_notes_do_not_matter(desk) -> None:
    book = openpyxl.Workbook()
    rows = [
        ["Figures"],
        [],
        HEAD,
        ["calls", SECOND, 5, None, "a note"],
        [],
        [None, None, None, None, "more"],
    ]
    for row in rows:
        book.active.append(row)
    for area in ("A1:C2", "E4:F6"):
        book.active.merge_cells(area)
    desk.read(saved(book), "kpis.xlsx")
    assert (desk.findings(), desk.values()) == ([], [("calls", "2026-11-02", "5")])


def test_hidden_and_filtered_rows_and_columns_are_read(desk) -> None:
    book = written(["calls", SECOND, 5], ["calls", date(2026, 11, 3), 6])
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.active.auto_filter.ref = "A1:C3"
    book.active.auto_filter.add_filter_column(0, ["nothing"])
    desk.read(saved(book), "kpis.xlsx")
    assert [value for *_, value in desk.values()] == ["5", "6"]


def test_text_in_several_formats_and_with_reading_aids_is_one_text(desk, excel) -> None:
    runs = "<r><t>ca</t></r><r><rPr><b/></rPr><t>lls</t></r>"
    rich = f'<c t="inlineStr"><is>{runs}<rPh sb="0" eb="1"><t>x</t></rPh></is></c>'
    rows = [excel.header(), [rich, excel.day(SECOND), excel.number("1")]]
    desk.read(excel.file(KPIs=rows), "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1")]


def test_texts_that_cells_share_are_read_by_their_number(desk, excel) -> None:
    rows = [excel.header(), ['<c t="s"><v>1</v></c>', excel.day(SECOND), excel.number("1")]]
    content = changed(
        excel.file(KPIs=rows),
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        texts = "<si><t>x</t></si><si><r><t>ca</t></r><r><t>lls</t></r></si>"
        archive.writestr("xl/sharedStrings.xml", f"<sst>{texts}</sst>")
    desk.read(target.getvalue(), "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1")]
    broken = changed(target.getvalue(), "xl/worksheets/.*", "<v>1</v></c><c s", "<v>7</v></c><c s")
    assert "is damaged" in str(desk.pulled(desk.write("kpis.xlsx", broken)).error)


def test_a_number_that_an_apostrophe_made_a_text_is_read_as_a_text(desk) -> None:
    book = written(["hours", SECOND, "7.5"], ["hours", date(2026, 11, 3), "1.234"])
    for cell in ("C2", "C3"):
        book.active[cell].quotePrefix = True
    assert "where the point can part thousands or a fraction" in desk.set_aside(
        saved(book), "kpis.xlsx"
    )
    assert desk.values() == [("hours", "2026-11-02", "7.5")]


def test_many_empty_rows_with_a_format_are_no_rows(desk, excel) -> None:
    empty = ['<c s="1"/>', "<c/>", '<c s="2"/>']
    rows = [
        excel.header(),
        [excel.text("calls"), excel.day(SECOND), excel.number("1")],
        *[empty] * 2000,
    ]
    desk.read(excel.file(KPIs=rows), "kpis.xlsx")
    assert (desk.findings(), len(desk.rows())) == ([], 1)


def test_cells_are_placed_by_their_reference(desk) -> None:
    book = openpyxl.Workbook()
    for place, value in {"D5": "kpi", "F5": "date", "AB5": "value",
                         "D9": "calls", "F9": SECOND, "AB9": 5, "F10": SECOND}.items():  # fmt: skip
        book.active[place] = value
    told = desk.set_aside(saved(book), "kpis.xlsx")
    assert told.startswith("kpis.xlsx, row 10, column `kpi` is empty")
    assert desk.values() == [("calls", "2026-11-02", "5")]


def test_notes_beside_the_table_do_not_matter(desk, excel) -> None:
    rows = [
        excel.header(),
        [excel.text("calls"), excel.day(SECOND), excel.number("1"), excel.EMPTY, excel.text("hm")],
    ]
    desk.read(excel.file(KPIs=rows), "kpis.xlsx")
    assert len(desk.rows()) == 1


def test_what_openpyxl_reads_is_what_is_read(desk, tmp_path: Path) -> None:
    """A second reading by the library, of the same cells."""
    from connectors.sdk.sheets.files import grid_of

    cells = [
        1,
        2.5,
        -3,
        0.1,
        1e15,
        "text",
        " x ",
        True,
        None,
        SECOND,
        datetime(2026, 11, 2, 8, 30),
        "ü\u202f1",
    ]
    content = saved(written(*([value, n, None, value] for n, value in enumerate(cells))))
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for line in grid_of(content, "kpis.xlsx").lines:
        (row,) = book.active.iter_rows(line.number, line.number, values_only=True)
        padded = [*line.cells, *[None] * (len(row) - len(line.cells))]
        for mine, theirs in zip(padded, row, strict=True):
            midnight = isinstance(theirs, datetime) and theirs.time() == time()
            expected = theirs.date() if midnight else theirs
            assert float(mine) == expected if isinstance(expected, float) else mine == expected
