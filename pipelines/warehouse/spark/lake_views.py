"""The temporary views that the models read the lake from on Spark: one a stream, of its committed files alone.

    lake__<source>__<stream>    the declared columns, `_window` (its first day) and `_file` (its place in the lake)
    lake__<name>                windows, findings, attempts, streams: the lake's catalog; kpis: what is declared

Files are listed here and read when a model reads the view. A column that a file does not have yet is NULL.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.lake.catalog import ATTEMPTS, FINDINGS, STREAMS, WINDOWS
from connectors.sdk.contract import Source
from pipelines.warehouse.kpi_declarations import KPIS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOG = {
    "windows": WINDOWS,
    "findings": FINDINGS,
    "attempts": ATTEMPTS,
    "streams": STREAMS,
    "kpis": KPIS,
}


def register(spark: "SparkSession", lake: str, sources: Iterable[Source]) -> None:
    """Make the views. `lake`: the lake's root as a path or URL of Spark's (`s3a://…`)."""
    for name, schema in CATALOG.items():
        frame = spark.read.schema(columns(schema)).parquet(f"{lake}/{name}.parquet")
        frame.createOrReplaceTempView(f"lake__{name}")
    committed = committed_files(spark)
    for source in sources:
        for stream in source.streams:
            register_stream(
                spark,
                f"{lake}/raw",
                f"{source.name}/{stream.name}",
                stream.schema,
                committed.get((source.name, stream.name), []),
            )


def committed_files(spark: "SparkSession") -> Mapping[tuple[str, str], list[str]]:
    """The committed files of each stream, by their place below `raw`."""
    files_by_stream: dict[tuple[str, str], list[str]] = {}
    windows = spark.table("lake__windows").select("source", "stream", "files").collect()
    for source, stream, files in windows:
        files_by_stream.setdefault((source, stream), []).extend(files)
    return files_by_stream


def register_stream(
    spark: "SparkSession", raw: str, place: str, schema: pa.Schema, files: Iterable[str]
) -> None:
    """The view of one stream at `place`, `<source>/<stream>`, below the folder `raw`."""
    view = f"lake__{place.replace('/', '__')}"
    paths = [f"{raw}/{file}" for file in sorted(files)]
    if not paths:
        empty = spark.createDataFrame([], f"{columns(schema)}, _window date, _file string")
        empty.createOrReplaceTempView(view)
        return
    frame = (
        spark.read.schema(f"{columns(schema)}, `window` date")
        .option("basePath", f"{raw}/{place}")
        .parquet(*paths)
    )
    frame.selectExpr(
        *(f"`{name}`" for name in schema.names),
        "`window` as _window",
        f"concat('{place}/window=', `window`, '/', _metadata.file_name) as _file",
    ).createOrReplaceTempView(view)


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
