"""Cells of an XLSX file: real dates, binary floats, formats, formulas."""

from datetime import date

SECOND = date(2026, 11, 2)


def test_dates_and_numbers_are_read_from_their_cells(desk, excel) -> None:
    sheet = excel.file(
        KPIs=[
            excel.header(),
            [excel.text("calls"), excel.day(SECOND), excel.number("42")],
            [],
            [excel.text("calls"), excel.text("2026-11-03"), excel.text("7.5")],
            [excel.text("satisfaction"), excel.day(SECOND), excel.percent("0.96")],
        ]
    )
    assert desk.pulled(desk.write("kpis.xlsx", sheet)).error is None
    assert desk.values() == [
        ("calls", "2026-11-02", "42"),
        ("satisfaction", "2026-11-02", "0.96"),
        ("calls", "2026-11-03", "7.5"),
    ]


def test_a_float_is_the_decimal_that_was_typed(desk, excel) -> None:
    # Excel stores 17 digits of the nearest float; 0.1 + 0.2 is really another number than 0.3
    numbers = {"0.10000000000000001": "0.1", "1E-5": "0.00001", "1234567.8899999999": "1234567.89",
               "0.30000000000000004": "0.30000000000000004", "-0": "0", "5.0": "5"}  # fmt: skip
    rows = [
        [excel.text("calls"), excel.day(date(2026, 11, day)), excel.number(written)]
        for day, written in enumerate(numbers, start=1)
    ]
    desk.pulled(desk.write("kpis.xlsx", excel.file(KPIs=[excel.header(), *rows])))
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


def test_a_formula_counts_by_its_result_and_fails_without_one(desk, excel) -> None:
    def sheet(cell: str) -> bytes:
        return excel.file(KPIs=[excel.header(), [excel.text("calls"), excel.day(SECOND), cell]])

    desk.pulled(desk.write("kpis.xlsx", sheet(excel.formula("2"))))
    assert desk.values() == [("calls", "2026-11-02", "2")]
    assert desk.pulled(desk.write("kpis.xlsx", sheet(excel.formula()))).error.message == (
        "kpis.xlsx, row 2, column `value` holds a formula without its result; "
        "open the file in a spreadsheet program and save it again, or write the number"
    )
    told = str(desk.pulled(desk.write("kpis.xlsx", sheet(excel.error()))).error)
    assert told.startswith("kpis.xlsx, row 2, column `value` holds a formula that fails")


def test_a_date_cell_with_an_hour_or_without_a_format_is_refused(desk, excel) -> None:
    def told(cell: str) -> str:
        rows = [excel.header(), [], [excel.text("calls"), cell, excel.number("1")]]
        return desk.fault(excel.file(KPIs=rows), "kpis.xlsx")

    where = "kpis.xlsx, row 3, column `date`"
    assert told(excel.day(SECOND, 0.5)).startswith(f"{where} has an hour beside its day")
    assert told(excel.number("46328")).startswith(f"{where} is `46328`, which is no date; format")
    assert told(excel.EMPTY).startswith(f"{where} is empty")


def test_notes_beside_the_table_do_not_matter(desk, excel) -> None:
    rows = [
        excel.header(),
        [excel.text("calls"), excel.day(SECOND), excel.number("1"), excel.EMPTY, excel.text("hm")],
    ]
    assert desk.pulled(desk.write("kpis.xlsx", excel.file(KPIs=rows))).error is None
    assert len(desk.rows()) == 1
