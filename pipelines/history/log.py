"""The log of what was believed, in the lake: `history.duckdb` is an index of it that can be made again at any time.

    <lake>/history/<id>/month=2026-11/entries.json    written last, on condition that nobody else has: the commit
    <lake>/history/<id>/month=2026-11/<entry>-<table>-<hash>.parquet    what an entry changed in a table

An entry is what one step of a run came to believe. Its files have the rows that changed, as they are since, with
`_entry`, `_order` and `_change`: `opened`, `closed` (the same row with its `known_to`) or `removed`. The last one
counts of rows that are equal but for `known_to`. An entry that is a base has every row: nothing before it counts.

Nothing is ever changed or removed: once a month is over, its files are joined to one a table. A file is named after its
content. The document of a month has a hash of its text, and says how it is written (`format`): a newer one is refused.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake.broken import FOLDER as BROKEN
from connectors.lake.broken import UNREADABLE
from connectors.lake.store import Conflict, Document, Store
from pipelines.errors import OkraError

FOLDER = "history"
DOCUMENT = "entries.json"
FORMAT = 1
ENTRY, ORDER, CHANGE = "_entry", "_order", "_change"
OPENED, CLOSED, REMOVED = "opened", "closed", "removed"
DIGEST_LENGTH = 20

Changes = Mapping[str, pa.Table]
"""By table, the rows that changed, with `_order` and `_change`."""


class LogError(OkraError):
    """The log cannot be gone on with: another process has, or a newer version wrote it."""


@dataclass(frozen=True)
class Entry:
    """What one step of a run came to believe."""

    number: int
    at: str
    """When it was written down, by the clock of the run (UTC)."""
    is_base: bool = False


@dataclass(frozen=True)
class LogFile:
    """A file with the changes of a table in one entry, or in those of a month."""

    table: str
    place: str
    """Below the folder of the log."""
    rows: int
    bytes: int
    first: int
    last: int


@dataclass(frozen=True)
class LogMonth:
    """The entries of a month, and their files."""

    entries: tuple[Entry, ...] = ()
    files: tuple[LogFile, ...] = ()


@dataclass(frozen=True)
class LogFault:
    """A file of the log that cannot be read, or is not as it was written."""

    key: str
    what: str


class HistoryLog:
    """The log of one history. One process writes at a time; another is told by the condition of the commit."""

    def __init__(self, store: Store, history_id: str) -> None:
        self._store = store
        self.history_id = history_id
        self.folder = f"{FOLDER}/{history_id}"

    def newest(self) -> Entry | None:
        """The last entry; None where there is none. Raises `LogError`, and ValueError where it cannot be read."""
        keys = self._documents()
        entries = self._month(keys[-1])[1].entries if keys else ()
        return entries[-1] if entries else None

    def append(self, at: datetime, changes: Changes, after: int, *, is_base: bool = False) -> Entry:
        """Commit what a step changed, as the entry after `after`. Raises `LogError`, with nothing committed."""
        entry = Entry(after + 1, at.astimezone(UTC).isoformat(), is_base)
        keys = self._documents()
        # months follow each other as entries do, whatever the clock says
        own = f"{self.folder}/month={at.astimezone(UTC):%Y-%m}/{DOCUMENT}"
        key = max([own, *keys[-1:]])
        current, month = self._month(key)
        last = month.entries[-1].number if month.entries else after
        # a base has every row, so that entries before it may be missing
        if last > after or (last < after and not is_base):
            raise LogError(
                f"another process has written the history of {self._store.address} meanwhile; run again"
            )
        files = [
            self._add(key, name, rows, entry.number, entry.number)
            for name, rows in changes.items()
            if rows.num_rows
        ]
        month = LogMonth((*month.entries, entry), (*month.files, *files))
        self._commit(key, month, current)
        if keys and key not in keys:
            self._join(keys[-1])
        return entry

    def changes(self, table: str, after: int) -> pa.Table | None:
        """What the entries after `after`, or the last base among them, changed in a table; None where nothing did.

        Files that cannot be read are left out (`faults`).
        """
        months = [month for _, month in self._readable()]
        bases = [x.number for month in months for x in month.entries if x.is_base]
        since = max([after + 1, *bases])
        tables = []
        for file in (x for month in months for x in month.files):
            if file.table == table and file.last >= since:
                content = self._content(file)
                if content is not None:
                    tables.append(pq.read_table(pa.BufferReader(content)))
        if not tables:
            return None
        joined = pa.concat_tables(tables, promote_options="permissive")
        return joined.filter(pa.compute.greater_equal(joined.column(ENTRY), since))

    def has_base(self, after: int) -> bool:
        """Whether one of the entries after `after` has every row."""
        return any(
            x.is_base and x.number > after for _, month in self._readable() for x in month.entries
        )

    def faults(self) -> Iterator[LogFault]:
        """The files that cannot be read, or are not as they were written. Reads every file."""
        for key in self._documents():
            try:
                month = self._month(key)[1]
            except UNREADABLE:
                yield LogFault(key, "broken_document")
                continue
            for file in month.files:
                if self._content(file) is None:
                    document = self._store.get(f"{self.folder}/{file.place}")
                    yield LogFault(
                        f"{self.folder}/{file.place}", "damaged" if document else "missing"
                    )

    def set_aside_broken(self) -> list[str]:
        """Move the documents that cannot be read out of the way. Returns their keys."""
        moved = []
        for key in self._documents():
            try:
                self._month(key)
            except UNREADABLE:
                if document := self._store.get(key):
                    self._store.put(f"{BROKEN}/{key}.{uuid.uuid4().hex[:8]}", document.content)
                self._store.remove([key])
                moved.append(key)
        return moved

    def forget_damaged(self) -> None:
        """Name no more the files that are damaged: a base that was written since has what was in them."""
        for key in self._documents():
            current, month = self._month(key)
            whole = tuple(file for file in month.files if self._content(file) is not None)
            if len(whole) < len(month.files):
                self._commit(key, replace(month, files=whole), current)

    def _documents(self) -> list[str]:
        """The keys of the documents, oldest month first."""
        return [key for key in self._store.list(self.folder) if key.endswith(f"/{DOCUMENT}")]

    def _readable(self) -> Iterator[tuple[str, LogMonth]]:
        for key in self._documents():
            try:
                yield key, self._month(key)[1]
            except UNREADABLE:
                continue

    def _month(self, key: str) -> tuple[Document | None, LogMonth]:
        document = self._store.get(key)
        return document, read_month(document) if document else LogMonth()

    def _commit(self, key: str, month: LogMonth, expected: Document | None) -> None:
        try:
            self._store.swap(key, as_document(month), expected)
        except Conflict:
            raise LogError(
                f"another process has written the history of {self._store.address} meanwhile; run again"
            ) from None

    def _add(self, key: str, table: str, rows: pa.Table, first: int, last: int) -> LogFile:
        """Write a file of changes under a new name."""
        if ENTRY not in rows.column_names:
            numbers = pa.repeat(pa.scalar(first, pa.int64()), rows.num_rows)
            rows = rows.append_column(ENTRY, numbers)
        buffer = pa.BufferOutputStream()
        pq.write_table(rows, buffer, compression="zstd")
        content = buffer.getvalue().to_pybytes()
        digest = hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]
        month = key.removeprefix(f"{self.folder}/").rpartition("/")[0]
        place = f"{month}/{first:08d}-{table}-{digest}.parquet"
        self._store.put(f"{self.folder}/{place}", content)
        return LogFile(table, place, rows.num_rows, len(content), first, last)

    def _content(self, file: LogFile) -> bytes | None:
        """The content of a file; None where it is missing, or not as it was written."""
        document = self._store.get(f"{self.folder}/{file.place}")
        digest = file.place.rpartition("-")[2].removesuffix(".parquet")
        if document is None:
            return None
        is_whole = hashlib.sha256(document.content).hexdigest()[:DIGEST_LENGTH] == digest
        return document.content if is_whole else None

    def _join(self, key: str) -> None:
        """Join the files of a month that is over to one a table. Where one cannot be read, the month stays as it is."""
        current, month = self._month(key)
        by_table: dict[str, list[LogFile]] = {}
        for file in month.files:
            by_table.setdefault(file.table, []).append(file)
        joined: list[LogFile] = []
        for table, files in by_table.items():
            contents = [self._content(file) for file in files]
            if None in contents:
                return
            rows = [pq.read_table(pa.BufferReader(x)) for x in contents if x is not None]
            rows_of_table = pa.concat_tables(rows, promote_options="permissive")
            joined.append(self._add(key, table, rows_of_table, files[0].first, files[-1].last))
        if len(joined) < len(month.files):
            self._commit(key, replace(month, files=tuple(joined)), current)
            kept = {file.place for file in joined}
            gone = [f"{self.folder}/{x.place}" for x in month.files if x.place not in kept]
            self._store.remove(gone)


def histories(store: Store) -> list[HistoryLog]:
    """The logs in a lake, the one that was written last at the end."""
    written: dict[str, datetime] = {}
    for key, entry in store.list(FOLDER).items():
        if key.endswith(f"/{DOCUMENT}"):
            history_id = key.split("/")[1]
            written[history_id] = max(written.get(history_id, entry.modified), entry.modified)
    return [HistoryLog(store, x) for x in sorted(written, key=lambda x: written[x])]


def read_month(document: Document) -> LogMonth:
    """The month in a document. Raises `LogError` where a newer version wrote it, ValueError where it was changed."""
    content = json.loads(document.content)
    if content["format"] > FORMAT:
        raise LogError(
            "a newer version of Okra has written the history in this lake; update this one"
        )
    if digest_of(content) != content["digest"]:
        raise ValueError("the document is not as it was written")
    return LogMonth(
        tuple(Entry(**x) for x in content["entries"]), tuple(LogFile(**x) for x in content["files"])
    )


def as_document(month: LogMonth) -> bytes:
    """The document of a month."""
    content: dict[str, object] = {
        "format": FORMAT,
        "entries": [asdict(x) for x in month.entries],
        "files": [asdict(x) for x in month.files],
    }
    content["digest"] = digest_of(content)
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def digest_of(content: Mapping[str, object]) -> str:
    """A hash of what a document says."""
    said = {name: value for name, value in content.items() if name != "digest"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def joined_changes(parts: Sequence[tuple[str, pa.Table]]) -> pa.Table | None:
    """Rows of one table that changed, in their order, each part with what happened to it; None where none did."""
    tables = []
    for order, (change, rows) in enumerate(parts):
        if rows.num_rows:
            orders = pa.repeat(pa.scalar(order, pa.int32()), rows.num_rows)
            changes = pa.repeat(pa.scalar(change), rows.num_rows)
            tables.append(rows.append_column(ORDER, orders).append_column(CHANGE, changes))
    return pa.concat_tables(tables, promote_options="permissive") if tables else None
