"""A lake in S3, through obstore, which signs, retries what is worth it (503 SlowDown, a broken connection) and
writes on condition (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html):

    If-None-Match: *       nothing is there yet
    If-Match: "<etag>"     what is there is what was read

Nothing can be renamed there and nothing need be: an object appears whole. A listing tells the version of each
object, so only manifests that are new are asked for; what was read stays in `Seen`, on this machine.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import AlreadyExistsError, PreconditionError

from connectors.lake.cache import Seen
from connectors.lake.s3 import connect, not_there, told
from connectors.lake.store import Document, Entry, Overtaken

if TYPE_CHECKING:
    from obstore import ObjectMeta

AT_ONCE = 32
"""Objects read side by side."""
A_PAGE = 1000
"""Keys in one answer to a listing; S3 gives no more."""


class BucketStore:
    """A lake at `s3://bucket/prefix`. Raises `LakeError` when S3 cannot be spoken to from here at all."""

    def __init__(self, address: str, seen: Path | None, *, hurried: bool = False) -> None:
        """`hurried`: rather fail than try again for long."""
        self._address = address
        self._store = connect(address, hurried=hurried)
        self._seen = Seen(seen, address)

    @property
    def address(self) -> str:
        """`s3://bucket/prefix`."""
        return self._address

    def list(self, folder: str, *, after: str = "") -> dict[str, Entry]:
        """Everything below a folder whose key sorts behind `after`."""
        with told(self._address):
            pages = self._store.list(folder, offset=after or None, chunk_size=A_PAGE)
            return {meta["path"]: entry_of(meta) for page in pages for meta in page}

    def read(self, listed: Mapping[str, Entry]) -> dict[str, Document]:
        """Those of the listed objects that are still there; asked for is what was never read as it is listed."""
        found = self._seen.documents(listed)
        news = [key for key in listed if key not in found]
        if news:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                read = zip(news, pool.map(self.get, news), strict=True)
                fresh = {key: document for key, document in read if document}
            self._seen.remember(fresh)
            found |= fresh
        return {key: found[key] for key in listed if key in found}

    def get(self, key: str) -> Document | None:
        """One object as it is now."""
        with told(self._address):
            try:
                answer = self._store.get(key)
                return Document(bytes(answer.bytes()), entry_of(answer.meta))
            except FileNotFoundError as missing:
                if not_there(missing):
                    return None
                raise

    def put(self, key: str, content: bytes) -> None:
        """Write an object with one request."""
        with told(self._address):
            self._store.put(key, content, use_multipart=False)

    def swap(self, key: str, content: bytes, over: Document | None) -> None:
        """Write an object, on condition that the one that is there is still `over`."""
        with told(self._address):
            try:
                self._store.put(
                    key,
                    content,
                    mode={"e_tag": over.entry.version} if over else "create",
                    use_multipart=False,
                )
            except (AlreadyExistsError, PreconditionError):
                raise Overtaken(key) from None

    def remove(self, keys: Iterable[str]) -> None:
        """Remove objects, a thousand a request."""
        with told(self._address):
            self._store.delete([*keys])


def entry_of(meta: "ObjectMeta") -> Entry:
    """What a listing or an answer says of an object."""
    return Entry(meta["e_tag"] or "", meta["last_modified"])
