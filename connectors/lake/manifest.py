"""The contents of a lake's files: manifests and attempts as JSON.

Nothing here reads or writes a place; `connectors.lake.lake` does.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.data_files import checksum, encoded
from connectors.lake.store import Document


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something in a source's answer that is not as its stream declares it, and how many rows it concerns."""

    what: str
    """A code of lower-case words, such as `no_key`, `not_a_number`, `differs_from_total`."""
    message: str
    """What is wrong, where, and what to do about it, in one sentence. No value that can be personal data."""
    rows: int = 1
    is_set_aside: bool = True
    """Whether the rows were left out of the lake. Otherwise they are kept, and the figures are in doubt."""
    column: str = ""
    """The column or cell that is wrong; empty for the whole row."""
    kpi: str = ""
    """The only KPI concerned, where the row names one (a sheet's); empty for all that the stream feeds."""
    day: date | None = None
    """The day of the rows; None where they have none, or several."""
    examples: tuple[str, ...] = ()
    """Up to three places or values, such as `row 12`; no personal data."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The commit of one window. `checksum` covers the content only, so that equal rows give equal checksums."""

    source: str
    stream: str
    window: date
    data_through: date
    """The last day of the window that is covered; before its end only in a month still open."""
    pulled_at: datetime
    """When it was last asked for, also where its source no longer gave it."""
    rows: int
    bytes: int
    checksum: str
    schema_hash: str
    settled: bool
    """True when the source is not expected to restate this window any more."""
    flags: tuple[str, ...]
    connector_version: str
    run_id: str
    files: tuple[str, ...]
    """Places of the data files below the stream's folder; none when the source had no rows."""
    since: datetime | None = None
    """The first instant covered (UTC), where the stream's cursor is an instant; None where it is a day, and in windows
    that were committed before this was kept."""
    findings: tuple[Finding, ...] = ()
    """What was wrong in the source's answer for this window."""
    until: datetime | None = None
    """The first instant no longer covered. None also for a mutable stream: its newest window has every change up to
    its pull."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How the last pull of a stream ended: `ok`, or the kind and text of the fault."""

    source: str
    stream: str
    at: datetime
    outcome: str
    message: str = ""


def unchanged(committed: Manifest, manifest: Manifest, parts: Sequence[pa.Table]) -> bool:
    """Whether committing `parts` as `manifest` would change nothing of `committed` but its time and run."""
    ignored = {"pulled_at", "run_id", "bytes", "checksum", "files"}
    digests = [encoded(part)[0] for part in parts if part.num_rows]
    return committed.checksum == checksum(digests) and all(
        getattr(committed, name) == value
        for name, value in vars(manifest).items()
        if name not in ignored
    )


def schema_hash(schema: pa.Schema) -> str:
    """A hash of the columns' names and types."""
    text = ",".join(f"{field.name}:{field.type}" for field in schema)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def manifest_from(content: dict[str, Any]) -> Manifest:
    """The manifest that is written as `content`."""
    return Manifest(
        **content
        | {
            "window": date.fromisoformat(content["window"]),
            "data_through": date.fromisoformat(content["data_through"]),
            "pulled_at": datetime.fromisoformat(content["pulled_at"]),
            "since": instant(content.get("since")),
            "until": instant(content.get("until")),
            "flags": tuple(content["flags"]),
            "files": tuple(content["files"]),
            "findings": tuple(map(read_finding, content.get("findings", ()))),
        }
    )


def read_finding(content: dict[str, Any]) -> Finding:
    """A finding in a manifest."""
    day = content["day"]
    return Finding(
        **content
        | {
            "day": date.fromisoformat(day) if day else None,
            "examples": tuple(content["examples"]),
        }
    )


def instant(text: str | None) -> datetime | None:
    """A moment in ISO 8601; None for none."""
    return datetime.fromisoformat(text) if text else None


def read_attempt(document: Document) -> Attempt:
    """The attempt in a file."""
    content = json.loads(document.content)
    return Attempt(**content | {"at": datetime.fromisoformat(content["at"])})


def read_schema(document: Document) -> pa.Schema:
    """The columns of a Parquet file."""
    return pq.read_schema(pa.BufferReader(document.content))


def as_json(content: dict[str, Any]) -> bytes:
    """`content` as JSON; dates become ISO texts."""
    text = json.dumps(content, default=lambda value: value.isoformat(), indent=1, sort_keys=True)
    return (text + "\n").encode()
