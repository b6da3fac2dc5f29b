"""The lake's columns as Spark declares them, without Spark."""

import pyarrow as pa
import pytest

from connectors.lake.catalog import ATTEMPTS, FINDINGS, STREAMS, WINDOWS
from connectors.sdk import catalog
from pipelines.warehouse.spark.lake_views import columns


def test_every_column_of_every_stream_and_of_the_catalog_has_a_type() -> None:
    schemas = [stream.schema for source in catalog.sources().values() for stream in source.streams]
    for schema in (*schemas, WINDOWS, FINDINGS, ATTEMPTS, STREAMS):
        assert columns(schema).count("`") == 2 * len(schema.names)


def test_types_keep_their_precision_and_instants_their_zone() -> None:
    schema = pa.schema(
        [
            ("amount", pa.decimal128(20, 4)),
            ("tags", pa.list_(pa.string())),
            ("at", pa.timestamp("us", "UTC")),
            ("rows", pa.int64()),
        ]
    )
    assert (
        columns(schema)
        == "`amount` decimal(20, 4), `tags` array<string>, `at` timestamp, `rows` bigint"
    )


def test_a_type_that_is_unknown_is_refused() -> None:
    with pytest.raises(TypeError, match="duration"):
        columns(pa.schema([("for", pa.duration("s"))]))
