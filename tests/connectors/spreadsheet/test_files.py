"""Files that are no sheet, or whose letters or cells are not sure, are told with how to save them."""

import io
import zipfile

import pytest

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets import bounds, workbook
from connectors.sdk.sheets.files import grid_of
from tests.connectors.spreadsheet.workbooks import SECOND, changed, saved, written

HEAD = "kpi,date,value\n"
CALLS = HEAD + "calls,2026-11-02,5\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def archive(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def test_a_sheet_that_is_too_large_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LARGEST_TEXT", 2**20)
    with pytest.raises(Rejected, match=r"kpis\.csv has more than 1 MiB; keep fewer rows in it"):
        grid_of(CALLS.encode() + b"calls,2026-11-03,5\n" * 60_000, "kpis.csv")


def test_a_hundred_thousand_columns_are_refused() -> None:
    with pytest.raises(Rejected, match="has more than 16,384 columns; write a row for each number"):
        grid_of(("kpi,date" + ",value" * 100_000 + "\n").encode(), "kpis.csv")
    book = written(["calls", SECOND, 5])
    far = changed(saved(book), r"xl/worksheets/sheet1\.xml", 'r="C2"', 'r="ZZZ2"')
    with pytest.raises(Rejected, match="has more than 16,384 columns"):
        grid_of(far, "kpis.xlsx")


def test_a_cell_of_many_letters_is_refused() -> None:
    with pytest.raises(Rejected, match=r"kpis\.csv is not CSV: field larger than field limit"):
        grid_of(f'{HEAD}calls,2026-11-02,"{"9" * 200_000}"\n'.encode(), "kpis.csv")


def test_a_workbook_that_unpacks_to_more_than_it_should_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A zip bomb: a few bytes in the archive, and gigabytes once they are unpacked."""
    monkeypatch.setattr(workbook, "LARGEST_PART", 10_000)
    bomb = changed(
        saved(written(["calls", SECOND, 5])),
        r"xl/worksheets/sheet1\.xml",
        "</sheetData>",
        f"</sheetData><!--{' ' * 20_000}-->",
    )
    with pytest.raises(Rejected, match=r"sheet1.xml unpacks to more than 0 MiB; keep fewer rows"):
        grid_of(bomb, "kpis.xlsx")


def test_merged_cells_over_the_whole_sheet_are_refused_at_once() -> None:
    vast = changed(
        saved(written(["calls", SECOND, 5])),
        r"xl/worksheets/sheet1\.xml",
        "</sheetData>",
        '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )
    with pytest.raises(Rejected, match="has more than 10,000,000 cells"):
        grid_of(vast, "kpis.xlsx")


@pytest.mark.parametrize(("content", "name", "told"), [
    (OLE, "kpis.xls", "kpis.xls is an old Excel file (.xls), whatever its name says; open it"),
    (OLE, "kpis.xlsx", "kpis.xlsx is an old Excel file (.xls), whatever its name says"),
    (OLE + "EncryptedPackage".encode("utf-16-le"), "kpis.xlsx", "kpis.xlsx is protected by a password; save it"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "kpis.xls", "kpis.xls is a very old Excel file"),
    (b"<html><table><tr><td>kpi", "kpis.xls", "kpis.xls is a web page, whatever its name says"),
    (b"\xef\xbb\xbf\r\n<TABLE border=1>", "kpis.xls", "kpis.xls is a web page"),
    (b"<!DOCTYPE html><html>", "kpis.csv", "kpis.csv is a web page"),
    (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "kpis.xls",
     "kpis.xls is XML and no sheet"),
    (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook", "kpis.xls", "kpis.xls is a web archive"),
    (b"%PDF-1.7", "kpis.pdf", "kpis.pdf is a PDF"),
    (b"{\\rtf1", "kpis.csv", "kpis.csv is a text document"),
    (b"\x1f\x8b\x08", "kpis.csv.gz", "kpis.csv.gz is packed (gzip); unpack it"),
    (archive(xl__workbook_dot_bin=b""), "kpis.xlsb", "kpis.xlsb is a binary workbook (.xlsb)"),
    (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "kpis.ods",
     "kpis.ods is an OpenDocument file (.ods)"),
    (archive(Index__Document_dot_iwa=b""), "kpis.numbers", "kpis.numbers is a file of Apple Numbers"),
    (archive(kpis_dot_csv=CALLS.encode()), "kpis.zip", "kpis.zip is an archive without a workbook"),
    (b"PK\x03\x04 torn", "kpis.xlsx", "kpis.xlsx is damaged, and is no workbook that can be read (BadZipFile)"),
    ("kpi,date,größe".encode("cp1252"), "kpis.csv", "kpis.csv is not in UTF-8, so that its letters"),
    (CALLS.replace("5", "5\u00a0%").encode("cp1252"), "kpis.csv", "kpis.csv is not in UTF-8"),
    (CALLS.encode("utf-16-le"), "kpis.csv", "kpis.csv holds NUL bytes"),
    (CALLS.encode("utf-32"), "kpis.csv", "kpis.csv holds NUL bytes"),
    (CALLS.encode() + bytes(100), "kpis.csv", "kpis.csv holds NUL bytes"),
    (CALLS.encode("utf-16")[:-1], "kpis.csv", "kpis.csv is cut off in a letter"),
    ((HEAD + 'calls,2026-11-02,"5\n').encode(), "kpis.csv", "kpis.csv is not CSV: unexpected end of data"),
    ((HEAD + 'calls,2026-11-02,"5"x\n').encode(), "kpis.csv", "kpis.csv is not CSV"),
    ((HEAD + "calls,2026-11-02," + "5" * 200_000).encode(), "kpis.csv", "kpis.csv is not CSV: field larger"),
])  # fmt: skip
def test_a_file_that_is_no_sheet_is_told_with_how_to_save_it(
    desk, content: bytes, name: str, told: str
) -> None:
    fault = desk.fault(content, name)
    assert fault.startswith(told)
    assert "; " in fault, "what to do is missing"


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_off_or_damaged_is_told(desk, place: float) -> None:
    content = saved(written(["calls", SECOND, 5]))
    cut = int(len(content) * place)
    told = desk.fault(content[:cut], "kpis.xlsx")
    assert told.startswith("kpis.xlsx is damaged, and is no workbook that can be read")
    assert "copy it again" in told


@pytest.mark.parametrize("part", [
    "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "_rels/.rels",
])  # fmt: skip
@pytest.mark.parametrize("text", [b"", b"<a", b"not XML"])
def test_a_part_that_is_no_xml_is_told(desk, part: str, text: bytes) -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(written(["calls", SECOND, 5])))) as source,
        zipfile.ZipFile(target, "w") as file,
    ):
        for name in source.namelist():
            file.writestr(name, text if name == part else source.read(name))
    assert "is damaged" in desk.fault(target.getvalue(), "kpis.xlsx")


@pytest.mark.parametrize("separator", list(",;\t|"))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_comes_with_any_separator_unicode_and_line_end(
    desk, separator: str, encoding: str, end: str
) -> None:
    text = CALLS.replace(",", separator).replace("\n", end)
    content = (
        b"\xfe\xff" + text.encode("utf-16-be")
        if encoding.endswith("bom")
        else text.encode(encoding)
    )
    lines = grid_of(content, "kpis.csv").lines
    assert [list(line.cells) for line in lines] == [
        ["kpi", "date", "value"],
        ["calls", "2026-11-02", "5"],
    ]


def test_a_list_that_sap_has_written_is_read_between_its_rules(desk) -> None:
    rule = "-" * 40
    lines = [
        "Costs by day", "", rule, "|kpi  |date      |value     |", rule,
        "|costs|2026-11-02| 1.234,50-|", "|costs|2026-11-03|    99,00 |", rule,
    ]  # fmt: skip
    text = "\r\n".join(lines).replace("costs", "sales")  # which declares `decimal: ","`
    desk.read(b"\xff\xfe" + text.encode("utf-16-le"), "kpis.xls")
    assert desk.findings() == []
    assert desk.values() == [("sales", "2026-11-02", "-1234.5"), ("sales", "2026-11-03", "99")]


def test_the_line_that_names_the_separator_is_no_row(desk) -> None:
    desk.read("sep=;\r\n" + CALLS.replace(",", ";"))
    assert desk.values() == [("calls", "2026-11-02", "5")]
    told = desk.set_aside("SEP=|\n" + CALLS.replace(",", "|") + "calls|2026-11-03|x\n")
    assert "kpis.csv, row 3, column `value`" in told


def test_the_separator_is_the_one_of_the_header(desk) -> None:
    text = 'Calls, hours, sales, costs\nkpi;date;value;"comment, if any, by whom"\ncalls;2026-11-02;5;a, b, c\n'
    desk.read(text)
    assert desk.values() == [("calls", "2026-11-02", "5")]


def test_only_a_workbook_has_sheets(desk) -> None:
    path = desk.write("kpis.csv", CALLS)
    assert str(desk.pulled(f"{path}#2026").error) == (
        "kpis.csv is text and has no sheet '2026'; remove what stands behind the #"
    )
