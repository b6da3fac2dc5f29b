"""Sheets with a column a period, as a finance department keeps them: what is read, and what is refused."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from pydantic import ValidationError

from connectors.sdk.contract import Finding, Slice
from connectors.sdk.errors import Rejected
from connectors.sdk.sheets.files import grid_of
from connectors.sdk.sheets.google import grid_in
from connectors.spreadsheet.declared import SheetKpi, SheetKpis
from connectors.spreadsheet.entries import Days, Row
from connectors.spreadsheet.layout import Layout
from connectors.spreadsheet.rows import read_rows
from connectors.spreadsheet.source import KPI_PLANS, KPI_VALUES, SOURCE
from tests.connectors.clock import unslept
from tests.connectors.spreadsheet.workbooks import changed, saved

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


def told(content: str | bytes, **layout: Any) -> str:
    """The one thing that is wrong, which is set aside."""
    _, [finding] = read(content, **layout)
    assert finding.is_set_aside
    return finding.message


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


@pytest.mark.parametrize(("header", "language"), [
    ("Jan 26", "en"), ("Jan. 2026", "en"), ("January 2026", "en"), ("Jan-26", "en"), ("Jan'26", "en"),
    ("2026-01", ""), ("01.2026", ""), ("1/2026", ""), ("2026 Jan", ""), ("Januar 2026", "de"), ("Jän 26", "de_AT"),
    ("janvier 2026", "fr"), ("janv. 26", "fr"), ("enero 2026", "es"), ("styczeń 2026", "pl"),
])  # fmt: skip
def test_a_month_is_known_in_the_forms_that_people_write(header, language):
    assert figures(f"kpi;{header}\nheads;7\n", language=language) == [("heads", "2026-01-31", "7")]


@pytest.mark.parametrize(("header", "wrong"), [
    ("01/26", "can be read in two ways; write the year in full: 01.2026"),
    ("Jan", "has no year; write it such as Jan 2026, or declare `year:`"),
])  # fmt: skip
def test_a_header_that_can_be_read_in_two_ways_is_refused(header, wrong):
    assert wrong in fault(f"kpi;Feb 2026;{header}\nheads;7;8\n")


def test_a_month_cut_short_like_another_is_refused():
    assert "begins the names of several months (6 or 7)" in fault(
        "kpi;jui 26\nheads;7\n", language="fr"
    )


@pytest.mark.parametrize(
    "header", ["Jna 26", "Mar 26", "Total", "13.2026", "Jan 2026 old", "46023"]
)
def test_a_column_behind_the_first_period_is_not_guessed(header):
    # `Mar` is no German month
    message = fault(f"kpi;Jan 2026;{header}\nheads;7;8\n", language="de")
    assert "column C" in message
    assert "is no month" in message


def test_a_column_without_a_header_is_not_guessed():
    assert "column C has cells and no header" in fault("kpi;Jan 2026;\nheads;7;8\n")


def test_two_columns_of_one_month_are_refused():
    message = fault("kpi;Jan 2026;01.2026\nheads;7;8\n")
    assert "column C is of the same month as column B" in message


def test_columns_in_front_of_the_first_period_are_ignored():
    assert figures("owner;kpi;Jan 2026\nKim;heads;7\n") == [("heads", "2026-01-31", "7")]


def test_a_column_with_figures_in_front_of_the_first_period_may_be_a_misspelt_one():
    accounts = "account;kpi;Jan 2026\n4400;heads;7\n"
    assert "column A has a header that is no month" in fault(accounts)
    assert figures(accounts, skip="account") == [("heads", "2026-01-31", "7")]


def test_the_year_of_all_headers_can_be_declared():
    assert figures("kpi;Jan;Feb\nheads;7;8\n", year=2026) == [
        ("heads", "2026-01-31", "7"), ("heads", "2026-02-28", "8"),
    ]  # fmt: skip
    assert "is not of 2026, which is declared" in fault("kpi;Jan 25\nheads;7\n", year=2026)


def test_weeks_quarters_and_days():
    days = Days(date(2025, 12, 1), date(2026, 11, 25))
    assert figures("kpi;KW 3 2026;2026-W04\nweekly;7;8\n", days, periods="week") == [
        ("weekly", "2026-01-18", "7"), ("weekly", "2026-01-25", "8"),
    ]  # fmt: skip
    assert figures("kpi;Q1 2026;2. Quartal 2026\nquarterly;7;8\n", days, periods="quarter", language="de") == [
        ("quarterly", "2026-03-31", "7"), ("quarterly", "2026-06-30", "8"),
    ]  # fmt: skip
    german = {"periods": "day", "days": "DD.MM.YYYY"}
    assert figures("kpi;01.02.2026;02.02.2026\ndaily;7;8\n", days, **german) == [
        ("daily", "2026-02-01", "7"), ("daily", "2026-02-02", "8"),
    ]  # fmt: skip


def test_a_quarter_of_a_shifted_fiscal_year_is_refused():
    shifted = Days(date(2026, 1, 1), date(2026, 11, 25), fiscal_year_start=10)
    with pytest.raises(Rejected, match="a quarter of the calendar or of the fiscal year"):
        read("kpi;Q1 2026\nquarterly;7\n", shifted, periods="quarter")


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


def test_the_year_above_the_months_may_be_merged():
    workbook = book(
        ["Kennzahl", 2025, None, 2026, None],
        [None, "Nov", "Dez", "Jan", "Feb"],
        ["Umsatz", 1, 2, 3, 4],
    )
    sheet = workbook["Plan"]
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(merged)
    days = Days(date(2025, 1, 1), date(2026, 11, 25))
    assert figures(saved(workbook), days, **GERMAN, year="above") == [
        ("revenue", "2025-11-30", "1"),
        ("revenue", "2025-12-31", "2"),
        ("revenue", "2026-01-31", "3"),
        ("revenue", "2026-02-28", "4"),
    ]


def test_numbers_that_are_merged_belong_to_no_month():
    workbook = book(["Kennzahl", "Jan 26", "Feb 26"], ["Umsatz", 300, None])
    workbook["Plan"].merge_cells("B2:C2")
    rows, findings = read(saved(workbook), **GERMAN)
    assert rows == []
    assert [(x.what, x.column) for x in findings] == [("merged", "Jan 26"), ("merged", "Feb 26")]


def test_a_number_of_days_that_is_not_shown_as_a_date_is_no_header():
    workbook = book(["Kennzahl", "Jan 26", 46054], ["Umsatz", 1, 2])
    assert "column C says `46054` that is no month" in fault(saved(workbook), **GERMAN)


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


def test_what_a_dash_means_can_be_declared():
    content = "Kennzahl;Jan 26;Feb 26;Mrz 26\nUmsatz;-;5;–\n"
    assert figures(content, **GERMAN, dash="zero") == [
        ("revenue", "2026-01-31", "0"), ("revenue", "2026-02-28", "5"), ("revenue", "2026-03-31", "0"),
    ]  # fmt: skip
    rows, [finding] = read(content, **GERMAN, dash="empty")
    assert [row["value"] for row in rows] == ["5"]
    assert (
        "column `Jan 26` (2026-01-31) is empty, though revenue is filled in up to 2026-02-28"
        in finding.message
    )


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


def test_one_kpi_for_all_rows():
    content = "Region;Jan 26\nNord;7\nSüd;8\n"
    rows, findings = read(content, kpi="staff", columns={"region": "Region"})
    assert findings == []
    assert [(row["kpi"], row["dimensions"], row["value"]) for row in rows] == [
        ("staff", '{"region": "Nord"}', "7"), ("staff", '{"region": "Süd"}', "8"),
    ]  # fmt: skip


def test_a_long_sheet_with_german_headers():
    content = """\
Bericht
Datum;Kennzahl;Region;Betrag
31.01.2026;Umsatz;;1.234,56
31.01.2026;Personalkosten;Nord;-5
31.01.2026;Summe;;9
"""
    layout = GERMAN | {
        "periods": None,
        "columns": {"kpi": "Kennzahl", "date": "Datum", "value": "Betrag", "region": "Region"},
        "days": "DD.MM.YYYY",
    }
    assert figures(content, **layout) == [
        ("revenue", "2026-01-31", "1234.56"), ("staff", "2026-01-31", "-5"),
    ]  # fmt: skip


def test_a_sheet_without_the_declared_columns_is_refused():
    assert fault("Kennzal;Jan 26\nUmsatz;7\n", **{**GERMAN, "columns": REGIONS}) == (
        "plan.csv has no row with the columns kennzahl, region; correct `columns` of the layout, or the header"
    )


@pytest.mark.parametrize(("layout", "wrong"), [
    ({"language": "xx"}, "`language: xx` is not known"),
    ({"columns": {"date": "Datum"}}, "has no column `date`"),
    ({"rows": {"Summe": "revenue"}, "skip": ["Summe"]}, "`Summe` is read and skipped at once"),
    ({"kpi": "revenue", "rows": {"Umsatz": "revenue"}}, "keep one of them"),
    ({"periods": None, "year": 2026}, "`year` is for a sheet with a column a period"),
    ({"times": Decimal(0)}, "is not above 0"),
])  # fmt: skip
def test_a_layout_that_cannot_be_meant_is_refused(layout, wrong):
    with pytest.raises(ValidationError, match=wrong):
        Layout.model_validate({"periods": "month", **layout})


def test_openpyxl_and_this_reader_agree_on_what_is_in_the_file():
    workbook = book(["kpi", "Jan 26"], ["heads", 7])
    again = openpyxl.load_workbook(io.BytesIO(saved(workbook)))
    assert [cell.value for cell in again["Plan"][2]] == ["heads", 7]


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
