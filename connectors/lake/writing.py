"""Writing windows: those of a month are committed by one document, and small ones share a file."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import RLock

import pyarrow as pa

from connectors.lake.broken import read_or_set_aside
from connectors.lake.compaction import NotTheSame, shared_contents
from connectors.lake.damage import Damage, damage_of, note_lost
from connectors.lake.data_files import (
    LARGE_BYTES,
    Columns,
    checksum,
    columns_of,
    encoded,
    shared_table,
)
from connectors.lake.manifest import Manifest
from connectors.lake.month import (
    DOCUMENT,
    Month,
    as_document,
    is_shared,
    month_folder,
    month_of,
    read_month,
    window_folder,
)
from connectors.lake.store import Conflict, Document, LakeError, LostRows, Store
from connectors.lake.stored_rows import StoredRows
from connectors.lake.survey import read_months

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


class MonthWriter:
    """Writes the windows of a month, one document at a time. Threads take turns, processes compare and swap."""

    def __init__(self, store: Store, rows: StoredRows) -> None:
        self._store = store
        self._rows = rows
        self._locks: dict[str, RLock] = {}
        """By the key of a document."""
        self._written: dict[str, dict[str, int]] = {}
        """By the folder of a stream, the bytes of each data file that was written here."""

    def rewrite(self, folder: str, first: date, makes: Mapping[date, Make]) -> dict[date, Manifest]:
        """Rewrite windows of one month with one document. Windows whose committed rows are lost are made anew."""
        try:
            return self._rewrite(folder, first, makes)
        except LostRows:
            if not self.give_up(folder, first, self._month(folder, first)[1].files):
                raise
            return self._rewrite(folder, first, makes)

    def _rewrite(
        self, folder: str, first: date, makes: Mapping[date, Make]
    ) -> dict[date, Manifest]:
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        made_of: dict[date, Manifest | None] = {}
        written: dict[date, Manifest] = {}
        shared: dict[str, frozenset[date]] = {}
        with self._lock(key):
            for _ in range(MAX_COMMIT_ATTEMPTS):
                current, month = self._month(folder, first)
                drafts: dict[date, Draft] = {}
                is_there = Presence(self._store, folder)
                for window, make in makes.items():
                    committed = month.windows.get(window)
                    if window in made_of and made_of[window] == committed:
                        continue  # another window of the month was committed meanwhile
                    made_of[window] = committed
                    written.pop(window, None)
                    if made := draft(committed, make, is_there):
                        drafts[window] = made if made.is_small else self._alone(folder, made)
                written |= self._write(folder, drafts, shared)
                if not written or self._swap(key, month.replaced(written, shared), current):
                    return written
        raise too_busy(key)

    def commit_again(self, folder: str, first: date, manifests: Mapping[date, Manifest]) -> Month:
        """Commit windows whose files are there, but for those that are committed. Returns the month."""
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        with self._lock(key):
            for _ in range(MAX_COMMIT_ATTEMPTS):
                current, month = self._month(folder, first)
                missing = {x: y for x, y in manifests.items() if x not in month.windows}
                owners: dict[str, set[date]] = {}
                for window, manifest in missing.items():
                    for place in filter(is_shared, manifest.files):
                        owners.setdefault(place, {*month.shared.get(place, ())}).add(window)
                shared = {place: frozenset(windows) for place, windows in owners.items()}
                mended = month.replaced(missing, shared)
                if not missing or self._swap(key, mended, current):
                    return mended
        raise too_busy(key)

    def give_up(self, folder: str, first: date, places: Collection[str]) -> list[Damage]:
        """Uncommit the windows whose rows are in damaged files (`connectors.lake.damage`). Returns what is damaged.

        `places` are those that may be; each is looked at again.
        """
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        with self._lock(key):
            for _ in range(MAX_COMMIT_ATTEMPTS):
                current, month = self._month(folder, first)
                damaged = [
                    Damage(f"{folder}/{place}", what, whose)
                    for place in sorted({*places} & month.files)
                    if (what := damage_of(self._store, f"{folder}/{place}"))
                    and (whose := tuple(x for x, y in month.windows.items() if place in y.files))
                ]
                windows = {window for damage in damaged for window in damage.windows}
                if not damaged:
                    return []
                for damage in damaged:
                    own = [month.windows[window] for window in damage.windows]
                    note_lost(self._store, damage.key, own)
                if self._swap(key, month.without(windows), current):
                    return damaged
        raise too_busy(key)

    def compact(self, folder: str, first: date) -> Month | None:
        """Move the rows of a month's small windows into one file. None where there is nothing to do, or others commit.

        Windows whose rows are lost are given up.
        """
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        with self._lock(key):
            current, month = self._month(folder, first)
            moved: dict[date, Manifest] = {}
            shared: dict[str, frozenset[date]] = {}
            try:
                contents = [
                    *shared_contents(month, lambda x: pa.concat_tables(self._rows.parts(folder, x)))
                ]
            except LostRows:
                self.give_up(folder, first, month.files)
                return self._month(folder, first)[1]
            except NotTheSame:
                contents = []
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

    def _lock(self, key: str) -> RLock:
        return self._locks.setdefault(key, RLock())

    def _swap(self, key: str, month: Month, expected: Document | None) -> bool:
        """Commit a month, unless another process has done so meanwhile."""
        folder = key.rpartition("/")[0].rpartition("/")[0]
        written = self._written.get(folder, {})
        sizes = {place: written[place] for place in month.files if place in written}
        try:
            self._store.swap(key, as_document(month.with_sizes(sizes)), expected)
        except Conflict:
            return False
        return True

    def _month(self, folder: str, first: date) -> tuple[Document | None, Month]:
        """What is committed of a month, and its document if there is one."""
        key = f"{folder}/{month_folder(first)}/{DOCUMENT}"
        if current := self._store.get(key):
            month = read_or_set_aside(self._store, key, current, read_month)
            return (current, month) if month else self._month(folder, first)
        prefix = f"{folder}/window={first:%Y-%m}"
        listed = self._store.list(folder, after=prefix)
        of_month = {key: entry for key, entry in listed.items() if key.startswith(prefix)}
        return None, read_months(self._store, of_month).get(folder, {}).get(first, Month())

    def _write(
        self, folder: str, drafts: Mapping[date, Draft], shared: dict[str, frozenset[date]]
    ) -> dict[date, Manifest]:
        """Write the rows of windows of one month, small ones together. Returns the manifests, and fills `shared`."""
        by_columns: dict[Columns, dict[date, pa.Table]] = {}
        for window, made in drafts.items():
            if made.parts and made.is_small:
                table = made.parts[0][0]
                by_columns.setdefault(columns_of(table), {})[window] = table
        files: dict[date, tuple[str, ...]] = {}
        for tables in by_columns.values():
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
        self._store.put(f"{folder}/{name}", content)
        self._written.setdefault(folder, {})[name] = len(content)
        return name


@dataclass(frozen=True)
class Presence:
    """Whether data files of a stream are in the lake. Lists each of their folders once."""

    store: Store
    folder: str
    _listed: dict[str, frozenset[str]] = field(default_factory=dict)

    def __call__(self, files: Iterable[str]) -> bool:
        return all(f"{self.folder}/{file}" in self._files(file) for file in files)

    def _files(self, file: str) -> frozenset[str]:
        folder = f"{self.folder}/{file.partition('/')[0]}"
        if folder not in self._listed:
            self._listed[folder] = frozenset(self.store.list(folder))
        return self._listed[folder]


def draft(
    committed: Manifest | None, make: Make, is_there: Callable[[Iterable[str]], bool]
) -> Draft | None:
    """What `make` makes of a committed window, with the checksum of its content; None where it makes nothing.

    Rows that are as committed are not written again, unless their files are lost.
    """
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
        if committed is None or committed.checksum != content or not is_there(committed.files):
            return Draft(replace(manifest, bytes=size, checksum=content, files=()), encodings)
        stays = committed
    return Draft(replace(manifest, bytes=stays.bytes, checksum=stays.checksum, files=stays.files))


def too_busy(key: str) -> LakeError:
    """The error where others commit a month each time before we can."""
    return LakeError(
        f"{key} is committed by others faster than it can be read",
        "see what else writes this lake",
    )


def is_together(month: Month, windows: Sequence[date]) -> bool:
    """Whether these windows have a file already that is theirs alone."""
    files = {place for window in windows for place in month.windows[window].files}
    owners = {month.shared.get(place, frozenset(windows)) for place in files}
    return len(files) == 1 and owners == {frozenset(windows)}
