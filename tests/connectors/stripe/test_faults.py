from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sandbox.stripe import LIST, too_many
from connectors.sandbox.stripe_lists import error
from connectors.sdk.errors import (
    Drift,
    PermissionDenied,
    Rejected,
    Throttled,
)
from connectors.sdk.windows import Range
from tests.connectors.set_aside import set_aside

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))


def test_a_limit_without_retry_after_is_waited_for_with_growing_pauses(account) -> None:
    server = account.serve([], replies={1: too_many(), 2: too_many(reason="global-rate")})
    report = account.pulled(server, FIRST_OF_MARCH, calls=account.unslept)
    assert report.error is None
    assert server.pages_asked == 3
    first, second = [wait for wait in account.waits if wait > 0.2]
    assert 0.3 < first < 0.7
    assert 0.7 < second < 1.4


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_stripe_asks_for_is_kept(account, status: int) -> None:
    refused = Reply(status, too_many().body, {"Retry-After": "7"})
    report = account.pulled(
        account.serve([], replies={1: refused}), FIRST_OF_MARCH, calls=account.unslept
    )
    assert report.error is None
    assert 6.9 < max(account.waits) < 7.1


def test_a_lasting_limit_ends_with_stripe_s_reason(account) -> None:
    server = account.serve(
        [], replies=dict.fromkeys(range(1, 9), too_many(reason="endpoint-concurrency"))
    )
    report = account.pulled(server, FIRST_OF_MARCH, calls=account.unslept)
    assert isinstance(report.error, Throttled)
    assert "endpoint-concurrency" in str(report.error)
    assert server.pages_asked == 6
    assert report.committed == []


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "Something went wrong"),
        Reply(502, b"<html>Bad gateway</html>"),
        Reply(200, b'{"object": "list", "data": ['),
        Reply(200, b"\xff\xfe"),
    ],
    ids=["500", "502 with HTML", "half a JSON", "no text"],
)
def test_a_fault_in_the_middle_is_asked_again_from_the_same_page(account, reply: Reply) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    rows = [account.charge(n, at + timedelta(seconds=n)) for n in range(350)]
    server = account.serve(rows, replies={3: reply})
    assert account.pulled(server, FIRST_OF_MARCH, calls=account.unslept).error is None
    assert len(account.rows(FIRST_OF_MARCH)) == 350
    pages = [x.params.get("starting_after") for x in server.asked if x.path == LIST]
    assert len(pages) == 5
    assert pages[2] == pages[3]


def test_a_connection_that_breaks_off_in_the_middle_of_a_page_is_asked_again(account) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    rows = [account.charge(n, at + timedelta(seconds=n)) for n in range(150)]
    server = account.serve(rows, cut_off=frozenset({1}))
    assert account.pulled(server, FIRST_OF_MARCH, calls=account.unslept).error is None
    assert len(account.rows(FIRST_OF_MARCH)) == 150
    assert server.pages_asked == 3


def test_a_missing_permission_is_said_aloud_and_is_not_an_empty_month(account) -> None:
    report = account.pulled(account.serve([], forbidden=frozenset({LIST})), FIRST_OF_MARCH)
    assert isinstance(report.error, PermissionDenied)
    assert "rak_balance_transaction_read" in str(report.error)
    assert report.committed == []
    assert account.lake.manifests("stripe", "balance_transactions") == {}


def test_a_refused_request_is_not_repeated(account) -> None:
    refusal = error(
        400, "Received unknown parameter: limit", code="parameter_unknown", param="limit"
    )
    server = account.serve([], replies={1: refusal})
    report = account.pulled(server, FIRST_OF_MARCH)
    assert isinstance(report.error, Rejected)
    assert "parameter_unknown" in str(report.error)
    assert "parameter limit" in str(report.error)
    assert server.pages_asked == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"amount": "10.00"}, "amount_minor"),
        ({"created": "2026-03-01"}, "created_at"),
        ({"available_on": None}, "available_on"),
        ({"source": {"id": "ch_1"}}, "source_id"),
    ],
)
def test_a_field_of_another_type_sets_its_row_aside(
    account, change: dict[str, object], named: str
) -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    with_rows = Reply(
        200,
        {
            "object": "list",
            "data": [account.charge(1, at) | change, account.charge(2, at)],
            "has_more": False,
            "url": LIST,
        },
    )
    report = account.pulled(account.serve([], replies={1: with_rows}), FIRST_OF_MARCH)
    assert [name for _, name in set_aside(report)] == [named]
    assert report.rows == 1


def test_a_field_that_is_gone_is_drift(account) -> None:
    gone = {
        k: v
        for k, v in account.charge(1, datetime(2026, 3, 1, 9, tzinfo=UTC)).items()
        if k != "fee"
    }
    answer = Reply(200, {"object": "list", "data": [gone], "has_more": False, "url": LIST})
    report = account.pulled(account.serve([], replies={1: answer}), FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert "fee_minor" in str(report.error)


@pytest.mark.parametrize(
    "body", [{"data": None}, {"object": "list", "data": [], "has_more": True}, []]
)
def test_an_answer_that_is_no_list_is_drift_and_not_an_empty_day(account, body: object) -> None:
    report = account.pulled(account.serve([], replies={1: Reply(200, body)}), FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert report.committed == []
