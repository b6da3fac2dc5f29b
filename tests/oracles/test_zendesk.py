"""Every request that the connector sends to Zendesk, and every answer of the sandbox, as Zendesk's document says."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import Reply
from connectors.sandbox.zendesk import SETTINGS, SUBDOMAIN, ZendeskServer
from connectors.sandbox.zendesk_objects import merged, ticket_row
from connectors.sandbox.zendesk_tokens import CLIENT, FIRST_REFRESH_TOKEN
from connectors.zendesk.source import SOURCE
from tests.conformance.case import DAYS, TODAY, Pull, case_of, errors
from tests.oracles.traffic import Exchange, observed, traffic_of
from tests.oracles.zendesk_document import EXPORT, RATINGS, TOKENS, violations


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    return traffic_of(case_of("zendesk"), tmp_path_factory.mktemp("zendesk"))


@pytest.mark.parametrize("path", [TOKENS, EXPORT, RATINGS, SETTINGS])
def test_a_pull_asks_and_is_answered_as_zendesk_s_document_says(
    traffic: list[Exchange], path: str
) -> None:
    concerned = [x for x in traffic if x.request.path == path]
    assert concerned
    assert [fault for x in concerned for fault in violations(x)] == []


def test_what_an_account_may_have_besides_is_as_zendesk_s_document_says(tmp_path: Path) -> None:
    """Merged tickets, those of AI agents, follow-ups, messaging; and a refresh token that changes."""
    at = datetime(2026, 10, 30, 9, tzinfo=UTC)
    tickets = [
        merged(ticket_row(1, at), at),
        ticket_row(2, at, support_type="ai_agent", channel="native_messaging"),
        ticket_row(3, at, follow_up_of=1, tags=["closed_by_merge"], support_type=None),
    ]
    with (
        ZendeskServer(TODAY, tickets=tickets, ratings=[], surveys=[]) as server,
        observed() as seen,
    ):
        server.metrics[2] = {"reply_time_in_seconds": {"calendar": 90}}
        values = {
            "ZENDESK_SUBDOMAIN": SUBDOMAIN,
            "ZENDESK_API_BASE": server.address,
            "ZENDESK_CLIENT_ID": CLIENT,
            "ZENDESK_REFRESH_TOKEN": FIRST_REFRESH_TOKEN,
            "ZENDESK_TOKEN_FILE": str(tmp_path / "token.json"),
        }
        assert errors(Pull(Lake(tmp_path / "lake"))(SOURCE, values, DAYS)) == {}
    (export,) = [x for x in seen if x.request.path == EXPORT]
    assert len(export.answer["tickets"]) == 3
    assert [fault for x in seen for fault in violations(x)] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"grant_type": "password"}, "'password' is not one of"),
        ({"grant_type": "refresh_token"}, "'refresh_token' is a required property"),
        ({"expires_in": 200}, "200 is less than or equal to the minimum of 300"),
        ({"scopes": ["read"]}, "'scopes' was unexpected"),
    ],
)
def test_a_request_for_a_token_that_zendesk_would_not_take_is_noticed(
    traffic: list[Exchange], change: dict[str, Any], fault: str
) -> None:
    asked = next(x for x in traffic if x.request.path == TOKENS)
    body = orjson.dumps(orjson.loads(asked.request.body) | change)
    (noticed,) = violations(replace(asked, request=replace(asked.request, body=body)))
    assert fault in noticed


def test_a_token_that_is_not_given_as_zendesk_gives_it_is_noticed(traffic: list[Exchange]) -> None:
    given = next(x for x in traffic if x.request.path == TOKENS)
    answer = given.answer | {"expires_in": "1800"}
    (noticed,) = violations(replace(given, reply=Reply(201, answer)))
    assert "expires_in: '1800' is not of type 'integer'" in noticed


@pytest.mark.parametrize(
    ("path", "name", "value", "fault"),
    [
        (EXPORT, "since", "1", "the parameter since is not in the document"),
        (EXPORT, "start_time", "2026-10-29", "'2026-10-29' is not of type 'integer'"),
        (RATINGS, "page[number]", "2", "the parameter page[number] is not in the document"),
        (RATINGS, "page[size]", "all", "'all' is not of type 'integer'"),
    ],
)
def test_a_parameter_that_zendesk_has_not_is_noticed(
    traffic: list[Exchange], path: str, name: str, value: str, fault: str
) -> None:
    asked = next(x for x in traffic if x.request.path == path)
    request = replace(asked.request, query=(*asked.request.query, (name, value)))
    (noticed,) = violations(replace(asked, request=request))
    assert fault in noticed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "5767"}, "id: '5767' is not of type 'integer'"),
        ({"status": "resolved"}, "status: 'resolved' is not one of"),
        ({"updated_at": "2026-10-29"}, "updated_at: '2026-10-29' is not a 'date-time'"),
        ({"colour": "red"}, "'colour' was unexpected"),
    ],
)
def test_a_ticket_that_is_not_zendesk_s_is_noticed(
    traffic: list[Exchange], change: dict[str, Any], fault: str
) -> None:
    given = next(x for x in traffic if x.request.path == EXPORT)
    answer = given.answer
    answer["tickets"] = [answer["tickets"][0] | change]
    (noticed,) = violations(replace(given, reply=replace(given.reply, body=answer)))
    assert fault in noticed
