"""The raw lake: one Parquet file a window, committed by its manifest.

    <root>/raw/<source>/<stream>/_schema.parquet                 no rows: the declared columns
    <root>/raw/<source>/<stream>/_attempt.json                   how the last pull of the stream ended
    <root>/raw/<source>/<stream>/window=2026-04-01/<hash>-<any>.parquet
    <root>/raw/<source>/<stream>/window=2026-04-01/manifest.json   written last: the commit

A data file is named after its content and is never written again. To replace a window is to write other
files and then, in one step, a manifest that names them; whoever read the old manifest still finds the old
files, which go later. Pulling the same rows again writes no file. Of two that commit one window at once the
later looks again before it does. Where the root can be, and how a step is one there: `lake_store`.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
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
from connectors.lake.store import MANIFEST, Entry, LakeError, Overtaken, open_store
from connectors.lake.sweep import orphans
from connectors.sdk.contract import Stream, next_window, window_of

SCHEMA = "_schema.parquet"
ATTEMPT = "_attempt.json"
SMALL = (f"/{MANIFEST}", f"/{ATTEMPT}", f"/{SCHEMA}")
"""How the keys of the files end that say what the others are."""
TURNS = 20
"""Commits tried on top of others' before something else must be wrong."""


@dataclass(frozen=True)
class Survey:
    """Everything the lake says of itself, at one moment."""

    manifests: dict[tuple[str, str], dict[date, Manifest]]
    """By source and stream, the committed windows, oldest first."""
    attempts: list[Attempt]
    schemas: dict[tuple[str, str], pa.Schema]
    listed: dict[str, Entry]
    """Every file."""


class Lake:
    """Windows and manifests below a folder, or a prefix of a bucket."""

    def __init__(self, root: Path | str, *, seen: Path | None = None) -> None:
        """`seen`: a file in which what was read of a lake far away is kept. Raises `LakeError`."""
        self.root = root
        self.store = open_store(root, seen)

    def folder(self, source: str, stream: str) -> str:
        """Where the windows of a stream are, below the root."""
        return f"raw/{source}/{stream}"

    def declare(self, source: str, stream: Stream, found: pa.Schema | None = None) -> None:
        """Write the stream's schema, so that a stream without a single window can be read as empty.

        `found`: the one that is known to be there.
        """
        key = f"{self.folder(source, stream.name)}/{SCHEMA}"
        if found is None:
            document = self.store.get(key)
            found = read_schema(document) if document else None
        if found is None or not found.equals(stream.schema, check_metadata=True):
            self.write_table(key, stream.schema.empty_table())

    def manifests(self, source: str, stream: str) -> dict[date, Manifest]:
        """The committed windows of a stream, by window, oldest first."""
        return self._manifests(self.store.list(self.folder(source, stream)))

    def between(self, source: str, stream: Stream, first: date, last: date) -> dict[date, Manifest]:
        """The committed windows of a stream that start from `first` to `last`, without a look at any other."""
        window, keys = window_of(first, stream.window), set()
        listed = self.store.list(
            self.folder(source, stream.name), after=self._window(source, stream.name, window)
        )
        while window <= last:
            keys.add(f"{self._window(source, stream.name, window)}/{MANIFEST}")
            window = next_window(window, stream.window)
        return self._manifests({key: entry for key, entry in listed.items() if key in keys})

    def read(self, source: str, stream: Stream, window: date) -> pa.Table:
        """The rows of one committed window; none when it was never committed."""
        found = self.store.get(f"{self._window(source, stream.name, window)}/{MANIFEST}")
        return self.rows(stream, read_manifest(found) if found else None)

    def rows(self, stream: Stream, manifest: Manifest | None) -> pa.Table:
        """The rows of the window that `manifest` commits; none without one. Raises `LakeError`."""
        tables = [stream.schema.empty_table()]
        if manifest:
            folder = self._window(manifest.source, manifest.stream, manifest.window)
            for name in manifest.files:
                found = self.store.get(f"{folder}/{name}")
                if found is None:
                    raise LakeError(
                        f"{folder}/{name} is committed and is not in the lake",
                        "pull its window again (okra backfill)",
                    )
                tables.append(pq.read_table(pa.BufferReader(found.content)))
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
        """Commit what `make` makes of the committed manifest of a window: another one and its rows.

        Should another process commit the window meanwhile, `make` is asked again, with theirs. Returns the
        manifest as written; None, with nothing written, when `make` gives none.
        """
        folder = self._window(source, stream, window)
        for _ in range(TURNS):
            standing = self.store.get(f"{folder}/{MANIFEST}")
            found = read_manifest(standing) if standing else None
            made = make(found)
            if made is None:
                return None
            written = self._with_files(folder, *made, found.files if found else ())
            try:
                self.store.swap(f"{folder}/{MANIFEST}", as_json(asdict(written)), standing)
            except Overtaken:
                continue
            return written
        raise LakeError(
            f"{folder} is committed by others faster than it can be read",
            "see what else writes this lake",
        )

    def record(self, attempt: Attempt) -> None:
        """Remember how the last pull of a stream ended."""
        key = f"{self.folder(attempt.source, attempt.stream)}/{ATTEMPT}"
        self.store.put(key, as_json(asdict(attempt)))

    def attempts(self, streams: Iterable[tuple[str, str]]) -> list[Attempt]:
        """How the last pull of each of these streams, by source and name, ended."""
        found = (self.store.get(f"{self.folder(*stream)}/{ATTEMPT}") for stream in streams)
        return [read_attempt(document) for document in found if document]

    def survey(self) -> Survey:
        """All manifests, attempts and schemas, after one listing."""
        found = Survey({}, [], {}, self.store.list("raw"))
        wanted = {key: x for key, x in found.listed.items() if key.endswith(SMALL)}
        for key, document in self.store.read(wanted).items():
            _, source, stream, *_ = key.split("/")
            if key.endswith(ATTEMPT):
                found.attempts.append(read_attempt(document))
            elif key.endswith(SCHEMA):
                found.schemas[source, stream] = read_schema(document)
            else:
                manifest = read_manifest(document)
                found.manifests.setdefault((source, stream), {})[manifest.window] = manifest
                found.listed[key] = document.entry  # a newer one than was listed, perhaps
        return found

    def sweep(self, found: Survey) -> int:
        """Remove what killed runs left behind and what was replaced, once it is old. Returns how many files went."""
        named = {
            self._window(*stream, window): {*manifest.files}
            for stream, manifests in found.manifests.items()
            for window, manifest in manifests.items()
        }
        gone = orphans(found.listed, named)
        self.store.remove(gone)
        return len(gone)

    def write_table(self, key: str, table: pa.Table) -> None:
        """Write a table as a file below the root, in one step."""
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer)
        self.store.put(key, buffer.getvalue().to_pybytes())

    def _with_files(
        self, folder: str, manifest: Manifest, parts: Sequence[pa.Table], named: Collection[str]
    ) -> Manifest:
        """`manifest` with the files of `parts`, which are there then; `named` are there already."""
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
        """Write a data file under a name of its own, unless one of `named` is the same. Returns its name."""
        for name in named:
            if name.startswith(digest):
                return name
        name = f"{digest}-{uuid.uuid4().hex[:8]}.parquet"
        self.store.put(f"{folder}/{name}", content)
        return name

    def _manifests(self, listed: Mapping[str, Entry]) -> dict[date, Manifest]:
        """The manifests among the listed files of a stream."""
        wanted = {key: entry for key, entry in listed.items() if key.endswith(f"/{MANIFEST}")}
        found = map(read_manifest, self.store.read(wanted).values())
        return {manifest.window: manifest for manifest in found}

    def _window(self, source: str, stream: str, window: date) -> str:
        return f"{self.folder(source, stream)}/window={window.isoformat()}"
