"""The sample company's sheet is a file. A plan is kept in it besides, of which the sample company has none."""

from datetime import date
from pathlib import Path

from connectors.sandbox.served import Served
from connectors.sandbox.spreadsheet import sheet
from connectors.spreadsheet.source import DEFAULT_KPIS, SOURCE
from tests.conformance.case import Case

PLAN = """
planned_sessions:
  kind: flow
  every: month
  unit: sessions
  direction: up
  plan: true
  owner: people@example.com
"""
ROWS = "planned_sessions,2026-11-30,16,,,,\nplanned_sessions,2026-12-31,12,,,,\n"


def serve(today: date, home: Path) -> Served:
    """The sheet, with the sessions that are planned for two months, and its declarations."""
    written, declared = home.resolve() / "kpis-by-hand.csv", home.resolve() / "sheet_kpis.yml"
    written.write_text(sheet(today) + ROWS, encoding="utf-8")
    declared.write_text(Path(DEFAULT_KPIS).read_text(encoding="utf-8") + PLAN, encoding="utf-8")
    values = {"OKRA_SHEETS": str(written), "OKRA_SHEET_KPIS": str(declared)}
    return Served(values, lambda: None)


CASE = Case(source=SOURCE, serve=serve, wire="file")
