"""What can be written of a stream of a database, and how what cannot is refused."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from connectors.sdk.errors import Rejected
from connectors.sdk.stream_forms import version_of
from connectors.sql_database.forms import OF_ROWS, SqlForm, columns_of, stream_declared
from connectors.sql_database.query_text import as_bound, parameters

ORDERS = "select id, net, updated_at from orders"
BY_DAY = (
    "select day, region, sum(x) as value from mart where day between :from and :to group by 1, 2"
)


def refused(**keys: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        SqlForm.model_validate(keys)
    return str(refusal.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "neither `query` nor `table`; write one of `query: select ...` and `table: orders`"),
        ({"query": ORDERS, "table": "orders"}, "both `query` and `table`; write one of"),
        (
            {"query": ORDERS, "schema": "shop"},
            "`schema` with `query`; write the schema in the query",
        ),
        ({"table": "orders"}, "`table: orders` without `columns`; list the columns that are needed"),
        (
            {"table": "shop.orders", "columns": ["id"]},
            "`table: shop.orders` names a schema; write `schema: shop` and `table: orders`",
        ),
        (
            {"table": "orders", "columns": ["id", "updated_on"]},
            "`cursor: updated_at` is none of the columns; did you mean `updated_on`?",
        ),
        (
            {"table": "orders", "columns": ["id", ["net"]]},
            "`['net']` is no name of a column",
        ),
        ({"query": "delete from orders"}, "the query does not begin with `select` or `with`"),
        ({"query": "select id from a; drop table a"}, "the query has more than one statement"),
        ({"query": "select * from orders"}, "`select *` would store columns that nobody has chosen"),
        ({"query": "select id, o.* from orders o"}, "`select *` would store columns"),
        ({"query": "with a as (select id from t) select distinct * from a"}, "`select *` would"),
        ({"query": "(select id from a) union all select * from b"}, "`select *` would store"),
        (
            {"query": "select id from orders where day >= :since"},
            "`:since` is not known; the parameters are `:from` and `:to`",
        ),
        ({"query": "select id from orders where day >= :from"}, "`:from` without `:to`; use both"),
        ({"query": ORDERS, "day": "placed_on"}, "`day` without `:from` and `:to`"),
        ({"query": ORDERS, "types": {"id": "int"}}, "Input should be 'integer', 'decimal'"),
        ({"query": ORDERS, "cursor": ""}, "no word on how rows change; write one of"),
        ({"query": ORDERS, "whole": "placed_at"}, "both `cursor` and `whole`; write one of"),
        ({"query": ORDERS, "key": []}, "`key` names no column; name those that identify a row"),
        ({"query": BY_DAY}, "`cursor` with `:from` and `:to`; remove one of them"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_would_be_right(keys: dict[str, Any], words: str) -> None:
    assert refused(**({"key": "id", "cursor": "updated_at"} | keys)).startswith(words)


@pytest.mark.parametrize(
    "query",
    [
        "select date(at) as day, count(*) as value from t where at between :from and :to group by 1",
        "select t.at::date as day, count(*) as value from t where at >= :from and at <= :to group by 1",
        "select cast(at as date) as day, sum(x) as value from t where t.at between :from and :to group by 1",
        "select (at at time zone 'Europe/Berlin')::date as day, 1 as value from t where at between :from and :to",
    ],
)  # fmt: skip
def test_moments_are_not_compared_with_the_last_day(query: str) -> None:
    """At 2026-11-02 00:00 the second of November is over for `at <= '2026-11-02'`."""
    assert refused(query=query).endswith(
        "at` has moments, and its comparison with `:to` loses the last day after midnight; "
        f"compare its day, as in `date({'t.' if 't.at b' in query else ''}at) between :from and :to`"
    )


@pytest.mark.parametrize(
    "where",
    [
        "date(at) between :from and :to",
        "at::date between :from and :to",
        "at >= :from and at < :to + interval '1 day'",
        "at between :from and :to::date + 1",
        "on_day between :from and :to",
    ],
)
def test_days_are_compared_with_the_last_day(where: str) -> None:
    query = f"select date(at) as day, count(*) as value from t where {where} group by 1"
    assert SqlForm.model_validate({"query": query}).asks_by_day


def test_a_day_that_turns_out_to_be_a_moment_is_not_compared_with_the_last_day() -> None:
    query = "select at as day, x as value from t where at between :from and :to"
    form = SqlForm.model_validate({"query": query})
    moments = pa.schema([("day", pa.timestamp("us", "UTC")), ("value", pa.int64())])
    with pytest.raises(Rejected, match="loses the last day after midnight"):
        stream_declared("x", form, moments)
    stream_declared("x", form, pa.schema([("day", pa.date32()), ("value", pa.int64())]))


@pytest.mark.parametrize(
    "query",
    [
        "select id, quantity * price as amount, count(*) over () as n from orders;",
        "-- all * of them; :x\nwith a as (select * from t) select id, 'a :b; *' as x from a /* * */",
        "select id::text, \"a:b\" as c from t where at > '12:30' and arr[1:2] is not null",
        "(select id from a) union (select id from b)",
    ],
)
def test_what_is_only_inside_texts_brackets_and_comments_is_no_fault(query: str) -> None:
    form = SqlForm.model_validate({"query": query, "key": "id", "snapshot": "true"})
    assert not form.asks_by_day
    assert ";" not in form.statement.replace("; :x", "").replace(":b; *", "")


def test_only_parameters_are_bound() -> None:
    query = "select '12:30 :from', a::date from t where a between :from and :to -- :to"
    assert parameters(query) == ["from", "to"]
    assert as_bound(query) == (
        r"select '12\:30 \:from', a\:\:date from t where a between :okra_from and :okra_to -- \:to"
    )


def test_a_query_by_day_says_its_columns_by_their_types() -> None:
    form = SqlForm.model_validate(
        {"query": BY_DAY, "types": {"day": "date", "region": "text", "value": "decimal"}}
    )
    schema = columns_of(form)
    assert schema is not None
    stream = stream_declared("mart_sales", form, schema)
    assert {field.name: field.type for field in stream.schema} == {
        "day": pa.date32(), "region": pa.string(), "value": pa.decimal128(38, 9)
    }  # fmt: skip
    assert (stream.cursor, stream.key, stream.restates_for) == (
        "day", ("day", "region"), timedelta(days=3)
    )  # fmt: skip
    assert not stream.snapshot
    assert not stream.mutable


def test_a_query_by_day_whose_types_name_no_day_is_asked_for_its_columns() -> None:
    form = SqlForm.model_validate({"query": BY_DAY, "types": {"value": "decimal"}})
    assert columns_of(form) is None
    assert (
        columns_of(SqlForm.model_validate({"query": ORDERS, "key": "id", "cursor": "at"})) is None
    )


def test_a_day_that_is_a_text_is_refused() -> None:
    keys: dict[str, Any] = {"query": BY_DAY, "types": {"day": "text", "value": "decimal"}}
    assert refused(**keys) == "`day` is neither a day nor a moment; cast it to a date"


def test_the_version_of_a_stream_is_of_what_is_stored() -> None:
    schema = pa.schema([("id", pa.int64()), ("net", pa.float64()), ("updated_at", pa.date32())])

    def version(**keys: Any) -> str:
        written = {"query": ORDERS, "key": "id", "cursor": "updated_at"} | keys
        return stream_declared("orders", SqlForm.model_validate(written), schema).version

    assert version() == version(restates_days="5", description="Orders", columns={"id": "Its name"})
    assert version() != version(query=f"{ORDERS} where net > 0")
    assert version() != version(key=["id", "net"][:1], types={"net": "number"})


def test_days_whose_moments_were_read_hours_off_are_pulled_again() -> None:
    schema = pa.schema([("id", pa.int64()), ("at", pa.timestamp("us", "UTC"))])

    def version(query: str) -> str:
        form = SqlForm.model_validate({"query": query, "key": "id", "append": "at"})
        return stream_declared("events", form, schema).version

    query = "select id, from_unixtime(ts) as at from events"
    as_text = "select id, 'from_unixtime(ts)' as at from events"
    written_before = {"query": query, "key": ["id"], "append": "at"}
    form = SqlForm.model_validate(written_before)
    declared = form.model_dump(mode="json", exclude={*OF_ROWS}) | {"columns": []}
    assert version(query) != version_of(declared)
    declared["query"] = as_text
    assert version(as_text) == version_of(declared)
