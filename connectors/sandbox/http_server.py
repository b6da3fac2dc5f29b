"""JSON over HTTP on loopback: what the sample company's vendors have in common."""

import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson


@dataclass(frozen=True)
class Request:
    """A request as it arrived."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = b""
    number: int = 0
    """Its place in the order of arrival, from 1."""

    @property
    def params(self) -> dict[str, str]:
        """The query by name; for a repeated name, its last value."""
        return dict(self.query)


@dataclass(frozen=True)
class Reply:
    """An answer. `body` is JSON already when it is bytes."""

    status: int
    body: bytes | Mapping[str, Any] | list[Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_off: bool = False
    """Send the first half of the body and hang up, as a dying server does."""


Observer = Callable[["JsonServer", Request, Reply], None]
observers: list[Observer] = []
"""Each is called with every request and its reply. Empty but in tests, which hold both against vendors' documents."""


class JsonServer:
    """A server on 127.0.0.1, at a port of the system's choice. One thread per connection. A context manager."""

    limits: Sequence["RequestsPerSecond"] = ()
    """The vendor's request limits."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.asked: list[Request] = []
        """Every request, in the order of its arrival."""
        self._answer_to = answer
        self._arriving = threading.Lock()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.answer = self._receive
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def _receive(self, request: Request) -> Reply:
        with self._arriving:
            request = replace(request, number=len(self.asked) + 1)
            self.asked.append(request)
        reply = self._answer_to(request)
        for observe in observers:
            observe(self, request, reply)
        return reply

    def set_clock(self, ahead: timedelta) -> None:
        """Send a `Date` that is `ahead` of this machine's clock."""
        self._http.clock_ahead = ahead.total_seconds()

    def lift_limits(self) -> None:
        """Stop enforcing the request limits."""
        for limit in self.limits:
            limit.lift()

    def close(self) -> None:
        """Stop answering and hang up on whoever is still connected."""
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> "JsonServer":
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()


class RequestsPerSecond:
    """A vendor's rate limit: at most `ceiling` requests of each kind within any second of `clock`."""

    def __init__(self, ceiling: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._ceiling = ceiling
        self._clock = clock
        self._allowed: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, kind: str) -> bool:
        """Whether one more of `kind` is within the ceiling; it is counted when it is."""
        now = self._clock()
        with self._lock:
            recent = self._allowed.setdefault(kind, deque())
            while recent and recent[0] <= now - 1:
                recent.popleft()
            if len(recent) >= self._ceiling:
                return False
            recent.append(now)
            return True

    def lift(self) -> None:
        """Allow every request from now on."""
        self._ceiling = sys.maxsize

    def left(self, kind: str) -> int:
        """How many more of `kind` would be allowed at once."""
        with self._lock:
            return self._ceiling - len(self._allowed.get(kind, ()))


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    answer: Callable[[Request], Reply]
    clock_ahead = 0.0

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that are kept alive, so that their threads end as well."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client has hung up already

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave out the stack trace where the client hung up first; show every other one."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Listener

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What the header `Date` says."""
        return super().date_time_string(time.time() + self.server.clock_ahead)

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def _reply(self) -> None:
        address = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            address.path,
            tuple(parse_qsl(address.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length) if length else b"",
        )
        reply = self.server.answer(request)
        body = reply.body if isinstance(reply.body, bytes) else orjson.dumps(reply.body)
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.cut_off:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
