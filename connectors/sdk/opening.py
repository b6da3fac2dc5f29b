"""Opens a source's connection: one vendor's client at a time, and whatever goes wrong as a `SourceError`."""

import threading
from collections.abc import Mapping

from connectors.sdk.contract import Connection, Source
from connectors.sdk.errors import SourceError
from connectors.sdk.throttle import ThrottledCalls

IMPORTING = threading.Lock()
"""Held while a vendor's client is imported, which opening does: two threads that import packages of one namespace
(`google`) at once can each see half of it."""


def open_connection(source: Source, values: Mapping[str, str], calls: ThrottledCalls) -> Connection:
    """Open `source`, with every vendor's exception turned into a `SourceError`."""
    with IMPORTING:
        try:
            return source.open(values, calls)
        except SourceError:
            raise
        except Exception as error:
            fault = source.diagnose(error)
            if fault is None:
                raise
            raise fault from None
