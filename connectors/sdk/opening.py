"""Opening a source, and turning the exceptions of its client into `SourceError`."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from connectors.sdk.contract import Connection, Source
from connectors.sdk.errors import SourceError
from connectors.sdk.throttle import ThrottledCalls

IMPORT_LOCK = threading.Lock()
"""Held while a vendor's client is imported, which opening does: two threads that import packages of one namespace
(`google`) at the same time can each see half of it."""


@contextmanager
def diagnosed(source: Source) -> Iterator[None]:
    """Raise an exception of the source's client as the `SourceError` it means, and any other as it is."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        fault = source.diagnose(error)
        if fault is None:
            raise
        raise fault from None


def open_connection(source: Source, values: Mapping[str, str], calls: ThrottledCalls) -> Connection:
    """Open `source` and ask for its zone. Raises `SourceError`."""
    with IMPORT_LOCK, diagnosed(source):
        connection = source.open(values, calls)
        try:
            _ = connection.zone
        except BaseException:
            connection.close()
            raise
        return connection
