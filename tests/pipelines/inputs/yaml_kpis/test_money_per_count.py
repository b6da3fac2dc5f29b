"""Amounts in several currencies divided by a count: an average in money, in total and by currency."""

import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.inputs.yaml_kpis.expressions import common_dimensions
from pipelines.okr.kpi.kpi import Kpi
from tests.companies.conftest import Company

YESTERDAY = date.today() - timedelta(days=1)
SOURCES = """\
shop:
  connector: sql_database
  url: {env: SHOP_URL}
  streams:
    orders: {table: orders, columns: [id, net, currency, placed_on], key: id, whole: placed_on}
exchange_rates: {exchange_rates: rates.csv}
"""
KPIS = """\
defaults: {owner: cfo@acme.example, direction: up, from: shop.orders, day: placed_on}
sales: {value: sum(net), dimensions: [currency], kind: flow, unit: money}
orders: {value: count(*), dimensions: [%s], kind: flow, unit: orders}
costs: {value: sum(net), dimensions: [currency], kind: flow, unit: money, direction: down}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Company:
    """An order of 100 euros, one of 330 dollars at 1.10 to the euro."""
    with sqlite3.connect(tmp_path / "shop.sqlite") as file:
        file.execute(
            "create table orders (id int, net numeric(10, 2), currency text, placed_on date)"
        )
        file.executemany(
            "insert into orders values (?, ?, ?, ?)",
            [(1, 100, "EUR", f"{YESTERDAY}"), (2, 330, "USD", f"{YESTERDAY}")],
        )
    company = Company(tmp_path, {"SHOP_URL": f"sqlite:///{tmp_path / 'shop.sqlite'}"})
    start = YESTERDAY - timedelta(days=7)
    company.write("okra.yml", f"timezone: UTC\ncurrency: EUR\nstart_date: {start}\n")
    company.write("sources.yml", SOURCES)
    days = "".join(f"{YESTERDAY - timedelta(days=n)},1.10,\n" for n in range(10))
    company.write("rates.csv", f"Date,USD,\n{days}")
    return company


def test_an_average_order_in_two_currencies_is_the_euros_of_all_by_all_orders(
    shop: Company,
) -> None:
    """(100 + 330 / 1.10) / 2 = 200; of the dollars 300."""
    shop.write("kpis/shop.yml", KPIS % "currency")
    shop.write(
        "kpis/average.yml",
        "basket: {expr: sales / orders, unit: money, direction: up, owner: a@b.example}\n",
    )
    done = shop.okra("run")
    assert done.returncode == 0, done.stdout + done.stderr
    day = shop.rows(
        "select member, value from kpi_periods where kpi = 'basket' and period = 'day' and period_start = $1",
        YESTERDAY,
    )
    assert dict(day) == {"total": Decimal(200), "EUR": Decimal(100), "USD": Decimal(300)}


@pytest.mark.parametrize(
    ("dimension", "average", "told"),
    [
        ("", "{expr: sales / orders, unit: money", "`orders` has no dimension `currency`"),
        (
            "currency",
            "{expr: sales / costs, unit: money",
            "an amount divided by an amount is no money",
        ),
    ],
)
def test_what_would_be_a_wrong_average_is_refused(
    shop: Company, dimension: str, average: str, told: str
) -> None:
    shop.write("kpis/shop.yml", KPIS % dimension)
    shop.write("kpis/average.yml", f"basket: {average}, direction: up, owner: a@b.example}}\n")
    done = shop.okra("check")
    assert done.returncode == 1
    assert f"kpis/average.yml:1: `basket`: {told}" in done.stdout + done.stderr


def test_counts_of_which_one_knows_no_currency_have_none_together() -> None:
    """What knows no currency is not of the reporting one unless it is an amount."""
    known, unknown = (
        Kpi("a", "flow", "orders", dimensions=("currency",)),
        Kpi("b", "flow", "orders"),
    )
    assert common_dimensions([known, unknown]) == []
    assert common_dimensions([known, Kpi("c", "flow", "money")]) == ["currency"]
