"""The server answers as Zendesk's documentation says Zendesk does."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests

from connectors.sandbox.zendesk import (
    RATINGS,
    SETTINGS,
    SURVEYS,
    ZendeskServer,
    serve,
)
from connectors.sandbox.zendesk_export import EXPORT
from connectors.sandbox.zendesk_objects import ticket_row
from connectors.sandbox.zendesk_tokens import (
    CLIENT,
    FIRST_REFRESH_TOKEN,
    SECRET,
    TOKEN,
    TOKENS,
)
from tests.limits import HANG_SECONDS


@pytest.fixture(scope="module")
def server() -> Iterator[ZendeskServer]:
    with ZendeskServer(date(2026, 11, 24), exports_per_minute=1_000) as server:
        yield server


def ask(
    server: ZendeskServer, path: str, token: str = TOKEN, **params: object
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(server.address + path, params=params, headers=headers, timeout=HANG_SECONDS)


def seconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())


def test_the_export_goes_by_generated_timestamp_and_leads_to_its_end(server) -> None:
    page = ask(server, EXPORT, start_time=seconds(2024, 12, 1), per_page=700).json()
    whole = []
    while True:
        assert len(page["tickets"]) == 700 or page["end_of_stream"]
        whole += page["tickets"]
        if page["end_of_stream"]:
            break
        page = ask(server, EXPORT, cursor=page["after_cursor"], per_page=700).json()
    times = [(row["generated_timestamp"], row["id"]) for row in whole]
    assert times == sorted(set(times))
    assert len({row["id"] for row in whole}) == len(whole) > 5_000
    assert times[-1][0] <= seconds(2026, 11, 24, 9) - 60


def test_a_ticket_may_have_been_updated_before_the_start_time_it_is_found_by(server) -> None:
    start = seconds(2026, 9, 1)
    rows = ask(server, EXPORT, start_time=start).json()["tickets"]
    updated = [datetime.fromisoformat(row["updated_at"]).timestamp() for row in rows]
    assert min(updated) < start
    assert min(row["generated_timestamp"] for row in rows) >= start


def test_groups_and_metric_sets_come_when_they_are_asked_for(server) -> None:
    bare = ask(server, EXPORT, start_time=seconds(2026, 11, 1)).json()
    assert {"groups", "metric_sets"}.isdisjoint(bare)
    full = ask(server, EXPORT, start_time=seconds(2026, 11, 1), include="groups,metric_sets").json()
    measured = {metrics["ticket_id"]: metrics["solved_at"] for metrics in full["metric_sets"]}
    statuses = {row["id"]: row["status"] for row in full["tickets"]}
    assert "deleted" in statuses.values()
    assert measured.keys() == {number for number, x in statuses.items() if x != "deleted"}
    assert {number for number, at in measured.items() if at} == {
        number for number, x in statuses.items() if x in {"solved", "closed"}
    }
    assert {row["name"] for row in full["groups"]} == {
        "Orders and delivery",
        "Product questions",
        "Billing",
    }


def test_tickets_of_ai_agents_are_exported_where_they_are_asked_for() -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    rows = [ticket_row(1, at), ticket_row(2, at, support_type="ai_agent")]
    with ZendeskServer(date(2026, 11, 24), tickets=rows, ratings=[], surveys=[]) as server:
        listed = {
            scope: [
                row["id"] for row in ask(server, EXPORT, start_time=0, **params).json()["tickets"]
            ]
            for scope, params in {
                "by default": {},
                **{x: {"support_type_scope": x} for x in ("all", "agent", "ai_agent")},
            }.items()
        }
    assert listed == {"by default": [1], "all": [1, 2], "agent": [1], "ai_agent": [2]}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "InvalidValue"),
        ({"start_time": 0, "support_type_scope": "people"}, "InvalidValue"),
        ({"start_time": "yesterday"}, "InvalidValue"),
        ({"cursor": "nonsense"}, "InvalidValue"),
        ({"start_time": seconds(2026, 11, 24, 8, 59, 30)}, "StartTimeTooRecent"),
        ({"start_time": seconds(2026, 11, 1), "per_page": 1_001}, "InvalidPaginationParameter"),
    ],
)
def test_an_export_that_zendesk_would_refuse_is_refused(server, params, code) -> None:
    response = ask(server, EXPORT, **params)
    assert response.status_code == 400
    assert response.json()["error"] == code


def test_more_exports_than_a_minute_has_are_refused_with_the_time_to_wait() -> None:
    with ZendeskServer(date(2024, 12, 2), exports_per_minute=3) as server:
        answers = [ask(server, EXPORT, start_time=0) for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert refused
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert "per minute exceeded" in refused[0].json()["description"]


def test_ratings_are_newest_first_and_join_without_gap_or_repeat(server) -> None:
    bounds = {"start_time": seconds(2026, 1, 1), "end_time": seconds(2026, 3, 31, 23, 59, 59)}
    whole: list[dict[str, object]] = []
    more: dict[str, object] = {}
    while True:
        page = ask(server, RATINGS, **{"page[size]": 100}, **bounds, **more).json()
        whole += page["satisfaction_ratings"]
        if not page["meta"]["has_more"]:
            break
        assert len(page["satisfaction_ratings"]) == 100
        more = {"page[after]": page["meta"]["after_cursor"]}
    created = [str(row["created_at"]) for row in whole]
    assert created == sorted(created, reverse=True)
    assert created[0] < "2026-04-01"
    assert created[-1] >= "2026-01-01"
    assert len({row["id"] for row in whole}) == len(whole) > 600
    assert {row["score"] for row in whole} == {"offered", "good", "bad"}


def test_surveys_are_found_by_when_they_were_sent(server) -> None:
    bounds = {
        "filter[created_at_start]": seconds(2026, 3, 1) * 1000,
        "filter[created_at_end]": seconds(2026, 3, 2) * 1000,
    }
    rows = ask(server, SURVEYS, **bounds, **{"page[size]": 50}).json()["survey_responses"]
    assert 2 < len(rows) < 20
    answered = [row for row in rows if row["answers"]]
    assert 0 < len(answered) < len(rows)
    for row in answered:
        rating = row["answers"][0]
        assert rating["question"]["sub_type"] == "customer_satisfaction"
        assert rating["rating_category"] in {"good", "bad"}
        assert rating["created_at"] > "2026-03-01"
        assert row["subjects"][0]["type"] == "ticket"


@pytest.mark.parametrize(("path", "size"), [(RATINGS, 101), (SURVEYS, 51), (RATINGS, "many")])
def test_a_page_larger_than_there_are_is_refused(server, path, size) -> None:
    assert ask(server, path, **{"page[size]": size}).status_code == 400


def test_the_token_is_needed_and_an_unknown_path_is_not_found(server) -> None:
    refused = ask(server, EXPORT, token="of somebody else")
    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_token"
    assert ask(server, "/api/v2/tickets").status_code == 404


def grant(server: ZendeskServer, **fields: object) -> requests.Response:
    """The answer to a request for a token."""
    asked = {"client_id": CLIENT, "client_secret": SECRET, "scope": "read", **fields}
    return requests.post(server.address + TOKENS, json=asked, timeout=HANG_SECONDS)


def test_an_access_token_lasts_for_half_an_hour_unless_another_time_is_asked_for() -> None:
    with ZendeskServer(date(2024, 12, 3)) as server:
        given = grant(server, grant_type="client_credentials")
        assert given.status_code == 201
        token, lasts = given.json()["access_token"], given.json()["expires_in"]
        assert lasts == 1_800
        assert ask(server, SETTINGS, token).status_code == 200
        server.now += timedelta(seconds=lasts)
        assert ask(server, SETTINGS, token).status_code == 401
        longer = grant(server, grant_type="client_credentials", expires_in=86_400).json()
        server.now += timedelta(hours=23)
        assert ask(server, SETTINGS, longer["access_token"]).status_code == 200


def test_a_refresh_token_is_good_for_one_use_and_takes_the_former_access_token_along() -> None:
    with ZendeskServer(date(2024, 12, 3)) as server:
        first = grant(server, grant_type="refresh_token", refresh_token=FIRST_REFRESH_TOKEN).json()
        refused = grant(server, grant_type="refresh_token", refresh_token=FIRST_REFRESH_TOKEN)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        assert ask(server, SETTINGS, first["access_token"]).status_code == 200
        second = grant(
            server, grant_type="refresh_token", refresh_token=first["refresh_token"]
        ).json()
        assert ask(server, SETTINGS, first["access_token"]).status_code == 401
        assert ask(server, SETTINGS, second["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_secret": "x"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "scope": "tickets"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "expires_in": 300}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
    ],
)
def test_a_request_for_a_token_that_zendesk_would_refuse_is_refused(
    server: ZendeskServer, fields: dict[str, object], status: int, code: str
) -> None:
    refused = grant(server, **fields)
    assert (refused.status_code, refused.json()["error"]) == (status, code)


def test_the_settings_tell_the_timezone_and_whether_there_are_ratings(server) -> None:
    settings = ask(server, SETTINGS).json()["settings"]
    assert settings["localization"]["iana_time_zone"] == "UTC"
    assert settings["active_features"]["customer_satisfaction"] is True


def test_what_is_served_leads_to_the_company_s_own_account(tmp_path: Path) -> None:
    served = serve(date(2024, 12, 3), tmp_path)
    address = served.values["ZENDESK_API_BASE"] + SETTINGS
    client = {
        "client_id": served.values["ZENDESK_CLIENT_ID"],
        "client_secret": served.values["ZENDESK_CLIENT_SECRET"],
    }
    tokens = served.values["ZENDESK_API_BASE"] + TOKENS
    asked = {"grant_type": "client_credentials", "scope": "read", **client}
    given = requests.post(tokens, json=asked, timeout=HANG_SECONDS).json()
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert requests.get(address, headers=headers, timeout=HANG_SECONDS).status_code == 200
    served.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(address, headers=headers, timeout=HANG_SECONDS)
