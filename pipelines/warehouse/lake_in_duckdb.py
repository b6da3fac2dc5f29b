"""Lets DuckDB read a lake in an object store through Python, with one request a file.

A plugin of dbt-duckdb, named in profiles.yml. DuckDB's own S3 client is an extension that a run would have to
download.
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

PREFETCHED_FILES = 32
"""Files fetched before DuckDB opens them. A store serves many requests at once, but DuckDB opens one file a thread."""
MAX_CACHED_BYTES = 256 * 2**20
"""Bytes of files kept in memory. DuckDB opens each file three times in one query, and the catalog for each model."""


class Plugin(BasePlugin):
    """What dbt-duckdb calls before and after it opens the warehouse."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Have dbt-duckdb open the warehouse that OKRA_WAREHOUSE names.

        The path is not in the profile, because dbt parses the whole project again when the profile is another. So
        all homes share what was parsed once.
        """
        warehouse = os.environ.get("OKRA_WAREHOUSE")
        if self.creds is not None and warehouse:
            self.creds.path = warehouse

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Let the connection read the lake that OKRA_LAKE names. Raises `LakeError`."""
        lake = os.environ.get("OKRA_LAKE", "")
        if is_in_bucket(lake):
            conn.register_filesystem(LakeFiles(lake))


class LakeFiles(AbstractFileSystem):  # type: ignore[misc]
    """The files of a lake as a file system for DuckDB.

    A file stays as it was when it was first read, so that a run models one state of the lake. The files are small,
    so each is fetched as a whole.
    """

    cachable = False
    protocol = S3_SCHEME

    def __init__(self, lake: str) -> None:
        super().__init__()
        self._files = FileCache(open_store(lake, None))

    def glob(self, path: str, **_: Any) -> list[str]:
        """The path itself, as the models name every file in full.

        DuckDB calls this for all files of a query before it opens the first, which is when prefetching can begin.
        """
        self._files.announce(path)
        return [path]

    def unstrip_protocol(self, name: str) -> str:
        """`name`, which is a full address already."""
        return name

    def open(self, path: str, mode: str = "rb", *_: Any, **__: Any) -> io.BytesIO:
        """The file. Raises `LakeError`; FileNotFoundError when it is not there, or not in the lake."""
        if mode not in {"r", "rb"}:
            raise PermissionError(path)
        return io.BytesIO(self._files.content(path))

    def size(self, path: str) -> int:
        """The bytes of a file."""
        return len(self._files.content(path))

    def modified(self, path: str) -> datetime:
        """The present, so that DuckDB caches nothing beyond the query."""
        return datetime.now(UTC)


class FileCache:
    """Files of a store, prefetched in the order in which they were announced; the oldest are evicted first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(PREFETCHED_FILES, thread_name_prefix="lake")
        self._lock = Lock()
        self._announced: dict[str, None] = {}
        """Files that will be opened and are not requested yet, in order."""
        self._prefetched: set[str] = set()
        """Files that are requested and were not opened yet."""
        self._requested: dict[str, Future[bytes]] = {}
        """Files under way or in memory, the oldest first."""
        self._cached_bytes = 0

    def announce(self, path: str) -> None:
        """Say that a file will be opened soon."""
        with self._lock:
            if path not in self._requested:
                self._announced[path] = None

    def content(self, path: str) -> bytes:
        """The content of a file. Raises `LakeError`, FileNotFoundError."""
        with self._lock:
            self._prefetched.discard(path)
            content = self._request(path)
            while self._announced and len(self._prefetched) < PREFETCHED_FILES:
                next_path = next(iter(self._announced))
                self._request(next_path)
                self._prefetched.add(next_path)
        return content.result()

    def _request(self, path: str) -> "Future[bytes]":
        self._announced.pop(path, None)
        if path not in self._requested:
            self._requested[path] = self._pool.submit(self._fetch, path)
        return self._requested[path]

    def _fetch(self, path: str) -> bytes:
        try:
            document = self._store.get(path.removeprefix(f"{self._store.address}/"))
            if document is None:
                raise FileNotFoundError(path)
        except Exception:
            with self._lock:
                self._requested.pop(path, None)  # the next request may succeed
            raise
        with self._lock:
            self._cached_bytes += len(document.content)
            self._evict()
        return document.content

    def _evict(self) -> None:
        """Drop the oldest files that have arrived, until the rest fits."""
        for path, request in [*islice(self._requested.items(), 2 * PREFETCHED_FILES)]:
            if self._cached_bytes <= MAX_CACHED_BYTES:
                break
            if request.done() and not request.exception():
                self._cached_bytes -= len(request.result())
                del self._requested[path]
