"""The two places that a lake can be in, a folder and a bucket, with one interface for tests."""

import os
import time
from pathlib import Path
from typing import Protocol

from connectors.lake.lake import Lake
from tests.object_store.buckets import Bucket


class Place(Protocol):
    """The place of a test's lake."""

    root: Path | str

    def every_key(self) -> set[str]:
        """The keys of everything below the root."""

    def write(self, key: str, content: bytes) -> None:
        """Write a file without using the lake."""

    def age(self, hours: float) -> None:
        """Make every file `hours` older."""


class Folder:
    """A local folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def every_key(self) -> set[str]:
        return {f"{p.relative_to(self.root)}" for p in self.root.rglob("*") if p.is_file()}

    def write(self, key: str, content: bytes) -> None:
        (self.root / key).parent.mkdir(parents=True, exist_ok=True)
        (self.root / key).write_bytes(content)

    def age(self, hours: float) -> None:
        then = time.time() - hours * 3600
        for key in self.every_key():
            os.utime(self.root / key, (then, then))


class InBucket:
    """A prefix in a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.root = f"s3://{bucket.name}/some/prefix"

    def every_key(self) -> set[str]:
        return {key.removeprefix("some/prefix/") for key in self.bucket.every_key()}

    def write(self, key: str, content: bytes) -> None:
        self.bucket.write(f"some/prefix/{key}", content)

    def age(self, hours: float) -> None:
        self.bucket.age(hours)


def lake_in(place: Place, cache: Path | None = None) -> Lake:
    """The lake, opened as another process would open it."""
    return Lake(place.root, cache=cache)
