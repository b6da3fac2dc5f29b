"""The sample company keeps no check-ins in a sheet, so a document of Google Sheets is served here."""

from datetime import date
from pathlib import Path

from connectors.check_ins import SOURCE
from connectors.sandbox.google_sheets import SheetsServer, Shown, Tab
from connectors.sandbox.served import Served
from tests.conformance.case import Case

ROWS = [
    ["Key result", "Day", "By", "Confidence", "Note", "Decision"],
    ["sell/deals", date(2026, 10, 30), "ana@example.com", Shown(0.8, "PERCENT"), "Two signed", ""],
    ["sell/revenue", date(2026, 10, 31), "", "", "", "Keep the target"],
]


def serve(today: date, home: Path) -> Served:
    """The document, by the Sheets API."""
    server = SheetsServer(Tab(0, "Check-ins", ROWS), title="Weekly")
    values = {"CHECK_INS_SHEETS": server.link(), "GOOGLE_SHEETS_API_BASE": server.address}
    return Served(values, server.close)


CASE = Case(source=SOURCE, serve=serve)
