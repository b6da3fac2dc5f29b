"""A project with few sources: each alone, and each beside exchange rates. What reads others does without them."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.lake.catalog import write_catalog
from connectors.sdk import catalog
from pipelines import settings as okra_settings
from pipelines.inputs.composing import compose
from pipelines.inputs.composition import Composition
from pipelines.inputs.kpi_files import in_currency, read_kpis
from pipelines.inputs.model_sources import CATALOG, references, streams_read
from pipelines.warehouse.kpi_declarations import write_kpis
from tests.models.conftest import NO_SHEET_KPIS, ROOT, Warehouse, dbt

RATES = "exchange_rates"
ALONE = sorted(catalog.sources())
PAIRS = [f"{source},{RATES}" for source in ALONE if source != RATES]
AS_OF = date(2026, 3, 6)


@pytest.fixture
def composed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Composition]:
    """The project with these sources, in a list with commas."""
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))

    def of(sources: str) -> Composition:
        monkeypatch.setenv("OKRA_SOURCES", sources)
        return compose(okra_settings.load())

    return of


def in_yaml(text: str) -> set[str]:
    """The models that tests in YAML read."""
    return set(re.findall(r"""\bref\(\s*['"](\w+)['"]""", text))


@pytest.mark.parametrize("sources", [*ALONE, *PAIRS])
def test_no_model_or_test_needs_what_is_not_there(composed: Any, sources: str) -> None:
    project = composed(sources)
    on = {*sources.split(","), CATALOG}
    for place in project.places:
        text = project.text(place)
        if place.endswith((".yml", ".yaml")):
            assert in_yaml(text) <= project.models.keys(), place
        elif not place.startswith("macros/") and place.endswith(".sql"):
            assert references(text) <= project.models.keys(), place
            assert {source for source, _ in streams_read(text)} <= on, place


@pytest.mark.parametrize("sources", [*ALONE, *PAIRS])
def test_the_published_tables_are_there_whatever_is_on(composed: Any, sources: str) -> None:
    every = {path.stem for path in (ROOT / "models/reporting").rglob("*.sql")}
    assert every <= composed(sources).models.keys()


def test_rates_alone_are_there_for_amounts_to_come(composed: Any) -> None:
    assert {"fct_exchange_rates", "fct_monthly_exchange_rates", "quoted_currencies"} <= (
        composed(RATES).models.keys()
    )
    assert "fct_exchange_rates" not in composed("stripe").models


@pytest.fixture
def build(warehouse_in: Any, composed: Any, tmp_path: Path) -> Callable[..., Warehouse]:
    """Builds the whole project of these sources, with its tests, over a lake that `fill` is given."""

    def built(sources: str, fill: Callable[[Any], None] = lambda lake: None) -> Warehouse:
        project, folder = composed(sources), tmp_path / "project"
        for place, path in [
            *project.written.items(),
            *((name, ROOT / name) for name in ("dbt_project.yml", "profiles.yml")),
        ]:
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).symlink_to(path)
        warehouse: Warehouse = warehouse_in("alone")
        fill(warehouse.lake)
        write_catalog(warehouse.lake.lake, [catalog.sources()[x] for x in sources.split(",")])
        kpis = read_kpis(project, NO_SHEET_KPIS).kpis.values()
        write_kpis(warehouse.lake.lake, in_currency(kpis, "USD"))
        left_out = ",".join(sorted(project.off))
        done = dbt(warehouse, AS_OF, "build", project=folder, left_out=left_out)
        assert done.returncode == 0, done.stdout + done.stderr
        return warehouse

    return built


def euros(lake: Any) -> None:
    """A campaign on Google Ads, of 10 euros on 5 March."""
    for day in days_of_march():
        spent = {"date": day, "campaign_id": 7, "campaign_name": "Shoes", "currency": "EUR"}
        rows = [spent | {"cost_micros": 10_000_000, "conversions_value": Decimal(30)}]
        lake.window("google_ads", "campaign_days", day, rows if day.day == 5 else [])


def days_of_march() -> Iterable[date]:
    return (date(2026, 3, number) for number in range(1, 6))


def months(warehouse: Warehouse, kpi: str) -> list[tuple[Any, ...]]:
    return warehouse.rows(
        "select dimension, member, value, own_value, trust from reporting.kpi_periods "
        f"where kpi = '{kpi}' and period = 'month' and dimension <> 'campaign' order by all"
    )


@pytest.mark.large
def test_one_platform_alone_is_the_whole_and_foreign_money_waits_for_rates(build: Any) -> None:
    warehouse = build("google_ads", euros)
    assert months(warehouse, "ad_spend") == [
        ("currency", "EUR", None, 10, "unconverted_currency"),
        ("total", "total", 0, None, "unconverted_currency"),
    ]
    assert warehouse.column("select distinct kpi from reporting.kpis order by 1") == [
        "ad_spend",
        "return_on_ad_spend",
    ]


@pytest.mark.large
def test_with_rates_the_same_money_is_converted(build: Any) -> None:
    def fill(lake: Any) -> None:
        euros(lake)
        for day in days_of_march():
            rate = {"date": day, "currency": "USD", "rate": "1.10"}
            lake.window(RATES, "euro_rates", day, [rate])

    warehouse = build(f"google_ads,{RATES}", fill)
    total = [row for row in months(warehouse, "ad_spend") if row[0] == "total"]
    assert total == [("total", "total", 11, None, "ok")]


@pytest.mark.large
@pytest.mark.parametrize("sources", ALONE)
def test_each_source_alone_builds_and_keeps_its_own_tests(build: Any, sources: str) -> None:
    assert build(sources).column("select count(*) from reporting.kpi_periods") == [0]
