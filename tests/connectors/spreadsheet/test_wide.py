"""Sheets with a column a period, as a finance department keeps them: what is read, and what is refused."""

import io
import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from connectors.sdk.contract import Slice
from connectors.sdk.sheets.google import grid_in
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.rows import read_rows
from connectors.spreadsheet.source import KPI_PLANS, KPI_VALUES, SOURCE
from tests.connectors.clock import unslept
from tests.connectors.spreadsheet.wide_sheets import (
    DAYS,
    GERMAN,
    KPIS,
    REGIONS,
    book,
    figures,
    read,
)
from tests.connectors.spreadsheet.workbooks import changed, saved


def told(content: str | bytes, **layout: Any) -> str:
    """The one thing that is wrong, which is set aside."""
    _, [finding] = read(content, **layout)
    assert finding.is_set_aside
    return finding.message


def test_the_plan_of_a_german_finance_department():
    text = """\
Planung 2026;;;;;
Stand: 3. November;;;;;
Kennzahl;Region;Jan 26;Februar 2026;Mrz. 26;Summe 2026
Erlöse;;;;;
Umsatz;;1.234,56;2.000;(1.234);2.000,56
Personalkosten;Nord;100;200,5;300;600,5
Personalkosten;Süd;10;20;-30;0
Summe;;110;220,5;270;600,5
"""
    rows, findings = read(text, **{**GERMAN, "columns": REGIONS})
    assert findings == []
    assert [(x["kpi"], str(x["date"]), x["value"], x["dimensions"]) for x in rows] == [
        ("revenue", "2026-01-31", "1234.56", "{}"),
        ("revenue", "2026-02-28", "2000", "{}"),
        ("revenue", "2026-03-31", "-1234", "{}"),
        ("staff", "2026-01-31", "100", '{"region": "Nord"}'),
        ("staff", "2026-02-28", "200.5", '{"region": "Nord"}'),
        ("staff", "2026-03-31", "300", '{"region": "Nord"}'),
        ("staff", "2026-01-31", "10", '{"region": "Süd"}'),
        ("staff", "2026-02-28", "20", '{"region": "Süd"}'),
        ("staff", "2026-03-31", "-30", '{"region": "Süd"}'),
    ]


def test_a_real_workbook_with_merged_titles_dates_formulas_and_a_hidden_sheet():
    workbook = book(
        ["Budget 2026", None, None, None],
        ["Kennzahl", date(2026, 1, 1), datetime(2026, 2, 28), date(2026, 3, 31)],
        ["Umsatz", 1234.56, 2000, "=B3+C3"],
        ["Köpfe", 7, 8, 9],
        ["Summe", "=B3+B4", None, None],
    )
    sheet = workbook["Plan"]
    workbook.calculation.fullCalcOnLoad = False  # openpyxl asks for it, as it calculates nothing
    sheet.merge_cells("A1:D1")
    for cell in sheet[2][1:]:
        cell.number_format = "mmm yy"
    hidden = workbook.create_sheet("Alt", 0)
    hidden.append(["Kennzahl", "Jan 2026"])
    hidden.append(["Umsatz", 1])
    hidden.sheet_state = "hidden"
    # as Excel saves it, with the result of the formula: 1234.56 + 2000
    content = changed(
        saved(workbook),
        "xl/worksheets/sheet[12].xml",
        "<f>B3+C3</f><v />",
        "<f>B3+C3</f><v>3234.56</v>",
    )
    assert figures(content, **GERMAN) == [
        ("revenue", "2026-01-31", "1234.56"),
        ("revenue", "2026-02-28", "2000"),
        ("revenue", "2026-03-31", "3234.56"),
        ("heads", "2026-01-31", "7"),
        ("heads", "2026-02-28", "8"),
        ("heads", "2026-03-31", "9"),
    ]
    assert figures(content, tab="Alt", **GERMAN) == [("revenue", "2026-01-31", "1")]


def test_a_google_sheet():
    cells = [["Kennzahl", "Jan 26"], ["Umsatz", 12.5]]
    values = [
        {
            "values": [
                {"effectiveValue": {"stringValue" if isinstance(x, str) else "numberValue": x}}
                for x in row
            ]
        }
        for row in cells
    ]
    grid = grid_in({"sheets": [{"data": [{"rowData": values}]}]}, "plan")
    rows, findings = read_rows([grid], KPIS, DAYS, Layout.model_validate(GERMAN))
    assert [(row["kpi"], row["value"]) for row in rows] == [("revenue", "12.5")]
    assert findings == []


@pytest.mark.parametrize(("cell", "wrong"), [
    ("offen", "is a text, which is no number"),
    ("1.5", "is `1.5`, which is no number whose decimal mark is `,`"),
    ("-", "is `-`, which can be 0 or a number that is not known; write 0 or leave it empty, or declare `dash: zero`"),
    ("#DIV/0!", "holds a formula that fails"),
    ("12 %", "is a percentage, but the numbers of revenue are none"),
])  # fmt: skip
def test_a_cell_that_is_no_number_is_told_with_its_month(cell, wrong):
    content = f"Kennzahl;Jan 26;Feb 26\nUmsatz;7;{cell}\n"
    rows, [finding] = read(content, **GERMAN)
    assert [row["value"] for row in rows] == ["7"]
    assert f"plan.csv, row 2, column `Feb 26` {wrong}" in finding.message
    assert (finding.kpi, finding.day) == ("revenue", date(2026, 2, 28))


def test_percentages_and_thousands():
    assert figures("kpi;Jan 26\nchurn;2,5 %\n", language="de") == [("churn", "2026-01-31", "0.025")]
    # in thousands: 1,5 is 1,500 people, and a share is no amount
    both = "kpi;Jan 26\nheads;1,5\nchurn;2 %\n"
    assert figures(both, language="de", times=1000) == [
        ("heads", "2026-01-31", "1500"), ("churn", "2026-01-31", "0.02"),
    ]  # fmt: skip


def test_a_row_of_no_kpi_is_told_and_not_added():
    message = told("Kennzahl;Jan 26\nUmsatz;7\nUmsatzz;8\n", **GERMAN)
    assert message == (
        "plan.csv, row 3, column `Kennzahl` names a KPI that is not declared for these sheets; did you mean `Umsatz`?"
    )
    assert "in `skip` if it is a total or a note" in told("Kennzahl;Jan 26\nGesamt;7\n", **GERMAN)


def test_a_total_among_the_members_is_skipped_where_it_is_declared():
    content = "Kennzahl;Region;Jan 26\nPersonalkosten;Nord;7\nPersonalkosten;Gesamt;7\n"
    rows, findings = read(content, **{**GERMAN, "columns": REGIONS, "skip": ["Gesamt"]})
    assert [row["dimensions"] for row in rows] == ['{"region": "Nord"}']
    assert findings == []


def test_a_kpi_of_another_period_or_kind_is_told():
    assert "which is given every week, and the sheet has a column a month" in told(
        "kpi;Jan 26\nweekly;7\n"
    )
    assert "which is a ratio, and a cell has one number only" in told("kpi;Jan 26\nnps;7\n")


def test_two_rows_of_one_kpi_are_not_added_up():
    _, [finding] = read("kpi;Jan 26\nheads;7\nheads;8\n")
    assert finding.what == "differing_rows"


def test_the_days_to_come_of_a_plan_are_read_and_those_of_others_told():
    content = "Kennzahl;Nov 26;Dez 26\nPlan;100;200\n"
    assert figures(content, **GERMAN) == [
        ("budget_revenue", "2026-11-30", "100"), ("budget_revenue", "2026-12-31", "200"),
    ]  # fmt: skip
    message = told("Kennzahl;Nov 26;Dez 26\nUmsatz;100;200\n", **GERMAN)
    assert (
        "column `Dez 26` is 2026-12-31, which is still to come; leave the number empty until then"
        in message
    )


def test_a_comma_that_may_have_cut_a_number_in_two_is_told():
    # 1,250 calls in January and 300 in February, or three months
    message = told("kpi,Jan 26,Feb 26,Mar 26\nheads,1,250,300\n")
    assert "may be one number of heads that a comma has cut in two" in message
    assert figures("kpi,Jan 26,Feb 26\nheads,1200,1250\n") == [
        ("heads", "2026-01-31", "1200"), ("heads", "2026-02-28", "1250"),
    ]  # fmt: skip


def test_openpyxl_and_this_reader_agree_on_what_is_in_the_file():
    workbook = book(["kpi", "Jan 26"], ["heads", 7])
    reread = openpyxl.load_workbook(io.BytesIO(saved(workbook)))
    assert [cell.value for cell in reread["Plan"][2]] == ["heads", 7]


def test_a_plan_in_the_sheets_of_a_named_account_is_pulled_as_it_stands(desk, monkeypatch) -> None:
    (desk.folder / "okra.yml").touch()
    (desk.folder / "kpis" / "finance").mkdir(parents=True)
    (desk.folder / "kpis" / "finance" / "plans.yml").write_text(
        "defaults: {unit: money, every: month, direction: up}\n"
        "budget: {sheet: finance, kind: flow, plan: true}\n"
        "sold: {sheet: spreadsheet@finance, kind: flow}\n"
        "other: {sheet: sales, kind: flow}\n"
        "elsewhere: {from: shop.orders, kind: flow}\n"
    )
    monkeypatch.setenv("OKRA_PROJECT", str(desk.folder))
    sheet = desk.write("plan.csv", "Kennzahl;Okt 26;Dez 26\nPlan;7;8\nUmsatz;5;\n")
    layout = {
        "periods": "month",
        "columns": {"kpi": "Kennzahl"},
        "language": "de",
        "rows": {"Plan": "budget", "Umsatz": "sold"},
    }
    options = {
        "OKRA_SHEETS": str(sheet),
        "SPREADSHEET_LAYOUT": json.dumps(layout),
        "OKRA_ACCOUNT": "finance",
    }
    today = date(2026, 11, 25)
    connection = SOURCE.open(options, unslept(SOURCE))
    (plans,) = connection.pages(Slice(KPI_PLANS, today, today, ZoneInfo("UTC")))
    assert [(row["read_on"], row["kpi"], row["date"], row["value"]) for row in plans.rows] == [
        (today, "budget", date(2026, 10, 31), "7"),
        (today, "budget", date(2026, 12, 31), "8"),
    ]
    october = date(2026, 10, 31)
    (values,) = connection.pages(
        Slice(KPI_VALUES, october, october, ZoneInfo("UTC"), data_through=date(2026, 11, 24))
    )
    assert [(row["kpi"], row["value"]) for row in values.rows] == [("sold", "5")]
    assert [*plans.findings, *values.findings] == []
