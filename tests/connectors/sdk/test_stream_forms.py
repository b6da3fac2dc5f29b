"""What declared streams have in common: columns in words, and how rows come, change and go."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from connectors.sdk.contract import Deletes, Stream, column
from connectors.sdk.errors import Rejected
from connectors.sdk.stream_forms import ColumnsForm, RowsForm, stream_of

COLUMNS: dict[str, Any] = {
    "id": "integer",
    "net": {"type": "decimal", "unit": "EUR", "description": "Without tax"},
    "updated_at": "timestamp",
    "deleted_at": "timestamp",
}


def declared(**keys: Any) -> ColumnsForm:
    return ColumnsForm.model_validate({"key": "id", "columns": COLUMNS} | keys)


def stream(**keys: Any) -> Stream:
    form = declared(**keys)
    return stream_of("orders", form, form.schema)


def refused(**keys: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        declared(**keys)
    (error,) = refusal.value.errors()
    return str(error["msg"])


def test_a_type_in_words_is_a_stored_type() -> None:
    words = ("integer", "decimal", "number", "boolean", "date", "timestamp", "text", "json")
    form = declared(whole="timestamp", columns={"id": "text"} | {word: word for word in words})
    assert {field.name: field.type for field in form.schema} == {
        "id": pa.string(),
        "integer": pa.int64(),
        "decimal": pa.decimal128(38, 9),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
        "text": pa.string(),
        "json": pa.string(),
    }


def test_only_the_key_and_the_column_that_places_a_row_are_never_null() -> None:
    schema = stream(cursor="updated_at", gone="deleted_at").schema
    assert [field.name for field in schema if not field.nullable] == ["id", "updated_at"]
    assert schema.field("net").metadata == {b"description": b"Without tax", b"unit": b"EUR"}


def test_a_cursor_gives_changes_of_rows() -> None:
    orders = stream(cursor="updated_at", gone="deleted_at", restates_days="3")
    assert (orders.cursor, orders.mutable, orders.deletes) == ("updated_at", True, Deletes.STATUS)
    assert (orders.gone, orders.restates_for) == ("deleted_at", timedelta(days=3))
    assert stream(cursor="updated_at").deletes is Deletes.NEVER


def test_append_gives_rows_that_stay_in_their_day() -> None:
    orders = stream(append="updated_at")
    assert (orders.cursor, orders.mutable, orders.reread) == ("updated_at", False, False)
    assert (orders.deletes, orders.restates_for) == (Deletes.REPULL, timedelta(days=1))


def test_whole_is_read_at_once_by_each_run() -> None:
    orders = stream(whole="updated_at")
    assert (orders.reread, orders.mutable, orders.restates_for) == (True, False, timedelta(0))
    assert orders.windows_per_slice > 36_500


def test_a_snapshot_has_the_day_on_which_it_was_taken() -> None:
    orders = stream(snapshot="true")
    assert (orders.snapshot, orders.cursor) == (True, "taken_on")
    assert orders.schema.names == ["taken_on", "id", "net", "updated_at", "deleted_at"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "no word on how rows change; write one of"),
        ({"cursor": "updated_at", "whole": "updated_at"}, "both `cursor` and `whole`"),
        ({"cursor": "update_at"}, "`cursor: update_at` is none of the columns; did you mean `updated_at`?"),
        ({"cursor": "net"}, "`cursor: net` is neither a moment nor a day"),
        ({"cursor": "updated_at", "key": ["id", "shop"]}, "`key: shop` is none of the columns; there are"),
        ({"append": "updated_at", "gone": "deleted_at"}, "`gone` with `append`"),
        ({"whole": "updated_at", "restates_days": "2"}, "`restates_days` with `whole`"),
        ({"snapshot": "true", "columns": {"id": "text", "Net sales": "decimal"}}, "`Net sales` is no name"),
        ({"snapshot": "true", "columns": {"id": "text", "account": "text"}}, "`account` is a column that Okra adds"),
        ({"snapshot": "true", "columns": {"id": "text", "taken_on": "date"}}, "`taken_on` is the column that Okra"),
        ({"snapshot": "true", "key": "net", "columns": {"net": "number"}}, "`key: net` is a number with a fraction"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_meant_is_refused(keys: dict[str, Any], message: str) -> None:
    assert message in refused(**keys)


def test_a_column_that_the_system_does_not_have_is_named() -> None:
    form = RowsForm.model_validate({"key": "id", "whole": "orderd_at"})
    columns = [column("id", pa.int64(), "Id"), column("ordered_at", pa.date32(), "Day")]
    with pytest.raises(Rejected, match="stream orders: `whole: orderd_at` is none of the columns"):
        stream_of("orders", form, columns)
