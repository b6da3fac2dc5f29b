"""Locks between processes. The kernel releases the lock of a process that dies, however it dies."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import OkraError
from pipelines.settings import Settings

WAREHOUSE_WAIT = 600.0
"""Seconds to wait for another writer of the warehouse: longer than a report takes."""


class LockedError(OkraError):
    """Another process holds the lock; the text names its process id."""


@contextmanager
def exclusive(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock at `path`, after waiting up to `wait` seconds for it. Raises `LockedError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(path, timeout=wait, fallback_to_soft=False).acquire()
    except Timeout:
        holder = path.read_text("ascii").strip() or "unknown"
        raise LockedError(
            f"process {holder} is at work in {path.parent}; wait until it is done"
        ) from None
    with lock:
        path.write_text(str(os.getpid()), "ascii")
        yield


def warehouse_lock(settings: Settings) -> AbstractContextManager[None]:
    """The right to write the warehouse, as DuckDB has one writer. Raises `LockedError` when another keeps it."""
    return exclusive(settings.state_path / "warehouse.lock", wait=WAREHOUSE_WAIT)
