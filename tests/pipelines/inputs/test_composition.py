"""The files of the dbt project: ours less what is off, and a company's own over them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from connectors.sdk import catalog
from pipelines import settings as okra_settings
from pipelines.inputs.composing import compose, overlaid, with_packages, without_off, without_sample
from pipelines.inputs.composition import Composition
from pipelines.settings import BUILT_IN

OURS = {
    "models/staging/shop/stg_shop__orders.sql": 'select * from {{ read_lake("shop", "orders") }}',
    "models/staging/shop/_shop__sources.yml": "sources:\n  - name: shop\n",
    "models/marts/fct_orders.sql": 'select * from {{ ref("stg_shop__orders") }}',
    "models/marts/fct_orders.yml": "models:\n  - name: fct_orders\n",
    "models/kpis/kpi_orders.sql": 'select * from {{ ref("fct_orders") }}',
    "models/kpis/kpi_orders.yml": "models:\n  - name: kpi_orders\n    config:\n      meta: {kpi: {kind: flow}}\n",
    "models/kpis/kpi_widgets.sql": "select 1",
    "models/kpis/kpi_widgets.yml": "models:\n  - name: kpi_widgets\n    config:\n      meta:\n        kpi:\n"
    "          sample: true\n",
    "models/kpis/sheet_kpis.yml": "headcount: {}\n",
    "macros/days.sql": "{% macro day() %}a{% endmacro %}\n\n{%- macro week() -%}\nb\n{%- endmacro -%}\n",
    "tests/models/assert_orders.sql": 'select * from {{ ref("fct_orders") }}',
    "models/reporting/kpi_days.sql": '{{ rows_or_none("kpi_orders", {}) }}',
}


def written(folder: Path, files: Mapping[str, str]) -> dict[str, Path]:
    for place, text in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {place: folder / place for place in files}


@pytest.fixture
def ours(tmp_path: Path) -> dict[str, Path]:
    return written(tmp_path / "okra", OURS)


def with_own(ours: Mapping[str, Path], folder: Path, files: Mapping[str, str]) -> Composition:
    return overlaid(ours, written(folder / "acme", files))


def test_a_model_of_ones_own_replaces_ours_wherever_it_is(
    ours: dict[str, Path], tmp_path: Path
) -> None:
    composed = with_own(ours, tmp_path, {"models/shop/fct_orders.sql": "select 7"})
    assert composed.models["fct_orders"] == "models/shop/fct_orders.sql"
    assert composed.text("models/shop/fct_orders.sql") == "select 7"
    assert "models/marts/fct_orders.sql" not in composed.places
    assert "models/marts/fct_orders.yml" in composed.places, "which describes it still"
    assert composed.replaced == ("models/shop/fct_orders.sql replaces Okra's own",)


def test_a_description_of_ones_own_replaces_ours_in_whichever_file(
    ours: dict[str, Path], tmp_path: Path
) -> None:
    own = {"models/all.yml": "models:\n  - name: kpi_orders\n  - name: fct_orders\n"}
    composed = with_own(ours, tmp_path, own)
    assert {"models/marts/fct_orders.yml", "models/kpis/kpi_orders.yml"}.isdisjoint(composed.places)
    assert "models/kpis/kpi_orders.sql" in composed.places
    assert composed.replaced == ()


def test_a_macro_of_ones_own_replaces_ours_and_no_other(
    ours: dict[str, Path], tmp_path: Path
) -> None:
    own = {"macros/own.sql": "{% macro week() %}monday{% endmacro %}"}
    composed = with_own(ours, tmp_path, own)
    text = composed.text("macros/days.sql")
    assert "macro day()" in text
    assert "macro week()" not in text
    assert composed.replaced == ("macros/own.sql replaces Okra's own macro week",)


def test_a_file_of_macros_of_the_same_name_keeps_our_other_macros(
    ours: dict[str, Path], tmp_path: Path
) -> None:
    own = {"macros/days.sql": "{% macro week() %}monday{% endmacro %}"}
    composed = with_own(ours, tmp_path, own)
    texts = [composed.text(place) for place in composed.places if place.startswith("macros/")]
    assert sum("macro day()" in text for text in texts) == 1
    assert sum("macro week()" in text for text in texts) == 1


def test_kpis_of_the_sample_company_are_in_no_other(ours: dict[str, Path]) -> None:
    kept = without_sample(ours)
    assert OURS.keys() - kept.keys() == {
        "models/kpis/kpi_widgets.sql",
        "models/kpis/kpi_widgets.yml",
        "models/kpis/sheet_kpis.yml",
    }


def test_what_no_source_feeds_is_not_there(ours: dict[str, Path]) -> None:
    composed = without_off(overlaid(ours, {}), {"shop"})
    assert OURS.keys() - set(composed.places) == {
        "models/staging/shop/stg_shop__orders.sql",
        "models/staging/shop/_shop__sources.yml",
        "models/marts/fct_orders.sql",
        "models/marts/fct_orders.yml",
        "models/kpis/kpi_orders.sql",
        "models/kpis/kpi_orders.yml",
        "tests/models/assert_orders.sql",
    }
    assert composed.kpis_off == {"orders": {"shop"}}
    assert composed.kpi_sql == {"widgets": "models/kpis/kpi_widgets.sql"}


def test_a_model_of_ones_own_that_no_source_feeds_is_named(
    ours: dict[str, Path], tmp_path: Path
) -> None:
    own = {"models/kpis/kpi_late.sql": 'select * from {{ ref("fct_orders") }}'}
    composed = without_off(with_own(ours, tmp_path, own), {"shop"})
    assert composed.own_off["models/kpis/kpi_late.sql"] == {"shop"}
    assert "late" not in composed.kpi_sql


def test_a_model_whose_name_is_latin_1_is_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "okra.yml").write_text("")
    (tmp_path / "models").mkdir()
    (tmp_path / "models/caf\udce9.sql").write_text("select 1 as one")
    monkeypatch.setenv("OKRA_PROJECT", str(tmp_path))
    composition = compose(okra_settings.load())
    assert "models/caf\udce9.sql" not in composition.places
    assert [str(fault) for fault in composition.faults] == [
        r"models/caf\xe9.sql:1: the file's name is not UTF-8; rename it"
    ]


def test_local_packages_are_those_of_the_company(tmp_path: Path) -> None:
    path = tmp_path / "packages.yml"
    assert with_packages(Composition({}), path).places == []
    path.write_text("packages:\n  - local: ../shared\n")
    [text] = with_packages(Composition({}), path).generated.values()
    assert text == f"packages:\n- local: {tmp_path.parent / 'shared'}\n"
    path.write_text("packages: [{package: dbt-labs/dbt_utils, version: 1.3.0}]\n")
    assert with_packages(Composition({}), path).text("packages.yml") == path.read_text()


def test_a_generated_model_replaces_ours(ours: dict[str, Path]) -> None:
    place = "models/kpis/kpi_orders.sql"
    composed = without_off(overlaid(ours, {}), {"shop"}).with_generated(
        {place: "select 9"}, {place: "kpis/sales.yml:12"}
    )
    assert composed.text(place) == "select 9"
    assert composed.shown(place) == "kpis/sales.yml:12"
    assert composed.kpis_off == {}, "it does not read what is off"


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKRA_ENV_FILE", str(tmp_path / "no.env"))


def test_the_sample_company_has_every_file_of_the_checkout(sample: None) -> None:
    composed = compose(okra_settings.load())
    assert composed.generated == {}
    assert {path == BUILT_IN / place for place, path in composed.written.items()} == {True}
    models = {path for path in (BUILT_IN / "models").rglob("*") if path.is_file()}
    assert models == {
        path for place, path in composed.written.items() if place.startswith("models/")
    }


KPIS_BY_SOURCE = {
    "stripe": {
        "average_transaction_value", "gross_revenue", "mrr", "mrr_movements", "net_revenue", "processing_fees",
        "refunds_and_disputes",
    },
    "google_analytics": {"engagement_rate", "sessions", "site_visitors"},
    "facebook_pages": {"page_engagements", "page_followers", "page_likes"},
    "hubspot": {"calls_made", "deal_win_rate", "deals_closed", "deals_per_rep", "prospects_called"},
    "zendesk": {"customer_satisfaction", "first_reply_time", "tickets_created", "tickets_solved"},
    "meta_ads": {"ad_spend", "return_on_ad_spend"},
    "google_ads": {"ad_spend", "return_on_ad_spend"},
    "sql_database": {
        "average_order_value", "customer_lifetime_value", "customer_sales", "units_sold", "units_shipped",
    },
    "spreadsheet": set(),
    "exchange_rates": set(),
}  # fmt: skip


def test_every_source_is_tried() -> None:
    sources = catalog.sources_of_environment()
    assert KPIS_BY_SOURCE.keys() == {name for name, x in sources.items() if x.has_figures}


@pytest.mark.parametrize("source", KPIS_BY_SOURCE)
def test_each_source_alone_gives_its_own_kpis(
    source: str, sample: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_SOURCES", source)
    composed = compose(okra_settings.load())
    assert composed.kpi_sql.keys() == KPIS_BY_SOURCE[source]
    folders = {
        place.split("/")[2] for place in composed.places if place.startswith("models/staging/")
    }
    assert folders == {"lake", source}
    is_there = "stripe_movement_kinds" in composed.models
    assert is_there == (source == "stripe"), "a seed is there where a model reads it"


def test_two_sources_hold_nothing_of_the_other_eight(
    sample: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKRA_SOURCES", "stripe,google_analytics")
    composed = compose(okra_settings.load())
    kpis = KPIS_BY_SOURCE["stripe"] | KPIS_BY_SOURCE["google_analytics"]
    assert composed.kpi_sql.keys() == kpis
    others = KPIS_BY_SOURCE.keys() - {"stripe", "google_analytics"}
    assert not [
        place
        for place in composed.places
        if place.startswith("models/") and any(source in place for source in others)
    ]
