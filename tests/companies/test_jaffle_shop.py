"""The mart of an existing dbt project, in the shape of dbt's jaffle shop: KPIs straight from queries over it."""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.companies.conftest import Company

pytestmark = pytest.mark.large
FIRST, SECOND, THIRD = (date.today() - timedelta(days=days) for days in (6, 5, 4))
TABLE = """\
create table orders (order_id text primary key, ordered_at text, location_name text, subtotal numeric,
  tax_paid numeric, order_total numeric, order_cost numeric)"""
ORDERS = [
    ("a", f"{FIRST} 09:10:00", "Philadelphia", "19.00", "1.14", "20.14", "6.50"),
    ("b", f"{FIRST} 12:00:00", "Brooklyn", "7.50", "0.30", "7.80", "2.25"),
    ("c", f"{THIRD} 08:00:00", "Brooklyn", "12.00", "0.48", "12.48", "4.00"),
]
LATE = ("d", f"{SECOND} 18:00:00", "Brooklyn", "8.25", "0.33", "8.58", "2.00")
KPIS = """\
defaults: {connection: warehouse, owner: ceo@jaffle.example, direction: up, kind: flow, unit: money}
net_sales:
  dimensions: [store]
  query: |
    select date(ordered_at) as day, location_name as store, sum(subtotal) as value
    from orders where date(ordered_at) between :from and :to group by 1, 2
supply_cost:
  query: |
    select date(ordered_at) as day, sum(order_cost) as value
    from orders where date(ordered_at) between :from and :to group by 1
"""
FILES: Mapping[str, str] = {
    "okra.yml": f"currency: USD\nstart_date: {FIRST - timedelta(days=2)}\n",
    "sources.yml": "warehouse: {connector: sql_database, url: {env: WAREHOUSE_URL}}\n",
    "kpis/mart.yml": KPIS,
    "kpis/margin.yml": "margin: {expr: net_sales - supply_cost, direction: up, owner: ceo@jaffle.example}\n",
    "okr_definitions/sales.yml": f"objective: Sell\nid: sell\nperiod: {FIRST.year}\n"
    "key_results: [{id: sales, kpi: net_sales, at_least: 100}]\n",
}


def insert(file: Path, *orders: tuple[str, ...]) -> None:
    """The dbt project's own run: rows come into its mart."""
    with sqlite3.connect(file) as mart:
        mart.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?)", orders)


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("dbt") / "mart.db"
    with sqlite3.connect(file) as connection:
        connection.execute(TABLE)
    insert(file, *ORDERS)
    return file


@pytest.fixture(scope="module")
def company(mart: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company after a run, and another one after a row has come late."""
    company = Company(tmp_path_factory.mktemp("jaffle"), {"WAREHOUSE_URL": f"sqlite:///{mart}"})
    for place, text in FILES.items():
        company.write(place, text)
    assert company.okra("run").returncode == 0
    insert(mart, LATE)
    done = company.okra("run")
    assert done.returncode == 0, done.stdout + done.stderr
    return company


def days(company: Company, kpi: str) -> dict[date, Decimal]:
    rows = company.rows(
        "select period_start, value from kpi_periods "
        "where kpi = $1 and period = 'day' and dimension = 'total' and value <> 0",
        kpi,
    )
    return dict(rows)  # type: ignore[arg-type]


def test_sales_of_the_mart_are_published_by_day(company: Company) -> None:
    # 19 + 7.50, and the late 8.25
    expected = {FIRST: Decimal("26.5"), SECOND: Decimal("8.25"), THIRD: Decimal(12)}
    assert days(company, "net_sales") == expected


def test_a_margin_of_two_queries_is_their_difference(company: Company) -> None:
    # 26.50 - 8.75, 8.25 - 2, 12 - 4
    expected = {FIRST: Decimal("17.75"), SECOND: Decimal("6.25"), THIRD: Decimal(8)}
    assert days(company, "margin") == expected


def test_a_late_row_is_a_restatement_of_its_day(company: Company) -> None:
    restated = company.document("restatements", "--kpi", "net_sales")
    of_day = [x for x in restated if (x["period"], x["period_start"]) == ("day", str(SECOND))]
    assert [(Decimal(x["old_value"]), Decimal(x["new_value"])) for x in of_day] == [
        (Decimal(0), Decimal("8.25"))
    ]


def test_one_kpi_is_shown_without_a_run(company: Company) -> None:
    shown = company.document("kpi", "net_sales", "--days", "7")
    by_day = {x["period"]: Decimal(x["total"]) for x in shown["periods"]}
    assert by_day[str(FIRST)] == Decimal("26.5")
    assert by_day[str(FIRST - timedelta(days=1))] == 0
