"""Streams that a company declares have staging models, which its own models read: a real build of such a project."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines import settings as okra_settings
from pipelines.inputs.day import Day
from pipelines.settings import Settings
from pipelines.warehouse.one_kpi import build_kpi
from pipelines.warehouse.project import project_of
from tests.models.conftest import RowLake

SOURCES = """\
shop@de:
  connector: rest
  base_url: https://shop.example
  streams:
    orders:
      path: orders
      key: id
      cursor: updated_at
      gone: deleted_at
      columns: {id: integer, group: text, net: decimal, updated_at: timestamp, deleted_at: timestamp}
    visits:
      path: visits
      key: id
      append: happened_at
      columns: {id: integer, visitors: integer, happened_at: timestamp}
    stock:
      path: stock
      key: article
      snapshot: true
      columns: {article: text, pieces: integer}
shop@at:
  connector: rest
  base_url: https://shop.example/at
  streams:
    orders:
      path: orders
      key: id
      cursor: updated_at
      gone: deleted_at
      columns: {id: integer, group: text, net: decimal, updated_at: timestamp, deleted_at: timestamp}
    stock:
      path: stock
      key: article
      snapshot: true
      columns: {article: text, pieces: integer}
stripe: {api_key: {env: ACME_STRIPE_KEY}}
"""
KPI_SQL = """\
select account, cast(updated_at as date) as day, 'order in ' || "group" as what, net as value
from {{ ref("stg_shop__orders") }}
union all
select account, cast(happened_at as date) as day, 'visit' as what, visitors as value
from {{ ref("stg_shop__visits") }}
union all
select account, taken_on as day, 'stock of ' || article as what, pieces as value
from {{ ref("stg_shop__stock") }}
union all
select account, taken_on as day, 'present stock of ' || article as what, pieces as value
from {{ ref("stg_shop__stock_newest") }}
"""
KPI_YAML = """\
models:
  - name: kpi_everything
    config:
      meta:
        kpi: {kind: flow, unit: things, direction: up, owner: me@acme.example, dimensions: [what]}
"""
FIRST, SECOND = date(2026, 1, 1), date(2026, 1, 2)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A company of two accounts of a shop, and of Stripe, with a KPI of its own."""
    folder = tmp_path / "acme"
    for place, text in {
        "okra.yml": "",
        "sources.yml": SOURCES,
        "models/kpis/kpi_everything.sql": KPI_SQL,
        "models/kpis/kpi_everything.yml": KPI_YAML,
    }.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    monkeypatch.setenv("OKRA_PROJECT", str(folder))
    monkeypatch.setenv("ACME_STRIPE_KEY", "rk_test_1")
    return okra_settings.load()


def fill(settings: Settings) -> None:
    """Two days of the shop: order 1 changes, order 2 goes; of the stock in Austria nothing is left."""
    streams = {("shop", stream.name): stream for stream in settings.streams_by_source["shop"]}
    lake = RowLake(Path(settings.lake_location), streams)
    first_order = {"id": 1, "group": "retail", "net": Decimal("10"), "updated_at": at(FIRST)}
    second_order = {"id": 2, "group": "retail", "net": Decimal("5"), "updated_at": at(FIRST)}
    lake.window("shop@de", "orders", FIRST, [first_order, second_order])
    changed = first_order | {"net": Decimal("12.5"), "updated_at": at(SECOND)}
    gone = second_order | {"updated_at": at(SECOND), "deleted_at": at(SECOND)}
    lake.window("shop@de", "orders", SECOND, [changed, gone])
    lake.window("shop@at", "orders", FIRST, [first_order | {"net": Decimal("7")}])
    visits = [{"id": n, "visitors": n, "happened_at": at(FIRST, n)} for n in (3, 4)]
    lake.window("shop@de", "visits", FIRST, visits)
    stock = {"de": ([("cup", 3), ("pot", 4)], [("cup", 5)]), "at": ([("cup", 9)], [])}
    for account, days in stock.items():
        for day, rows in zip((FIRST, SECOND), days, strict=True):
            taken = [{"article": x, "pieces": n, "taken_on": day} for x, n in rows]
            lake.window(f"shop@{account}", "stock", day, taken)


def test_declared_streams_are_read_as_they_stand(acme: Settings) -> None:
    fill(acme)
    declared = Day(acme, date(2026, 1, 3)).declared
    warehouse = build_kpi(acme, declared, declared.kpis["everything"], date(2026, 1, 3))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("from kpis.kpi_everything").fetchall()
    assert sorted(rows) == [
        ("at", FIRST, "order in retail", 7),
        ("at", FIRST, "stock of cup", 9),
        ("de", FIRST, "stock of cup", 3),
        ("de", FIRST, "stock of pot", 4),
        ("de", FIRST, "visit", 3),
        ("de", FIRST, "visit", 4),
        ("de", SECOND, "order in retail", Decimal("12.5")),
        ("de", SECOND, "present stock of cup", 5),
        ("de", SECOND, "stock of cup", 5),
    ]
    project = project_of(acme)
    assert project.left_out == []
    kpis = {"everything", *("average_transaction_value", "gross_revenue", "mrr", "mrr_movements")}
    kpis |= {"net_revenue", "processing_fees", "refunds_and_disputes"}
    assert project.composition.kpi_sql.keys() == kpis, "its own and Stripe's"


def test_a_model_with_the_name_of_a_generated_one_is_told(acme: Settings) -> None:
    (acme.project_path / "models/stg_shop__orders.sql").write_text("select 1")
    [fault] = Day(acme, date(2026, 1, 3)).declared.faults
    assert str(fault) == (
        "sources.yml:25: `shop@at: orders`: models/stg_shop__orders.sql has the name of its staging model; "
        "rename one of them"
    )
    models = project_of(acme).composition.models
    assert models["stg_shop__orders"] == "models/stg_shop__orders.sql"
    assert "base_shop__orders" not in models


def test_a_generated_model_leads_to_its_declaration(acme: Settings) -> None:
    project = project_of(acme)
    place = project.composition.models["stg_shop__visits"]
    assert project.composition.shown(place) == "sources.yml:11"
    assert project.source_of(place) == (acme.project_path / "sources.yml", 11)
