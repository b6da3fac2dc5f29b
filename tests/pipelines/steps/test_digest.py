"""Whom the digest reaches: through Apprise to real services on loopback."""

import email
import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.publishing.delivery import Channel
from pipelines.settings import Settings
from pipelines.steps.digest import due, send
from tests.pipelines.publishing.digests import (
    MONDAY,
    ODD,
    TUESDAY,
    digest,
    digest_with,
    goal,
    objective,
)


class Service:
    """Something that takes messages, as Apprise's json:// posts them."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.code = 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                service.taken.append(json.loads(self.rfile.read(length)))
                self.send_response(service.code)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://someone:hunter2secret@127.0.0.1:{self.server.server_port}/hook-secret-9"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path, sandbox_today=MONDAY)


def test_a_digest_arrives_and_is_kept_as_delivered(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    delivery = send(settings, digest(MONDAY), channel, "weekly")
    assert (delivery.outcome, delivery.message) == ("delivered", "")
    [message] = service.taken
    assert message["title"] == "OKRs on Nov 23, 2026: 1 on track"
    assert "**Where the objectives stand**" in message["message"]


def test_one_a_day_and_channel(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    assert due(settings, digest(MONDAY), channel) == "weekly"
    send(settings, digest(MONDAY), channel, "weekly")
    assert due(settings, digest(MONDAY, "at_risk"), channel) is None
    assert due(settings, digest(MONDAY), Channel(service.url + "x")) == "weekly"


def test_within_the_week_only_a_change_is_told(service: Service, settings: Settings) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    send(settings, digest(MONDAY), channel, "weekly")
    assert due(settings, digest(TUESDAY), channel) is None
    assert due(settings, digest(TUESDAY, "at_risk"), channel) == "change"
    assert due(settings, digest(MONDAY + timedelta(days=7)), channel) == "weekly"


def test_a_weekly_one_that_had_no_run_on_its_day_goes_out_with_the_next(
    service: Service, settings: Settings
) -> None:
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    send(settings, digest(MONDAY - timedelta(days=7)), channel, "weekly")
    assert due(settings, digest(TUESDAY), channel) == "weekly"


def test_a_failed_one_is_kept_tried_again_and_tells_no_secret(
    service: Service, settings: Settings
) -> None:
    service.code = 500
    channel = Channel(service.url)
    settings.history_path.parent.mkdir(parents=True)
    failed = send(settings, digest(MONDAY), channel, "weekly")
    assert failed.outcome == "failed"
    assert failed.message
    for secret in ("hunter2secret", "hook-secret-9"):
        assert secret not in failed.message + failed.channel
        assert secret.encode() not in settings.history_path.read_bytes()
    assert due(settings, digest(MONDAY), channel) == "weekly"


def test_an_address_that_apprise_does_not_know_is_a_failure(settings: Settings) -> None:
    settings.history_path.parent.mkdir(parents=True)
    failed = send(settings, digest(MONDAY), Channel("nosuch://x"), "weekly")
    assert "no such address" in failed.message


@pytest.mark.parametrize("form", ["", "&format=html", "&format=markdown"])
def test_names_in_a_mail_are_no_markup(settings: Settings, form: str) -> None:
    settings.history_path.parent.mkdir(parents=True)
    odd = (goal("off_track", ODD), objective(name="<svg onload=alert(1)>"))
    with Mailbox() as mailbox:
        url = f"mailto://127.0.0.1:{mailbox.port}?from=okra@example.com&to=ana@example.com&mode=insecure"
        send(settings, digest_with(*odd), Channel(url + form), "weekly")
    message = email.message_from_bytes(mailbox.content, policy=email.policy.default)
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "&lt;script&gt;" in html
    assert "&lt;svg onload" in html
    assert "<script" not in html
    assert "<svg" not in html


def test_mail_has_the_html_and_a_text_beside_it(settings: Settings) -> None:
    settings.history_path.parent.mkdir(parents=True)
    with Mailbox() as mailbox:
        url = f"mailto://127.0.0.1:{mailbox.port}?from=okra@example.com&to=ana@example.com&mode=insecure"
        delivery = send(settings, digest(MONDAY), Channel(url), "weekly")
    assert (delivery.outcome, delivery.message) == ("delivered", "")
    message = email.message_from_bytes(mailbox.content, policy=email.policy.default)
    assert message["subject"] == "OKRs on Nov 23, 2026: 1 on track"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert '<h1 style="font-size:19px' in html
    assert "&lt;h1" not in html
    for words in ("Status", "1 on track", "https://okr.example.com/scorecard.html"):
        assert words in text
    assert "<" not in text.replace("<1%", "")


class Mailbox:
    """A mail server on loopback that takes one message."""

    def __init__(self) -> None:
        self.content = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.take, daemon=True)

    def __enter__(self) -> "Mailbox":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(10)
        self.listener.close()

    def take(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb") as stream:

            def answer(line: bytes) -> None:
                stream.write(line + b"\r\n")
                stream.flush()

            answer(b"220 mail")
            while line := stream.readline():
                command = line[:4].upper()
                if command == b"DATA":
                    answer(b"354 go on")
                    lines = iter(stream.readline, b".\r\n")
                    self.content = b"".join(x[1:] if x.startswith(b"..") else x for x in lines)
                answer(b"221 bye" if command == b"QUIT" else b"250 ok")
                if command == b"QUIT":
                    return
