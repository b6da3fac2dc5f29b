"""A lake in S3, through obstore, which signs requests, retries them (503 SlowDown, a broken connection) and
writes conditionally (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html):

    If-None-Match: *       there is no such object yet
    If-Match: "<etag>"     the object is still the one that was read

An object appears whole, so nothing is renamed. A listing holds the version of each object, so only new ones
are read; the others come from a cache on this machine.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import AlreadyExistsError, PreconditionError

from connectors.lake.cache import DocumentCache
from connectors.lake.s3 import connect, is_missing_object, lake_errors
from connectors.lake.store import Conflict, Document, Entry

if TYPE_CHECKING:
    from obstore import ObjectMeta

CONCURRENT_READS = 32
LIST_PAGE_KEYS = 1000
"""Keys in one answer to a listing: S3's maximum."""


class BucketStore:
    """A lake at `s3://bucket/prefix`."""

    def __init__(self, address: str, cache: Path | None, *, fail_fast: bool = False) -> None:
        """Sends no request yet. `fail_fast`: retry for half a second only. Raises `LakeError`."""
        self._address = address
        self._store = connect(address, fail_fast=fail_fast)
        self._cache = DocumentCache(cache, address)

    @property
    def address(self) -> str:
        return self._address

    def list(self, folder: str, *, after: str = "") -> dict[str, Entry]:
        with lake_errors(self._address):
            pages = self._store.list(folder, offset=after or None, chunk_size=LIST_PAGE_KEYS)
            return {meta["path"]: entry_of(meta) for page in pages for meta in page}

    def read(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        """The listed objects that still exist; those that are cached in the listed version are not read again."""
        documents = self._cache.documents(listed)
        missing = [key for key in listed if key not in documents]
        if missing:
            with ThreadPoolExecutor(CONCURRENT_READS) as pool:
                answers = zip(missing, pool.map(self.get, missing), strict=True)
                fresh = {key: document for key, document in answers if document}
            self._cache.store(fresh)
            documents |= fresh
        return {key: documents[key] for key in listed if key in documents}

    def get(self, key: str) -> Document | None:
        with lake_errors(self._address):
            try:
                answer = self._store.get(key)
                return Document(bytes(answer.bytes()), entry_of(answer.meta))
            except FileNotFoundError as missing:
                if is_missing_object(missing):
                    return None
                raise

    def put(self, key: str, content: bytes) -> None:
        """Write an object with one request."""
        with lake_errors(self._address):
            self._store.put(key, content, use_multipart=False)

    def swap(self, key: str, content: bytes, expected: Document | None) -> None:
        """Write an object, on condition that the current one is `expected`."""
        with lake_errors(self._address):
            try:
                self._store.put(
                    key,
                    content,
                    mode={"e_tag": expected.entry.version} if expected else "create",
                    use_multipart=False,
                )
            except (AlreadyExistsError, PreconditionError):
                raise Conflict(key) from None

    def remove(self, keys: Iterable[str]) -> None:
        """Remove objects, a thousand a request."""
        with lake_errors(self._address):
            self._store.delete([*keys])


def entry_of(meta: "ObjectMeta") -> Entry:
    """The version, time and size that S3 tells of an object."""
    return Entry(meta["e_tag"] or "", meta["last_modified"], meta["size"])
