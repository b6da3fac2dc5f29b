"""One at a time: a lock that the kernel lets go of when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pipelines.errors import OkraError
from pipelines.settings import Settings

WAREHOUSE_WAIT = 600.0
"""Seconds to wait for another writer of the warehouse: longer than a report takes."""


class LockedError(OkraError):
    """Another process holds the lock; the text says which."""


@contextmanager
def exclusive(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold `path` alone, after waiting for it up to `wait` seconds.

    Raises `LockedError` naming the holder. A process that was killed holds nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait
    with path.open("a+", encoding="ascii") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.seek(0)
                    holder = file.read().strip() or "unknown"
                    raise LockedError(
                        f"process {holder} is at work in {path.parent}; wait until it is done"
                    ) from None
                time.sleep(0.2)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def warehouse_lock(settings: Settings) -> AbstractContextManager[None]:
    """The right to write the warehouse, as DuckDB has one writer. Raises `LockedError` when another keeps it."""
    return exclusive(settings.state_path / "warehouse.lock", wait=WAREHOUSE_WAIT)
