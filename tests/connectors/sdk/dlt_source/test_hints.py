"""A stream that the hints of a dlt resource make."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.sdk.dlt_source import stream_of
from tests.connectors.sdk.dlt_source.desk import needs_dlt

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@needs_dlt
def test_a_resource_s_hints_make_a_stream() -> None:
    import dlt

    @dlt.resource(
        name="tickets",
        primary_key="id",
        columns={
            "id": {"data_type": "bigint", "nullable": False},
            "opened_at": {"data_type": "timestamp", "description": "When it was opened"},
            "cost": {"data_type": "decimal"},
        },
    )
    def own() -> Iterator[dict[str, Any]]:
        yield {}

    own.apply_hints(incremental=dlt.sources.incremental("opened_at"))
    stream = stream_of(own, description="Tickets", restates_for=timedelta(days=2))
    assert (stream.name, stream.key, stream.cursor) == ("tickets", ("id",), "opened_at")
    assert stream.restates_for == timedelta(days=2)
    assert {x.name: (str(x.type), x.nullable) for x in stream.schema} == {
        "id": ("int64", False),
        "opened_at": ("timestamp[us, tz=UTC]", False),
        "cost": ("decimal128(38, 9)", True),
    }
    assert stream.schema.field("opened_at").metadata[b"description"] == b"When it was opened"


@needs_dlt
@pytest.mark.parametrize(
    ("hints", "named"),
    [
        ({"columns": {"id": {"data_type": "json"}}, "primary_key": "id"}, "id which type"),
        ({"columns": {"id": {"data_type": "bigint"}}}, "primary_key"),
        ({"columns": {"id": {"data_type": "bigint"}}, "primary_key": "id"}, "cursor"),
    ],
)
def test_hints_that_leave_something_open_are_refused(hints: dict[str, Any], named: str) -> None:
    import dlt

    own = dlt.resource([{}], name="tickets", **hints)
    with pytest.raises(ValueError, match=named):
        stream_of(own, description="")
