"""The lake's catalog: every committed window, every stream's last attempt, every declared stream.

    <root>/windows.parquet    a row a committed window, as in its manifest; several windows of a month can share a file
    <root>/findings.parquet   a row a finding in a committed window
    <root>/attempts.parquet   a row a stream that was ever pulled
    <root>/streams.parquet    a row a declared stream of each account

A manifest's source is an instance, such as `stripe@eu`. Here it is split into source and account, which is empty where
it has no name.

The manifests are the truth. The catalog is written from them before the models run, so that SQL, on any
engine, reads four files instead of one a window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.former_catalog import commit_again
from connectors.lake.lake import Lake
from connectors.lake.manifest import Manifest
from connectors.lake.store import LakeError
from connectors.lake.streams import DeclaredSource, DeclaredStream

WINDOWS = pa.schema(
    [
        ("source", pa.string()),
        ("account", pa.string()),
        ("stream", pa.string()),
        ("window", pa.date32()),
        ("data_through", pa.date32()),
        ("pulled_at", pa.timestamp("us", "UTC")),
        ("rows", pa.int64()),
        ("bytes", pa.int64()),
        ("checksum", pa.string()),
        ("schema_hash", pa.string()),
        ("settled", pa.bool_()),
        ("flags", pa.list_(pa.string())),
        ("connector_version", pa.string()),
        ("run_id", pa.string()),
        ("files", pa.list_(pa.string())),
        ("since", pa.timestamp("us", "UTC")),
        ("until", pa.timestamp("us", "UTC")),
    ]
)
FINDINGS = pa.schema(
    [
        ("source", pa.string()),
        ("account", pa.string()),
        ("stream", pa.string()),
        ("window", pa.date32()),
        ("what", pa.string()),
        ("message", pa.string()),
        ("rows", pa.int64()),
        ("is_set_aside", pa.bool_()),
        ("column", pa.string()),
        ("kpi", pa.string()),
        ("day", pa.date32()),
        ("examples", pa.list_(pa.string())),
    ]
)
ATTEMPTS = pa.schema(
    [
        ("source", pa.string()),
        ("account", pa.string()),
        ("stream", pa.string()),
        ("at", pa.timestamp("us", "UTC")),
        ("outcome", pa.string()),
        ("message", pa.string()),
    ]
)
STREAMS = pa.schema(
    [
        ("source", pa.string()),
        ("account", pa.string()),
        ("stream", pa.string()),
        ("cadence", pa.string()),
        ("snapshot", pa.bool_()),
    ]
)


def write_catalog(lake: Lake, sources: Iterable[DeclaredSource]) -> list[Manifest]:
    """Write the four files, each in one step, and return the committed windows in order.

    `sources`: every account, each with its streams. Windows and attempts of others are left out, and stay in the lake.
    Streams that were never pulled get their empty schema file, so that every model finds its input. Small files are
    moved together first (`Lake.compact`), and those that nothing names any more are removed (`Lake.sweep`). Windows
    whose files are lost are left out, and those whose manifests are lost are taken from the catalog of before.
    """
    survey = lake.survey()
    lake.give_up_lost(survey)
    commit_again(lake, survey)
    lake.compact(survey)
    manifests = survey.manifests
    committed: list[Manifest] = []
    streams: list[dict[str, Any]] = []
    schemas: dict[tuple[str, str], pa.Schema] = {}
    for source in sources:
        for stream in source.streams:
            name = (source.instance, stream.name)
            lake.declare(source.instance, stream.name, stream.schema, survey.schemas.get(name))
            survey.schemas[name] = stream.schema
            committed += manifests.get(name, {}).values()
            streams.append(stream_row(source.instance, stream))
            shared = (source.name, stream.name)
            schemas[shared] = joined_columns(schemas.get(shared, stream.schema), stream.schema)
    for name, schema in schemas.items():
        # where the models look for the columns, whatever accounts there are
        lake.declare(*name, schema, survey.schemas.get(name))
    known = {(row["source"], row["account"], row["stream"]) for row in streams}
    attempts = [split(asdict(attempt)) for attempt in survey.attempts]
    write_rows(lake, "windows", [row_of(manifest) for manifest in committed], WINDOWS)
    write_rows(lake, "findings", [row for x in committed for row in finding_rows(x)], FINDINGS)
    write_rows(
        lake,
        "attempts",
        [x for x in attempts if (x["source"], x["account"], x["stream"]) in known],
        ATTEMPTS,
    )
    write_rows(lake, "streams", streams, STREAMS)
    lake.sweep(survey)
    return committed


def read_catalog(lake: Lake, name: str, columns: Sequence[str]) -> pa.Table:
    """Some columns of one of the four files. Raises `LakeError` when there is no catalog yet."""
    document = lake.store.get(f"{name}.parquet")
    if document is None:
        raise LakeError(
            f"the lake at {lake.store.address} has no catalog", "run `okra score` first"
        )
    return pq.read_table(pa.BufferReader(document.content), columns=list(columns))


def joined_columns(columns: pa.Schema, others: pa.Schema) -> pa.Schema:
    """The columns of a stream in two accounts. One that the first account lacks is null in its rows."""
    added = [field.with_nullable(True) for field in others if field.name not in columns.names]
    return pa.schema([*columns, *added]) if added else columns


def split(row: dict[str, Any]) -> dict[str, Any]:
    """A row of an instance, with source and account apart."""
    source, _, account = row["source"].partition("@")
    return row | {"source": source, "account": account}


def stream_row(instance: str, stream: DeclaredStream) -> dict[str, Any]:
    """A declared stream as a row."""
    return split(
        {
            "source": instance,
            "stream": stream.name,
            "cadence": stream.window.value,
            "snapshot": stream.snapshot,
        }
    )


def row_of(manifest: Manifest) -> dict[str, Any]:
    """A manifest as a row; its files by their place below `<root>/raw`."""
    folder = f"{manifest.source}/{manifest.stream}"
    # not asdict, which copies every value of some thousand manifests
    return split(vars(manifest)) | {"files": [f"{folder}/{place}" for place in manifest.files]}


def finding_rows(manifest: Manifest) -> list[dict[str, Any]]:
    """The findings of a window as rows."""
    window = {"source": manifest.source, "stream": manifest.stream, "window": manifest.window}
    place = split(window)
    return [place | asdict(finding) for finding in manifest.findings]


def write_rows(lake: Lake, name: str, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> None:
    """Write one file of the catalog."""
    lake.write_table(f"{name}.parquet", pa.Table.from_pylist(list(rows), schema=schema))
