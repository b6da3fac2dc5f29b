"""Google Sheets, by the Sheets API v4: the cells of one sheet, read with a service account, or as a person.

The document is shared with the address that signs in; the right to view it is enough.
Each cell comes with its value (`effectiveValue`) and with the type of its format (`effectiveFormat`, which is left
out where it is the default one), as `spreadsheets.get` gives them with a field mask
(developers.google.com/sheets/api/reference/rest/v4/spreadsheets/cells). So the document's locale changes nothing of
what is read, and a number is a day only where its cell is shown as one: days count from 30 December 1899.

Limits: 60 reads a minute for each user of a project (developers.google.com/sheets/api/limits).
"""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.contract import Calls
from connectors.sdk.errors import (
    Drift,
    Rejected,
    SourceError,
    Throttled,
)
from connectors.sdk.google_api import denied, unknown_credential
from connectors.sdk.google_sign_in import GoogleAuth, sign_in
from connectors.sdk.http import Answer, Http, excerpt, retry_after
from connectors.sdk.sheets.cells import Cell, Grid, Place, Share, lines_of, merged_cells

BUCKET = "google"
SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
NAMES = "properties.title,sheets.properties(sheetId,title,hidden,sheetType)"
CELLS = (
    "sheets(merges,data(startRow,rowData.values(effectiveValue,effectiveFormat.numberFormat.type)))"
)
EPOCH = datetime(1899, 12, 30)
"""Day 0 of Google's serial dates."""
_DOCUMENT = re.compile(r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})")
_TAB = re.compile(r"[#&?]gid=(\d+)")


def is_google_sheet(location: str) -> bool:
    """Whether a location is a document of Google Sheets, and not the link to a published copy."""
    return _DOCUMENT.match(location) is not None


class GoogleSheets:
    """The Sheets API, signed in."""

    def __init__(self, base: str, values: Mapping[str, str], calls: Calls) -> None:
        """`base` has passed `usable_address`; over http, on loopback, no sign-in is needed. Raises `SourceError`."""
        is_local = urlsplit(base).scheme == "http"
        auth = "loopback" if is_local else GoogleAuth(sign_in(values, SCOPE))
        self._links: set[str] = set()
        """Those that were asked for. Whoever has a shared one has the sheet, and a message may repeat it."""
        self._http = Http(base, auth, hook=lambda answer: fault_of(answer, *self._links))
        self._calls = calls

    def grid(self, location: str) -> Grid:
        """The cells of the sheet that the link points at; without `gid` those of the first sheet."""
        match = _DOCUMENT.match(location)
        assert match, "only called with Google's links"
        document, tab = match[1], _TAB.search(location)
        self._links |= {location, document}
        name, title = self._names(document, int(tab[1]) if tab else None)
        # the name of a sheet is the range of all its cells
        answer = self._get(
            f"/v4/spreadsheets/{document}",
            {"ranges": "'" + title.replace("'", "''") + "'", "fields": CELLS},
        )
        return grid_in(answer, name)

    def close(self) -> None:
        self._http.close()

    def _names(self, document: str, tab: int | None) -> tuple[str, str]:
        """The names of the document and of the sheet."""
        info = self._get(f"/v4/spreadsheets/{document}", {"fields": NAMES})
        try:
            name = str(info["properties"]["title"])
            sheets = [sheet["properties"] for sheet in info["sheets"]]
            if tab is None:
                # the first one that a person sees; false values are left out of the answer
                sheets = [sheet for sheet in sheets if not sheet.get("hidden")]
            else:
                sheets = [sheet for sheet in sheets if sheet.get("sheetId", 0) == tab]
            with_cells = [
                str(sheet["title"]) for sheet in sheets if sheet.get("sheetType", "GRID") == "GRID"
            ]
        except (KeyError, TypeError, AttributeError):
            raise Drift("Google Sheets gave no list of sheets", "adapt the connector") from None
        if not with_cells:
            gid = "" if tab is None else f" with gid={tab}"
            raise Rejected(
                f"{name} has a chart and no cells on its sheet{gid}"
                if sheets
                else f"{name} has no sheet{gid}",
                "copy the link of the sheet with the rows again from the browser's address",
            )
        return name, with_cells[0]

    def _get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        answer = self._calls(BUCKET, lambda: self._http.get(path, params))
        if not isinstance(answer, Mapping):
            raise Drift("Google Sheets gave no object", "adapt the connector")
        return answer


def grid_in(answer: Mapping[str, Any], name: str) -> Grid:
    """The cells in an answer with the fields `CELLS` of one sheet of the document `name`. Raises `Drift`."""
    try:
        (sheet,) = answer["sheets"]
        # a sheet without any cell has no `rowData`, and an empty row no `values`
        rows = [
            (number, [cell(value) for value in row.get("values", ())])
            for data in sheet.get("data", ())
            for number, row in enumerate(data.get("rowData", ()), data.get("startRow", 0) + 1)
        ]
        merged: dict[Place, Place] = {}
        for area in sheet.get("merges", ()):
            merged |= merged_cells(*corners(area))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Drift("Google Sheets gave no list of cells", "adapt the connector") from None
    return Grid(name, lines_of(rows), "google", merged)


def cell(data: Mapping[str, Any]) -> Cell:
    """A cell of the answer (`CellData`): a number as what its format shows it, a formula's error as a text."""
    value = data.get("effectiveValue", {})
    if "numberValue" in value:
        number = Decimal(repr(value["numberValue"]))
        return number_of(number, type_of_format(data))
    if "boolValue" in value:
        return bool(value["boolValue"])
    if "errorValue" in value:
        return "#ERROR!"
    return str(value["stringValue"]) if "stringValue" in value else None


def type_of_format(data: Mapping[str, Any]) -> str:
    """The type of a cell's number format: empty for the default one."""
    return str(data.get("effectiveFormat", {}).get("numberFormat", {}).get("type", ""))


def number_of(number: Decimal, shown: str) -> Cell:
    """A number as what a format of the type `shown` (`NumberFormatType`) shows it."""
    if shown == "PERCENT":
        return Share(number)
    if shown in {"DATE", "DATE_TIME"}:
        try:
            moment = EPOCH + timedelta(days=float(number))
        except OverflowError:
            return "a date outside the calendar"
        return moment.date() if moment.time() == time() else moment
    return "a time" if shown == "TIME" else number


def corners(area: Mapping[str, int]) -> tuple[Place, Place]:
    """The first and the last of merged cells (`GridRange`, whose ends are exclusive and whose zeros are left out)."""
    first = (area.get("startRowIndex", 0) + 1, area.get("startColumnIndex", 0))
    return first, (area["endRowIndex"], area["endColumnIndex"] - 1)


def fault_of(answer: Answer, *links: str) -> SourceError | None:
    """Google's own error in an answer: `{"error": {"code", "message", "status"}}`. None of `links` is shown."""
    if answer.status < 400 or answer.status >= 500:
        return None
    try:
        message = excerpt(str(answer.json()["error"]["message"]), *links)
    except (SourceError, KeyError, TypeError):
        message = f"HTTP {answer.status}"
    if answer.status == 401:
        return unknown_credential()
    if answer.status == 403:
        return denied(
            f"Google Sheets denies access: {message}",
            "share the document with the address that signs in (client_email in a key file) and "
            "switch the Google Sheets API on in its project",
        )
    if answer.status == 404:
        return Rejected(
            "Google Sheets knows no such document", "copy its link again from the browser's address"
        )
    if answer.status == 429:
        return Throttled(
            "Google Sheets asks for fewer requests", retry_after=retry_after(answer.headers)
        )
    return Rejected(f"Google Sheets refuses the request: {message}")
