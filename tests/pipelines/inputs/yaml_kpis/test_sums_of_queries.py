"""Figures of a query that do not add up over days or members: they are doubted, and not refused."""

import sqlite3
from pathlib import Path

import pytest

from tests.companies.conftest import Company

QUERY = (
    "{{connection: shop, query: 'select placed_on as day, {more}{value} as value from orders "
    "where placed_on between :from and :to group by 1', {keys}unit: minutes, direction: down, owner: a@b.example}}\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Company:
    with sqlite3.connect(tmp_path / "shop.sqlite") as file:
        file.execute("create table orders (customer int, team text, minutes int, placed_on date)")
        file.execute("insert into orders values (1, 'a', 5, '2026-03-01')")
    company = Company(tmp_path, {"SHOP_URL": f"sqlite:///{tmp_path / 'shop.sqlite'}"})
    company.write("okra.yml", "timezone: UTC\n")
    company.write("sources.yml", "shop: {connector: sql_database, url: {env: SHOP_URL}}\n")
    return company


@pytest.mark.parametrize(
    ("value", "keys", "said"),
    [
        (
            "avg(minutes)",
            "kind: stock, dimensions: [team], ",
            "the query has `avg(...)`, and the members of its dimensions of a stock are added up; leave out "
            "`dimensions`, or write a `kind: ratio` such as the share that is within a limit",
        ),
        (
            "COUNT(DISTINCT customer)",
            "kind: flow, ",
            "the query has `count(distinct ...)`, and the days of a flow are added up; write `kind: ratio` with both "
            "sides, `kind: distinct` over the rows, or `kind: stock`",
        ),
        ("avg(minutes)", "kind: stock, ", ""),
        ("sum(minutes)", "kind: flow, dimensions: [team], ", ""),
    ],
)
def test_what_does_not_add_up_is_doubted(shop: Company, value: str, keys: str, said: str) -> None:
    more = "team, " if "team" in keys else ""
    shop.write("kpis/shop.yml", f"k: {QUERY.format(value=value, keys=keys, more=more)}")
    done = shop.okra("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stderr
    assert ("are added up" in done.stderr) is bool(said)
