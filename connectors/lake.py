"""The raw lake: one Parquet file a window, committed by its manifest.

    <root>/raw/<source>/<stream>/_schema.parquet                 no rows: the declared columns
    <root>/raw/<source>/<stream>/_attempt.json                   how the last pull of the stream ended
    <root>/raw/<source>/<stream>/window=2026-04-01/<hash>.parquet
    <root>/raw/<source>/<stream>/window=2026-04-01/manifest.json   written last: the commit

A data file is named after its content. To replace a window is to write other files and then, in one
rename, a manifest that names them; whoever read the old manifest still finds the old files, which go
when the window is next replaced. Pulling the same rows again changes no file.
"""

import hashlib
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.contract import Stream, next_window, window_of

MANIFEST = "manifest.json"
SCHEMA = "_schema.parquet"
ATTEMPT = "_attempt.json"


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


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """How the last pull of a stream ended: `ok`, or the kind and text of the fault."""

    source: str
    stream: str
    at: datetime
    outcome: str
    message: str = ""


class Lake:
    """Windows and manifests below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, source: str, stream: str) -> Path:
        """Where the windows of a stream are."""
        return self.root / "raw" / source / stream

    def declare(self, source: str, stream: Stream) -> None:
        """Write the stream's schema, so that a stream without a single window can be read as empty."""
        path = self.folder(source, stream.name) / SCHEMA
        if path.exists() and pq.read_schema(path).equals(stream.schema, check_metadata=True):
            return
        replace(path, lambda temporary: pq.write_table(stream.schema.empty_table(), temporary))

    def manifests(self, source: str, stream: str) -> dict[date, Manifest]:
        """The committed windows of a stream, by window, oldest first."""
        found = {}
        for path in sorted(self.folder(source, stream).glob(f"window=*/{MANIFEST}")):
            manifest = read_manifest(path)
            found[manifest.window] = manifest
        return found

    def between(self, source: str, stream: Stream, first: date, last: date) -> dict[date, Manifest]:
        """The committed windows of a stream that start from `first` to `last`, without a look at any other."""
        found = {}
        window = window_of(first, stream.window)
        while window <= last:
            path = self._window(source, stream.name, window) / MANIFEST
            if path.exists():
                found[window] = read_manifest(path)
            window = next_window(window, stream.window)
        return found

    def read(self, source: str, stream: Stream, window: date) -> pa.Table:
        """The rows of one committed window; none when it was never committed."""
        folder = self._window(source, stream.name, window)
        if not (folder / MANIFEST).exists():
            return stream.schema.empty_table()
        files = [folder / name for name in read_manifest(folder / MANIFEST).files]
        tables = [pq.read_table(file, partitioning=None) for file in files]
        return pa.concat_tables([stream.schema.empty_table(), *tables], promote_options="default")

    def holds(self, manifest: Manifest, parts: Sequence[pa.Table]) -> bool:
        """Whether to commit `parts` as `manifest` would change nothing but when and by which run."""
        path = self._window(manifest.source, manifest.stream, manifest.window) / MANIFEST
        if not path.exists():
            return False
        names = tuple(encoded(part)[0] for part in parts if part.num_rows)
        found = read_manifest(path)
        return all(
            getattr(found, name) == value
            for name, value in (vars(manifest) | {"files": names}).items()
            if name not in {"pulled_at", "run_id", "bytes", "checksum"}
        )

    def commit(self, manifest: Manifest, parts: Sequence[pa.Table]) -> Manifest:
        """Make `parts` the rows of the manifest's window, in one step that either happened or did not.

        Returns the manifest as written, with files, bytes and checksum filled in.
        """
        folder = self._window(manifest.source, manifest.stream, manifest.window)
        folder.mkdir(parents=True, exist_ok=True)
        names = [write_part(folder, part) for part in parts if part.num_rows]
        written = Manifest(
            **vars(manifest)
            | {
                "files": tuple(names),
                "bytes": sum((folder / name).stat().st_size for name in names),
                "checksum": hashlib.sha256("".join(names).encode()).hexdigest()[:16],
            }
        )
        before = read_manifest(folder / MANIFEST).files if (folder / MANIFEST).exists() else ()
        write_json(folder / MANIFEST, asdict(written))
        remove_files(folder, keep={*names, *before, MANIFEST})
        return written

    def record(self, attempt: Attempt) -> None:
        """Remember how the last pull of a stream ended."""
        write_json(self.folder(attempt.source, attempt.stream) / ATTEMPT, asdict(attempt))

    def attempts(self) -> Iterator[Attempt]:
        """How the last pull of each stream ended."""
        for path in sorted((self.root / "raw").glob(f"*/*/{ATTEMPT}")):
            found = json.loads(path.read_bytes())
            yield Attempt(**found | {"at": datetime.fromisoformat(found["at"])})

    def _window(self, source: str, stream: str, window: date) -> Path:
        return self.folder(source, stream) / f"window={window.isoformat()}"


def schema_hash(schema: pa.Schema) -> str:
    """Tells two sets of columns apart by name and type."""
    text = ",".join(f"{field.name}:{field.type}" for field in schema)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_manifest(path: Path) -> Manifest:
    """The manifest in `path`."""
    found = json.loads(path.read_bytes())
    return Manifest(
        **found
        | {
            "window": date.fromisoformat(found["window"]),
            "data_through": date.fromisoformat(found["data_through"]),
            "pulled_at": datetime.fromisoformat(found["pulled_at"]),
            "flags": tuple(found["flags"]),
            "files": tuple(found["files"]),
        }
    )


def encoded(part: pa.Table) -> tuple[str, pa.Buffer]:
    """A data file: its name, made from its bytes, and these."""
    buffer = pa.BufferOutputStream()
    pq.write_table(part, buffer, compression="zstd")
    content = buffer.getvalue()
    return f"{hashlib.sha256(content).hexdigest()[:20]}.parquet", content


def write_part(folder: Path, part: pa.Table) -> str:
    """Write one data file and return its name."""
    name, content = encoded(part)
    if (folder / name).exists():
        (folder / name).touch()  # young again, see `remove_files`
    else:
        replace(folder / name, lambda temporary: temporary.write_bytes(content))
    return name


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` as JSON; dates become ISO texts."""
    text = json.dumps(content, default=lambda value: value.isoformat(), indent=1, sort_keys=True)
    replace(path, lambda temporary: temporary.write_text(text + "\n", encoding="utf-8"))


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` fill a temporary file beside `path`, put it safely on disk, and rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_files(folder: Path, keep: set[str]) -> None:
    """Remove what no manifest names any more, and what a killed run left behind.

    A young file may belong to another process that is pulling the same window and has not committed yet.
    """
    old = time.time() - 3600
    for path in folder.iterdir():
        if path.name in keep:
            continue
        try:
            if path.stat().st_mtime <= old:
                path.unlink()
        except FileNotFoundError:
            continue  # the other process was faster
