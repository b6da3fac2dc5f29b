"""Money of a stream that has a currency in each row: a KPI without that dimension is doubted, and not refused."""

import sqlite3
from pathlib import Path

import pytest

from tests.companies.conftest import Company

KPI = (
    "net: {{from: shop.orders, day: placed_on, value: sum(net), {more}kind: flow, unit: {unit}, direction: up, "
    "owner: a@b.example}}\n"
)
DOUBT = (
    "kpis/shop.yml:1: `net`: money without the dimension `currency`, though shop.orders has a column `currency`: "
    "all amounts count as they stand, in the reporting currency; "
    "add `dimensions: [currency]` where each amount is in the currency of its row"
)


@pytest.fixture
def shop(tmp_path: Path) -> Company:
    with sqlite3.connect(tmp_path / "shop.sqlite") as file:
        file.execute(
            "create table orders (id int, net numeric(10, 2), currency text, placed_on date)"
        )
    company = Company(tmp_path, {"SHOP_URL": f"sqlite:///{tmp_path / 'shop.sqlite'}"})
    company.write("okra.yml", "timezone: UTC\n")
    company.write(
        "sources.yml",
        "shop:\n  connector: sql_database\n  url: {env: SHOP_URL}\n  streams:\n"
        "    orders: {table: orders, columns: [id, net, currency, placed_on], key: id, whole: placed_on}\n",
    )
    return company


@pytest.mark.parametrize(
    ("more", "unit", "is_doubted"),
    [
        ("", "money", True),
        ("dimensions: [currency], ", "money", False),
        ("where: currency = 'EUR', ", "money", False),
        ("", "pieces", False),
    ],
)
def test_amounts_are_doubted_where_nothing_says_of_which_currency(
    shop: Company, more: str, unit: str, is_doubted: bool
) -> None:
    shop.write("kpis/shop.yml", KPI.format(more=more, unit=unit))
    done = shop.okra("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (DOUBT in done.stderr) is is_doubted
