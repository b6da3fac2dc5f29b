"""How DuckDB reads a lake in an object store: it asks Python, and gets each file by one request.

A plugin of dbt-duckdb, named in profiles.yml. DuckDB's own client of S3 is an extension that would have to be
downloaded in the middle of a run.
"""

import io
import os
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from threading import Lock
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

from connectors.lake.addresses import S3_SCHEME, is_in_bucket
from connectors.lake.places import open_store
from connectors.lake.store import Store

AHEAD = 32
"""Files asked for before DuckDB opens them. A store answers many at once, each late; DuckDB asks one a thread."""
KEPT = 256 * 2**20
"""Bytes of files kept in memory: DuckDB opens each three times in one query, and the catalog for each model."""


class Plugin(BasePlugin):
    """Called by dbt-duckdb when it has opened the warehouse."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Let the connection read the lake that OKRA_LAKE names. Raises `LakeError`."""
        lake = os.environ.get("OKRA_LAKE", "")
        if is_in_bucket(lake):
            conn.register_filesystem(LakeFiles(lake))


class LakeFiles(AbstractFileSystem):  # type: ignore[misc]
    """The files of a lake for DuckDB to read, as they were when it first did: a run models one state of the lake.

    Small and many as they are, each is fetched whole.
    """

    cachable = False
    protocol = S3_SCHEME

    def __init__(self, lake: str) -> None:
        super().__init__()
        self._files = Fetched(open_store(lake, None))

    def glob(self, path: str, **_: Any) -> list[str]:
        """Every file that is asked for is named in the catalog: there is nothing to look for.

        DuckDB asks this of all files of a query before it opens the first.
        """
        self._files.announce(path)
        return [path]

    def unstrip_protocol(self, name: str) -> str:
        """`name`, which is whole."""
        return name

    def open(self, path: str, mode: str = "rb", *_: Any, **__: Any) -> io.BytesIO:
        """The file. Raises `LakeError`; FileNotFoundError when it is not there, or not in the lake."""
        if mode not in {"r", "rb"}:
            raise PermissionError(path)
        return io.BytesIO(self._files.content(path))

    def size(self, path: str) -> int:
        """How long a file is."""
        return len(self._files.content(path))

    def modified(self, path: str) -> datetime:
        """Now: DuckDB is to keep nothing of it beyond the query."""
        return datetime.now(UTC)


class Fetched:
    """Files of a store, fetched a little ahead of being opened and kept while there is room."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="lake")
        self._lock = Lock()
        self._announced: dict[str, None] = {}
        """To be opened soon and not asked for yet, in order."""
        self._unopened: set[str] = set()
        """Asked for ahead."""
        self._asked: dict[str, Future[bytes]] = {}
        """Under way or there, the oldest first."""
        self._bytes = 0
        """How much of it is there."""

    def announce(self, path: str) -> None:
        """A file will be opened soon."""
        with self._lock:
            if path not in self._asked:
                self._announced[path] = None

    def content(self, path: str) -> bytes:
        """A file. Raises `LakeError`, FileNotFoundError."""
        with self._lock:
            self._unopened.discard(path)
            found = self._ask(path)
            while self._announced and len(self._unopened) < AHEAD:
                coming = next(iter(self._announced))
                self._ask(coming)
                self._unopened.add(coming)
        return found.result()

    def _ask(self, path: str) -> "Future[bytes]":
        self._announced.pop(path, None)
        if path not in self._asked:
            self._asked[path] = self._pool.submit(self._fetch, path)
        return self._asked[path]

    def _fetch(self, path: str) -> bytes:
        try:
            found = self._store.get(path.removeprefix(f"{self._store.address}/"))
            if found is None:
                raise FileNotFoundError(path)
        except Exception:
            with self._lock:
                self._asked.pop(path, None)  # asked again, another answer may come
            raise
        with self._lock:
            self._bytes += len(found.content)
            self._make_room()
        return found.content

    def _make_room(self) -> None:
        """Forget the oldest files that are there."""
        for path, asked in [*islice(self._asked.items(), 2 * AHEAD)]:
            if self._bytes <= KEPT:
                break
            if asked.done() and not asked.exception():
                self._bytes -= len(asked.result())
                del self._asked[path]
