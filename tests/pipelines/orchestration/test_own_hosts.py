"""Dagster's web server answers what is meant for it, and refuses what another site's page has asked for."""

import asyncio
from typing import Any

import pytest

from pipelines.orchestration.own_hosts import OwnHosts

PROXIED = "dagster.example.com"


async def dagster(scope: Any, receive: Any, send: Any) -> None:
    """What stands for Dagster's own application."""
    await send({"type": "http.response.start", "status": 200, "headers": []})


def answer(kind: str = "http", **headers: str) -> dict[str, Any]:
    """The first message with which a request is answered."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": kind, "headers": given}
    asyncio.run(OwnHosts(dagster, [PROXIED])(scope, None, send))  # type: ignore[arg-type]
    return sent[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:3000"},
        {"host": "localhost:3000"},
        {"host": "LOCALHOST:3000"},
        {"host": "[::1]:3000"},
        {"host": "10.1.2.3:3000"},  # of a probe; no name that somebody else could own
        {"host": PROXIED},
        {"host": "127.0.0.1:3000", "origin": "http://127.0.0.1:3000"},
        {"host": "127.0.0.1:3000", "origin": f"https://{PROXIED}"},  # a proxy that changes Host
        {"host": "localhost:3000", "sec_fetch_site": "same-origin"},
        {"host": "localhost:3000", "sec_fetch_site": "none", "sec_fetch_mode": "navigate"},
        # a link in a mail or on the scorecard
        {"host": "localhost:3000", "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
    ],
)
def test_what_is_meant_for_this_server_is_answered(headers: dict[str, str]) -> None:
    assert answer(**headers)["status"] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": ""},
        {"host": "evil.example:3000"},  # a name that was made to point here
        {"host": "localhost.evil.example"},
        {"host": "dagster.example.com.evil.example"},
        {"host": "[::1"},
        {"host": "127.0.0.1:3000", "origin": "https://evil.example"},
        {"host": "127.0.0.1:3000", "origin": "null"},
        {"host": "localhost:3000", "origin": "http://localhost:8080"},
        {"host": "localhost:3000", "sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
        {"host": "localhost:3000", "sec_fetch_site": "same-site", "sec_fetch_mode": "no-cors"},
    ],
)
def test_what_another_sites_page_asks_for_is_refused(headers: dict[str, str]) -> None:
    assert answer(**headers)["status"] == 403
    closed = answer("websocket", **headers)
    assert closed == {"type": "websocket.close", "code": 1008}


def test_what_is_no_request_is_handed_on() -> None:
    assert answer("lifespan")["status"] == 200
