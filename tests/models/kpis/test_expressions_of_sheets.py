"""Expressions over KPIs that are kept in sheets: sales from a database and costs that somebody fills in each month.

Played on 10 April 2026. Every figure is worked out by hand.
"""

import json
import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.lake.manifest import Finding
from pipelines import settings as okra_settings
from pipelines.inputs.day import Day
from pipelines.settings import BUILT_IN, Settings
from pipelines.steps.model import prepare_models
from pipelines.warehouse.dbt_parse import ensure_manifest
from pipelines.warehouse.project import project_of
from tests.models.conftest import RowLake
from tests.models.dbt_process import run_dbt

SOURCES = """\
spreadsheet@finance: {sheets: finance.csv}
shop:
  connector: rest
  base_url: https://shop.example
  streams:
    orders: {path: orders, key: id, whole: ordered_at, columns: {id: integer, net: decimal, ordered_at: timestamp}}
    visits: {path: visits, key: id, whole: seen_at, columns: {id: integer, pages: integer, seen_at: timestamp}}
"""
KPIS = """\
defaults: {owner: cfo@acme.example, direction: up, kind: flow, unit: money}
sales: {from: shop.orders, day: ordered_at, value: sum(net)}
pages: {from: shop.visits, day: seen_at, value: sum(pages), unit: pages}
costs: {sheet: finance, every: month}
rent: {sheet: finance, every: month}
bots: {sheet: finance, every: month, unit: pages}
staff: {sheet: finance, every: month, kind: stock, unit: people, dimensions: [region]}
freelancers: {sheet: finance, every: month, kind: stock, unit: people, dimensions: [region]}
"""
EXPRESSIONS = """\
defaults: {owner: cfo@acme.example, direction: up}
all_costs: {expr: costs + rent}
margin: {expr: sales - costs - rent}
cost_rate: {expr: costs / sales, unit: percent}
real_pages: {expr: pages - bots}
people: {expr: staff + freelancers}
"""
FIRST, TODAY = date(2026, 1, 1), date(2026, 4, 10)
YESTERDAY = TODAY - timedelta(days=1)
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
SALES = {"2026-01-05": 100, "2026-01-20": 50, "2026-02-10": 80, "2026-03-03": 60, "2026-04-02": 30}
PAGES = {"2026-01-05": 10, "2026-02-03": 15, "2026-03-03": 20}
NOT_PULLED = date(2026, 3, 31)
"""The day whose visits are not there; the sheet's March is dated the same day."""
SHEET = [
    ("costs", "2026-01-31", "40.5", {}),
    # nobody has filled in the costs of February
    ("costs", "2026-03-31", "20", {}),
    ("rent", "2026-01-31", "10", {}),
    ("rent", "2026-02-28", "10", {}),
    ("rent", "2026-03-15", "10", {}),
    ("bots", "2026-01-31", "4", {}),
    ("bots", "2026-02-28", "6", {}),
    ("bots", "2026-03-31", "5", {}),
    ("staff", "2026-01-31", "5", {"region": "north"}),
    ("staff", "2026-01-31", "3", {"region": "south"}),
    ("staff", "2026-02-28", "6", {"region": "north"}),
    ("freelancers", "2026-01-15", "2", {"region": "north"}),
    ("freelancers", "2026-01-15", "1", {"region": "south"}),
]
UNREAD = Finding(
    what="not_a_number", message="a second row of rent is no number", kpi="rent", day=MARCH
)


def moment(day: date) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def fill(lake: RowLake) -> None:
    """All days to yesterday of both sources, but one of the visits."""
    for number in range((TODAY - FIRST).days):
        day = FIRST + timedelta(days=number)
        orders = [{"id": number, "net": Decimal(SALES[str(day)])}] if str(day) in SALES else []
        lake.window("shop", "orders", day, [x | {"ordered_at": moment(day)} for x in orders])
        visits = [{"id": number, "pages": PAGES[str(day)]}] if str(day) in PAGES else []
        if day != NOT_PULLED:
            lake.window("shop", "visits", day, [x | {"seen_at": moment(day)} for x in visits])
        rows: list[dict[str, Any]] = [
            {"kpi": kpi, "date": day, "dimensions": json.dumps(members), "value": value}
            | {"numerator": None, "denominator": None}
            for kpi, dated, value, members in SHEET
            if dated == str(day)
        ]
        bad = (UNREAD,) if day == UNREAD.day else ()
        lake.window("spreadsheet@finance", "kpi_values", day, rows, findings=bad)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A company with a shop's database and a sheet of costs."""
    folder = tmp_path_factory.mktemp("acme")
    for place, text in {
        "okra.yml": f"timezone: UTC\ncurrency: EUR\nstart_date: {FIRST}\n",
        "sources.yml": SOURCES,
        "kpis/parts.yml": KPIS,
        "kpis/expressions.yml": EXPRESSIONS,
        "finance.csv": "kpi,date,value,region\n",
    }.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OKRA_PROJECT", str(folder))
        patched.delenv("OKRA_HOME", raising=False)
        yield okra_settings.load()


@pytest.fixture(scope="module")
def warehouse(acme: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the KPIs."""
    streams = {
        (source, stream.name): stream
        for source in acme.streams_by_source
        for stream in acme.streams_by_source[source]
    }
    fill(RowLake(Path(acme.lake_location), streams))
    day = Day(acme, TODAY)
    assert [str(fault) for fault in day.declared.faults] == []
    project = project_of(acme, day.declared)
    ensure_manifest(project, os.environ)
    done = run_dbt(
        *("build", "--select", "+kpi_periods", "+source_faults"),
        *("--exclude-resource-type", "unit_test"),
        project=project.folder,
        folder=acme.warehouse_path.parent,
        environment={**prepare_models(day, project), "DBT_PROFILES_DIR": str(BUILT_IN)},
        parsed=project.target,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(acme.warehouse_path), read_only=True) as connection:
        yield connection


def months(warehouse: duckdb.DuckDBPyConnection, kpi: str, member: str = "total") -> dict:
    return dict(
        warehouse.execute(
            "select period_start, round(value, 6) from reporting.kpi_periods "
            "where kpi = $1 and period = 'month' and member = $2 and value is not null",
            [kpi, member],
        ).fetchall()
    )


def test_a_sum_of_sheet_kpis_is_missing_where_one_is_not_filled_in(warehouse) -> None:
    # 40.50 + 10; nothing of February, where only the rent is known; 20 + 10
    assert months(warehouse, "all_costs") == {JANUARY: Decimal("50.5"), MARCH: 30}


def test_daily_sales_less_monthly_costs_are_known_of_months_that_are_filled_in(warehouse) -> None:
    # 150 - 40.50 - 10; 60 - 20 - 10; sales of February and April alone are no margin
    assert months(warehouse, "margin") == {JANUARY: Decimal("99.5"), MARCH: 30}
    (every,) = warehouse.execute("select every from reporting.kpis where kpi = 'margin'").fetchone()
    assert every == "month"


def test_a_quotient_of_a_sheet_kpi_is_that_of_the_sums_of_the_month(warehouse) -> None:
    # 40.50 / 150; 20 / 60
    assert months(warehouse, "cost_rate") == {
        JANUARY: Decimal("0.27"),
        MARCH: Decimal("0.333333"),
    }


def test_a_month_that_lacks_a_day_of_one_part_is_missing(warehouse) -> None:
    # 10 - 4; 15 - 6; of March the visits of the 31st are not there, on which the sheet's number is dated
    assert months(warehouse, "real_pages") == {JANUARY: 6, FEBRUARY: 9}


def test_levels_are_added_up_by_member_where_both_stand(warehouse) -> None:
    # 5 + 2 and 3 + 1 on 31 January; nobody counted freelancers in February
    assert months(warehouse, "people", "north") == {JANUARY: 7}
    assert months(warehouse, "people", "south") == {JANUARY: 4}
    assert months(warehouse, "people") == {JANUARY: 11}


def test_a_row_that_was_set_aside_puts_what_is_worked_out_from_it_in_doubt(warehouse) -> None:
    flagged = warehouse.execute(
        "select distinct kpi from reporting.kpi_coverage "
        "where list_contains(flags, 'set_aside:spreadsheet@finance')"
    ).fetchall()
    assert sorted(flagged) == [("all_costs",), ("margin",), ("rent",)]


def test_what_lacks_the_number_of_the_latest_month_is_not_filled_in(warehouse) -> None:
    late = warehouse.execute(
        "select kpi from reporting_steps.source_faults where code = 'not_filled_in'"
    ).fetchall()
    assert sorted(late) == [("freelancers",), ("people",), ("real_pages",), ("staff",)]


def test_kpis_of_a_sheet_with_a_name_have_no_accounts(warehouse) -> None:
    rows = warehouse.execute(
        "select distinct dimension from reporting.kpi_periods where kpi in ('margin', 'all_costs')"
    ).fetchall()
    assert rows == [("total",)]
