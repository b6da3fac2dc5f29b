"""`okra doctor` where a declared stream is wrong: the others are checked, and it is named with its fault."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.companies.conftest import Company


@pytest.fixture
def shop(tmp_path: Path) -> Company:
    with sqlite3.connect(tmp_path / "shop.sqlite") as file:
        file.execute("create table orders (id int, placed_at timestamp)")
    company = Company(tmp_path, {"SHOP_URL": f"sqlite:///{tmp_path / 'shop.sqlite'}"})
    company.write("okra.yml", "timezone: UTC\n")
    return company


def declare(shop: Company, *streams: str) -> None:
    start = "shop:\n  connector: sql_database\n  url: {env: SHOP_URL}\n  streams:\n"
    shop.write("sources.yml", start + "".join(f"    {stream}\n" for stream in streams))


SOUND = 'orders: {query: "select id, placed_at from orders", key: id, append: placed_at}'
NO_KIND = 'kindless: {query: "select id from orders", key: id}'
UNKNOWN = 'mistyped: {query: "select id, placed_at from orders", key: id, cursor: placed_on}'


def test_a_stream_without_columns_is_named_beside_those_that_answer(shop: Company) -> None:
    declare(shop, SOUND, NO_KIND, UNKNOWN)
    done = shop.okra("doctor", "--json")
    assert done.returncode == 1
    [source] = json.loads(done.stdout)
    assert source["ok"] is False
    answers = {stream["stream"]: stream["message"] for stream in source["streams"]}
    assert answers == {
        "orders": None,
        "kindless": "sources.yml:6: `shop: kindless`: no word on how rows change",
        "mistyped": "the columns of mistyped are not known",
    }
    assert "shop.mistyped: the columns of mistyped are not known; " in done.stderr
    assert "did you mean `placed_at`?" in done.stderr


def test_a_source_all_of_whose_streams_are_wrong_is_told_by_stream(shop: Company) -> None:
    declare(shop, NO_KIND, UNKNOWN)
    done = shop.okra("doctor", COLUMNS="80")
    assert done.returncode == 1
    assert (
        "shop.kindless: sources.yml:5: `shop: kindless`: no word on how rows change" in done.stderr
    )
    assert "shop.mistyped   rejected" in done.stdout
