"""Opening the place a lake is in: a folder or a bucket."""

from pathlib import Path

from connectors.lake.addresses import checked_location, folder_at, is_in_bucket
from connectors.lake.folder import FolderStore
from connectors.lake.store import LakeError, Store


def open_store(location: Path | str, cache: Path | None) -> Store:
    """The store at `location`. `cache`: a file that keeps what was read from a bucket.

    Raises `LakeError` when no lake can be there.
    """
    if is_in_bucket(location):
        return open_bucket(str(location), cache)
    return FolderStore(folder_at(location))


def open_bucket(address: str, cache: Path | None, *, fail_fast: bool = False) -> Store:
    """The store at `s3://bucket/prefix`. `fail_fast`: retry for half a second only. Raises `LakeError`."""
    try:
        from connectors.lake.bucket import BucketStore
    except ImportError:
        raise LakeError(
            f"the lake at {address} needs obstore, which is not installed",
            "pip install 'okra[s3]'",
        ) from None
    return BucketStore(checked_location(address).rstrip("/"), cache, fail_fast=fail_fast)


def probe(location: Path | str) -> None:
    """Send one request to a lake in a bucket. Raises `LakeError`, after a few seconds, when it cannot be reached."""
    if is_in_bucket(location):
        open_bucket(str(location), None, fail_fast=True).get("windows.parquet")
