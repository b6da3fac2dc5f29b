"""The Google Sheets API v4, as far as the connector uses it: a document's sheets, and the cells of one.

Behaves as developers.google.com/sheets/api/reference/rest describes `spreadsheets.get` with its field mask: values
are typed, dates are days since 30 December 1899 in a cell whose format is a date, a default format and false and
zero values are left out, errors are `{"error": {…}}`.

Served to tests only: the sample company keeps its sheet as a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.sandbox.http_server import JsonServer, Reply, Request

DOCUMENT = "1sAmPlEcOmPaNy_0000000000000000000000000000"
EPOCH = date(1899, 12, 30)
NAMES = "properties.title,sheets.properties(sheetId,title,hidden,sheetType)"
CELLS = (
    "sheets(merges,data(startRow,rowData.values(effectiveValue,effectiveFormat.numberFormat.type)))"
)


@dataclass(frozen=True)
class Shown:
    """A number in a cell with a format of this type: PERCENT, DATE, DATE_TIME, TIME, CURRENCY …"""

    number: float
    type: str


@dataclass(frozen=True)
class Failed:
    """A cell whose formula fails."""

    type: str = "DIVIDE_BY_ZERO"


Value = str | int | float | bool | date | Shown | Failed | None


@dataclass(frozen=True)
class Tab:
    """One sheet of the document."""

    gid: int
    title: str
    rows: Sequence[Sequence[Value]]
    hidden: bool = False
    kind: str = "GRID"
    merges: Sequence[Mapping[str, int]] = ()


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
        if request.path != f"/v4/spreadsheets/{DOCUMENT}":
            return error(404, "Requested entity was not found.", "NOT_FOUND")
        fields = request.params.get("fields")
        if fields == NAMES:
            return self._about()
        if fields == CELLS:
            return self._cells(request.params.get("ranges", ""))
        return error(400, "Request contains an invalid field mask.", "INVALID_ARGUMENT")

    def _about(self) -> Reply:
        sheets = [{"properties": properties(tab)} for tab in self.tabs]
        return Reply(200, {"properties": {"title": self._title}, "sheets": sheets})

    def _cells(self, where: str) -> Reply:
        title = where.removeprefix("'").removesuffix("'").replace("''", "'")
        tab = next((tab for tab in self.tabs if tab.title == title), None)
        if tab is None:
            return error(400, f"Unable to parse range: {where}", "INVALID_ARGUMENT")
        rows = [{"values": [cell(value) for value in row]} if row else {} for row in tab.rows]
        sheet: dict[str, Any] = {"data": [{"rowData": rows} if rows else {}]}
        if tab.merges:
            sheet["merges"] = list(tab.merges)
        return Reply(200, {"sheets": [sheet]})


def properties(tab: Tab) -> dict[str, Any]:
    """What the API says of a sheet."""
    about = {"sheetId": tab.gid, "title": tab.title, "sheetType": tab.kind}
    return about | ({"hidden": True} if tab.hidden else {})


def cell(value: Value) -> dict[str, Any]:
    """A cell as the API gives it: without a value when it is empty."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"effectiveValue": {"boolValue": value}}
        case date():
            return cell(Shown((value - EPOCH).days, "DATE"))
        case Shown():
            form = {"numberFormat": {"type": value.type}}
            return {"effectiveValue": {"numberValue": value.number}, "effectiveFormat": form}
        case Failed():
            return {"effectiveValue": {"errorValue": {"type": value.type}}}
        case int() | float():
            return {"effectiveValue": {"numberValue": value}}
    return {"effectiveValue": {"stringValue": value}}


def error(status: int, message: str, reason: str) -> Reply:
    """An error in Google's shape."""
    return Reply(status, {"error": {"code": status, "message": message, "status": reason}})
