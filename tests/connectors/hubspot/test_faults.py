from datetime import UTC, date, datetime

import pytest

from connectors.hubspot.source import SOURCE
from connectors.sandbox.http_server import Reply
from connectors.sandbox.hubspot import SCOPES, TOKEN, error, too_many
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    Throttled,
    Unavailable,
)
from connectors.sdk.throttle import ThrottledCalls
from connectors.sdk.windows import Range

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("refused", "wait"),
    [
        (too_many("SECONDLY"), 1),
        (too_many("TEN_SECONDLY_ROLLING"), 10),
        (too_many("TEN_SECONDLY_ROLLING", retry_after="4"), 4),
        (Reply(429, b"slow down"), 10),
    ],
    ids=["a second", "ten seconds", "as asked", "without a word"],
)
def test_a_limit_of_seconds_is_waited_for(account, deal, refused: Reply, wait: float) -> None:
    server = account.serve(deals=[deal(1, NINE)], replies={1: refused})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert report.error is None
    assert report.rows == 1
    assert wait - 0.5 < max(account.waits) < wait + 0.5


def test_a_limit_that_lasts_ends_with_its_policy(account) -> None:
    server = account.serve(replies=dict.fromkeys(range(1, 9), too_many("SECONDLY")))
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert isinstance(report.error, Throttled)
    assert "SECONDLY" in str(report.error)
    assert len(server.asked) == 6


def test_the_requests_of_a_day_once_spent_are_not_asked_for_again(account) -> None:
    server = account.serve(replies={1: too_many("DAILY")})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert isinstance(report.error, QuotaExhausted)
    assert len(server.asked) == 1
    assert report.committed == []


@pytest.mark.parametrize(
    ("stream", "scope"),
    [
        ("deals", "crm.objects.deals.read"),
        ("calls", "crm.objects.contacts.read"),
        ("owners", "crm.objects.owners.read"),
        ("pipelines", "crm.objects.deals.read"),
    ],
)
def test_a_missing_scope_is_named_and_is_not_an_empty_day(account, stream: str, scope: str) -> None:
    server = account.serve(owners=None, scopes=frozenset(SCOPES.values()) - {scope})
    report = account.pulled(stream, server, FIRST_OF_MARCH)
    assert isinstance(report.error, PermissionDenied)
    assert report.error.remedy == f"give it {scope}"
    assert report.committed == []


def test_scopes_that_the_specification_calls_missing_are_named_as_well(account) -> None:
    context = {"missingScopes": ["crm.objects.deals.read", "crm.objects.deals.write"]}
    server = account.serve(replies={1: error(403, "MISSING_SCOPES", "no", context=context)})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert isinstance(report.error, PermissionDenied)
    assert "crm.objects.deals.read or crm.objects.deals.write" in report.error.remedy


def test_no_part_of_a_key_gets_into_a_message_or_a_file(account) -> None:
    wrong = "pat-na1-7f3c-wrong-key"
    report = account.pulled("deals", account.serve(), FIRST_OF_MARCH, HUBSPOT_ACCESS_TOKEN=wrong)
    assert isinstance(report.error, CredentialError)
    assert "HUBSPOT_ACCESS_TOKEN" in report.error.remedy
    echo = error(400, "VALIDATION_ERROR", f"the token {TOKEN} is odd")
    repeated = account.pulled("deals", account.serve(replies={1: echo}), FIRST_OF_MARCH)
    late = error(400, "VALIDATION_ERROR", "x" * 190 + TOKEN)
    cut = account.pulled("deals", account.serve(replies={1: late}), FIRST_OF_MARCH)
    account.pulled("owners", account.serve(owners=None), FIRST_OF_MARCH)
    written = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    errors = [str(x.error).encode() for x in (report, repeated, cut)]
    for told in (written, *errors):
        assert wrong.encode() not in told
        assert TOKEN[:9].encode() not in told


def test_a_refused_request_is_not_repeated_and_says_why(account) -> None:
    refusal = error(400, "VALIDATION_ERROR", "There was a problem with the request.")
    server = account.serve(replies={1: refusal})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert isinstance(report.error, Rejected)
    assert "VALIDATION_ERROR" in str(report.error)
    assert "There was a problem with the request." in str(report.error)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "INTERNAL_ERROR", "Something went wrong"),
        Reply(502, b"<html>Bad gateway</html>"),
        error(423, "LOCKED", "Locked for a moment"),
        Reply(477, b"", {"Retry-After": "3"}),
        Reply(200, b'{"results": ['),
    ],
    ids=["500", "502 with HTML", "423", "477", "half a JSON"],
)
def test_a_fault_in_the_middle_is_asked_again_from_the_same_place(account, deal, reply) -> None:
    server = account.serve(deals=[deal(n, NINE) for n in range(1, 451)], replies={3: reply})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert report.error is None
    assert report.rows == 450
    searches = [request.body for request in server.asked if request.path.endswith("/search")]
    assert len(searches) == 4
    assert searches[1] == searches[2]


def test_a_lasting_fault_is_told_and_commits_nothing(account) -> None:
    down = error(503, "SERVICE_UNAVAILABLE", "Down")
    server = account.serve(replies=dict.fromkeys(range(1, 9), down))
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert isinstance(report.error, Unavailable)
    assert report.committed == []


def test_a_batch_of_which_a_part_failed_is_not_taken_for_calls_without_contacts(
    account, call
) -> None:
    failed = {"category": "INTERNAL_ERROR", "message": "no", "context": {}}
    batch = {"status": "COMPLETE", "results": [], "errors": [failed], "numErrors": 1}
    server = account.serve(calls=[call(1, NINE, 901)], replies={2: Reply(207, batch)})
    report = account.pulled("calls", server, FIRST_OF_MARCH)
    assert isinstance(report.error, Unavailable)
    assert "INTERNAL_ERROR" in str(report.error)
    assert report.committed == []


def test_the_key_is_not_sent_unencrypted(account) -> None:
    server = account.serve()
    report = account.pulled(
        "deals", server, FIRST_OF_MARCH, HUBSPOT_API_BASE="http://api.hubapi.com"
    )
    assert isinstance(report.error, Rejected)
    assert "HUBSPOT_API_BASE" in str(report.error)


def test_the_limits_that_hubspot_documents_are_kept(account, deal) -> None:
    server = account.serve(deals=[deal(n, NINE) for n in range(1, 1_401)], searches=5)
    on_the_clock = ThrottledCalls(SOURCE.limits, SOURCE.diagnose)
    assert account.pulled("deals", server, FIRST_OF_MARCH, calls=on_the_clock).error is None
    searches = sum(request.path.endswith("/search") for request in server.asked)
    assert searches == 7, "as many as there are pages: none was refused and repeated"
