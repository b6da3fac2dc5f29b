"""The workbook of a German finance department, by declaration: months as columns, German headers and decimals.

It has title rows that are merged, sub-totals in rows and columns, notes, and amounts that were typed in as texts.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.companies.conftest import Company

pytestmark = pytest.mark.large
TODAY = date.today()
THIS_MONTH = TODAY.replace(day=1)
YEARS = (TODAY.year - 1, TODAY.year)
MONTHS = [date(year, month, 1) for year in YEARS for month in range(1, 13)]
SHORT = ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]

SOURCES = """\
spreadsheet@actuals:
  sheets: finanzen.xlsx#Ist
  layout:
    periods: month
    columns: {kpi: Kennzahl, region: Region}
    rows: {Umsatzerlöse: revenue, Personalkosten: staff_costs, Mitarbeiter: employees}
    skip: [Summe, Gesamt]
    language: de
spreadsheet@finance:
  sheets: finanzen.xlsx#Plan
  layout:
    periods: month
    columns: {kpi: Kennzahl}
    rows: {Umsatzerlöse: budget_revenue, Personalkosten: budget_staff_costs}
    skip: [Summe, Gesamt]
    language: de
    times: 1000
spreadsheet@regions:
  sheets: finanzen.xlsx#Regionen
  layout: {periods: month, kpi: regional_revenue, columns: {region: Vertriebsregion}, skip: Summe, language: de}
"""
KPIS = """\
defaults: {owner: cfo@muster.example, every: month, kind: flow, unit: money, direction: up}
revenue: {sheet: actuals, dimensions: [region]}
staff_costs: {sheet: actuals, direction: down}
employees: {sheet: actuals, kind: stock, unit: people}
budget_revenue: {sheet: finance, plan: true}
budget_staff_costs: {sheet: finance, plan: true, direction: down}
regional_revenue: {sheet: regions, dimensions: [region]}
"""
GOALS = f"""\
objective: Meet the budget
id: budget
owner: cfo@muster.example
period: {TODAY.year}
key_results:
  - {{id: revenue, kpi: revenue, at_least: {{kpi: budget_revenue}}}}
  - {{id: staff, kpi: staff_costs, at_most: {{kpi: budget_staff_costs}}}}
"""


def north(month: date) -> Decimal:
    """What the region sold in a month: 12,345.60 in the first January, and 100 more in each month after it."""
    return Decimal("12345.60") + 100 * MONTHS.index(month)


SOUTH = Decimal("8000.05")
STAFF = Decimal("9500.25")
"""What was paid each month; it is kept as a positive number."""


def german(amount: Decimal) -> str:
    """An amount as a German types it: 12.345,60."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def headers(*, as_dates: bool) -> list[object]:
    """The twelve months of each year, and a sub-total behind each year."""
    cells: list[object] = []
    for year in YEARS:
        for month in range(1, 13):
            day = datetime(year, month, 1)
            cells.append(day if as_dates else f"{SHORT[month - 1]} {year % 100}")
        cells.append("Summe")
    return cells


def months(values: Mapping[date, object]) -> list[object]:
    """The cells of a row: a month without a number is empty, as is the sub-total of each year."""
    return [
        cell
        for year in YEARS
        for cell in [*(values.get(date(year, month, 1)) for month in range(1, 13)), 1_000_000]
    ]


def workbook(path: Path) -> None:
    """The workbook as the department keeps it."""
    over = [month for month in MONTHS if month < THIS_MONTH]
    book = openpyxl.Workbook()
    actual = book.active
    assert actual is not None
    actual.title = "Ist"
    plan, regions = book.create_sheet("Plan"), book.create_sheet("Regionen")
    for sheet, title in ((actual, "Ist-Zahlen"), (plan, "Planung"), (regions, "Regionen")):
        sheet.append([f"Muster GmbH – {title} {YEARS[0]}/{YEARS[1]}"])
        sheet.append(["Alle Angaben in EUR, Stand: laufend"])
        sheet.merge_cells("A1:H1")
        sheet.merge_cells("A2:H2")
        sheet.append([])
    # the north types its numbers, the south's come from a program
    actual.append(["Kennzahl", "Region", "Kommentar", *headers(as_dates=False)])
    actual.append(
        ["Umsatzerlöse", "Nord", "ohne USt.", *months({x: german(north(x)) for x in over})]
    )
    actual.append(["Umsatzerlöse", "Süd", None, *months({x: float(SOUTH) for x in over})])
    actual.append(["Summe", None, None, *months({x: float(north(x) + SOUTH) for x in over})])
    actual.append(["Personalkosten", None, "brutto", *months({x: german(STAFF) for x in over})])
    actual.append(["Mitarbeiter", None, None, *months({x: 12 + x.month for x in over[:-1]})])
    plan.append(["Kennzahl", "Region", *headers(as_dates=True)])
    for cell in plan[4][2:]:
        cell.number_format = "mmm yy"
    plan.append(["Umsatzerlöse", None, *months(dict.fromkeys(MONTHS, "20,5"))])
    plan.append(["Personalkosten", None, *months({x: 9 if x.month < 7 else 10 for x in MONTHS})])
    plan.append(["Gesamt", None, *months(dict.fromkeys(MONTHS, 11.5))])
    regions.append(["Vertriebsregion", *headers(as_dates=True)])
    for name, amount in (("Nord", "1.234,56"), ("Süd", "-765,44"), ("West", "1000")):
        regions.append([name, *months(dict.fromkeys(over, amount))])
    regions.append(["Summe", *months(dict.fromkeys(over, "1.469,12"))])
    book.save(path)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The department's folder after a run."""
    company = Company(tmp_path_factory.mktemp("muster"))
    workbook(company.folder / "finanzen.xlsx")
    company.write("okra.yml", f"timezone: Europe/Berlin\ncurrency: EUR\nstart_date: {MONTHS[0]}\n")
    company.write("sources.yml", SOURCES)
    company.write("kpis/finance.yml", KPIS)
    company.write("okr_definitions/budget.yml", GOALS)
    checked = company.okra("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    done = company.okra("run")
    assert done.returncode == 0, done.stdout + done.stderr
    return company


def by_month(company: Company, kpi: str, member: str = "total") -> dict[date, Decimal]:
    """The published months of a KPI that are over and have a value."""
    rows = company.rows(
        "select period_start, value from kpi_periods where kpi = $1 and period = 'month' "
        "and dimension = $2 and member = $3 and period_start < $4 and value is not null",
        *(kpi, "total" if member == "total" else "region", member, THIS_MONTH),
    )
    return dict(rows)


def over() -> list[date]:
    return [month for month in MONTHS if month < THIS_MONTH]


def test_nothing_is_wrong_with_it(company: Company) -> None:
    assert company.rows("select what, message from findings") == []


def test_texts_with_german_decimals_are_read_by_region(company: Company) -> None:
    # 12,345.60 + 100 a month in the north, 8,000.05 in the south
    assert by_month(company, "revenue", "Nord") == {x: north(x) for x in over()}
    assert by_month(company, "revenue", "Süd") == dict.fromkeys(over(), SOUTH)
    # 12,345.60 + 8,000.05, and in the tenth month 900 more
    totals = by_month(company, "revenue")
    assert totals[MONTHS[0]] == Decimal("20345.65")
    assert totals[MONTHS[9]] == Decimal("21245.65")


def test_sub_totals_are_counted_nowhere(company: Company) -> None:
    # 9,500.25, and 1,234.56 - 765.44 + 1,000
    assert by_month(company, "staff_costs") == dict.fromkeys(over(), STAFF)
    assert by_month(company, "regional_revenue") == dict.fromkeys(over(), Decimal("1469.12"))


def test_a_month_that_is_not_filled_in_is_missing(company: Company) -> None:
    expected = {month: Decimal(12 + month.month) for month in over()[:-1]}
    assert by_month(company, "employees") == expected


def test_a_plan_in_thousands_is_known_of_months_to_come(company: Company) -> None:
    rows = company.rows("select day, value from kpi_days where kpi = 'budget_revenue' order by day")
    # 20.5 thousand, dated the last day of each of the 24 months
    assert len(rows) == 24
    assert rows[-1] == (date(TODAY.year, 12, 31), Decimal(20500))
    assert {value for _, value in rows} == {Decimal(20500)}


def test_goals_have_the_targets_of_the_plan_and_odds(company: Company) -> None:
    scores = company.rows(
        "select key_result_id, target, probability is not null from key_result_scores"
    )
    # 12 x 20,500; 6 x 9,000 + 6 x 10,000
    assert sorted(scores) == [
        ("budget/revenue", Decimal(246_000), True),
        ("budget/staff", Decimal(114_000), True),
    ]


def test_nothing_of_the_sample_company_is_published(company: Company) -> None:
    assert company.rows("select kpi from kpis order by kpi") == [
        (name,)
        for name in (
            "budget_revenue",
            "budget_staff_costs",
            "employees",
            "regional_revenue",
            "revenue",
            "staff_costs",
        )
    ]
    assert company.rows("select distinct source, account from windows order by all") == [
        ("spreadsheet", account) for account in ("actuals", "finance", "regions")
    ]
