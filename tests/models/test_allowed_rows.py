"""Whatever a stream's declaration allows breaks no test of the models: it must take down no KPI.

Of each stream the lake has a row in which all that may be empty is empty, and one with each value that a column is
declared to have.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from connectors.sdk.contract import Stream
from connectors.sdk.rules import bounds_of, values_of
from tests.models.conftest import DECLARED, made_up_value

NEW_YEAR = date(2026, 1, 1)
CURRENCIES = ("USD", "JPY", "KWD", "ISK", "UGX", "MGA")
"""Of each number of decimals, and those that Stripe counts otherwise."""
NEEDED = {("hubspot", "calls", "called_at")}
"""Columns that are empty only in a row that marks another as gone."""


def allowed_rows(source: str, stream: Stream, day: date) -> Iterator[dict[str, Any]]:
    """A bare row and one a declared value, each with a key of its own."""
    bare = {
        field.name: least_value(field.with_nullable(False), day)
        for field in stream.schema
        if not field.nullable or (source, stream.name, field.name) in NEEDED
    }
    rows = [bare]
    for field in stream.schema:
        allowed = values_of(field)
        for value in CURRENCIES if isinstance(allowed, str) else allowed:
            rows.append(bare | {field.name: value})
    for number, row in enumerate(rows):
        keys = {key: key_value(stream.schema.field(key), row[key], number) for key in stream.key}
        yield row | keys


def least_value(field: pa.Field, day: date) -> Any:
    """What fits a column: a number at its lower bound, and a text that is a number."""
    least = bounds_of(field).get("least")
    value = made_up_value(field, day) if least is None else least
    return "1" if value == "" else value


def key_value(field: pa.Field, value: Any, number: int) -> Any:
    """A part of a key that no other row has, where its type has room for one."""
    if values_of(field):
        return value
    if pa.types.is_string(field.type):
        return f"k{number}"
    return number if pa.types.is_integer(field.type) else value


def test_no_row_that_is_allowed_breaks_a_test(warehouse_in: Any, empty: Any) -> None:
    warehouse = warehouse_in("allowed_rows")
    sources = set()
    for (source, name), stream in DECLARED.items():
        warehouse.lake.window(source, name, NEW_YEAR, allowed_rows(source, stream, NEW_YEAR))
        sources.add(source)
    warehouse.build_over(empty, NEW_YEAR + timedelta(days=32), sorted(sources))
    assert warehouse.column(
        "select count(*) from reporting.kpi_days where kpi = 'tickets_created'"
    ) != [0]
