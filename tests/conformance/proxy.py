"""Stands between a connector and a server on loopback, and breaks answers the same way for every vendor."""

import threading
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from connectors.sandbox.http_server import JsonServer, Reply, Request
from tests.limits import HANG_SECONDS

Break = Callable[[Request, Reply], Reply]
"""What is answered instead of the server's own reply."""
PASSED_BACK = {"retry-after", "link", "x-request-id", "request-id"}
KEPT_BACK = {"host", "connection", "content-length", "accept-encoding"}
LOOPBACK = "http://127.0.0.1:"


class Proxy(JsonServer):
    """Passes requests on to `upstream`. A context manager."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        """Where requests go. A test may lead them elsewhere meanwhile."""
        self._lock = threading.Lock()
        self._answered: set[tuple[object, ...]] = set()
        self.break_all: Break | None = None
        """Breaks every answer."""
        self.break_once: Break | None = None
        """Breaks the first answer to each question, so that no endpoint and no page is left out."""
        self.broke = 0
        """How many answers were broken."""
        super().__init__(self._answer)

    def _answer(self, request: Request) -> Reply:
        question = (request.method, request.path, request.query, request.body)
        with self._lock:
            first = question not in self._answered
            self._answered.add(question)
        reply = self._passed_on(request)
        breaks = self.break_all or (self.break_once if first else None)
        if not breaks:
            return reply
        with self._lock:
            self.broke += 1
        return breaks(request, reply)

    def forget(self) -> None:
        """Every question is new again."""
        with self._lock:
            self._answered.clear()

    def _passed_on(self, request: Request) -> Reply:
        upstream = self.upstream
        connection = HTTPConnection(urlsplit(upstream).netloc, timeout=HANG_SECONDS)
        try:
            query = f"?{urlencode(request.query)}" if request.query else ""
            headers = {k: v for k, v in request.headers.items() if k not in KEPT_BACK}
            connection.request(request.method, request.path + query, request.body or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        kept = {k: v for k, v in answer.getheaders() if k.lower() in PASSED_BACK}
        # links lead back to here, or the next page would go past the proxy
        return Reply(answer.status, body.replace(upstream.encode(), self.address.encode()), kept)


def upstream_of(values: Mapping[str, str]) -> str:
    """The one address on loopback among the values of a source's options."""
    (address,) = {
        LOOPBACK + value.removeprefix(LOOPBACK).split("/")[0]
        for value in values.values()
        if value.startswith(LOOPBACK)
    }
    return address


def by_way_of(proxy: Proxy, values: Mapping[str, str]) -> dict[str, str]:
    """The same values, with the address of the proxy in place of the server's."""
    upstream = upstream_of(values)
    return {name: value.replace(upstream, proxy.address) for name, value in values.items()}
