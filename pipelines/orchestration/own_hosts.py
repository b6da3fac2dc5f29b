"""Which requests Dagster's web server answers: those that were meant for it.

Dagster has no login and takes any Host header. So a page in the browser of somebody on this machine could reach it: by
a name of its own that it lets point here (DNS rebinding), or by a request across sites (cross-site request forgery).
A request is refused whose Host is a name other than this server's, whose Origin is another site, or which a browser
says was made by another site's page. An address in numbers is no name that somebody else could own.
"""

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN = "localhost"
REFUSED = (
    "Refused: this request was made for another site. Open Dagster as http://127.0.0.1 with its port, or name the host "
    "that it is reached by in OKRA_UI_HOSTS.\n"
)
POLICY_VIOLATION = 1008
"""The code with which a WebSocket is closed that may not be used so (RFC 6455, section 7.4.1)."""


class OwnHosts:
    """An ASGI application that hands on to `app` what is meant for this machine, or for one of `hosts`."""

    def __init__(self, app: App, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind not in ("http", "websocket") or self._is_own(scope):
            await self._app(scope, receive, send)
        elif kind == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": REFUSED.encode()})

    def _is_own(self, scope: Scope) -> bool:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self._is_host_of_ours(host):
            return False
        if origin is not None:
            return urlsplit(origin).netloc == host or name_in(origin) in self._hosts
        # of a request without Origin, such as that of an image, browsers say which site made it
        is_foreign = headers.get(b"sec-fetch-site", "none") not in ("none", "same-origin")
        return not is_foreign or headers.get(b"sec-fetch-mode") == "navigate"

    def _is_host_of_ours(self, host: str) -> bool:
        name = name_in(f"//{host}")
        return name == OWN or name in self._hosts or is_in_numbers(name)


def name_in(address: str) -> str:
    """The host of an address, in small letters; empty where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def is_in_numbers(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
