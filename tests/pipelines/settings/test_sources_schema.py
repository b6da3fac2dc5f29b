"""The JSON Schema of `sources.yml` takes what Okra takes, and marks what is misspelt."""

import re

import jsonschema
import pytest
import yaml

from pipelines.settings import BUILT_IN
from pipelines.settings.sources_file import read_sources
from pipelines.settings.sources_schema import json_schema

SCHEMA = jsonschema.Draft202012Validator(json_schema())
PAGE = (BUILT_IN / "docs/sources.md").read_text("utf-8")
EXAMPLES = [
    text
    for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    if not read_sources(text.encode(), "sources.yml").faults
]
SHOP = """\
shop:
  connector: sql_database
  url: {env: SHOP_URL}
  streams:
    orders: {query: "select id, net, changed_at from orders", key: id, cursor: changed_at}
"""


def faults(text: str) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_documentation_are_taken(example: str) -> None:
    assert faults(example) == []


@pytest.mark.parametrize(
    "text",
    [
        SHOP,
        "stripe:",
        "stripe: {restates_days: 7, requests_per_second: 5}",
        "stripe@eu: {api_key: {file: keys/eu.txt}}",
        "spreadsheet@finance: {sheets: plan.xlsx, layout: {periods: month, skip: Summe}}",
    ],
)
def test_what_can_be_written_is_taken(text: str) -> None:
    assert read_sources(text.encode(), "sources.yml").faults == ()
    assert faults(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "shop: {url: {env: SHOP_URL}}",  # of which connector?
        "stripe: {connector: zendesk}",
        "stripe: {api_key: sk_live_1}",
        "stripe: {api_keys: {env: STRIPE_KEY}}",
        "stripe@EU: {api_key: {env: STRIPE_KEY}}",
        "stripe: {streams: {orders: {query: select 1}}}",
        "spreadsheet@finance: {sheets: plan.xlsx, layout: {period: month}}",
        SHOP.replace("cursor:", "curser:"),
        SHOP.replace("orders:", "Orders:"),
    ],
)
def test_what_is_wrong_is_marked(text: str) -> None:
    assert read_sources(text.encode(), "sources.yml").faults != ()
    assert faults(text) != []
