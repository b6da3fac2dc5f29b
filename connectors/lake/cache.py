"""A cache of the small files of a lake in a bucket, by key and version, so that no stale one is used.

It may be deleted at any time: what is missing is read from the bucket again.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from connectors.lake.store import Document, Entry

TABLE = """
create table if not exists documents (
    lake text, key text, version text, content blob, primary key (lake, key)
) without rowid
"""


class DocumentCache:
    """Files of the lake at `address`, cached in the SQLite file `path`; nothing is cached without a path."""

    def __init__(self, path: Path | None, address: str) -> None:
        self._path = path
        self._address = address

    def documents(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        """The listed files that are cached in the listed version."""
        if self._path is None or not listed or not self._path.exists():
            return {}
        query = "select key, version, content from documents where lake = ? and key between ? and ?"
        with suppress(sqlite3.DatabaseError), self._open(self._path) as connection:
            rows = connection.execute(query, (self._address, min(listed), max(listed)))
            return {
                key: Document(content, listed[key])
                for key, version, content in rows
                if key in listed and listed[key].version == version
            }
        return {}

    def store(self, documents: Mapping[str, Document]) -> None:
        """Cache files, in place of older versions of theirs."""
        if self._path is None or not documents:
            return
        insert = "insert or replace into documents values (?, ?, ?, ?)"
        rows = [
            (self._address, key, document.entry.version, document.content)
            for key, document in documents.items()
        ]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._open(self._path) as connection, connection:
                connection.execute(TABLE)
                connection.executemany(insert, rows)
        except sqlite3.OperationalError:
            return  # locked by another process, or the disk is full: the files are read once more
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)  # not a database; the next run makes a new one

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            yield connection
