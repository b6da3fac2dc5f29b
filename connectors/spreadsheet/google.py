"""Google Sheets, by the Sheets API v4: the cells of one sheet, read with a service account.

The document is shared with the service account's address, as with a person; the right to view it is enough.
Numbers come without formatting and dates as days since 30 December 1899, so that neither the document's locale nor
a column's format changes what is read (developers.google.com/sheets/api/reference/rest/v4/ValueRenderOption).
Empty rows and columns at the end are not in the answer.

Limits: 60 reads a minute for each user of a project (developers.google.com/sheets/api/limits).
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.sdk.contract import Calls
from connectors.sdk.errors import (
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
)
from connectors.sdk.google_api import sentence, service_account, unknown_credential
from connectors.sdk.http import Answer, Http, retry_after
from connectors.spreadsheet.cells import Cell, Grid

BUCKET = "google"
SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_DOCUMENT = re.compile(r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})")
_TAB = re.compile(r"[#&?]gid=(\d+)")


def is_google_sheet(location: str) -> bool:
    """Whether a location is a document of Google Sheets, and not the link to a published copy."""
    return _DOCUMENT.match(location) is not None


class GoogleSheets:
    """The Sheets API, signed in."""

    def __init__(self, base: str, credentials: str, calls: Calls) -> None:
        """`base` has passed `usable_address`; on loopback no sign-in is needed."""
        token = access_token(credentials) if urlsplit(base).scheme == "https" else "loopback"
        self._http = Http(base, token, hook=fault_of)
        self._calls = calls

    def grid(self, location: str) -> Grid:
        """The cells of the sheet that the link points at; without `gid` those of the first sheet."""
        match = _DOCUMENT.match(location)
        assert match, "only called with Google's links"
        document, tab = match[1], _TAB.search(location)
        name, title = self._names(document, int(tab[1]) if tab else None)
        # the name of a sheet is the range of all its cells
        range_name = quote("'" + title.replace("'", "''") + "'", safe="")
        answer = self._get(
            f"/v4/spreadsheets/{document}/values/{range_name}",
            {
                "majorDimension": "ROWS",
                "valueRenderOption": "UNFORMATTED_VALUE",
                "dateTimeRenderOption": "SERIAL_NUMBER",
            },
        )
        rows = answer.get("values", [])
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise Drift("Google Sheets gave no list of rows", "adapt the connector")
        return Grid(name, [[cell(value) for value in row] for row in rows], "google")

    def close(self) -> None:
        self._http.close()

    def _names(self, document: str, tab: int | None) -> tuple[str, str]:
        """The names of the document and of the sheet."""
        fields = "properties.title,sheets.properties(sheetId,title)"
        info = self._get(f"/v4/spreadsheets/{document}", {"fields": fields})
        try:
            name = str(info["properties"]["title"])
            tabs = {
                sheet["properties"]["sheetId"]: sheet["properties"]["title"]
                for sheet in info["sheets"]
            }
        except (KeyError, TypeError):
            raise Drift("Google Sheets gave no list of sheets", "adapt the connector") from None
        if tab is None:
            return name, next(iter(tabs.values()))
        if tab not in tabs:
            raise Rejected(
                f"{name} has no sheet with gid={tab}",
                "copy the link again from the browser's address",
            )
        return name, tabs[tab]

    def _get(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        answer = self._calls(BUCKET, lambda: self._http.get(path, params))
        if not isinstance(answer, Mapping):
            raise Drift("Google Sheets gave no object", "adapt the connector")
        return answer


def access_token(credentials: str) -> str:
    """A token of the service account in the file `credentials`, good for an hour. Raises `SourceError`."""
    from google.auth.transport.requests import Request

    account = service_account(credentials, SCOPE)
    account.refresh(Request())
    return str(account.token)


def cell(value: Any) -> Cell:
    """A cell of the answer: a number by its shortest decimal text, an error of a formula as its text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    return value if isinstance(value, bool) or value is None else str(value)


def fault_of(answer: Answer) -> SourceError | None:
    """Google's own error in an answer: `{"error": {"code", "message", "status"}}`. No address is shown."""
    if answer.status < 400 or answer.status >= 500:
        return None
    try:
        message = sentence(str(answer.json()["error"]["message"]))
    except (SourceError, KeyError, TypeError):
        message = f"HTTP {answer.status}"
    if answer.status == 401:
        return unknown_credential()
    if answer.status == 403:
        return PermissionDenied(
            f"Google Sheets denies access: {message}",
            "share the document with the service account's address (client_email in its key file) and "
            "switch the Google Sheets API on for its project",
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
