"""A company with two sources: Stripe, and a shop of its own in SQLite."""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

SOURCES = """\
stripe: {{api_key: {{env: STRIPE_KEY}}, api_base: {stripe}}}
shop:
  connector: sql_database
  url: {{env: SHOP_URL}}
  streams:
    orders: {{query: 'select id, day, channel from orders', key: id, whole: day, types: {{day: date}}}}
"""
KPIS = """\
orders: {from: shop.orders, day: day, kind: flow, value: count(*), unit: orders, direction: up,
  dimensions: [channel], owner: ceo@acme.example}
"""
OBJECTIVE = """\
id: grow
objective: Grow
owner: ceo@acme.example
period: {{start: {start}, end: {end}}}
key_results:
  - {{id: orders, kpi: orders, at_least: 100}}
  - {{id: money, kpi: net_revenue, at_least: 1000}}
"""


def written(stripe: str, first: date, yesterday: date) -> Mapping[str, str]:
    """The files of the company, by place. `stripe`: the address of its server; `first`: the first day to pull."""
    return {
        "okra.yml": f"start_date: {first}\n",
        "sources.yml": SOURCES.format(stripe=stripe),
        "kpis/shop.yml": KPIS,
        "okr_definitions/grow.yml": OBJECTIVE.format(
            start=yesterday, end=yesterday + timedelta(days=60)
        ),
    }


def sold(shop: Path, first: date, last: date) -> None:
    """The shop's database: on each day two orders on the web, and one by phone."""
    number_of_days = (last - first).days + 1
    orders = [
        (f"{first + timedelta(days=n)}/{place}", str(first + timedelta(days=n)), channel)
        for n in range(number_of_days)
        for place, channel in enumerate(("web", "web", "phone"))
    ]
    with sqlite3.connect(shop) as database:
        database.execute("create table orders (id text primary key, day text, channel text)")
        database.executemany("insert into orders values (?, ?, ?)", orders)
