"""Which rows fail the test of a key, where rows are grouped and where equal hashes are looked for first."""

import json
from datetime import date
from typing import Any

import duckdb
import pytest

QUERY = """
    with movements (account, id) as (
        values ('eu', '1'), ('us', '1'), ('eu', '2'), ('us', '3'), ('us', '3'), ('eu', null), (null, '4')
    ),

    faults as ({{ test_primary_key("movements", ["account", "id"], by_hash=BY_HASH) }})

    select * from faults order by all
"""


@pytest.mark.parametrize("by_hash", [False, True])
def test_a_key_that_two_rows_have_fails_and_one_that_lacks_a_column(
    warehouse_in: Any, by_hash: bool
) -> None:
    warehouse = warehouse_in(f"primary_key_{by_hash}")
    query = QUERY.replace("BY_HASH", str(by_hash))
    done = warehouse.run(date(2026, 1, 1), "compile", "--inline", query)
    assert done.returncode == 0, done.stdout
    [result] = json.loads((warehouse.folder / "target/run_results.json").read_bytes())["results"]
    with duckdb.connect() as connection:
        faults = connection.execute(result["compiled_code"]).fetchall()
    assert faults == [("eu", None), ("us", "3"), (None, "4")]
