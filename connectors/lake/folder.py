"""A lake in a folder: a file is written beside its place, flushed to disk and renamed."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from connectors.lake.atomic_files import make_folder, replace
from connectors.lake.store import Conflict, Document, Entry

LAST_CHARACTER = "\U0010ffff"
"""Sorts after every other character of a key."""


class FolderStore:
    """A lake below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def address(self) -> str:
        return str(self._root)

    def list(self, folder: str, *, after: str = "") -> dict[str, Entry]:
        return dict(sorted(self._walk(folder, after)))

    def read(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        documents = ((key, self.get(key)) for key in listed)
        return {key: document for key, document in documents if document}

    def get(self, key: str) -> Document | None:
        try:
            with open(f"{self._root}/{key}", "rb") as file:  # noqa: PTH123 - a path less a window, of many
                return Document(file.read(), entry_of(os.fstat(file.fileno())))
        except FileNotFoundError:
            return None

    def put(self, key: str, content: bytes) -> None:
        """Write a file beside its place and rename it."""
        replace(self._root / key, lambda temporary: temporary.write_bytes(content))

    def swap(self, key: str, content: bytes, expected: Document | None) -> None:
        """Replace `expected` by renaming, under a lock of the folder."""
        lock = locked((self._root / key).parent)
        try:
            if self.get(key) != expected:
                raise Conflict(key)
            self.put(key, content)
        finally:
            os.close(lock)

    def remove(self, keys: Iterable[str]) -> None:
        """Remove files, and the folders that are empty then."""
        for key in keys:
            path = self._root / key
            path.unlink(missing_ok=True)
            with suppress(OSError):  # it has other files, or another process has locked it
                lock = os.open(path.parent, os.O_RDONLY)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.parent.rmdir()
                finally:
                    os.close(lock)

    def _walk(self, folder: str, after: str) -> Iterator[tuple[str, Entry]]:
        try:
            with os.scandir(f"{self._root}/{folder}") as items:
                for item in items:
                    key = f"{folder}/{item.name}"
                    if item.is_dir():
                        if f"{key}/{LAST_CHARACTER}" > after:
                            yield from self._walk(key, after)
                    elif key > after:
                        yield key, entry_of(item.stat())
        except FileNotFoundError:
            return  # removed since its parent was listed, or never there


def locked(folder: Path) -> int:
    """A lock of the folder, which is made if need be: a descriptor that is to be closed."""
    while True:
        make_folder(folder)
        with suppress(FileNotFoundError):  # removed as it was empty, since it was made
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if os.fstat(lock).st_ino == folder.stat().st_ino:
                    return lock
            except BaseException:
                os.close(lock)
                raise
            os.close(lock)


def entry_of(stat: os.stat_result) -> Entry:
    """The version of a file: renaming another one over it changes inode and time."""
    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
    return Entry(f"{stat.st_ino}-{stat.st_mtime_ns}-{stat.st_size}", modified, stat.st_size)
