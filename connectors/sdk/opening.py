"""Opening a source, and turning the exceptions of its client into `SourceError`."""

import errno
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from connectors.lake.store import LakeError
from connectors.sdk.contract import ACCOUNT, Connection, KnowsLookBacks, Source
from connectors.sdk.errors import ConnectorBug, SourceError
from connectors.sdk.throttle import ThrottledCalls

IMPORT_LOCK = threading.Lock()
"""Held while a vendor's client is imported, which opening does: two threads that import packages of one namespace
(`google`) at the same time can each see half of it."""


NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
"""The system's errors of a full disk or a spent quota: no other source would fare better."""


@contextmanager
def diagnosed(source: Source) -> Iterator[None]:
    """Raise an exception of the source's client as the `SourceError` it means, and any other as `ConnectorBug`.

    A full disk, too little memory and a fault of the lake are raised as they are.
    """
    try:
        yield
    except (SourceError, LakeError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise meaning_of(error, source) from None


def open_account(
    source: Source, values: Mapping[str, str], calls: ThrottledCalls
) -> tuple[Source, Connection]:
    """Open `source`: with the look-backs that its account has, where it says so. Raises `SourceError`."""
    connection = open_connection(source, values, calls)
    try:
        look_backs = {**look_backs_of_account(source, connection), **source.look_backs}
    except BaseException:
        connection.close()
        raise
    return replace(source, look_backs=look_backs), connection


def look_backs_of_account(source: Source, connection: Connection) -> Mapping[str, timedelta]:
    """How long windows may change, by stream, as far as the account says so. Raises `SourceError`."""
    if not isinstance(connection, KnowsLookBacks):
        return {}
    with diagnosed(source):
        return connection.look_backs()


def meaning_of(error: Exception, source: Source) -> SourceError:
    """What an exception means, as the source sees it."""
    try:
        return source.diagnose(error) or ConnectorBug(error)
    except Exception as another:
        return ConnectorBug(another)


def open_connection(source: Source, values: Mapping[str, str], calls: ThrottledCalls) -> Connection:
    """Open `source` and ask for its zone. Raises `SourceError`."""
    with IMPORT_LOCK, diagnosed(source):
        named = {**values, ACCOUNT: source.account} if source.account else values
        connection = source.open(named, calls)
        try:
            _ = connection.zone
        except BaseException:
            connection.close()
            raise
        return connection
