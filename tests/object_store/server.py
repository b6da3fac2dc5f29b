"""A server that speaks S3's protocol (moto's), on a free port of loopback. It counts its requests."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

KEY, SECRET = "AKIDOFATEST", "the-secret-of-a-test"
"""Any credential works with moto; the client needs one to sign with."""
Reply = tuple[str, str]
"""A status line and a body."""


@dataclass
class ObjectStore:
    """The server, as tests control and observe it."""

    endpoint: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    """The number of requests of each kind: LIST, GET, HEAD, PUT, DELETE."""
    reply: Callable[[dict[str, Any]], Reply | None] = lambda environ: None
    """The reply in place of the store's; None to let the store answer."""
    before: Callable[[dict[str, Any]], None] = lambda environ: None
    """Called before each request."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that make S3 clients use only this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    @property
    def requests(self) -> int:
        """The number of all requests."""
        return self.asked.total()


def kind_of(environ: dict[str, Any]) -> str:
    """LIST for a listing, the HTTP method for other requests."""
    method = str(environ["REQUEST_METHOD"])
    listing = method == "GET" and "list-type" in parse_qs(environ.get("QUERY_STRING", ""))
    return "LIST" if listing else method


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Serve an empty store until the block ends."""
    # imported here because it takes a second, and most tests do not need it
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        """Keeps connections open, and logs nothing."""

        protocol_version = "HTTP/1.1"

        def log(self, *_: Any, **__: Any) -> None: ...

    store, genuine = ObjectStore(), DomainDispatcherApplication(create_backend_app)
    one_at_a_time = threading.Lock()

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        store.asked[kind_of(environ)] += 1
        store.before(environ)
        reply = store.reply(environ)
        if reply is None:
            with (
                one_at_a_time
            ):  # moto checks a condition and writes in two steps, a real store in one
                return list(genuine(environ, start))
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start(reply[0], [("Content-Type", "application/xml")])
        return [reply[1].encode()]

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    store.endpoint = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
