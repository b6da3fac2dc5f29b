from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests

from connectors.sandbox.stripe import KEY, StripeServer, serve
from tests.limits import HANG_SECONDS

LIST = "/v1/balance_transactions"


@pytest.fixture(scope="module")
def server() -> Iterator[StripeServer]:
    server = StripeServer(date(2026, 11, 24), requests_per_second=10_000)
    yield server
    server.close()


def ask(server: StripeServer, path: str, key: str = KEY, **params: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(server.address + path, params=params, headers=headers, timeout=HANG_SECONDS)


def instant(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())


def ids(response: requests.Response) -> list[str]:
    return [row["id"] for row in response.json()["data"]]


def test_pages_are_newest_first_and_join_without_gap_or_repeat(server: StripeServer) -> None:
    march = {"created[gte]": instant(2026, 3, 1), "created[lt]": instant(2026, 4, 1)}
    whole: list[str] = []
    more: dict[str, object] = {}
    while True:
        page = ask(server, LIST, limit=37, **march, **more).json()
        assert page["object"] == "list"
        assert page["url"] == LIST
        created = [row["created"] for row in page["data"]]
        assert created == sorted(created, reverse=True)
        whole += [row["id"] for row in page["data"]]
        if not page["has_more"]:
            break
        assert len(page["data"]) == 37
        more = {"starting_after": whole[-1]}
    assert len(whole) == len(set(whole)) > 400
    first_page = ask(server, LIST, limit=37, ending_before=whole[37], **march)
    assert ids(first_page) == whole[:37]
    assert first_page.json()["has_more"] is False


def test_bounds_are_inclusive_or_not_as_their_names_say(server: StripeServer) -> None:
    newest = ask(server, LIST, limit=1).json()["data"][0]
    at = newest["created"]
    assert newest["id"] in ids(ask(server, LIST, **{"created[gte]": at}))
    assert newest["id"] in ids(ask(server, LIST, **{"created[lte]": at}))
    assert newest["id"] not in ids(ask(server, LIST, **{"created[gt]": at}))
    assert newest["id"] not in ids(ask(server, LIST, **{"created[lt]": at}))


def test_type_and_currency_narrow_the_list(server: StripeServer) -> None:
    answer = ask(server, LIST, limit=100, type="charge", currency="kwd").json()
    assert len(answer["data"]) == 9
    assert {(row["type"], row["currency"]) for row in answer["data"]} == {("charge", "kwd")}


def test_ten_rows_come_where_no_limit_is_given(server: StripeServer) -> None:
    assert len(ids(ask(server, LIST))) == 10


def test_nothing_after_this_morning_is_visible_and_new_money_is_pending(
    server: StripeServer,
) -> None:
    rows = ask(server, LIST, limit=100).json()["data"]
    assert max(row["created"] for row in rows) < instant(2026, 11, 24, 9)
    for row in rows:
        pending = row["available_on"] > instant(2026, 11, 24, 9)
        assert row["status"] == ("pending" if pending else "available")
    assert {row["status"] for row in rows} == {"pending", "available"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"colour": "red"}, "parameter_unknown"),
        ({"limit": "101"}, None),
        ({"limit": "0"}, None),
        ({"limit": "many"}, "parameter_invalid_integer"),
        ({"created[gte]": "yesterday"}, "parameter_invalid_integer"),
        ({"starting_after": "txn_none"}, "resource_missing"),
    ],
)
def test_a_request_that_stripe_would_refuse_is_refused(
    server: StripeServer, params: dict[str, str], code: str | None
) -> None:
    response = ask(server, LIST, **params)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.json()["error"].get("code") == code


def test_unknown_paths_are_not_found(server: StripeServer) -> None:
    assert ask(server, "/v1/charges").status_code == 404
    assert "Unrecognized request URL" in ask(server, "/v1/charges").json()["error"]["message"]


def test_the_key_counts_as_a_bearer_and_as_a_user(server: StripeServer) -> None:
    assert ask(server, "/v1/account").json()["settings"]["dashboard"]["timezone"] == "Etc/UTC"
    basic = {"Authorization": "Basic " + b64encode(f"{KEY}:".encode()).decode()}
    assert (
        requests.get(server.address + LIST, headers=basic, timeout=HANG_SECONDS).status_code == 200
    )
    for headers in ({}, {"Authorization": "Basic %%%"}, {"Authorization": f"Token {KEY}"}):
        assert (
            requests.get(server.address + LIST, headers=headers, timeout=HANG_SECONDS).status_code
            == 401
        )
    assert ask(server, LIST, key="rk_test_other").status_code == 401


def test_an_endpoint_asked_too_often_says_so() -> None:
    with StripeServer(date(2024, 12, 2), requests_per_second=3) as server:
        answers = [ask(server, LIST) for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    assert refused[0].json()["error"]["code"] == "rate_limit"
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]


def test_what_is_served_leads_to_the_company_s_own_account(tmp_path: Path) -> None:
    served = serve(date(2024, 12, 3), tmp_path)
    headers = {"Authorization": f"Bearer {served.values['STRIPE_API_KEY']}"}
    address = served.values["STRIPE_API_BASE"] + "/v1/account"
    assert address.startswith("http://127.0.0.1:")
    assert (
        requests.get(address, headers=headers, timeout=HANG_SECONDS).json()["id"]
        == "acct_sample_company"
    )
    served.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(address, headers=headers, timeout=HANG_SECONDS)
