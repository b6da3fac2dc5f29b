"""What a listing of the lake leads to: the committed months, attempts and schemas."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from connectors.lake.broken import read_or_set_aside
from connectors.lake.manifest import Attempt, Manifest, read_attempt, read_schema
from connectors.lake.month import (
    DOCUMENT,
    Month,
    key_of_month,
    of_single_manifest,
    of_single_manifests,
    read_month,
)
from connectors.lake.store import Document, Entry, Store

SCHEMA = "_schema.parquet"
ATTEMPT = "_attempt.json"


@dataclass(frozen=True)
class Survey:
    """All metadata of the lake, at one moment."""

    months: dict[tuple[str, str], dict[date, Month]]
    """By source and stream, the months with a committed window, oldest first."""
    attempts: list[Attempt]
    schemas: dict[tuple[str, str], pa.Schema]
    files: dict[str, Entry]
    """Every file, by key."""

    @property
    def manifests(self) -> dict[tuple[str, str], dict[date, Manifest]]:
        """By source and stream, the committed windows, oldest first."""
        return {stream: windows_of(months) for stream, months in self.months.items()}


def windows_of(months: Mapping[date, Month]) -> dict[date, Manifest]:
    """The committed windows of the months of a stream, in their order."""
    return {window: x for month in months.values() for window, x in month.windows.items()}


def take_survey(store: Store) -> Survey:
    """All manifests, attempts and schemas, after one listing."""
    files = store.list("raw")
    attempts, schemas = [], {}
    others = {key: entry for key, entry in files.items() if key.endswith((SCHEMA, ATTEMPT))}
    for key, document in store.read(others).items():
        if key.endswith(ATTEMPT):
            attempt = read_or_set_aside(store, key, document, read_attempt)
            attempts += [attempt] if attempt else []
        elif (schema := read_or_set_aside(store, key, document, read_schema)) is not None:
            schemas[stream_at(key)] = schema
    months = {stream_at(folder): own for folder, own in read_months(store, files).items()}
    return Survey(months, attempts, schemas, files)


def stream_at(key: str) -> tuple[str, str]:
    """The source and the stream that a key leads to."""
    _, source, stream, *_ = key.split("/")
    return source, stream


def read_months(store: Store, listed: Mapping[str, Entry]) -> dict[str, dict[date, Month]]:
    """By the folder of the stream, the committed months among the listed files, oldest first."""
    places = {key: place for key in listed if (place := key_of_month(key))}
    documents = {key for key in places if key.endswith(f"/{DOCUMENT}")}
    committed_whole = {places[key] for key in documents}
    wanted = {
        key: listed[key]
        for key, place in places.items()
        if key in documents or place not in committed_whole
    }
    whole: dict[tuple[str, str], Month] = {}
    single: dict[tuple[str, str], list[Document]] = {}
    for key, document in store.read(wanted).items():
        if key in documents:
            whole[places[key]] = read_or_set_aside(store, key, document, read_month) or Month()
        elif read_or_set_aside(store, key, document, of_single_manifest):
            single.setdefault(places[key], []).append(document)
    whole |= {place: of_single_manifests(own) for place, own in single.items()}
    months: dict[str, dict[date, Month]] = {}
    for (folder, month), committed in sorted(whole.items()):
        months.setdefault(folder, {})[date.fromisoformat(f"{month}-01")] = committed
    return months
