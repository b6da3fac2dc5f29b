"""What kind of file it is: CSV and workbooks are read, all others are refused with how to save them."""

import io
import zipfile
from collections.abc import Collection

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.cells import Grid
from connectors.sdk.sheets.columns import NAMED
from connectors.sdk.sheets.delimited import text_grid

AS_XLSX = "open it in a spreadsheet program and save it as .xlsx (Excel Workbook) or CSV UTF-8"
OLE = b"\xd0\xcf\x11\xe0"
"""What old Office files begin with, and new ones that are encrypted (MS-OFFCRYPTO, 2.3.4)."""
BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00\x04\x00")
"""What files of Excel 2 to 5 begin with: the record BOF."""
MARKUP = (
    (b"<?xml", "is XML and no sheet"),
    (b"<!doctype html", "is a web page, whatever its name says"),
    (b"<html", "is a web page, whatever its name says"),
    (b"<table", "is a web page, whatever its name says"),
    (b"<meta", "is a web page, whatever its name says"),
    (b"mime-version:", "is a web archive, whatever its name says"),
    (b"%pdf", "is a PDF"),
    (b"{\\rtf", "is a text document"),
)


def grid_of(content: bytes, name: str, tab: str = "", header: Collection[str] = NAMED) -> Grid:
    """The cells of a file; of a workbook those of `tab`, or of its first sheet in sight. Raises `Rejected`.

    `header`: the names of columns by which the header of a text file is known.
    """
    if content.startswith(b"PK"):
        return workbook_in(content, name, tab)
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Rejected(f"{name} is protected by a password", "save it without one")
        raise Rejected(f"{name} is an old Excel file (.xls), whatever its name says", AS_XLSX)
    if content.startswith(BIFF):
        raise Rejected(f"{name} is a very old Excel file (.xls)", AS_XLSX)
    if content.startswith(b"\x1f\x8b"):
        raise Rejected(f"{name} is packed (gzip)", "unpack it")
    begin = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    for mark, what in MARKUP:
        if begin.startswith(mark):
            raise Rejected(f"{name} {what}", AS_XLSX)
    if tab:
        raise Rejected(
            f"{name} is text and has no sheet {tab!r}", "remove what stands behind the #"
        )
    return text_grid(content, name, header)


def workbook_in(content: bytes, name: str, tab: str) -> Grid:
    """The cells of a workbook, or why this archive is none."""
    # here, because a run without workbooks needs no openpyxl
    from connectors.sdk.sheets.workbook import workbook_grid

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if what := other_archive(archive):
                raise Rejected(f"{name} is {what}", AS_XLSX)
            return workbook_grid(archive, name, tab)
    except Rejected:
        raise
    except Exception as error:
        # a damaged archive or damaged XML raises an exception of whichever part meets it first
        raise Rejected(
            f"{name} is damaged, and is no workbook that can be read ({type(error).__name__})",
            "open it in a spreadsheet program and save it again as .xlsx; if it is copied here, copy it again",
        ) from None


def other_archive(archive: zipfile.ZipFile) -> str:
    """What an archive is, when it is no Excel workbook of XML."""
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        return "a binary workbook (.xlsb)"
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis"):
        return "an OpenDocument file (.ods)"
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        return "a file of Apple Numbers"
    if "_rels/.rels" not in names:
        return "an archive without a workbook"
    return ""
