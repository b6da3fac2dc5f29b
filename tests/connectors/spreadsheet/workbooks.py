"""Workbooks as openpyxl writes them, and with parts of them changed."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import openpyxl

SECOND = date(2026, 11, 2)
HEAD = ["kpi", "date", "value"]


def saved(book: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def written(*rows: list[Any]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    return book


def changed(content: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook in one of whose parts a text is another; `part` is an expression for their names."""
    target = io.BytesIO()
    count = 0
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            text = source.read(name)
            if re.fullmatch(part, name):
                count += old.encode() in text
                text = text.replace(old.encode(), new.encode())
            archive.writestr(name, text)
    assert count, "nothing was changed"
    return target.getvalue()
