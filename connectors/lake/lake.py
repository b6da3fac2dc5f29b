"""The raw lake: one Parquet file a window, committed by its manifest.

    <root>/raw/<source>/<stream>/_schema.parquet                 no rows: the declared columns
    <root>/raw/<source>/<stream>/_attempt.json                   how the last pull of the stream ended
    <root>/raw/<source>/<stream>/window=2026-04-01/<hash>-<any>.parquet
    <root>/raw/<source>/<stream>/window=2026-04-01/manifest.json   written last: the commit

`<source>` is an instance: `stripe`, or `stripe@eu` where the account has a name.

A data file is named after its content and is never written again. A window is replaced by writing other files
and then, in one step, a manifest that names them. Whoever read the old manifest still finds the old files, which
are removed a day later (`Lake.sweep`). Pulling the same rows again writes no file. When two processes commit one
window at once, the later one reads the manifest again first. Where the root can be: `connectors.lake.addresses`.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.manifest import (
    Attempt,
    Manifest,
    as_json,
    checksum,
    encoded,
    read_attempt,
    read_manifest,
    read_schema,
)
from connectors.lake.places import open_store
from connectors.lake.store import MANIFEST, Conflict, Entry, LakeError
from connectors.lake.streams import DeclaredStream, next_window, window_of

SCHEMA = "_schema.parquet"
ATTEMPT = "_attempt.json"
METADATA_SUFFIXES = (f"/{MANIFEST}", f"/{ATTEMPT}", f"/{SCHEMA}")
MAX_COMMIT_ATTEMPTS = 20
SWEEP_AFTER = timedelta(days=1)
"""A run at work may still name, or read, a data file that is younger."""


@dataclass(frozen=True)
class Survey:
    """All metadata of the lake, at one moment."""

    manifests: dict[tuple[str, str], dict[date, Manifest]]
    """By source and stream, the committed windows, oldest first."""
    attempts: list[Attempt]
    schemas: dict[tuple[str, str], pa.Schema]
    files: dict[str, Entry]
    """Every file, by key."""


class Lake:
    """Windows and manifests below a folder, or a prefix of a bucket."""

    def __init__(self, root: Path | str, *, cache: Path | None = None) -> None:
        """`cache`: a file that keeps what was read from a lake in a bucket. Raises `LakeError`."""
        self.root = root
        self.store = open_store(root, cache)

    def folder(self, source: str, stream: str) -> str:
        """Where the windows of a stream are, below the root."""
        return f"raw/{source}/{stream}"

    def declare(
        self, source: str, stream: str, schema: pa.Schema, written: pa.Schema | None = None
    ) -> None:
        """Write the stream's schema, so that a stream without a single window can be read as empty.

        `written`: the schema that is in the lake, where that is known.
        """
        key = f"{self.folder(source, stream)}/{SCHEMA}"
        if written is None:
            document = self.store.get(key)
            written = read_schema(document) if document else None
        if written is None or not written.equals(schema, check_metadata=True):
            self.write_table(key, schema.empty_table())

    def manifests(self, source: str, stream: str) -> dict[date, Manifest]:
        """The committed windows of a stream, by window, oldest first."""
        return self._manifests(self.store.list(self.folder(source, stream)))

    def between(
        self, source: str, stream: DeclaredStream, first: date, last: date
    ) -> dict[date, Manifest]:
        """The committed windows of a stream from the one that `first` falls in to `last`. Reads no other manifest."""
        window, keys = window_of(first, stream.window), set()
        listed = self.store.list(
            self.folder(source, stream.name), after=self._window(source, stream.name, window)
        )
        while window <= last:
            keys.add(f"{self._window(source, stream.name, window)}/{MANIFEST}")
            window = next_window(window, stream.window)
        return self._manifests({key: entry for key, entry in listed.items() if key in keys})

    def read(self, source: str, stream: DeclaredStream, window: date) -> pa.Table:
        """The rows of one committed window; none when it was never committed."""
        document = self.store.get(f"{self._window(source, stream.name, window)}/{MANIFEST}")
        return self.rows(stream, read_manifest(document) if document else None)

    def rows(self, stream: DeclaredStream, manifest: Manifest | None) -> pa.Table:
        """The rows of the window that `manifest` commits; none without one. Raises `LakeError`."""
        tables = [stream.schema.empty_table()]
        if manifest:
            folder = self._window(manifest.source, manifest.stream, manifest.window)
            for name in manifest.files:
                document = self.store.get(f"{folder}/{name}")
                if document is None:
                    raise LakeError(
                        f"{folder}/{name} is committed and is not in the lake",
                        "pull its window again (okra backfill)",
                    )
                tables.append(pq.read_table(pa.BufferReader(document.content)))
        return pa.concat_tables(tables, promote_options="default")

    def commit(self, manifest: Manifest, parts: Sequence[pa.Table]) -> Manifest:
        """Make `parts` the rows of the manifest's window, in one step that either happened or did not.

        Returns the manifest as written, with files, bytes and checksum filled in.
        """
        written = self.rewrite(
            manifest.source, manifest.stream, manifest.window, lambda _: (manifest, parts)
        )
        assert written
        return written

    def rewrite(
        self,
        source: str,
        stream: str,
        window: date,
        make: Callable[[Manifest | None], tuple[Manifest, Sequence[pa.Table]] | None],
    ) -> Manifest | None:
        """Replace the committed manifest of a window by the manifest and rows that `make` returns for it.

        When another process commits the window meanwhile, `make` is called again, with its manifest. Returns
        the manifest as written; None, with nothing written, when `make` returns None.
        """
        folder = self._window(source, stream, window)
        for _ in range(MAX_COMMIT_ATTEMPTS):
            current = self.store.get(f"{folder}/{MANIFEST}")
            committed = read_manifest(current) if current else None
            made = make(committed)
            if made is None:
                return None
            written = self._with_files(folder, *made, committed.files if committed else ())
            try:
                self.store.swap(f"{folder}/{MANIFEST}", as_json(asdict(written)), current)
            except Conflict:
                continue
            return written
        raise LakeError(
            f"{folder} is committed by others faster than it can be read",
            "see what else writes this lake",
        )

    def record(self, attempt: Attempt) -> None:
        """Write how the last pull of a stream ended."""
        key = f"{self.folder(attempt.source, attempt.stream)}/{ATTEMPT}"
        self.store.put(key, as_json(asdict(attempt)))

    def attempts(self, streams: Iterable[tuple[str, str]]) -> list[Attempt]:
        """How the last pull of each of these streams, by source and name, ended."""
        documents = (self.store.get(f"{self.folder(*stream)}/{ATTEMPT}") for stream in streams)
        return [read_attempt(document) for document in documents if document]

    def survey(self) -> Survey:
        """All manifests, attempts and schemas, after one listing."""
        survey = Survey({}, [], {}, self.store.list("raw"))
        metadata = {
            key: entry for key, entry in survey.files.items() if key.endswith(METADATA_SUFFIXES)
        }
        for key, document in self.store.read(metadata).items():
            _, source, stream, *_ = key.split("/")
            if key.endswith(ATTEMPT):
                survey.attempts.append(read_attempt(document))
            elif key.endswith(SCHEMA):
                survey.schemas[source, stream] = read_schema(document)
            else:
                manifest = read_manifest(document)
                survey.manifests.setdefault((source, stream), {})[manifest.window] = manifest
                survey.files[key] = document.entry  # it may have been replaced since the listing
        return survey

    def sweep(self, survey: Survey) -> int:
        """Remove data files that no manifest has named for a day. Returns how many.

        They were replaced, or left behind by a killed run. No other write ever uses the name of a data file, so
        none of them can be named again. A day has passed when the newest file of the lake is a day younger:
        the place's own clock counts, and while nothing is written nothing is removed.
        """
        named = {
            self._window(*stream, window): {*manifest.files}
            for stream, manifests in survey.manifests.items()
            for window, manifest in manifests.items()
        }
        files = survey.files
        if not files:
            return 0
        old = max(entry.modified for entry in files.values()) - SWEEP_AFTER
        removed = []
        for key, entry in files.items():
            window, _, name = key.rpartition("/")
            if "/window=" not in window or name == MANIFEST or entry.modified > old:
                continue
            manifest = files.get(f"{window}/{MANIFEST}")
            if manifest is None or (
                manifest.modified <= old and name not in named.get(window, {name})
            ):
                removed.append(key)
        self.store.remove(removed)
        return len(removed)

    def write_table(self, key: str, table: pa.Table) -> None:
        """Write a table as a file below the root, in one step."""
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer)
        self.store.put(key, buffer.getvalue().to_pybytes())

    def _with_files(
        self, folder: str, manifest: Manifest, parts: Sequence[pa.Table], named: Collection[str]
    ) -> Manifest:
        """Write `parts` as files, and return `manifest` with them. `named`: the window's files that exist already."""
        encodings = [encoded(part) for part in parts if part.num_rows]
        return Manifest(
            **vars(manifest)
            | {
                "files": tuple(self._add(folder, *encoding, named) for encoding in encodings),
                "bytes": sum(len(content) for _, content in encodings),
                "checksum": checksum(digest for digest, _ in encodings),
            }
        )

    def _add(self, folder: str, digest: str, content: bytes, named: Collection[str]) -> str:
        """Write a data file under a new name, unless one of `named` has the same content. Returns its name."""
        for name in named:
            if name.startswith(digest):
                return name
        name = f"{digest}-{uuid.uuid4().hex[:8]}.parquet"
        self.store.put(f"{folder}/{name}", content)
        return name

    def _manifests(self, listed: Mapping[str, Entry]) -> dict[date, Manifest]:
        """The manifests among the listed files of a stream."""
        keys = {key: entry for key, entry in listed.items() if key.endswith(f"/{MANIFEST}")}
        manifests = map(read_manifest, self.store.read(keys).values())
        return {manifest.window: manifest for manifest in manifests}

    def _window(self, source: str, stream: str, window: date) -> str:
        return f"{self.folder(source, stream)}/window={window.isoformat()}"
