"""Sheets with a column a period, written out as a test needs them, and what is read from them."""

from datetime import date
from typing import Any

import openpyxl
import pytest

from connectors.sdk.contract import Finding
from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.files import grid_of
from connectors.spreadsheet.declared import SheetKpi, SheetKpis
from connectors.spreadsheet.entries import Days, Row
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.rows import read_rows

DAYS = Days(date(2026, 1, 1), date(2026, 11, 25))
REGIONS = {"kpi": "Kennzahl", "region": "Region"}
KPIS = SheetKpis({
    "revenue": SheetKpi(kind="flow", unit="money", every="month", precision=2),
    "budget_revenue": SheetKpi(kind="flow", unit="money", every="month", precision=2, plan=True),
    "staff": SheetKpi(kind="flow", unit="money", every="month", precision=2, dimensions=("region",)),
    "heads": SheetKpi(kind="stock", unit="people", every="month"),
    "churn": SheetKpi(kind="stock", unit="percent", every="month"),
    "weekly": SheetKpi(kind="flow", unit="calls", every="week"),
    "quarterly": SheetKpi(kind="flow", unit="money", every="quarter"),
    "daily": SheetKpi(kind="flow", unit="calls"),
    "nps": SheetKpi(kind="ratio", unit="percent", every="month"),
})  # fmt: skip
GERMAN: dict[str, Any] = {
    "periods": "month",
    "columns": {"kpi": "Kennzahl"},
    "language": "de",
    "rows": {
        "Umsatz": "revenue",
        "Personalkosten": "staff",
        "Köpfe": "heads",
        "Plan": "budget_revenue",
    },
    "skip": ["Summe", "Summe 2026"],
}


def read(
    content: str | bytes, asked: Days = DAYS, tab: str = "", **layout: Any
) -> tuple[list[Row], list[Finding]]:
    form = Layout.model_validate({"periods": "month", **layout})
    is_file = isinstance(content, bytes)
    grid = grid_of(
        content if isinstance(content, bytes) else content.encode(),
        "plan.xlsx" if is_file else "plan.csv",
        tab,
        form.names,
    )
    rows, findings = read_rows([grid], KPIS, asked, form)
    return rows, list(findings)


def figures(content: str | bytes, asked: Days = DAYS, **layout: Any) -> list[tuple[str, str, str]]:
    """KPI, day and value of each row; nothing is wrong with them."""
    rows, findings = read(content, asked, **layout)
    assert [finding.message for finding in findings] == []
    return [(row["kpi"], str(row["date"]), row["value"]) for row in rows]


def fault(content: str | bytes, **layout: Any) -> str:
    with pytest.raises(Rejected) as caught:
        read(content, **layout)
    return str(caught.value)


def book(*rows: list[Any], title: str = "Plan") -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return workbook
