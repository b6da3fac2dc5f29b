"""The small files of a lake far away that were read already: by key and version, so that no stale one is taken.

A cache and nothing more. It may be deleted at any time; what is missing in it is asked for again.
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


class Seen:
    """What was read of the lake at `address`, in the SQLite file `path`; nothing without one."""

    def __init__(self, path: Path | None, address: str) -> None:
        self._path = path
        self._address = address

    def documents(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        """Those of the listed files that were read as they are listed."""
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

    def remember(self, documents: Mapping[str, Document]) -> None:
        """Keep what was read, in place of what was read before under the same keys."""
        if self._path is None or not documents:
            return
        insert = "insert or replace into documents values (?, ?, ?, ?)"
        rows = [(self._address, key, x.entry.version, x.content) for key, x in documents.items()]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._open(self._path) as connection, connection:
                connection.execute(TABLE)
                connection.executemany(insert, rows)
        except sqlite3.OperationalError:
            return  # another process is at it, or the disk is full: it is only asked for once more
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)  # no database at all; the next run makes a new one

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            yield connection
