"""`okra privacy`: every column that is stored, what it is for, and where it is seen; for records of processing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from connectors.sdk.stream import Stream
from pipelines.commands.console import Output, note_sample_company
from pipelines.commands.terminal import plain_table
from pipelines.connections import connect_in_memory
from pipelines.inputs.declarations import DeclaredKpis
from pipelines.inputs.kpi_files import declared_kpis
from pipelines.inputs.lake import open_lake
from pipelines.settings import Settings
from pipelines.steps.one_kpi import streams_below_kpis
from pipelines.tables.table import attach, tables_in

STORED = ("Stream", "Column", "Type", "What it is")
SEEN = ("Stream", "KPIs that stand on it", "Members that they name")


def privacy(settings: Settings, output: Output) -> None:
    """List the columns of the raw lake by source and stream, and the KPIs by which they are published."""
    streams = stream_documents(settings, declared_kpis(settings))
    if output.as_json:
        output.json({"streams": streams, "published": published_documents(settings)})
        return
    note_sample_company(settings, output)
    stored = (
        (stream["stream"], column["column"], column["type"], column["description"])
        for stream in streams
        for column in stream["columns"]
    )
    output.out.print(plain_table("What is stored: the raw lake, as pulled", STORED, stored))
    seen = (
        (stream["stream"], ", ".join(stream["kpis"]), ", ".join(stream["members"]))
        for stream in streams
    )
    output.out.print(plain_table("Where it is seen: okra.duckdb, pages, digests", SEEN, seen))
    output.note("No other column of a source is stored. Of a published KPI, the lines are sums and")
    output.note(
        "counts; of its dimensions, the members are named. --json has okra.duckdb's columns."
    )


def stream_documents(settings: Settings, declared: DeclaredKpis) -> list[dict[str, Any]]:
    """Each stream that is pulled, or was, with its columns, and the KPIs that stand on it. Raises `LakeError`."""
    below = streams_below_kpis(settings, declared)
    in_lake = {
        (name.partition("@")[0], stream) for name, stream in open_lake(settings).survey().manifests
    }
    documents = []
    for source, streams in sorted(settings.streams_in_lake.items()):
        pulled = settings.streams_by_source.get(source, ())
        for stream in (x for x in streams if x in pulled or (source, x.name) in in_lake):
            kpis = [name for name, read in sorted(below.items()) if (source, stream.name) in read]
            members = {x for name in kpis for x in declared.kpis[name].dimensions}
            documents.append(
                {
                    "stream": f"{source}.{stream.name}",
                    "description": stream.description,
                    "columns": list(columns_of(stream)),
                    "kpis": kpis,
                    "members": sorted(members),
                }
            )
    return documents


def columns_of(stream: Stream) -> Iterator[Mapping[str, str]]:
    """The columns that the lake has of a stream, as its connector declares them."""
    for field in stream.schema:
        yield {
            "column": field.name,
            "type": str(field.type),
            "description": note(field, "description"),
            "unit": note(field, "unit"),
        }


def note(field: pa.Field, name: str) -> str:
    """What a column's declaration says of it; empty where it says nothing."""
    text: bytes = (field.metadata or {}).get(name.encode(), b"")
    return text.decode()


def published_documents(settings: Settings) -> Sequence[Mapping[str, str]]:
    """Each column of the published file with its comment; none before anything is published."""
    path = settings.published_path
    try:
        with connect_in_memory(path) as connection:
            attach(connection, {"published": path})
            tables = tables_in(connection, "published")
    except duckdb.Error:
        return []
    return [
        {"table": table.name, "column": name, "description": column.comment}
        for table in tables
        for name, column in table.columns.items()
    ]
