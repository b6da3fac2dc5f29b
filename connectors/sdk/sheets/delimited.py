"""The cells of a text file: CSV, or with semicolons, tabs or bars between the cells."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Sequence

from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.bounds import counted, refuse_large_text
from connectors.sdk.sheets.cells import Grid, Line, is_empty, lines_of
from connectors.sdk.sheets.columns import NAMED, columns_of

SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""Excel's own first line that names the separator; it is not shown as a row."""
_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


def text_grid(content: bytes, name: str, header: Collection[str] = NAMED) -> Grid:
    """The cells of a text file whose header has these names. Raises `Rejected`."""
    refuse_large_text(content, name)
    text = decoded(content, name)
    separator, text, first_number = separator_of(text, header)
    rows = text_rows(text, separator, name)
    refuse_swallowed_rows(rows, separator, name, first_number)
    lines = lines_of(list(enumerate(rows, first_number)))
    return Grid(
        name,
        lines,
        "text",
        is_cut_by_comma=separator == ",",
        torn_line=torn_line(lines, is_ended=text.endswith(("\n", "\r"))),
    )


def decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 as Excel's `Unicode Text` is."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected(
            f"{name} is cut off in a letter"
            if utf_16
            else f"{name} is not in UTF-8, so that its letters and spaces are not sure",
            "save it as CSV UTF-8, with that name in Excel's list of types",
        ) from None
    if "\0" in text:
        raise Rejected(
            f"{name} holds NUL bytes, so it is no text, or text in another encoding",
            "save it as CSV UTF-8, with that name in Excel's list of types",
        )
    return text


def separator_of(text: str, header: Collection[str] = NAMED) -> tuple[str, str, int]:
    """What separates the cells, the text below the line `sep=`, and the number of its first row.

    The one under which some line has the names of the header; the most frequent one of the first line where none is.
    """
    if named := _SEPARATOR_LINE.match(text):
        # Excel does not show the line, so the header is its row 1
        return named[1], text[named.end() :], 1
    lines = [line for line in text.splitlines() if line.strip(" ,;\t|")]
    for line in lines[:50]:
        for separator in SEPARATORS:
            cells = columns_of(line.replace('"', "").split(separator))
            if len(cells) > 1 and {*cells} >= {*header}:
                return separator, text, 1
    return max(SEPARATORS, key=lines[0].count) if lines else ",", text, 1


def text_rows(text: str, separator: str, name: str) -> list[list[str]]:
    """The rows of a file, empty ones as well."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return list(counted(reader, name))
    except (csv.Error, TypeError) as error:
        raise Rejected(
            f"{name} is not CSV: {error}",
            "close every quote, or save it again from the spreadsheet",
        ) from None


def torn_line(lines: Sequence[Line], *, is_ended: bool) -> int:
    """The number of the last line, where it has fewer cells than every other one and no line end; 0 otherwise."""
    if is_ended or len(lines) < 3:
        return 0
    *others, last = lines
    return last.number if len(last.cells) < min(len(line.cells) for line in others) else 0


def refuse_swallowed_rows(
    rows: list[list[str]], separator: str, name: str, first_number: int
) -> None:
    """Raise `Rejected` where a quote that nobody closed has made one cell of the rows below it."""
    for number, row in enumerate(rows, first_number):
        for cell in row:
            below = cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ()
            if any(
                line.count(separator) >= 2 and _DAY.search(line)
                for line in below
                if not is_empty(line)
            ):
                raise Rejected(
                    f"{name}, row {number} has a text over several lines that look like rows",
                    "close its quote, or take the quotes out of the text",
                )
