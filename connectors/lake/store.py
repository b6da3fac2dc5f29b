"""What a lake needs of the place it is in.

A file is addressed by its key, the path below the lake's root: `raw/stripe/charges/month=2026-04/manifests.json`.
A place must show a file whole or not at all: a folder does so by renaming, S3 always.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MANIFEST = "manifest.json"
"""The file that commits a window in a lake of before."""


class LakeError(Exception):
    """The lake cannot be read or written. `message` says what happened, `remedy` what to do about it.

    It is no fault of a source: it ends the whole pull.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}"


class LostRows(LakeError):
    """Rows that are committed are not in the lake."""


class Conflict(Exception):
    """Another process has written the key since it was read. Read it again."""


@dataclass(frozen=True)
class Entry:
    """A listed file: its version, which differs from that of a file that replaces it, and when it was written.

    `modified` is by the place's own clock; `size` is in bytes, None where it is not known.
    """

    version: str
    modified: datetime
    size: int | None = None


@dataclass(frozen=True)
class Document:
    """A file as it was read."""

    content: bytes
    entry: Entry


class Store(Protocol):
    """A place for a lake. Every method may raise `LakeError`; each is called from several threads."""

    @property
    def address(self) -> str:
        """The root, without a slash at its end."""

    def list(self, folder: str, *, after: str = "") -> dict[str, Entry]:
        """The files below a folder whose key sorts after `after`, in the order of the keys."""

    def read(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        """The listed files that still exist, in the version that was listed or a newer one, in the order given."""

    def get(self, key: str) -> Document | None:
        """The current version of a file; None when there is none."""

    def put(self, key: str, content: bytes) -> None:
        """Write a file in one step, in place of any other."""

    def swap(self, key: str, content: bytes, expected: Document | None) -> None:
        """Write a file if the current one is `expected` (compare and swap). Raises `Conflict` when it is not."""

    def remove(self, keys: Iterable[str]) -> None:
        """Remove files; it is no error when one does not exist."""
