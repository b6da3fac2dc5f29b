"""The raw lake: the rows of windows in Parquet files, committed by a document a month.

    <root>/raw/<source>/<stream>/_schema.parquet                 no rows: the declared columns
    <root>/raw/<source>/<stream>/_attempt.json                   how the last pull of the stream ended
    <root>/raw/<source>/<stream>/month=2026-04/manifests.json    written last: the commit (`connectors.lake.month`)
    <root>/raw/<source>/<stream>/month=2026-04/<hash>-<any>.parquet    rows of several windows, with `_window`
    <root>/raw/<source>/<stream>/window=2026-04-01/<hash>-<any>.parquet    rows of one window

`<source>` is an instance: `stripe`, or `stripe@eu` where the account has a name. The document of a month has the
manifest of each committed window, which names the files that its rows are in. A file that several windows share has
their rows in the order of the windows, and the first day of the window of each row in the column `_window`. Only the
rows of windows that name the file count: others were replaced.

A data file is named after its content and is never written again. A window is replaced by writing another file and
then, in one step, a document that names it. Whoever read the old document still finds the old files, which are
removed a day later (`connectors.lake.sweeping`). Pulling the same rows again writes no file. When two processes
commit windows of one month at once, the later one reads the document again first. `Lake.compact` moves the rows of a
month into one file, in the same way. Where the root can be: `connectors.lake.addresses`.

A lake of before has a `manifest.json` in each window's folder, beside its files. They count until the month gets its
document: with the next commit of one of its windows, or when the lake is compacted.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.compaction import MAX_FILES, NotTheSame, months_to_compact, shared_contents
from connectors.lake.data_files import (
    LARGE_BYTES,
    Columns,
    checksum,
    columns_of,
    decoded,
    encoded,
    rows_of_window,
    shared_table,
)
from connectors.lake.manifest import Attempt, Manifest, as_json, read_attempt, read_schema
from connectors.lake.month import (
    DOCUMENT,
    Month,
    as_document,
    is_shared,
    month_folder,
    month_of,
    of_single_manifests,
    read_month,
    window_folder,
)
from connectors.lake.places import open_store
from connectors.lake.store import MANIFEST, Conflict, Document, LakeError, LostRows
from connectors.lake.streams import DeclaredStream, next_window, window_of
from connectors.lake.survey import ATTEMPT, SCHEMA, Survey, read_months, take_survey, windows_of
from connectors.lake.sweeping import sweep

MAX_COMMIT_ATTEMPTS = 20

Make = Callable[[Manifest | None], tuple[Manifest, Sequence[pa.Table] | None] | None]
"""Makes the manifest and rows of a window of the committed manifest. No rows (None): those that are committed stay.
None for both: nothing is written."""


@dataclass(frozen=True)
class Draft:
    """A window as it will be committed."""

    manifest: Manifest
    """Without its files, where there are `parts`."""
    parts: Sequence[tuple[pa.Table, str, bytes]] = ()
    """The rows that are to be written, each part with its digest and its bytes as Parquet."""

    @property
    def is_small(self) -> bool:
        """Whether the rows may share a file with those of other windows."""
        return len(self.parts) == 1 and self.manifest.bytes < LARGE_BYTES


class Lake:
    """Windows and manifests below a folder, or a prefix of a bucket."""

    def __init__(self, root: Path | str, *, cache: Path | None = None) -> None:
        """`cache`: a file that keeps what was read from a lake in a bucket. Raises `LakeError`."""
        self.root = root
        self.store = open_store(root, cache)
        self._locks: dict[str, Lock] = {}
        """By the key of a document. Threads that commit windows of one month take turns."""
        self._last_shared: tuple[str, pa.Table] | None = None
        """The shared file that was read last: the next window is often in the same one."""

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
        folder = self.folder(source, stream)
        return windows_of(read_months(self.store, self.store.list(folder)).get(folder, {}))

    def between(
        self, source: str, stream: DeclaredStream, first: date, last: date
    ) -> dict[date, Manifest]:
        """The committed windows of a stream from the one that `first` falls in to `last`. Reads no other month."""
        folder = self.folder(source, stream.name)
        window, windows, folders = window_of(first, stream.window), set(), set()
        after = f"{folder}/{month_folder(month_of(window))}"
        while window <= last:
            windows.add(window)
            folders |= {month_folder(month_of(window)), window_folder(window)}
            window = next_window(window, stream.window)
        listed = self.store.list(folder, after=after)
        wanted = {key: entry for key, entry in listed.items() if key.split("/")[-2] in folders}
        months = read_months(self.store, wanted).get(folder, {})
        return {day: x for day, x in windows_of(months).items() if day in windows}

    def read(self, source: str, stream: DeclaredStream, window: date) -> pa.Table:
        """The rows of one committed window; none when it was never committed."""
        folder = self.folder(source, stream.name)
        document = self.store.get(f"{folder}/{month_folder(month_of(window))}/{DOCUMENT}")
        if document:
            return self.rows(stream, read_month(document).windows.get(window))
        single = self.store.get(f"{folder}/{window_folder(window)}/{MANIFEST}")
        return self.rows(stream, of_single_manifests([single]).windows[window] if single else None)

    def rows(self, stream: DeclaredStream, manifest: Manifest | None) -> pa.Table:
        """The rows of the window that `manifest` commits; none without one. Raises `LakeError`."""
        tables = [stream.schema.empty_table()]
        if manifest:
            tables += self._parts(manifest)
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

    def rewrite(self, source: str, stream: str, window: date, make: Make) -> Manifest | None:
        """Replace the committed manifest of a window by the manifest and rows that `make` returns for it.

        When another process commits the window meanwhile, `make` is called again, with its manifest. Returns
        the manifest as written; None, with nothing written, when `make` returns None.
        """
        return self.rewrite_all(source, stream, {window: make}).get(window)

    def rewrite_all(
        self, source: str, stream: str, makes: Mapping[date, Make]
    ) -> dict[date, Manifest]:
        """`rewrite` several windows, those of a month in one step. Returns the manifests that were written."""
        by_month: dict[date, dict[date, Make]] = {}
        for window, make in makes.items():
            by_month.setdefault(month_of(window), {})[window] = make
        written: dict[date, Manifest] = {}
        for month, own in by_month.items():
            written |= self._rewrite_month(self.folder(source, stream), month, own)
        return written

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
        return take_survey(self.store)

    def compact(self, survey: Survey, max_files: int = MAX_FILES) -> None:
        """Move small files together, until `max_files` have been moved, and bring the survey up to date.

        The others are for the next time. `connectors.lake.compaction` says which months are compacted.
        """
        for stream, months in survey.months.items():
            for first in [*months_to_compact(months)]:
                if max_files <= 0:
                    return
                month = self._compact_month(self.folder(*stream), first)
                max_files -= len(months[first].files) + 1
                months[first] = month or months[first]

    def sweep(self, survey: Survey) -> int:
        """Remove files that nothing has named for a day (`connectors.lake.sweeping`). Returns how many."""
        return sweep(self.store, survey)

    def write_table(self, key: str, table: pa.Table) -> None:
        """Write a table as a file below the root, in one step."""
        buffer = pa.BufferOutputStream()
        pq.write_table(table, buffer)
        self.store.put(key, buffer.getvalue().to_pybytes())

    def _rewrite_month(
        self, folder: str, first: date, makes: Mapping[date, Make]
    ) -> dict[date, Manifest]:
        """Rewrite windows of one month with one document."""
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        made_of: dict[date, Manifest | None] = {}
        written: dict[date, Manifest] = {}
        shared: dict[str, frozenset[date]] = {}
        with self._lock(key):
            for _ in range(MAX_COMMIT_ATTEMPTS):
                current, month = self._month(folder, first)
                drafts: dict[date, Draft] = {}
                for window, make in makes.items():
                    committed = month.windows.get(window)
                    if window in made_of and made_of[window] == committed:
                        continue  # another window of the month was committed meanwhile
                    made_of[window] = committed
                    written.pop(window, None)
                    if made := draft(committed, make):
                        drafts[window] = made if made.is_small else self._alone(folder, made)
                written |= self._write(folder, drafts, shared)
                if not written or self._swap(key, month.replaced(written, shared), current):
                    return written
        raise LakeError(
            f"{key} is committed by others faster than it can be read",
            "see what else writes this lake",
        )

    def _compact_month(self, folder: str, first: date) -> Month | None:
        """Move the rows of a month's small windows into one file. None where others commit or rows are missing."""
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        with self._lock(key):
            current, month = self._month(folder, first)
            moved: dict[date, Manifest] = {}
            shared: dict[str, frozenset[date]] = {}
            try:
                contents = [*shared_contents(month, lambda x: pa.concat_tables(self._parts(x)))]
            except (LostRows, NotTheSame):
                contents = []  # whoever reads the rows is told
            for windows, digest, content in contents:
                if is_together(month, windows):
                    continue
                place = self._add(folder, month_folder(first), digest, content)
                shared[place] = frozenset(windows)
                moved |= {x: replace(month.windows[x], files=(place,)) for x in windows}
            if month.has_document and not moved:
                return None
            compacted = month.replaced(moved, shared)
            return compacted if self._swap(key, compacted, current) else None

    def _lock(self, key: str) -> Lock:
        return self._locks.setdefault(key, Lock())

    def _swap(self, key: str, month: Month, expected: Document | None) -> bool:
        """Commit a month, unless another process has done so meanwhile."""
        try:
            self.store.swap(key, as_document(month), expected)
        except Conflict:
            return False
        return True

    def _month(self, folder: str, first: date) -> tuple[Document | None, Month]:
        """What is committed of a month, and its document if there is one."""
        current = self.store.get(f"{folder}/{month_folder(first)}/{DOCUMENT}")
        if current:
            return current, read_month(current)
        prefix = f"{folder}/window={first:%Y-%m}"
        listed = self.store.list(folder, after=prefix)
        of_month = {key: entry for key, entry in listed.items() if key.startswith(prefix)}
        return None, read_months(self.store, of_month).get(folder, {}).get(first, Month())

    def _write(
        self, folder: str, drafts: Mapping[date, Draft], shared: dict[str, frozenset[date]]
    ) -> dict[date, Manifest]:
        """Write the rows of windows of one month, small ones together. Returns the manifests, and fills `shared`."""
        together: dict[Columns, dict[date, pa.Table]] = {}
        for window, made in drafts.items():
            if made.parts and made.is_small:
                table = made.parts[0][0]
                together.setdefault(columns_of(table), {})[window] = table
        files: dict[date, tuple[str, ...]] = {}
        for tables in together.values():
            if len(tables) > 1:
                folder_of_month = month_folder(month_of(min(tables)))
                place = self._add(folder, folder_of_month, *encoded(shared_table(tables)))
                shared[place] = frozenset(tables)
                files |= dict.fromkeys(tables, (place,))
        return {
            window: replace(made.manifest, files=files[window])
            if window in files
            else self._alone(folder, made).manifest
            for window, made in drafts.items()
        }

    def _alone(self, folder: str, made: Draft) -> Draft:
        """Write the rows of a window as files of its own, so that they need not be kept."""
        place = window_folder(made.manifest.window)
        files = [self._add(folder, place, digest, content) for _, digest, content in made.parts]
        return Draft(replace(made.manifest, files=tuple(files))) if files else made

    def _add(self, folder: str, place: str, digest: str, content: bytes) -> str:
        """Write a data file under a new name. Returns its place below the stream's folder."""
        name = f"{place}/{digest}-{uuid.uuid4().hex[:8]}.parquet"
        self.store.put(f"{folder}/{name}", content)
        return name

    def _parts(self, manifest: Manifest) -> list[pa.Table]:
        """The rows in each file of a window. Raises `LakeError`."""
        folder = self.folder(manifest.source, manifest.stream)
        parts = []
        for place in manifest.files:
            key = f"{folder}/{place}"
            if is_shared(place):
                rows = rows_of_window(self._shared(key), manifest.window)
                if not rows.num_rows:
                    raise lost(f"the window {manifest.window} in {key}")
                parts.append(rows)
            else:
                parts.append(self._file(key))
        return parts

    def _shared(self, key: str) -> pa.Table:
        """The rows of a file that several windows share."""
        last = self._last_shared
        if last is None or last[0] != key:
            last = self._last_shared = key, self._file(key)
        return last[1]

    def _file(self, key: str) -> pa.Table:
        document = self.store.get(key)
        if document is None:
            raise lost(key)
        return decoded(document.content)


def draft(committed: Manifest | None, make: Make) -> Draft | None:
    """What `make` makes of a committed window, with the checksum of its content; None where it makes nothing."""
    made = make(committed)
    if made is None:
        return None
    manifest, parts = made
    if parts is None:
        assert committed, "no rows are committed that could stay"
        stays = committed
    else:
        encodings = [(part, *encoded(part)) for part in parts if part.num_rows]
        content = checksum(digest for _, digest, _ in encodings)
        size = sum(len(content) for _, _, content in encodings)
        if committed is None or committed.checksum != content:
            return Draft(replace(manifest, bytes=size, checksum=content, files=()), encodings)
        stays = committed
    return Draft(replace(manifest, bytes=stays.bytes, checksum=stays.checksum, files=stays.files))


def is_together(month: Month, windows: Sequence[date]) -> bool:
    """Whether these windows have a file already that is theirs alone."""
    files = {place for window in windows for place in month.windows[window].files}
    owners = {month.shared.get(place, frozenset(windows)) for place in files}
    return len(files) == 1 and owners == {frozenset(windows)}


def lost(what: str) -> LostRows:
    """The error for rows that are committed and not there."""
    return LostRows(
        f"{what} is committed and is not in the lake", "pull its window again (okra backfill)"
    )
