"""Tokens are renewed in time, once, whoever asks; what renews them is not lost and not shown."""

import resource
import stat
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.sdk import oauth
from connectors.sdk.errors import CredentialError, Drift, SourceError
from connectors.sdk.http import Answer
from connectors.sdk.oauth import ClientToken, RefreshedToken, refusal

START = datetime(2026, 11, 25, 9, tzinfo=UTC)


class Vendor:
    """Gives tokens for half an hour; a refresh token is good for one use."""

    def __init__(self, **answer: object) -> None:
        self.given = 0
        self.valid = {"refresh-0"}
        self.answer = answer
        self.now = START
        self._lock = threading.Lock()

    def __call__(self, fields: Mapping[str, str | int]) -> Any:
        with self._lock:
            if fields["grant_type"] == "refresh_token":
                if fields["refresh_token"] not in self.valid:
                    raise CredentialError("invalid_grant")
                self.valid = {f"refresh-{self.given + 1}"}
            self.given += 1
            answer = {"access_token": f"access-{self.given}", "expires_in": 1800}
            if fields["grant_type"] == "refresh_token":
                answer["refresh_token"] = f"refresh-{self.given}"
            return answer | self.answer


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Vendor:
    vendor = Vendor()
    monkeypatch.setattr(oauth, "now", lambda: vendor.now)
    return vendor


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "token.json"


def test_a_token_is_renewed_two_minutes_before_it_expires(vendor: Vendor) -> None:
    token = ClientToken(vendor, ())
    assert token.value() == "access-1"
    vendor.now += timedelta(minutes=27, seconds=59)
    assert token.value() == "access-1"
    vendor.now += timedelta(seconds=1)
    assert token.value() == "access-2"


@pytest.mark.parametrize(
    ("lifetime", "used_for"),
    [
        (None, timedelta(days=900)),
        (120, timedelta(seconds=89)),
        (10**15, timedelta(days=3650, minutes=-2, seconds=-1)),
    ],
)
def test_one_that_does_not_expire_stays_and_a_short_one_is_used_for_three_quarters(
    vendor: Vendor, lifetime: int | None, used_for: timedelta
) -> None:
    vendor.answer = {"expires_in": lifetime}
    token = ClientToken(vendor, ())
    token.value()
    vendor.now += used_for
    assert token.value() == "access-1"
    vendor.now += timedelta(seconds=1)
    assert token.value() == ("access-1" if lifetime is None else "access-2")


def test_threads_whose_token_is_refused_renew_it_once(vendor: Vendor) -> None:
    token = ClientToken(vendor, ())
    refused = token.value()
    ready = threading.Barrier(8)
    renewed: list[str] = []

    def ask() -> None:
        ready.wait()
        assert token.renew(refused)
        renewed.append(token.value())

    run(ask, 8)
    assert renewed == ["access-2"] * 8
    assert vendor.given == 2


def test_processes_that_find_the_token_expired_renew_it_once(vendor: Vendor, file: Path) -> None:
    processes = [RefreshedToken(vendor, "refresh-0", file) for _ in range(6)]
    assert {process.value() for process in processes} == {"access-1"}
    vendor.now += timedelta(hours=1)
    ready = threading.Barrier(6)
    waiting = iter(processes)
    tokens: list[str] = []

    def ask() -> None:
        process = next(waiting)
        ready.wait()
        tokens.append(process.value())

    run(ask, 6)
    assert tokens == ["access-2"] * 6
    assert vendor.given == 2


def run(target: Any, threads: int) -> None:
    started = [threading.Thread(target=target) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def test_a_refresh_token_is_kept_for_its_owner_alone(vendor: Vendor, file: Path) -> None:
    token = RefreshedToken(vendor, "refresh-0", file, ("secret-of-client",))
    token.value()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert orjson.loads(file.read_bytes())["refresh"] == "refresh-1"
    assert {path.name for path in file.parent.iterdir()} == {"token.json", "token.json.lock"}
    vendor.now += timedelta(days=20)
    assert RefreshedToken(vendor, "refresh-0", file).value() == "access-2"
    assert {*token.secrets} == {"refresh-0", "refresh-1", "access-1", "secret-of-client"}


def test_a_file_that_others_may_read_is_replaced_by_one_they_may_not(
    vendor: Vendor, file: Path
) -> None:
    RefreshedToken(vendor, "refresh-0", file).value()
    file.chmod(0o644)
    vendor.now += timedelta(hours=1)
    RefreshedToken(vendor, "refresh-0", file).value()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_vendor_whose_refresh_token_stays_gives_none(vendor: Vendor, file: Path) -> None:
    vendor.answer = {"refresh_token": None}
    RefreshedToken(vendor, "refresh-0", file).value()
    assert orjson.loads(file.read_bytes())["refresh"] == "refresh-0"


def test_a_new_refresh_token_of_the_user_replaces_what_was_kept(vendor: Vendor, file: Path) -> None:
    RefreshedToken(vendor, "refresh-0", file).value()
    vendor.valid.add("signed-in-again")
    assert RefreshedToken(vendor, "signed-in-again", file).value() == "access-2"


def test_a_folder_that_cannot_be_written_shows_before_the_refresh_token_is_used_up(
    vendor: Vendor, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    token = RefreshedToken(vendor, "refresh-0", tmp_path / "kept" / "token.json")
    with pytest.raises(CredentialError, match="cannot be kept"):
        token.value()
    assert vendor.given == 0


def test_a_disk_that_is_full_shows_before_the_refresh_token_is_used_up(
    vendor: Vendor, file: Path
) -> None:
    RefreshedToken(vendor, "refresh-0", file).value()
    vendor.now += timedelta(hours=1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))  # no file can be written
    try:
        with pytest.raises(CredentialError, match="make room on the disk"):
            RefreshedToken(vendor, "refresh-0", file).value()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert vendor.given == 1
    assert {path.name for path in file.parent.iterdir()} == {"token.json", "token.json.lock"}
    # with room again, the refresh token that was kept is still good
    assert RefreshedToken(vendor, "refresh-0", file).value() == "access-2"


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"access": "a", "renew_at": 3}'])
def test_a_file_that_is_none_of_ours_is_not_overwritten(
    vendor: Vendor, file: Path, content: str
) -> None:
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(CredentialError, match="is no token file; delete it"):
        RefreshedToken(vendor, "refresh-0", file).value()
    assert file.read_text() == content
    assert vendor.given == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": None},
        {"access_token": "two words"},
        {"expires_in": "soon"},
        {"expires_in": 0},  # it would be renewed before each request
        {"refresh_token": 7},
    ],
)
def test_an_answer_without_a_token_that_can_be_sent_is_drift(
    vendor: Vendor, answer: dict[str, object]
) -> None:
    vendor.answer = answer
    with pytest.raises(Drift):
        ClientToken(vendor, ()).value()


def test_a_refusal_shows_its_code_and_nothing_else_of_what_the_vendor_writes() -> None:
    def told(status: int, body: bytes) -> SourceError | None:
        answer = Answer("POST /oauth/tokens", status, {}, body)
        return refusal(answer, {"invalid_client": "check the client"}, "sign in again")

    known = told(401, b'{"error": "invalid_client", "error_description": "secret s3cr3t is wrong"}')
    assert (
        str(known)
        == "POST /oauth/tokens gave no token (HTTP 401, invalid_client); check the client"
    )
    other = told(400, b'{"error": "s3cr3t"}')
    assert str(other) == "POST /oauth/tokens gave no token (HTTP 400); sign in again"
    assert str(told(403, b"<html>")) == "POST /oauth/tokens gave no token (HTTP 403); sign in again"
    assert told(503, b"") is None
