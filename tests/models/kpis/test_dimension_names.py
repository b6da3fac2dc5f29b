"""A dimension can be called what SQL keeps for itself, such as `order`, once the KPI's own SQL quotes the column."""

import json
from datetime import date
from typing import Any

import duckdb

WORDS = ["order", "group", "select", "end", "channel"]
QUERY = """
    with members as (
        select 'a' as "order", null as "group", 1 as "select", 'd' as "end", 'e' as channel
    ),

    twice as ({{ test_primary_key("members", WORDS, required=["order"]) }})

    select {{ map_of(WORDS) }} as dimensions, (select count(*) from twice) as faults from members
"""


def test_a_reserved_word_is_a_name_like_any_other(warehouse_in: Any) -> None:
    warehouse = warehouse_in("dimension_names")
    query = QUERY.replace("WORDS", json.dumps(WORDS))
    done = warehouse.run(date(2026, 1, 1), "compile", "--inline", query)
    assert done.returncode == 0, done.stdout
    [result] = json.loads((warehouse.folder / "target/run_results.json").read_bytes())["results"]
    with duckdb.connect() as connection:
        [(dimensions, faults)] = connection.execute(result["compiled_code"]).fetchall()
    assert dimensions == {
        "order": "a",
        "group": "unknown",
        "select": "1",
        "end": "d",
        "channel": "e",
    }
    assert faults == 0
