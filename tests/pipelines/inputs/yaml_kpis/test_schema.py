"""The JSON Schema of `kpis/*.yml` takes what Okra takes."""

import jsonschema
import pytest
import yaml

from pipelines.inputs.yaml_kpis.schema import json_schema

SOUND = """\
defaults: {owner: ceo@acme.example, direction: up}
orders: {from: shop.orders, day: ordered_at, value: count(*), kind: flow, unit: orders, dimensions: [channel]}
sales: {from: shop.orders, day: ordered_at, value: sum(net), kind: flow, unit: money, dimensions: {way: upper(x)}}
mart: {connection: warehouse, query: "select 1", restates_days: 7, kind: flow, unit: money}
heads: {sheet: finance, kind: stock, unit: people, every: month}
margin: {expr: sales - costs}
"""


def faults(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(json_schema())
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_every_way_is_taken() -> None:
    assert faults(SOUND) == []


@pytest.mark.parametrize(
    "text", ["a: {expr: b - c, exprr: d}", "a: {kind: flow}", "A B: {expr: b}"]
)
def test_what_is_misspelt_is_not(text: str) -> None:
    assert faults(text) != []
