"""Files of the lake's own that cannot be read: empty, cut off, or not what they should be.

One such file must not stop every other stream. It is moved to `<root>/broken/<key>.<hash>`, as if its windows had never
been committed: the next pull asks for them again. Their data files stay, as the broken file may name rows that no
source has any more (`connectors.lake.sweeping`).
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import pyarrow as pa

from connectors.lake.month import EMPTY_DOCUMENT, key_of_month, read_month
from connectors.lake.store import Conflict, Document, Store

FOLDER = "broken"
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OSError, pa.ArrowException)
"""What reading raises where the content is none: no JSON, no Parquet (of which Arrow raises OSError), a key that is
missing, a list for a mapping. The bytes are there already, so none is a fault of the disk."""

T = TypeVar("T")


def read_or_set_aside(
    store: Store, key: str, document: Document, read: Callable[[Document], T]
) -> T | None:
    """What `read` makes of a document of the store; None where it cannot be read, and was moved out of the way."""
    try:
        return read(document)
    except UNREADABLE:
        digest = hashlib.sha256(document.content).hexdigest()[:8]
        store.put(f"{FOLDER}/{key}.{digest}", document.content)
        if read is read_month:
            with suppress(Conflict):  # another process has committed the month meanwhile
                store.swap(key, EMPTY_DOCUMENT, document)
        else:
            store.remove([key])
        return None


def set_aside(store: Store) -> Iterator[tuple[str, str]]:
    """The documents that were moved out of the way: where each was, and where it is.

    Data files are told by their windows (`connectors.lake.damage`).
    """
    for place in store.list(FOLDER):
        key = place.removeprefix(f"{FOLDER}/").rpartition(".")[0]
        if key_of_month(key) or not ("/window=" in key or "/month=" in key):
            yield key, place


def broken_months(store: Store) -> set[tuple[str, str]]:
    """The folder of the stream and the month (2026-04) of each manifest that was moved out of the way."""
    return {month_at(key) for key, _ in set_aside(store) if "/window=" in key or "/month=" in key}


def month_at(key: str) -> tuple[str, str]:
    """The folder of the stream, and the month, of a file below that of a window or month."""
    stream, _, place = key.rpartition("/")[0].rpartition("/")
    return stream, place.partition("=")[2][:7]
