"""What the files of a lake hold: manifests and attempts as JSON, rows as Parquet.

Nothing here reads or writes a place; see `lake` for what is where, and when.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.store import Document

DIGEST = 20
"""Letters of a data file's name that stand for its content."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The commit of one window. `checksum` covers the content only, so that equal rows give equal checksums."""

    source: str
    stream: str
    window: date
    data_through: date
    """The last day of the window that is covered; before its end only in a month still open."""
    pulled_at: datetime
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
    """Names of the data files beside the manifest; none when the source had no rows."""
    since: datetime | None = None
    """The first instant covered (UTC) of a stream whose rows have instants; None where the source counts days, and in
    windows that were committed before this was kept."""
    until: datetime | None = None
    """The first instant no longer covered. None also where rows move on to later windows as they change: the newest
    window has whatever changed up to its pull."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How the last pull of a stream ended: `ok`, or the kind and text of the fault."""

    source: str
    stream: str
    at: datetime
    outcome: str
    message: str = ""


def unchanged(found: Manifest, manifest: Manifest, parts: Sequence[pa.Table]) -> bool:
    """Whether to commit `parts` as `manifest` over `found` would change nothing but when and by which run."""
    apart = {"pulled_at", "run_id", "bytes", "checksum", "files"}
    digests = [encoded(part)[0] for part in parts if part.num_rows]
    return found.checksum == checksum(digests) and all(
        getattr(found, name) == value for name, value in vars(manifest).items() if name not in apart
    )


def schema_hash(schema: pa.Schema) -> str:
    """Tells two sets of columns apart by name and type."""
    text = ",".join(f"{field.name}:{field.type}" for field in schema)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def checksum(digests: Iterable[str]) -> str:
    """Equal for files of equal content, whatever they are called."""
    names = "".join(f"{digest}.parquet" for digest in digests)
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def read_manifest(document: Document) -> Manifest:
    """The manifest that was written so."""
    found = json.loads(document.content)
    return Manifest(
        **found
        | {
            "window": date.fromisoformat(found["window"]),
            "data_through": date.fromisoformat(found["data_through"]),
            "pulled_at": datetime.fromisoformat(found["pulled_at"]),
            "since": instant(found.get("since")),
            "until": instant(found.get("until")),
            "flags": tuple(found["flags"]),
            "files": tuple(found["files"]),
        }
    )


def instant(text: str | None) -> datetime | None:
    """The moment that was written so."""
    return datetime.fromisoformat(text) if text else None


def read_attempt(document: Document) -> Attempt:
    """The attempt that was written so."""
    found = json.loads(document.content)
    return Attempt(**found | {"at": datetime.fromisoformat(found["at"])})


def read_schema(document: Document) -> pa.Schema:
    """The columns that were declared so."""
    return pq.read_schema(pa.BufferReader(document.content))


def encoded(part: pa.Table) -> tuple[str, bytes]:
    """A data file: what its name is made of, which is made from its bytes, and these."""
    buffer = pa.BufferOutputStream()
    pq.write_table(part, buffer, compression="zstd")
    content = buffer.getvalue().to_pybytes()
    return hashlib.sha256(content).hexdigest()[:DIGEST], content


def as_json(content: dict[str, Any]) -> bytes:
    """`content` as JSON; dates become ISO texts."""
    text = json.dumps(content, default=lambda value: value.isoformat(), indent=1, sort_keys=True)
    return (text + "\n").encode()
