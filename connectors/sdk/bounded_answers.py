"""Answers that would never end, or never fit: each has a deadline and a largest size.

The time-outs of `requests` are between two bytes, so that a server that sends a byte a second is waited for without an
end. Here a connection is shut once the headers of an answer have taken too long, and a body is read piece by piece.
"""

import logging
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from connectors.sdk.errors import Drift, Unavailable

DEADLINE = 600.0
"""Seconds for one answer, headers and body. Reports that take longer are prepared in the background."""
LARGEST = 512 * 2**20
"""Bytes of one answer, unpacked."""
PIECE = 2**18
# it warns of headers that it cannot read, with the whole address, which may hold a key
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class _Watched(HTTPConnection):
    """A connection that is shut when the headers of an answer have not come within the deadline."""

    def getresponse(self) -> Any:
        late = threading.Event()
        timer = threading.Timer(DEADLINE, _shut, [self.sock, late])
        timer.daemon = True
        timer.start()
        try:
            response = super().getresponse()
        finally:
            timer.cancel()
        if late.is_set():
            response.close()
            raise TimeoutError("the headers did not come to their end in time")
        return response


class _WatchedOverTls(_Watched, HTTPSConnection):
    """The same with TLS."""


def _shut(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolOverTls(HTTPSConnectionPool):
    ConnectionCls = _WatchedOverTls


class BoundedAdapter(HTTPAdapter):
    """What a session asks with: answers whose headers come in time."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolOverTls}


def body_of(response: requests.Response, request: str) -> bytes:
    """The body of an answer that was asked for with `stream`.

    Raises `Unavailable` where it does not come to its end in time, `Drift` where it is too large, and
    `requests.RequestException` where it breaks off. `request` is what may be shown of it.
    """
    until, size, pieces = time.monotonic() + DEADLINE, 0, []
    try:
        while piece := response.raw.read1(PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise Drift(
                    f"{request} gave more than {LARGEST // 2**20} MiB at once",
                    "ask for less at a time: shorter windows, or fewer columns",
                )
            if time.monotonic() > until:
                raise Unavailable(f"{request} was not answered to its end within {DEADLINE:.0f} s")
    except BaseException as error:
        response.close()
        if isinstance(error, HTTPError):
            raise requests.exceptions.ChunkedEncodingError(error) from None
        raise
    response.raw.release_conn()
    return b"".join(pieces)
