"""Streams of a company's own database, from `sources.yml` to the lake."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.lake.lake import Lake
from connectors.sdk import catalog
from connectors.sdk.checkup import check_up
from connectors.sdk.contract import Source
from connectors.sdk.source_settings import settings_of
from connectors.sdk.windows import Range
from pipelines import settings as okra_settings
from pipelines.settings import Settings
from pipelines.settings.sources_file import read_sources
from pipelines.steps.describe import with_described_streams
from pipelines.steps.pull import pull_accounts

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
SOURCES = """\
shop:
  connector: sql_database
  url: {env: SHOP_URL}
  streams:
    orders: {query: "select id, net, placed_at from orders", key: id, whole: placed_at}
    wrong: {query: "select id, placed_at from orders", key: id, whole: placd_at}
    sales:
      query: |
        select date(placed_at) as day, sum(net) as value from orders where date(placed_at) between :from and :to
        group by 1
      types: {day: date, value: decimal}
"""


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A shop with two orders of yesterday, of 10.25 and 4.75."""
    of_sources = {x.name for source in catalog.sources().values() for x in settings_of(source)}
    for name in os.environ:
        if name.startswith("OKRA_") or name in of_sources:
            monkeypatch.delenv(name)
    address = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table orders (id integer, net decimal(9, 2), placed_at timestamp)"
        )
        connection.exec_driver_sql(
            f"insert into orders values (1, 10.25, '{YESTERDAY} 08:00:00'), (2, 4.75, '{YESTERDAY} 09:00:00')"
        )
    (tmp_path / "okra.yml").write_text(f"start_date: {YESTERDAY}\n")
    (tmp_path / "sources.yml").write_text(SOURCES)
    (tmp_path / ".env").write_text(f"SHOP_URL={address}\n")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    return okra_settings.load()


def streams(settings: Settings) -> list[str]:
    return sorted(stream.name for stream in settings.instances["shop"].streams)


def faults(settings: Settings) -> list[str]:
    return [f"{fault.line}: {fault.what}; {fault.remedy}" for fault in settings.source_faults]


def test_a_database_is_asked_once_for_the_columns_that_only_it_knows(company: Settings) -> None:
    assert streams(company) == ["sales"]  # its `types` name all of its columns
    asked = with_described_streams(company)
    assert streams(asked) == ["orders", "sales"]
    assert streams(okra_settings.load()) == ["orders", "sales"]
    assert [fault for fault in faults(asked) if fault.startswith("6: ")] == [
        "6: `shop: wrong` is left out, as its columns are not known: stream wrong: `whole: placd_at` is none of the "
        "columns; did you mean `placed_at`?"
    ]


def test_declared_streams_are_pulled_under_the_name_of_their_source(company: Settings) -> None:
    settings = with_described_streams(company)
    reports = pull_accounts(
        settings,
        [settings.instances["shop"]],
        Range(YESTERDAY, YESTERDAY),
        run_id="",
        only={"orders", "sales"},
    )
    assert [report.error for report in reports] == [None, None]
    lake = Lake(settings.lake_location)
    rows = {
        stream.name: lake.read("shop", stream, YESTERDAY).to_pylist()
        for stream in settings.instances["shop"].streams
    }
    assert [str(row["net"]) for row in rows["orders"]] == ["10.25", "4.75"]
    assert [str(row["value"]) for row in rows["sales"]] == ["15.000000000"]


def test_a_checkup_asks_a_declared_stream_for_its_newest_day(company: Settings) -> None:
    settings = with_described_streams(company)
    source: Source = settings.instances["shop"]
    checkup = check_up(
        source,
        settings.values_of(source) or {},
        Lake(settings.lake_location),
        Range(YESTERDAY, YESTERDAY),
        now=lambda: datetime.now(UTC),
    )
    assert [(x.stream.name, x.error) for x in checkup.streams] == [
        ("orders", None),
        ("sales", None),
    ]


def test_the_example_of_the_documentation_is_right() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sources.md").read_text("utf-8")
    section = page.partition("## Your own database")[2]
    example = re.search("```yaml\n(.*?)```", section, re.DOTALL)
    assert example
    file = read_sources(example[1].encode(), "sources.yml")
    assert file.faults == ()
    assert sorted(file.entries["shop"].forms) == [
        "orders",
        "payments",
        "sales",
        "shipments",
        "stock",
    ]
