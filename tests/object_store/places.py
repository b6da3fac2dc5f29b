"""The two places that a lake can be in, a folder and a bucket, with one interface for tests."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from connectors.lake.lake import Lake
from connectors.lake.sweeping import LOG
from tests.object_store.buckets import Bucket


class Place(Protocol):
    """The place of a test's lake."""

    root: Path | str

    def every_key(self) -> set[str]:
        """The keys of everything below the root."""

    def write(self, key: str, content: bytes) -> None:
        """Write a file without using the lake."""

    def age(self, hours: float) -> None:
        """Make every file `hours` older, and what a sweep has noted."""


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
        age_log(Lake(self.root), hours)
        for key in self.every_key():
            changed_at = (self.root / key).stat().st_mtime - hours * 3600
            os.utime(self.root / key, (changed_at, changed_at))


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
        age_log(Lake(self.root), hours)
        self.bucket.age(hours)


def age_log(lake: Lake, hours: float) -> None:
    """Make the times that a sweep has noted `hours` older."""
    if document := lake.store.get(LOG):
        noted = {
            key: (datetime.fromisoformat(at) - timedelta(hours=hours)).isoformat()
            for key, at in json.loads(document.content).items()
        }
        lake.store.put(LOG, json.dumps(noted).encode())


def lake_in(place: Place, cache: Path | None = None) -> Lake:
    """The lake, opened as another process would open it."""
    return Lake(place.root, cache=cache)
