"""A token that expires costs no row and is asked for no more often than needed; no secret leaves its own file."""

import logging
import stat
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.sandbox.zendesk import Faults, ZendeskServer, too_many
from connectors.sandbox.zendesk_export import EXPORT
from connectors.sandbox.zendesk_objects import error, ticket_row
from connectors.sandbox.zendesk_tokens import (
    API_TOKEN,
    CLIENT,
    EMAIL,
    FIRST_REFRESH_TOKEN,
    SECRET,
    TOKENS,
)
from connectors.sdk import oauth
from connectors.sdk.checkup import check_up
from connectors.sdk.contract import Slice
from connectors.sdk.errors import CredentialError, Drift, Rejected
from connectors.sdk.windows import Range
from connectors.zendesk.source import SOURCE

MARCH = Range(date(2026, 3, 1), date(2026, 3, 31))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
MANY = [ticket_row(n, NINE + timedelta(seconds=n)) for n in range(1, 4_501)]
"""Five pages."""
BETWEEN_PAGES = timedelta(minutes=11, seconds=15)
"""Five pages then take 45 minutes, in which a token of 30 expires once."""


@pytest.fixture
def account(account, tmp_path, monkeypatch):
    """An account that is read with no fixed token."""
    account.file = tmp_path / "own" / "zendesk-token.json"
    account.by_client = {
        "ZENDESK_OAUTH_TOKEN": "",
        "ZENDESK_CLIENT_ID": CLIENT,
        "ZENDESK_CLIENT_SECRET": SECRET,
    }
    account.by_person = account.by_client | {
        "ZENDESK_REFRESH_TOKEN": FIRST_REFRESH_TOKEN,
        "ZENDESK_TOKEN_FILE": str(account.file),
    }
    return account


@pytest.fixture
def slow(account, monkeypatch) -> ZendeskServer:
    """A server whose five pages of tickets take 45 minutes, by its own clock and by this machine's."""

    def wait() -> None:
        server.now += BETWEEN_PAGES

    server = account.serve(MANY, before=dict.fromkeys(range(2, 6), wait))
    monkeypatch.setattr(oauth, "now", lambda: server.now)
    return server


def numbers(account) -> Counter[object]:
    """How often each ticket is in the lake."""
    return Counter(row["id"] for row in account.rows("tickets", MARCH))


EACH_ONCE = Counter(str(n) for n in range(1, 4_501))


def test_a_token_that_expires_during_a_pull_of_45_minutes_is_renewed_once(account, slow) -> None:
    report = account.pulled(slow, "tickets", MARCH, **account.by_client)
    assert report.error is None
    assert numbers(account) == EACH_ONCE
    # one at the start; one for the fifth page after 33 minutes 45, as the first is used for 28
    assert slow.tokens.grants == ["client_credentials"] * 2
    assert len(slow.asked_for(EXPORT)) == 5


def test_a_token_that_expires_unnoticed_is_renewed_once_when_it_is_refused(
    account, slow, monkeypatch
) -> None:
    monkeypatch.setattr(oauth, "now", lambda: NINE)  # this machine's clock stands still
    report = account.pulled(slow, "tickets", MARCH, **account.by_client)
    assert report.error is None
    assert numbers(account) == EACH_ONCE
    assert slow.tokens.grants == ["client_credentials"] * 2
    cursors = [request.params.get("cursor") for request in slow.asked_for(EXPORT)]
    assert len(cursors) == 6
    assert cursors[4] == cursors[5]  # the refused page, once more


def test_a_refresh_token_that_changes_with_each_use_is_kept_for_the_next_run(account, slow) -> None:
    report = account.pulled(slow, "tickets", MARCH, **account.by_person)
    assert report.error is None
    assert numbers(account) == EACH_ONCE
    assert slow.tokens.grants == ["refresh_token"] * 2
    # the next run finds a token that still lasts; a later one renews it with what the file has
    slow.faults.before = {}
    account.pulled(slow, "tickets", MARCH, **account.by_person)
    assert slow.tokens.grants == ["refresh_token"] * 2
    slow.now += timedelta(days=1)
    assert account.pulled(slow, "tickets", MARCH, **account.by_person).error is None
    assert slow.tokens.grants == ["refresh_token"] * 3


def test_no_secret_is_in_a_log_or_a_file_but_the_token_s_own(account, slow, caplog, capfd) -> None:
    caplog.set_level(logging.DEBUG)
    account.pulled(slow, "tickets", MARCH, **account.by_person)
    files = [path for path in account.lake.root.parent.rglob("*") if path.is_file()]
    assert account.file in files
    written = b"".join(path.read_bytes() for path in files if path != account.file)
    told = caplog.text + "".join(capfd.readouterr())
    assert len(slow.tokens.ever) == 6  # the secret, three refresh tokens, two access tokens
    for secret in slow.tokens.ever:
        assert secret.encode() not in written
        assert secret not in told
    assert stat.S_IMODE(account.file.stat().st_mode) == 0o600
    for request in slow.asked:
        assert not [
            secret for secret in slow.tokens.ever if secret in f"{request.path}{request.query}"
        ]


def test_a_token_that_was_renewed_is_not_repeated_from_what_zendesk_answers(account, slow) -> None:
    echo = "Token zendesk-access-1-of-sample-company, after zendesk-refresh-1-of-sample-company"
    slow.faults = Faults(replies={(EXPORT, 1): error(400, "InvalidValue", echo)})
    report = account.pulled(slow, "tickets", MARCH, **account.by_person)
    assert isinstance(report.error, Rejected)
    assert "Token ***, after ***" in report.error.message


def test_a_token_that_cannot_be_had_for_now_is_asked_for_again(account, monkeypatch) -> None:
    server = account.serve(MANY[:1])
    give, down = server.tokens.answer, iter([error(503, "Unavailable", "Sorry"), too_many("30")])
    monkeypatch.setattr(server.tokens, "answer", lambda request: next(down, None) or give(request))
    assert account.pulled(server, "tickets", MARCH, **account.by_client).error is None
    assert server.tokens.grants == ["client_credentials"]
    assert 30 <= max(account.waits) < 31


def test_another_process_that_has_renewed_the_token_is_followed(account, monkeypatch) -> None:
    server = account.serve(MANY[:1])
    monkeypatch.setattr(oauth, "now", lambda: server.now)
    first, second = (
        SOURCE.open(values_of(server, account.by_person), account.unslept) for _ in range(2)
    )
    piece = Slice(SOURCE.stream("tickets"), MARCH.first, MARCH.last, first.zone)
    server.now += timedelta(hours=1)
    assert (
        second.zone == first.zone
    )  # is asked for with a renewed token; Zendesk deletes the former one
    (page,) = first.pages(piece)
    assert len(page.rows) == 1
    assert server.tokens.grants == ["refresh_token"] * 2
    first.close()
    second.close()


def values_of(server: ZendeskServer, values: dict[str, str]) -> dict[str, str]:
    return {"ZENDESK_SUBDOMAIN": "x", "ZENDESK_API_BASE": server.address, **values}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ZENDESK_CLIENT_SECRET": "wrong-secret-77d1e4"}, "invalid_client"),
        ({"ZENDESK_CLIENT_ID": "another"}, "ZENDESK_CLIENT_ID"),
        ({"ZENDESK_REFRESH_TOKEN": "used-before-8f2a91"}, "sign in again"),
    ],
)
def test_a_client_that_is_not_accepted_is_told_with_the_setting(account, change, named) -> None:
    server = account.serve(MANY[:1])
    values = account.by_person if "ZENDESK_REFRESH_TOKEN" in change else account.by_client
    report = account.pulled(server, "tickets", MARCH, **values | change)
    assert isinstance(report.error, CredentialError)
    assert named in str(report.error)
    assert not [
        secret for secret in change.values() if len(secret) > 10 and secret in str(report.error)
    ]
    assert len(server.asked_for(TOKENS)) == 1
    assert server.asked_for(EXPORT) == []


def test_a_new_refresh_token_counts_more_than_what_was_kept_of_the_one_before(account) -> None:
    server = account.serve(MANY[:1])
    account.pulled(server, "tickets", MARCH, **account.by_person)
    kept = account.file.read_bytes()
    stale = account.by_person | {"ZENDESK_REFRESH_TOKEN": "never-given-8f2a91"}
    assert isinstance(account.pulled(server, "tickets", MARCH, **stale).error, CredentialError)
    assert account.file.read_bytes() == kept


def test_an_access_token_that_is_withdrawn_for_good_ends_as_a_refusal(account) -> None:
    server = account.serve(MANY[:1])
    server.tokens.accepts = lambda authorization: False
    report = account.pulled(server, "tickets", MARCH, **account.by_client)
    assert isinstance(report.error, CredentialError)
    assert server.tokens.grants == ["client_credentials"] * 2  # once more, and not for ever


def test_an_answer_without_a_token_is_drift(account, monkeypatch) -> None:
    server = account.serve(MANY[:1])
    refused = server.tokens.answer
    monkeypatch.setattr(
        server.tokens, "answer", lambda request: type(refused(request))(200, {"token": "tok"})
    )
    report = account.pulled(server, "tickets", MARCH, **account.by_client)
    assert isinstance(report.error, Drift)


def test_an_api_token_is_taken_while_there_are_any_and_doctor_says_when_they_end(
    account, tmp_path: Path
) -> None:
    server = account.serve(MANY[:1])
    values = {
        "ZENDESK_OAUTH_TOKEN": "",
        "ZENDESK_EMAIL": EMAIL,
        "ZENDESK_API_TOKEN": API_TOKEN,
    }
    assert account.pulled(server, "tickets", MARCH, **values).error is None
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    checkup = check_up(SOURCE, values_of(server, values), account.lake, MARCH, now=lambda: noon)
    assert checkup.is_well
    assert "30 April 2027" in " ".join(checkup.remarks)
    wrong = values | {"ZENDESK_API_TOKEN": "of-somebody-else-8f2a91"}
    report = account.pulled(server, "tickets", MARCH, **wrong)
    assert isinstance(report.error, CredentialError)
    assert "30 April 2027" in report.error.remedy
    assert "of-somebody-else" not in str(report.error)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "ZENDESK_CLIENT_SECRET"),
        ({"ZENDESK_CLIENT_ID": "okra"}, "ZENDESK_CLIENT_SECRET"),
        ({"ZENDESK_CLIENT_SECRET": "s"}, "ZENDESK_CLIENT_ID"),
        ({"ZENDESK_REFRESH_TOKEN": "r"}, "ZENDESK_CLIENT_ID"),
        ({"ZENDESK_EMAIL": "a@example.com"}, "ZENDESK_API_TOKEN"),
        ({"ZENDESK_OAUTH_TOKEN": "two words"}, "ZENDESK_OAUTH_TOKEN"),
    ],
)
def test_half_a_credential_is_refused_with_what_is_missing(account, values, named) -> None:
    server = account.serve(MANY[:1])
    report = account.pulled(server, "tickets", MARCH, **{"ZENDESK_OAUTH_TOKEN": ""} | values)
    assert isinstance(report.error, CredentialError)
    assert named in str(report.error)
    assert server.asked == []
