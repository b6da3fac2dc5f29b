"""Holds the rows that are kept of a mutable stream against how many the source says it still has.

A source that merges or deletes a row without a word leaves its last state in the lake, where it counts for ever. Its
number of rows shows that.

The keys of all windows are kept in one file of the stream, so that a run reads only what it pulled and not all windows:

    <root>/raw/<source>/<stream>/_keys.parquet     a row a key, as it last changed; which windows are in it
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.lake.lake import Lake
from connectors.lake.manifest import Finding, Manifest
from connectors.sdk.contract import Stream, next_window
from connectors.sdk.rows import newest_of_each_key
from connectors.sdk.totals import DIFFERS

FILE = "_keys.parquet"
MAX_KEYS = 5_000_000
"""Of a larger stream nothing is counted: the file would be rewritten each day for longer than the pull takes."""
_INCLUDED, _MADE_OF = b"windows", b"schema"


@runtime_checkable
class CountsRows(Protocol):
    """A connection that can say how many rows its source has. Optional."""

    def rows_since(self, stream: Stream, since: datetime) -> int | None:
        """How many rows there are now that last changed at or after `since` (UTC), exactly; None if it cannot say."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a stream."""

    since: datetime
    """The first instant from which on every window is committed."""
    rows: int
    """Rows that last changed since then, and are not marked as gone."""
    set_aside: int
    """Rows of these windows that are not in the lake and may be at the source."""
    settled: int
    """Of `rows`, those that last changed before the source may still bring more."""


def kept_rows(
    lake: Lake,
    source: str,
    stream: Stream,
    committed: Mapping[date, Manifest],
    pulled: Mapping[date, pa.Table],
    lately: datetime,
) -> Kept | None:
    """What is kept of `stream` in the committed windows; None where that cannot be said.

    `pulled`: the rows of windows that this run has committed, which need not be read again. `lately`: from when on
    rows that changed may still come.
    """
    first = first_of_unbroken(stream, committed)
    since = committed[first].since if first else None
    if first is None or since is None:
        return None
    keys = keys_of(lake, source, stream, committed, pulled)
    if keys.num_rows > MAX_KEYS:
        return None
    counted = pc.greater_equal(keys.column(stream.cursor), pa.scalar(since))
    if stream.gone:
        counted = pc.and_(counted, pc.is_null(keys.column(stream.gone)))
    set_aside = sum(
        finding.rows
        for window, manifest in committed.items()
        for finding in manifest.findings
        if finding.is_set_aside and window >= first
    )
    recent = pc.and_(counted, pc.greater_equal(keys.column(stream.cursor), pa.scalar(lately)))
    rows, of_late = (pc.sum(column).as_py() or 0 for column in (counted, recent))
    return Kept(since, rows, set_aside, rows - of_late)


def first_of_unbroken(stream: Stream, committed: Mapping[date, Manifest]) -> date | None:
    """The first window of those that lead to the newest one without a gap."""
    first = max(committed, default=None)
    for window in sorted(committed, reverse=True):
        if first is not None and window != first and next_window(window, stream.window) != first:
            break
        first = window
    return first


def keys_of(
    lake: Lake,
    source: str,
    stream: Stream,
    committed: Mapping[date, Manifest],
    pulled: Mapping[date, pa.Table],
) -> pa.Table:
    """The keys in the committed windows, each as it last changed. Brings the file up to date."""
    place = f"{lake.folder(source, stream.name)}/{FILE}"
    schema = pa.schema([stream.schema.field(name) for name in key_columns(stream)])
    current = {window.isoformat(): manifest.checksum for window, manifest in committed.items()}
    made_of = json.dumps(
        sorted({(m.connector_version, m.schema_hash) for m in committed.values()})
    ).encode()
    document = lake.store.get(place)
    keys = pq.read_table(pa.BufferReader(document.content)) if document else schema.empty_table()
    notes: Mapping[bytes, bytes] = keys.schema.metadata or {}
    included: dict[str, str] = json.loads(notes.get(_INCLUDED, b"{}"))
    # a window that is pulled again keeps its keys, unless another version of the connector has pulled it
    if notes.get(_MADE_OF) != made_of or not included.keys() <= current.keys():
        keys, included = schema.empty_table(), {}
    changed = [window for window, text in current.items() if included.get(window) != text]
    if not changed or keys.num_rows > MAX_KEYS:
        return keys
    tables = [keys.select(schema.names).cast(schema)]
    for text in changed:
        window = date.fromisoformat(text)
        rows = pulled[window] if window in pulled else lake.rows(stream, committed[window])
        tables.append(rows.select(schema.names).cast(schema))
    keys = newest_of_each_key(stream, tables)
    notes = {_INCLUDED: json.dumps(current).encode(), _MADE_OF: made_of}
    lake.write_table(place, keys.replace_schema_metadata(notes))
    return keys


def key_columns(stream: Stream) -> list[str]:
    """The columns that say which row it is, when it changed, and whether it is gone."""
    return list(
        dict.fromkeys([*stream.key, stream.cursor, *([stream.gone] if stream.gone else [])])
    )


def difference(title: str, stream: Stream, kept: Kept, counted: int, recent: int) -> Finding | None:
    """A finding where more rows are kept than the source has, or fewer; None where both agree.

    `counted`: how many rows the source has; `recent`: how many of them changed so lately that they may still come.
    Those are compared with no other: a busy day would hide as many rows that never came.
    """
    gone = kept.rows - counted
    missing = counted - recent - kept.settled - kept.set_aside
    if gone <= 0 and missing <= 0:
        return None
    what = (
        f"deleted or merged there without a word: {gone:,}, whose last state still counts; "
        "docs/sources.md says how to drop them"
        if gone > 0
        else f"never came: {missing:,}; pull the days since then again (okra backfill)"
    )
    message = (
        f"{kept.rows:,} {stream.name} that changed since {kept.since:%Y-%m-%d} are kept, and "
        f"{title} has {counted:,}; {what}"
    )
    return Finding(what=DIFFERS, message=message, rows=0, is_set_aside=False)


def columns_kept(stream: Stream, rows: pa.Table) -> pa.Table:
    """What of the rows of a window is needed here."""
    return rows.select(key_columns(stream))
