"""The Google Sheets API v4, as far as the connector uses it: a document's sheets, and the cells of one.

Behaves as developers.google.com/sheets/api/reference/rest describes `spreadsheets.get` (with its field
mask) and `spreadsheets.values.get`: unformatted values are JSON numbers, dates are days since 30 December
1899 or texts, empty rows and cells at the end are left out, errors are `{"error": {…}}`.

Served to tests only: the sample company keeps its sheet as a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from connectors.sandbox.http_server import JsonServer, Reply, Request

DOCUMENT = "1sAmPlEcOmPaNy_0000000000000000000000000000"
EPOCH = date(1899, 12, 30)
Value = str | int | float | bool | date | None


@dataclass(frozen=True)
class Tab:
    """One sheet of the document."""

    gid: int
    title: str
    rows: Sequence[Sequence[Value]]


@dataclass
class Faults:
    """What goes wrong, for tests. Requests are counted from 1."""

    replies: Mapping[int, Reply] = field(default_factory=dict)
    """What request n gets instead of its answer."""


class SheetsServer(JsonServer):
    """One document with these sheets."""

    def __init__(
        self, *tabs: Tab, title: str = "Figures by hand", faults: Faults | None = None
    ) -> None:
        self.tabs = list(tabs)
        self._title = title
        self.faults = faults or Faults()
        super().__init__(self._answer)

    def link(self, gid: int | None = None) -> str:
        """The address that a person copies from the browser."""
        place = "" if gid is None else f"?gid={gid}#gid={gid}"
        return f"https://docs.google.com/spreadsheets/d/{DOCUMENT}/edit{place}"

    def _answer(self, request: Request) -> Reply:
        if request.number in self.faults.replies:
            return self.faults.replies[request.number]
        document, _, rest = request.path.removeprefix("/v4/spreadsheets/").partition("/")
        if document != DOCUMENT:
            return error(404, "Requested entity was not found.", "NOT_FOUND")
        if not rest:
            return self._about(request.params)
        return self._values(unquote(rest.removeprefix("values/")), request.params)

    def _about(self, params: Mapping[str, str]) -> Reply:
        if params.get("fields") != "properties.title,sheets.properties(sheetId,title)":
            return error(400, "Request contains an invalid field mask.", "INVALID_ARGUMENT")
        sheets = [{"properties": {"sheetId": tab.gid, "title": tab.title}} for tab in self.tabs]
        return Reply(200, {"properties": {"title": self._title}, "sheets": sheets})

    def _values(self, where: str, params: Mapping[str, str]) -> Reply:
        title = where.removeprefix("'").removesuffix("'").replace("''", "'")
        tab = next((tab for tab in self.tabs if tab.title == title), None)
        if tab is None:
            return error(400, f"Unable to parse range: {where}", "INVALID_ARGUMENT")
        numbers = params.get("dateTimeRenderOption", "SERIAL_NUMBER") == "SERIAL_NUMBER"
        plain = params.get("valueRenderOption") == "UNFORMATTED_VALUE"
        rows = [[rendered(value, plain and numbers) for value in row] for row in tab.rows]
        rows = [list(without_end(row, "")) for row in rows]
        body: dict[str, Any] = {"range": f"{where}!A1:Z1000", "majorDimension": "ROWS"}
        values = list(without_end(rows, []))
        return Reply(200, body | ({"values": values} if values else {}))


def rendered(value: Value, as_number: bool) -> object:
    """A cell as the API gives it: an empty text when it is empty."""
    if isinstance(value, date):
        return (value - EPOCH).days if as_number else f"{value.month}/{value.day}/{value.year}"
    return "" if value is None else value


def without_end(items: list[Any], empty: object) -> list[Any]:
    """The items up to the last one that is not empty."""
    while items and items[-1] == empty:
        items = items[:-1]
    return items


def error(status: int, message: str, reason: str) -> Reply:
    """An error in Google's shape."""
    return Reply(status, {"error": {"code": status, "message": message, "status": reason}})
