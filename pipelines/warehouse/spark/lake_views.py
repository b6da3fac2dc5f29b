"""The temporary views that the models read the lake from on Spark: one a stream, of its committed rows alone.

    lake__<source>__<stream>    the declared columns, `_window` (its first day) and `_file` (the name of its content)
    lake__<name>                windows, findings, attempts, streams: the lake's catalog; kpis: what is declared

Files are listed here and read when a model reads the view. A column that a file does not have yet is NULL.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.lake.catalog import ATTEMPTS, FINDINGS, STREAMS, WINDOWS
from connectors.lake.data_files import WINDOW_COLUMN
from connectors.sdk.contract import Stream
from pipelines.warehouse.kpi_declarations import KPIS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CATALOG = {
    "windows": WINDOWS,
    "findings": FINDINGS,
    "attempts": ATTEMPTS,
    "streams": STREAMS,
    "kpis": KPIS,
}

FILES = "lake__files"
"""The view of each file (`place`) that rows of a committed window are in, with the name of its content (`file`)."""
NAME_OF_CONTENT = """concat(
    source, case when account <> '' then concat('@', account) else '' end, '/', stream,
    '/window=', cast(`window` as string), '/', checksum
)"""
"""What the content of a window is called. It stays when the rows move to another file."""
PLACE_OF_ROW = "regexp_extract(_metadata.file_path, '[^/]+/[^/]+/[^/]+/[^/]+$', 0)"
"""The place below `raw`: `stripe@eu/charges/window=2026-04-01/x.parquet`."""


def register(spark: "SparkSession", lake: str, streams: Mapping[str, Iterable[Stream]]) -> None:
    """Make the views. `lake`: the lake's root as a path or URL of Spark's (`s3a://…`); `streams`: by source."""
    for name, schema in CATALOG.items():
        frame = spark.read.schema(columns(schema)).parquet(f"{lake}/{name}.parquet")
        frame.createOrReplaceTempView(f"lake__{name}")
    spark.table("lake__windows").selectExpr(
        "*", "explode(files) as place", f"{NAME_OF_CONTENT} as file"
    ).createOrReplaceTempView(FILES)
    for source, own in streams.items():
        for stream in own:
            view = f"lake__{source}__{stream.name}"
            rows_of_stream(spark, f"{lake}/raw", source, stream).createOrReplaceTempView(view)


def rows_of_stream(spark: "SparkSession", raw: str, source: str, stream: Stream) -> "DataFrame":
    """The committed rows of one stream below the folder `raw`, of all its accounts.

    A file of one window has no column `_window`; one that several share may have rows of windows that are replaced.
    """
    committed = spark.table(FILES).where(f"source = '{source}' and stream = '{stream.name}'")
    places = sorted({row.place for row in committed.select("place").collect()})
    declared = columns(stream.schema)
    if not places:
        return spark.createDataFrame([], f"{declared}, _window date, _file string")
    stored = (
        spark.read.schema(f"{declared}, `{WINDOW_COLUMN}` date")
        .parquet(*(f"{raw}/{place}" for place in places))
        .selectExpr(
            *(f"`{name}`" for name in stream.schema.names),
            f"`{WINDOW_COLUMN}` as stored_window",
            f"{PLACE_OF_ROW} as stored_place",
        )
    )
    windows = committed.selectExpr(
        "`window` as _window",
        "file as _file",
        "place",
        "case when place like '%/month=%' then `window` end as shared_window",
    )
    is_committed = (stored.stored_place == windows.place) & stored.stored_window.eqNullSafe(
        windows.shared_window
    )
    rows = stored.join(windows.hint("broadcast"), is_committed)
    return rows.select(*(stored[name] for name in stream.schema.names), "_window", "_file")


def columns(schema: pa.Schema) -> str:
    """Columns as Spark's SQL declares them. Raises `TypeError` for a type that is not mapped here."""
    return ", ".join(f"`{field.name}` {sql_type(field.type)}" for field in schema)


def sql_type(kind: pa.DataType) -> str:
    """The Spark type of an Arrow type. All timestamps in the lake are UTC."""
    if pa.types.is_list(kind):
        return f"array<{sql_type(kind.value_type)}>"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    try:
        return _SQL_TYPES[kind]
    except KeyError:
        raise TypeError(f"the lake holds a {kind}, for which Spark has no type here") from None


_SQL_TYPES = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
}
