"""Every request that the connector sends to Zendesk, and every answer of the sandbox, as Zendesk's document says."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.sandbox.zendesk import SETTINGS
from tests.conformance.case import case_of
from tests.oracles.traffic import Exchange, traffic_of
from tests.oracles.zendesk_document import EXPORT, RATINGS, violations


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    return traffic_of(case_of("zendesk"), tmp_path_factory.mktemp("zendesk"))


@pytest.mark.parametrize("path", [EXPORT, RATINGS, SETTINGS])
def test_a_pull_asks_and_is_answered_as_zendesk_s_document_says(
    traffic: list[Exchange], path: str
) -> None:
    concerned = [x for x in traffic if x.request.path == path]
    assert concerned
    assert [fault for x in concerned for fault in violations(x)] == []


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
