import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.http import Answer, Http, excerpt, redact, retry_after
from tests.limits import HANG_SECONDS

TOKEN = "tok_5f2c91d07e"


class Recording:
    """Answers each request with what a test has put in, and keeps what was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answer: Callable[[Request], Reply] = lambda request: Reply(200, {"ok": True})

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.answer(request)


@pytest.fixture
def vendor() -> Recording:
    return Recording()


@pytest.fixture
def server(vendor: Recording) -> Iterator[JsonServer]:
    with JsonServer(vendor) as server:
        yield server


@pytest.fixture
def http(server: JsonServer) -> Iterator[Http]:
    http = Http(server.address, TOKEN)
    yield http
    http.close()


def test_the_token_is_in_the_header_and_nowhere_else(http: Http, vendor: Recording) -> None:
    assert http.get("/v1/things", {"day": "2026-11-01", "limit": 5}) == {"ok": True}
    (request,) = vendor.asked
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.params == {"day": "2026-11-01", "limit": "5"}
    assert TOKEN not in request.path + str(request.query)


@dataclass
class Changing:
    """A credential with a new token for each one that is refused."""

    number: int = 1
    last: int = 9

    def value(self) -> str:
        return f"token-{self.number}"

    def renew(self, refused: str) -> bool:
        assert refused == self.value()
        self.number += 1
        return self.number <= self.last


@pytest.mark.parametrize(
    ("accepted", "last", "sent"),
    [
        (1, 9, ["token-1"]),
        (2, 9, ["token-1", "token-2"]),
        (3, 9, ["token-1", "token-2"]),  # once more, and not for ever
        (2, 1, ["token-1"]),  # there is no other
    ],
)
def test_a_refused_token_is_renewed_and_the_request_sent_once_more(
    server: JsonServer, vendor: Recording, accepted: int, last: int, sent: list[str]
) -> None:
    vendor.answer = lambda request: Reply(
        200 if request.headers["authorization"] == f"Bearer token-{accepted}" else 401, {"ok": True}
    )
    http = Http(server.address, Changing(last=last))
    try:
        if sent[-1] == f"token-{accepted}":
            assert http.post_json("/v1/search", {"day": "2026-11-01"}) == {"ok": True}
        else:
            with pytest.raises(CredentialError):
                http.post_json("/v1/search", {"day": "2026-11-01"})
    finally:
        http.close()
    assert [
        request.headers["authorization"].removeprefix("Bearer ") for request in vendor.asked
    ] == sent
    assert {request.body for request in vendor.asked} == {b'{"day":"2026-11-01"}'}


def test_a_form_is_posted_in_the_body_and_judged_as_any_answer(
    http: Http, vendor: Recording
) -> None:
    assert http.post_form("/v1/jobs", {"range": '{"since": "2026-11-01"}', "limit": 5}) == {
        "ok": True
    }
    (request,) = vendor.asked
    assert (request.method, request.path, request.query) == ("POST", "/v1/jobs", ())
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert dict(parse_qsl(request.body.decode())) == {
        "range": '{"since": "2026-11-01"}',
        "limit": "5",
    }
    vendor.answer = lambda request: Reply(403, {})
    with pytest.raises(PermissionDenied, match="POST /v1/jobs gave HTTP 403"):
        http.post_form("/v1/jobs", {})


def test_a_question_too_long_for_a_query_is_posted_as_json(http: Http, vendor: Recording) -> None:
    assert http.post_json("/v1/search", {"names": ["Zoë"], "limit": 5}) == {"ok": True}
    (request,) = vendor.asked
    assert (request.method, request.path, request.query) == ("POST", "/v1/search", ())
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.body) == {"names": ["Zoë"], "limit": 5}


def test_what_was_posted_is_in_no_fault(http: Http, vendor: Recording) -> None:
    vendor.answer = lambda request: Reply(400, {"you sent": "abc123"})
    with pytest.raises(Rejected) as caught:
        http.post_json("/v1/search", {"secret": "abc123"})
    assert str(caught.value) == "POST /v1/search gave HTTP 400"


def test_a_netrc_does_not_replace_the_token(
    http: Http, vendor: Recording, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    http.get("/")
    assert vendor.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_this_machine_is_not_asked_by_way_of_a_proxy(
    server: JsonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    http = Http(server.address, TOKEN)
    assert http.get("/") == {"ok": True}
    http.close()


def test_cookies_are_not_kept(http: Http, vendor: Recording) -> None:
    vendor.answer = lambda request: Reply(200, {}, {"Set-Cookie": "who=me; Path=/"})
    http.get("/")
    http.get("/")
    assert "cookie" not in vendor.asked[1].headers


def test_a_redirect_is_not_followed_with_the_credential(http: Http, vendor: Recording) -> None:
    other_vendor = Recording()
    with JsonServer(other_vendor) as other:
        vendor.answer = lambda request: Reply(302, b"", {"Location": other.address + "/take"})
        with pytest.raises(Rejected, match="leads elsewhere"):
            http.get("/v1/things")
    assert other_vendor.asked == []


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, Rejected),
        (401, CredentialError),
        (403, PermissionDenied),
        (404, Rejected),
        (429, Throttled),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_a_status_becomes_the_fault_it_stands_for(
    http: Http, vendor: Recording, status: int, fault: type[SourceError]
) -> None:
    vendor.answer = lambda request: Reply(status, {"token": TOKEN})
    with pytest.raises(fault) as caught:
        http.get("/v1/things", {"who": "someone@example.com"})
    assert str(caught.value).startswith(f"GET /v1/things gave HTTP {status}")
    assert "someone" not in str(caught.value)
    assert TOKEN not in repr(caught.value)


def test_the_vendor_s_own_words_go_before_the_status(server: JsonServer) -> None:
    def hook(answer: Answer) -> SourceError | None:
        return Throttled("slow down") if b"ok" in answer.body else None

    http = Http(server.address, TOKEN, hook=hook)
    with pytest.raises(Throttled, match="slow down"):
        http.get("/")
    http.close()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>Please sign in to the guest network</html>"),
        Reply(200, b'{"rows": [1, 2'),
        Reply(200, {"rows": list(range(5000))}, cut_off=True),
    ],
    ids=["HTML", "cut off by the server", "cut off on the way"],
)
def test_an_answer_that_is_not_whole_is_unavailable_and_can_be_asked_for_again(
    http: Http, vendor: Recording, reply: Reply
) -> None:
    vendor.answer = lambda request: reply
    with pytest.raises(Unavailable) as caught:
        http.get("/v1/things", {"secret": "abc123"})
    assert caught.value.retryable
    assert "abc123" not in str(caught.value)
    vendor.answer = lambda request: Reply(200, {"ok": True})
    assert http.get("/v1/things") == {"ok": True}


def test_a_server_that_does_not_answer_is_given_up(server: JsonServer, vendor: Recording) -> None:
    done = threading.Event()

    def never(request: Request) -> Reply:
        done.wait(HANG_SECONDS)
        return Reply(200, {})

    vendor.answer = never
    http = Http(server.address, TOKEN, timeout=(0.1, 0.1))
    with pytest.raises(Unavailable, match="GET /slow was not answered in time"):
        http.get("/slow", {"key": "abc123"})
    done.set()
    http.close()


def test_a_server_that_is_gone_is_unavailable_and_its_query_stays_unsaid(
    server: JsonServer, http: Http
) -> None:
    server.close()
    with pytest.raises(Unavailable) as caught:
        http.get("/v1/things", {"key": "abc123"})
    assert caught.value.message == "GET /v1/things: the server cannot be reached"
    assert "abc123" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    now = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
    assert retry_after({"Retry-After": "7"}) == 7
    assert retry_after({"Retry-After": "Tue, 24 Nov 2026 12:01:30 GMT"}, now) == 90
    assert retry_after({"Retry-After": "Tue, 24 Nov 2026 11:00:00 GMT"}, now) == 0
    assert retry_after({"Retry-After": "soon"}) is None
    assert retry_after({}) is None


def test_secrets_are_blotted_out_of_what_a_vendor_repeats() -> None:
    assert redact("bad token tok_1 (tok_1)", "tok_1", "") == "bad token *** (***)"
    assert redact("?key=a%2Fb%3D&k=a/b=", "a/b=") == "?key=***&k=***"
    assert redact("key tok_1_and_more", "tok_1", "tok_1_and_more") == "key ***"


def test_a_secret_is_masked_before_a_text_is_cut_and_where_the_vendor_has_cut_it() -> None:
    token = "pat-na1-0123456789abcdef"
    assert excerpt("x" * 230 + token, token) == "x" * 230 + "***"
    assert excerpt("y " * 120 + token, token) == ("y " * 120)[:-1] + "…"
    assert redact("the token pat-na1-01234567 and pat-na1-0123… are odd", token) == (
        "the token *** and ***… are odd"
    )
