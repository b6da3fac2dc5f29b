"""The temporary views that the models read the lake from on Spark: one a stream, of its committed files alone.

    lake__<source>__<stream>    the declared columns, `_window` (its first day) and `_file` (its place in the lake)
    lake__<name>                windows, findings, attempts, streams: the lake's catalog; kpis: what is declared

Files are listed here and read when a model reads the view. A column that a file does not have yet is NULL.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.lake.catalog import ATTEMPTS, FINDINGS, STREAMS, WINDOWS
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


def register(spark: "SparkSession", lake: str, streams: Mapping[str, Iterable[Stream]]) -> None:
    """Make the views. `lake`: the lake's root as a path or URL of Spark's (`s3a://…`); `streams`: by source."""
    for name, schema in CATALOG.items():
        frame = spark.read.schema(columns(schema)).parquet(f"{lake}/{name}.parquet")
        frame.createOrReplaceTempView(f"lake__{name}")
    committed = committed_files(spark)
    for source, own in streams.items():
        for stream in own:
            view = f"lake__{source}__{stream.name}"
            files = committed.get((source, stream.name), [])
            rows_of_stream(spark, f"{lake}/raw", stream.schema, files).createOrReplaceTempView(view)


def committed_files(spark: "SparkSession") -> Mapping[tuple[str, str], list[str]]:
    """The committed files of each stream, of all its accounts, by their place below `raw`."""
    files_by_stream: dict[tuple[str, str], list[str]] = {}
    windows = spark.table("lake__windows").select("source", "stream", "files").collect()
    for source, stream, files in windows:
        files_by_stream.setdefault((source, stream), []).extend(files)
    return files_by_stream


def rows_of_stream(
    spark: "SparkSession", raw: str, schema: pa.Schema, files: Iterable[str]
) -> "DataFrame":
    """The rows of the files of one stream below the folder `raw`. Each account has a folder of its own."""
    rows = spark.createDataFrame([], f"{columns(schema)}, _window date, _file string")
    by_folder: dict[str, list[str]] = {}
    for file in sorted(files):
        by_folder.setdefault(file.partition("/window=")[0], []).append(f"{raw}/{file}")
    frames = [
        spark.read.schema(f"{columns(schema)}, `window` date")
        .option("basePath", f"{raw}/{folder}")
        .parquet(*paths)
        .selectExpr(
            *(f"`{name}`" for name in schema.names),
            "`window` as _window",
            f"concat('{folder}/window=', `window`, '/', _metadata.file_name) as _file",
        )
        for folder, paths in by_folder.items()
    ]
    return reduce(lambda frame, other: frame.union(other), frames) if frames else rows


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
