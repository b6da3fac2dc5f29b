"""Names in capitals, as an ORM writes them ("orderId"): stored in lower case, and written in either way."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.lake.lake import Lake
from connectors.sdk.contract import Source
from connectors.sdk.engine import pull
from connectors.sdk.errors import Rejected
from connectors.sdk.windows import Range
from connectors.sql_database.source import SOURCE
from tests.connectors.clock import unslept
from tests.connectors.sql_database.servers import Server

ORDERS = """create table "Order" ("orderId" int, "user" text, "Net" numeric(10, 2), "updatedAt" timestamptz)"""
ROW = """insert into "Order" values (7, 'ada', 12.34, '2026-03-01 10:00+00')"""
NAMED = {
    "table": "Order", "columns": {"orderId": "Names the order", "user": "", "Net": "", "updatedAt": ""},
    "types": {"Net": "decimal"}, "key": "orderId", "cursor": "updatedAt",
}  # fmt: skip


def values_of(server: Server, *commands: str) -> dict[str, str]:
    """The settings of a new database, made by `commands`."""
    name = server.new_database()
    server.run(*commands, database=name)
    return {"DATABASE_URL": server.reader(name), "DATABASE_TIMEZONE": "UTC"}


def shop_with(values: dict[str, str], form: dict[str, Any]) -> Source:
    """An instance with one stream, as the database describes it."""
    shop = replace(SOURCE, name="shop", streams=())
    declarable = shop.declarable
    assert declarable and declarable.describe
    forms = {"orders": declarable.form.model_validate(form)}
    return declarable.with_streams(shop, forms, declarable.describe(values, unslept(shop), forms))


@pytest.mark.parametrize(
    "form",
    [
        NAMED,
        NAMED | {"columns": ["orderid", "user", "net", "updatedat"], "key": ["orderid"], "cursor": "updatedat"},
        {
            "query": """select "orderId", "user", "Net", "updatedAt" from "Order\"""",
            "key": "orderId", "cursor": "updatedAt",
        },
    ],
    ids=["as the table has them", "in lower case", "of a query"],
)  # fmt: skip
def test_columns_are_stored_in_lower_case_whichever_way_they_are_named(
    postgresql: Server, lake: Lake, form: dict[str, Any]
) -> None:
    values = values_of(postgresql, ORDERS, ROW)
    source = shop_with(values, form)
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    days = Range(date(2026, 3, 1), date(2026, 3, 2))
    [report] = pull(source, values, lake, days, now=lambda: now, calls=unslept(source))
    assert report.error is None
    assert lake.read("shop", source.stream("orders"), date(2026, 3, 1)).to_pylist() == [
        {
            "orderid": 7, "user": "ada", "net": Decimal("12.34"),
            "updatedat": datetime(2026, 3, 1, 10, tzinfo=UTC),
        }
    ]  # fmt: skip


def test_two_columns_that_differ_in_capitals_alone_are_told_apart_in_a_query(
    postgresql: Server,
) -> None:
    values = values_of(postgresql, """create table t (id int, "Net" int, net int, at timestamp)""")
    form = {"table": "t", "columns": ["id", "net", "at"], "key": "id", "append": "at"}
    with pytest.raises(
        Rejected,
        match="the columns `Net` and `net`, which are both stored as `net`; write a `query`",
    ):
        shop_with(values, form)


def test_a_column_that_the_table_lacks_is_named_beside_the_one_that_was_meant(
    postgresql: Server,
) -> None:
    values = values_of(postgresql, ORDERS)
    form = NAMED | {"columns": ["orderId", "Net", "updateAt"], "cursor": "updateAt"}
    with pytest.raises(
        Rejected, match="`Order` has no column `updateat`; did you mean `updatedAt`"
    ):
        shop_with(values, form)
