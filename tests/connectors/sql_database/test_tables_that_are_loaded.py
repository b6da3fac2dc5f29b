"""A table that is emptied and filled again each night, and is read in between."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.lake.lake import Lake
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.sql_database.test_declared_streams import FIRST, Database, declared

WHOLE = {"query": "select id, on_day, net from t", "key": "id", "whole": "on_day"}
SNAPSHOT = {"query": "select id, net from t", "key": "id", "snapshot": "true"}
BY_DAY = {
    "query": "select on_day as day, sum(net) as value from t where on_day between :from and :to group by 1",
    "types": {"day": "date", "value": "integer"},
    "restates_days": "9",
}
Taken = Callable[..., StreamReport]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    address = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    database = Database(address, address)
    database.run("create table t (id integer, on_day date, net integer)")
    fill(database)
    return database


def fill(database: Database, rows: int = 20) -> None:
    """Four rows a day from 1 March on."""
    values = ", ".join(f"({n}, '2026-03-0{1 + n // 4}', 1)" for n in range(rows))
    database.run(f"insert into t values {values}")


@pytest.fixture
def take(database: Database, lake: Lake) -> Taken:
    def taken(
        form: dict[str, Any],
        day: int,
        *,
        repull: bool = False,
        changes: dict[str, Any] | None = None,
    ) -> StreamReport:
        values = {"DATABASE_URL": database.reader, "DATABASE_TIMEZONE": "UTC"}
        source = declared(values, rows={**form, **(changes or {})})
        now = datetime(2026, 3, day, 6, tzinfo=UTC)
        wanted = Range(FIRST, now.date() - timedelta(1), repull=repull)
        [report] = pull(source, values, lake, wanted, now=lambda: now, calls=unslept(source))
        return report

    return taken


def rows(lake: Lake) -> int:
    return sum(x.rows for x in lake.manifests("shop", "rows").values())


@pytest.mark.parametrize("form", [WHOLE, SNAPSHOT, BY_DAY])
def test_an_empty_table_replaces_nothing(
    database: Database, lake: Lake, take: Taken, form: dict[str, Any]
) -> None:
    assert take(form, 6).error is None
    before = rows(lake)
    database.run("delete from t")
    error = take(form, 7).error
    assert "gives none now, as a table does that is being loaded: nothing is replaced" in str(error)
    assert rows(lake) == before
    fill(database)
    assert take(form, 7).error is None


def test_a_table_that_is_half_loaded_replaces_nothing(
    database: Database, lake: Lake, take: Taken
) -> None:
    take(WHOLE, 6)
    database.run("delete from t where id >= 9")
    assert str(take(WHOLE, 7).error) == (
        "rows had 20 rows and gives only 9 now, as a table does that is being loaded: nothing is replaced; "
        "the next run reads it again; if they are gone for good, "
        "`okra backfill shop --from 2026-03-01 --to 2026-03-06` takes what there is"
    )
    assert rows(lake) == 20
    database.run("insert into t values (9, '2026-03-03', 1)")
    assert take(WHOLE, 7).error is None
    assert rows(lake) == 10


def test_a_backfill_takes_what_there_is(database: Database, lake: Lake, take: Taken) -> None:
    take(WHOLE, 6)
    database.run("delete from t")
    assert take(WHOLE, 7, repull=True).error is None
    assert rows(lake) == 0


def test_another_query_may_give_fewer_rows(database: Database, lake: Lake, take: Taken) -> None:
    take(WHOLE, 6)
    query = f"{WHOLE['query']} where id < 2"
    assert take(WHOLE, 7, changes={"query": query}).error is None
    assert rows(lake) == 2


def test_a_few_rows_may_all_be_deleted(database: Database, lake: Lake, take: Taken) -> None:
    database.run("delete from t where id >= 19")
    take(WHOLE, 6)
    database.run("delete from t")
    assert take(WHOLE, 7).error is None
    assert rows(lake) == 0
