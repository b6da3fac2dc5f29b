"""Which sources a model stands on is read off its SQL."""

from pipelines.inputs.model_sources import (
    off_models,
    optional_references,
    references,
    sources_below,
)

PROJECT = {
    "stg_shop__orders": 'select * from {{ read_lake("shop", "orders") }}',
    "stg_meta__days": "select * from {{ source('meta', 'days') }}",
    "stg_google__days": 'select * from {{ read_lake("google", "days") }}',
    "stg_lake__windows": 'select * from {{ source("lake", "windows") }}',
    "fct_orders": '{{ newest_versions("stg_shop__orders", "id") }}',
    "fct_ads": '{{ rows_or_none("stg_meta__days", {}) }} union {{ rows_or_none("stg_google__days", {}) }}',
    "kpi_orders": 'select * from {{ ref("fct_orders") }} join {{ ref("stg_lake__windows") }}',
    "kpi_ads": "select * from {{ ref('fct_ads') }}",
    "kpi_ads_an_order": "{{ ref('fct_ads') }} {{ ref('fct_orders') }}",
    "kpi_days": 'select * from {{ ref("stg_lake__windows") }} {{ rows_or_none("kpi_orders", {}) }}',
}  # fmt: skip


def test_a_reference_is_needed_and_rows_or_none_is_not() -> None:
    assert references(PROJECT["fct_orders"]) == {"stg_shop__orders"}
    assert references("{{ ref('a_package', 'a_model') }}") == {"a_model"}
    assert references(PROJECT["fct_ads"]) == set()
    assert optional_references(PROJECT["fct_ads"]) == {"stg_meta__days", "stg_google__days"}


def test_the_sources_of_a_model_are_those_of_all_above_it() -> None:
    below = sources_below(PROJECT)
    assert below["kpi_ads_an_order"] == {"shop", "meta", "google"}
    assert below["stg_lake__windows"] == frozenset()


def test_what_needs_a_source_that_is_off_is_off() -> None:
    off = off_models(PROJECT, {"shop"}, kept={"kpi_days"})
    assert off == dict.fromkeys(
        ("stg_shop__orders", "fct_orders", "kpi_orders", "kpi_ads_an_order"), frozenset({"shop"})
    )


def test_a_model_of_several_sources_is_on_while_one_of_them_is() -> None:
    assert off_models(PROJECT, {"meta"}).keys() == {"stg_meta__days"}
    both = off_models(PROJECT, {"meta", "google"})
    assert both["fct_ads"] == both["kpi_ads"] == {"meta", "google"}
    assert "kpi_orders" not in both


def test_models_that_read_each_other_end() -> None:
    circle = {"a": "{{ ref('b') }}", "b": "{{ ref('a') }} {{ source('shop', 'x') }}"}
    assert off_models(circle, {"shop"}).keys() == {"a", "b"}
