"""A server that drips, never ends or sends too much is given up within a declared time and size."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from connectors.sdk import bounded_answers
from connectors.sdk.errors import Drift, SourceError, Unavailable
from connectors.sdk.http import Http
from connectors.sdk.remote_files import read_file

HEAD = b"HTTP/1.1 200 OK\r\n"
PAUSE = 0.02
PACKED = gzip.compress(bytes(20 * 2**20))
"""Packed before a test, as that takes a good part of the deadline."""


def dripping_headers(send: Callable[[bytes], None]) -> None:
    send(HEAD)
    while True:
        for byte in b"X-More: x\r\n":
            send(bytes([byte]))
            time.sleep(PAUSE)


def dripping_body(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while True:
        send(b" ")
        time.sleep(PAUSE)


def dripping_chunks(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        send(b"1\r\n \r\n")
        time.sleep(PAUSE)


def a_bomb(send: Callable[[bytes], None]) -> None:
    send(
        HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(PACKED)}\r\n\r\n".encode() + PACKED
    )


def without_an_end(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"\r\n")
    while True:
        send(bytes(2**16))


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that answers each connection with what the test's parameter sends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65_536)
                    request.param(connection.sendall)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_answers, "DEADLINE", 0.3)
    monkeypatch.setattr(bounded_answers, "LARGEST", 2**20)


CASES = [
    (dripping_headers, Unavailable),
    (dripping_body, Unavailable),
    (dripping_chunks, Unavailable),
    (a_bomb, Drift),
    (without_an_end, Drift),
]


@pytest.mark.parametrize(("address", "fault"), CASES, indirect=["address"])
def test_an_api_is_given_up(address: str, fault: type[SourceError]) -> None:
    http = Http(address, "token")
    began = time.monotonic()
    with pytest.raises(fault) as caught:
        http.get("/v1/things", {"key": "abc123"})
    assert time.monotonic() - began < 5
    assert str(caught.value).startswith("GET /v1/things ")
    assert "abc123" not in str(caught.value)
    http.close()


@pytest.mark.parametrize(("address", "fault"), CASES, indirect=["address"])
def test_a_shared_sheet_is_given_up(
    address: str, fault: type[SourceError], caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with pytest.raises(fault) as caught:
        read_file(f"{address}/kpis.csv?key=abc123", "OKRA_SHEETS")
    assert time.monotonic() - began < 5
    assert str(caught.value).startswith("GET kpis.csv ")
    assert "abc123" not in str(caught.value)
    assert "abc123" not in caplog.text
