"""The format of a workbook's cell says whether its number is a day, a time or a percentage."""

import io
import zipfile
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from openpyxl.styles import numbers
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.connectors.spreadsheet.workbooks import SECOND, changed, saved, written


def test_a_date_cell_with_an_hour_or_without_a_format_is_refused(desk, excel) -> None:
    def told(cell: str) -> str:
        rows = [excel.header(), [], [excel.text("calls"), cell, excel.number("1")]]
        return desk.set_aside(excel.file(KPIs=rows), "kpis.xlsx")

    where = "kpis.xlsx, row 3, column `date`"
    assert told(excel.day(SECOND, 0.5)).startswith(f"{where} has an hour beside its day")
    assert told(excel.number("46328")).startswith(f"{where} is `46328`, which is no date; format")
    assert told(excel.number("2026")).startswith(f"{where} is `2026`, which is no date; format")
    assert told(excel.EMPTY).startswith(f"{where} is empty")


@pytest.mark.parametrize("form", [
    numbers.FORMAT_DATE_XLSX14, numbers.FORMAT_DATE_YYYYMMDD2, "d. mmmm yyyy", "[$-407]TT.MM.YYYY;@",
    '[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy', "yyyy\"年\"m\"月\"d\"日\"", "[$-411]ggge\"年\"m\"月\"d\"日\"",
])  # fmt: skip
def test_a_day_is_one_in_whatever_format_it_is_shown(desk, form: str) -> None:
    book = written(["calls", SECOND, 1])
    book.active["B2"].number_format = form
    desk.read(saved(book), "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1")]


@pytest.mark.parametrize("built_in", [27, 31, 36, 50, 57])
def test_built_in_formats_of_east_asia_show_days(desk, excel, built_in: int) -> None:
    rows = [excel.header(), [excel.text("calls"), excel.day(SECOND), excel.number("1")]]
    content = changed(
        excel.file(KPIs=rows), "xl/styles.xml", 'numFmtId="14"', f'numFmtId="{built_in}"'
    )
    desk.read(content, "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1")]


@pytest.mark.parametrize("form", ["0%", "0.0 %", "0.00%;[Red]-0.00%", "0\\ %", "#,##0.0%"])
def test_a_cell_that_is_shown_as_a_percentage_is_sure(desk, form: str) -> None:
    book = written(["satisfaction", SECOND, 0.8])
    book.active["C2"].number_format = form
    desk.read(saved(book), "kpis.xlsx")
    assert desk.values() == [("satisfaction", "2026-11-02", "0.8")]


@pytest.mark.parametrize("form", ["General", "0.00", '0.0" %"', "0.0\\%"])
def test_a_percent_sign_that_is_only_written_beside_the_number_says_nothing(
    desk, form: str
) -> None:
    book = written(["satisfaction", SECOND, 0.8])
    book.active["C2"].number_format = form
    assert "nothing says whether 1 is 1 % or 100 %" in desk.set_aside(saved(book), "kpis.xlsx")


@pytest.mark.parametrize("cell", [
    time(8, 30), timedelta(hours=30), datetime(2026, 11, 2, 8), SECOND, True,
])  # fmt: skip
def test_a_time_a_day_or_a_tick_is_no_number(desk, cell: Any) -> None:
    assert "which is no number" in desk.set_aside(
        saved(written(["calls", SECOND, cell])), "kpis.xlsx"
    )


def test_a_workbook_that_counts_days_from_1904(desk) -> None:
    book = written(["calls", SECOND, 1])
    book.epoch = CALENDAR_MAC_1904
    content = saved(book)
    assert b"<v>44866</v>" in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    desk.read(content, "kpis.xlsx")
    assert desk.values() == [("calls", "2026-11-02", "1")]


@pytest.mark.parametrize("serial", ["0", "1", "59", "60", "-5", "9999999", "1E+300"])
def test_a_day_of_1900_or_none_at_all_is_told(desk, excel, serial: str) -> None:
    day = f'<c s="1"><v>{serial}</v></c>'
    rows = [excel.header(), [excel.text("calls"), day, excel.number("1")]]
    finding = desk.finding(excel.file(KPIs=rows), "kpis.xlsx")
    assert (finding.kpi, finding.rows, finding.column) == ("calls", 1, "date")
    assert desk.values() == []
