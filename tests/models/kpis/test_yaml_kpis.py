"""KPIs in YAML alone: every kind over rows written here, with figures worked out by hand, in a real build."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.day import Day
from pipelines.settings import BUILT_IN, Settings
from pipelines.steps.model import prepare_models
from pipelines.warehouse.dbt_parse import ensure_manifest
from pipelines.warehouse.project import project_of
from tests.models.conftest import RowLake
from tests.models.dbt_process import run_dbt

SOURCES = """\
shop:
  connector: rest
  base_url: https://shop.example
  timezone: Europe/Berlin
  streams:
    orders:
      path: orders
      key: id
      whole: ordered_at
      columns: {id: integer, customer: text, channel: text, net: decimal, cost: decimal, is_test: boolean,
        fee: {type: decimal, optional: true}, ordered_at: timestamp}
    articles:
      path: articles
      key: article
      snapshot: true
      columns: {article: text, pieces: integer, cost: decimal, bought_on: date}
"""
KPIS = """\
defaults: {from: shop.orders, day: ordered_at, owner: ceo@acme.example, direction: up}
orders: {value: count(*), where: not is_test, kind: flow, unit: orders, dimensions: [channel]}
net_sales: {value: sum(net), where: not is_test, kind: flow, unit: money, dimensions: {way: upper(channel)}}
costs: {value: sum(cost), where: not is_test, kind: flow, unit: money}
fees: {value: sum(fee), where: not is_test, kind: flow, unit: money}
basket: {numerator: sum(net), denominator: count(*), where: not is_test, kind: ratio, unit: money}
buyers: {value: count(distinct customer), where: not is_test, kind: distinct, unit: customers, dimensions: [channel]}
"""
OTHERS = """\
defaults: {owner: ceo@acme.example, direction: up}
stock: {from: shop.articles, value: sum(pieces), kind: stock, unit: pieces}
bought: {from: shop.articles, day: bought_on, value: sum(pieces), kind: flow, unit: pieces}
margin: {expr: net_sales - costs}
after_fees: {expr: net_sales - fees}
fee_rate: {expr: fees / net_sales, unit: percent}
margin_rate: {expr: (net_sales - costs) / net_sales, unit: percent}
"""
THURSDAY, FRIDAY, SATURDAY = (date(2026, 1, day) for day in (29, 30, 31))
SUNDAY, MONDAY = date(2026, 2, 1), date(2026, 2, 2)


def order(number: int, customer: str, channel: str | None, net: str, cost: str, at: str) -> dict:
    """An order; the moment is in UTC."""
    return {
        "id": number,
        "customer": customer,
        "channel": channel,
        "net": Decimal(net),
        "cost": Decimal(cost),
        "is_test": customer == "test",
        # Saturday's is not known yet
        "fee": None if number == 5 else Decimal("0.5"),
        "ordered_at": datetime.fromisoformat(at).replace(tzinfo=UTC),
    }


ORDERS = {
    THURSDAY: [
        order(1, "ann", "web", "10.50", "4", "2026-01-29T09:00"),
        order(2, "bob", "web", "20", "8.25", "2026-01-29T10:00"),
        order(3, "ann", "shop", "5", "1", "2026-01-29T12:00"),
        order(4, "test", "web", "999", "1", "2026-01-29T12:00"),
    ],
    FRIDAY: [],
    # 23:30 in Greenwich is half past midnight in Berlin: Saturday
    SATURDAY: [order(5, "ann", None, "7", "9", "2026-01-30T23:30")],
    SUNDAY: [order(6, "cem", "web", "40", "15", "2026-02-01T08:00")],
}
ARTICLES = {THURSDAY: [("cup", 3), ("pot", 4)], SATURDAY: [("cup", 5)]}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A company whose KPIs are all in YAML."""
    folder = tmp_path_factory.mktemp("acme")
    for place, text in {
        "okra.yml": "timezone: Europe/Berlin\ncurrency: EUR\nstart_date: 2026-01-29\n",
        "sources.yml": SOURCES,
        "kpis/orders.yml": KPIS,
        "kpis/others.yml": OTHERS,
    }.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OKRA_PROJECT", str(folder))
        patched.delenv("OKRA_HOME", raising=False)
        yield okra_settings.load()


@pytest.fixture(scope="module")
def warehouse(acme: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the KPIs, on Monday."""
    streams = {("shop", stream.name): stream for stream in acme.streams_by_source["shop"]}
    lake = RowLake(Path(acme.lake_location), streams)
    for day, rows in ORDERS.items():
        lake.window("shop", "orders", day, rows, zone="Europe/Berlin")
    for day, articles in ARTICLES.items():
        taken = [
            {"article": x, "pieces": n, "cost": Decimal(1), "bought_on": THURSDAY, "taken_on": day}
            for x, n in articles
        ]
        lake.window("shop", "articles", day, taken, zone="Europe/Berlin")
    day = Day(acme, MONDAY)
    assert [str(fault) for fault in day.declared.faults] == []
    project = project_of(acme, day.declared)
    ensure_manifest(project, os.environ)
    done = run_dbt(
        *("build", "--select", "+kpi_periods", "--exclude-resource-type", "unit_test"),
        project=project.folder,
        folder=acme.warehouse_path.parent,
        environment={**prepare_models(day, project), "DBT_PROFILES_DIR": str(BUILT_IN)},
        parsed=project.target,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(acme.warehouse_path), read_only=True) as connection:
        yield connection


def days(warehouse: duckdb.DuckDBPyConnection, kpi: str) -> dict[date, object]:
    """The value of each day, or numerator and denominator."""
    rows = warehouse.execute(
        "select day, sum(value), sum(numerator), sum(denominator) from reporting.kpi_days "
        "where kpi = $1 group by day",
        [kpi],
    ).fetchall()
    return {day: (top, bottom) if bottom is not None else value for day, value, top, bottom in rows}


def members(warehouse: duckdb.DuckDBPyConnection, kpi: str, name: str) -> list[tuple]:
    return warehouse.execute(
        "select day, dimensions[$2], value from reporting.kpi_days where kpi = $1 order by all",
        [kpi, name],
    ).fetchall()


def test_rows_are_counted_by_business_day_and_member(warehouse) -> None:
    assert members(warehouse, "orders", "channel") == [
        (THURSDAY, "shop", 1),
        (THURSDAY, "web", 2),
        (SATURDAY, "unknown", 1),
        (SUNDAY, "web", 1),
    ]


def test_a_dimension_may_be_an_expression(warehouse) -> None:
    assert members(warehouse, "net_sales", "way") == [
        (THURSDAY, "SHOP", Decimal(5)),
        # 10.50 + 20
        (THURSDAY, "WEB", Decimal("30.5")),
        (SATURDAY, "unknown", Decimal(7)),
        (SUNDAY, "WEB", Decimal(40)),
    ]


def test_a_delivered_day_without_a_row_has_none_and_counts_as_delivered(warehouse) -> None:
    assert FRIDAY not in days(warehouse, "orders")
    delivered = warehouse.execute(
        "select day from reporting.kpi_coverage where kpi = 'orders' and delivered order by day"
    ).fetchall()
    assert delivered == [(THURSDAY,), (FRIDAY,), (SATURDAY,), (SUNDAY,)]


def test_a_ratio_keeps_what_is_divided(warehouse) -> None:
    assert days(warehouse, "basket") == {
        # 10.50 + 20 + 5 of three orders
        THURSDAY: (Decimal("35.5"), 3),
        SATURDAY: (7, 1),
        SUNDAY: (40, 1),
    }


def test_a_stock_is_that_of_the_snapshots_and_missing_between_them(warehouse) -> None:
    assert days(warehouse, "stock") == {THURSDAY: 7, SATURDAY: 5}


def test_by_another_day_the_rows_of_the_newest_snapshot_count_once(warehouse) -> None:
    # Saturday's five cups, and not Thursday's three and four beside them
    assert days(warehouse, "bought") == {THURSDAY: 5}


def test_a_difference_of_kpis_is_that_of_their_days(warehouse) -> None:
    assert days(warehouse, "margin") == {
        # 35.50 - (4 + 8.25 + 1)
        THURSDAY: Decimal("22.25"),
        SATURDAY: -2,
        SUNDAY: 25,
    }


def test_a_quotient_of_kpis_is_the_quotient_of_the_sums(warehouse) -> None:
    assert days(warehouse, "margin_rate") == {
        THURSDAY: (Decimal("22.25"), Decimal("35.5")),
        SATURDAY: (-2, 7),
        SUNDAY: (25, 40),
    }


def test_a_part_without_a_value_is_missing_and_not_0(warehouse) -> None:
    # 35.50 - 3 * 0.50; of Saturday the fee is not known; 40 - 0.50
    assert days(warehouse, "after_fees") == {THURSDAY: 34, SUNDAY: Decimal("39.5")}
    flags = warehouse.execute(
        "select kpi, delivered, flags from reporting.kpi_coverage where day = $1 "
        "and kpi in ('after_fees', 'fee_rate') order by kpi",
        [SATURDAY],
    ).fetchall()
    assert flags == [("after_fees", False, ["empty_value"]), ("fee_rate", False, ["empty_value"])]


@pytest.mark.parametrize(("period", "start", "dimension", "member", "value"), [
    # Ann has ordered on two days of January, and bought twice on one of them
    ("day", THURSDAY, "total", "total", 2),
    ("month", date(2026, 1, 1), "total", "total", 2),
    ("week", date(2026, 1, 26), "total", "total", 3),
    ("year", date(2026, 1, 1), "total", "total", 3),
    ("day", THURSDAY, "channel", "web", 2),
    ("day", THURSDAY, "channel", "shop", 1),
    ("week", date(2026, 1, 26), "channel", "web", 3),
    ("week", date(2026, 1, 26), "channel", "unknown", 1),
])  # fmt: skip
def test_each_customer_is_counted_once_in_each_period(
    warehouse, period: str, start: date, dimension: str, member: str, value: int
) -> None:
    rows = warehouse.execute(
        "select value from kpis.kpi_buyers where period = $1 and period_start = $2 and "
        "coalesce(channel, 'total') = $3",
        [period, start, member],
    ).fetchall()
    assert rows == [(value,)]


def test_only_periods_that_are_whole_or_under_way_are_published(warehouse) -> None:
    published = warehouse.execute(
        "select distinct period, period_start from reporting.kpi_distinct where kpi = 'buyers'"
    ).fetchall()
    assert ("week", date(2026, 1, 26)) not in published, "it began before the first day"
    assert ("month", date(2026, 1, 1)) not in published
    assert ("month", date(2026, 2, 1)) in published
    assert ("day", THURSDAY) in published
