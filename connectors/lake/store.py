"""What a lake needs of the place it is in, and what such a place can be.

    data/lake  /srv/lake  file:///srv/lake      a folder
    s3://bucket/prefix                          S3 and what speaks its protocol (the extra `s3`)

A lake is told by keys, paths below its root with slashes: `raw/stripe/charges/window=2026-04-01/manifest.json`.
Only a place that shows a file whole or not at all can hold one: a folder does by renaming, S3 by its nature.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

MANIFEST = "manifest.json"
"""What commits a window."""
FAR = "s3"
"""The scheme of a lake in an object store."""


class LakeError(Exception):
    """The lake cannot be read or written. `message` says what happened, `remedy` what to do about it.

    No fault of a source: a pull that meets it stops.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}"


class Overtaken(Exception):
    """Another process has written the key since it was looked at. Look again."""


@dataclass(frozen=True)
class Entry:
    """What tells a file from the one that replaces it, and when it was written by the place's own clock."""

    version: str
    modified: datetime


@dataclass(frozen=True)
class Document:
    """A file that was read."""

    content: bytes
    entry: Entry


class Store(Protocol):
    """A place for a lake. Every method may raise `LakeError`; each is called from several threads."""

    @property
    def address(self) -> str:
        """The root as SQL and people write it, without a slash at its end."""

    def list(self, folder: str, *, after: str = "") -> dict[str, Entry]:
        """Everything below a folder whose key sorts behind `after`, in the order of the keys."""

    def read(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        """Those of the listed files that are still there, as they were listed or newer, in the order given."""

    def get(self, key: str) -> Document | None:
        """One file as it is now; None when it is not there."""

    def put(self, key: str, content: bytes) -> None:
        """Write a file in one step, whatever was there."""

    def swap(self, key: str, content: bytes, over: Document | None) -> None:
        """Write a file in one step, in place of `over`. Raises `Overtaken` when something else is there now."""

    def remove(self, keys: Iterable[str]) -> None:
        """Remove files; one that is gone already is no fault."""


def open_store(location: Path | str, seen: Path | None) -> Store:
    """The store at `location`. `seen`: where to keep what was read far away, to be asked for only once.

    Raises `LakeError` when no lake can be there.
    """
    from connectors.lake.folder import FolderStore

    return far_store(str(location), seen) if is_far(location) else FolderStore(folder_at(location))


def far_store(address: str, seen: Path | None, *, hurried: bool = False) -> Store:
    """The store at `s3://bucket/prefix`. `hurried`: rather fail than try again for long. Raises `LakeError`."""
    try:
        from connectors.lake.bucket import BucketStore
    except ImportError:
        raise LakeError(
            f"the lake at {address} needs obstore, which is not installed",
            "pip install 'okra[s3]'",
        ) from None
    return BucketStore(checked(address).rstrip("/"), seen, hurried=hurried)


def reach(location: Path | str) -> None:
    """Ask a lake far away for something. Raises `LakeError`, after a few seconds, when it cannot be reached."""
    if is_far(location):
        far_store(str(location), None, hurried=True).get("windows.parquet")


def folder_at(location: Path | str) -> Path:
    """The folder that a path or a file:// address leads to."""
    address = str(location)
    return Path(unquote(urlsplit(address).path) if address.startswith("file://") else location)


def is_far(location: Path | str) -> bool:
    """Whether a lake is in an object store, and not in a folder."""
    return isinstance(location, str) and location.startswith(f"{FAR}://")


def checked(location: str) -> str:
    """`location`, if a lake can be there. Raises `LakeError`, showing no more of it than its scheme."""
    parts = urlsplit(location if "://" in location else "")
    if not parts.scheme:
        return location
    if parts.scheme == "file":
        if parts.netloc or not parts.path:
            raise LakeError("file: leads to no folder", "write file:///path/of/the/lake")
        return location
    if parts.scheme != FAR:
        raise LakeError(
            f"a lake cannot be at {parts.scheme}://", "use a folder, or s3://bucket/prefix"
        )
    if "@" in parts.netloc or ":" in parts.netloc:
        raise LakeError(
            "the address of the lake carries a credential",
            "write s3://bucket/prefix; credentials come from AWS_ACCESS_KEY_ID and the like",
        )
    unusual = (
        parts.query or parts.fragment or "//" in parts.path or set(location) & set("*?[]\\ '\"")
    )
    if not parts.netloc or unusual:
        raise LakeError(
            "the address of the lake cannot be used",
            "write s3://bucket/prefix, without blanks, wildcards or a query",
        )
    return location
