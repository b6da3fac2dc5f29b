"""Every request that the connector sends to HubSpot, and every answer of the sandbox, as HubSpot's documents say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from connectors.hubspot.declared import ObjectForm
from connectors.hubspot.source import SOURCE, describe, with_streams
from connectors.lake.lake import Lake
from connectors.sandbox.crm_objects import MERGED_IDS, CrmObject
from connectors.sandbox.hubspot import (
    CONTACTS_OF_CALLS,
    OBJECTS,
    OWNERS,
    SCOPES,
    TOKEN,
    Faults,
    HubSpotServer,
    too_many,
)
from connectors.sandbox.served import Served
from connectors.sdk.engine import pull
from connectors.sdk.windows import Range
from tests.conformance.case import case_of
from tests.connectors.clock import unslept
from tests.limits import HANG_SECONDS
from tests.oracles.hubspot_documents import PATHS, name_of, read, violations
from tests.oracles.traffic import Exchange, observed, traffic_of

SEARCH = OBJECTS + "/deals/search"


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    """A pull with all that can be asked for."""
    case = case_of("hubspot")
    served = {"HUBSPOT_DEAL_PROPERTIES": "dealname"}
    return traffic_of(replace(case, serve=lambda *of: with_values(case.serve(*of), served)),
                      tmp_path_factory.mktemp("hubspot"))  # fmt: skip


def with_values(served: Served, values: Mapping[str, str]) -> Served:
    """A server with further values of the source's options."""
    return replace(served, values={**served.values, **values})


@pytest.fixture(scope="module")
def search(traffic: list[Exchange]) -> Exchange:
    """A search for deals."""
    return next(x for x in traffic if x.request.path == SEARCH)


@pytest.mark.parametrize("name", PATHS.values())
def test_a_pull_asks_and_is_answered_as_hubspot_s_document_says(
    traffic: list[Exchange], name: str
) -> None:
    concerned = [x for x in traffic if name_of(x.request.path) == name]
    assert concerned
    assert [fault for x in concerned for fault in violations(x)] == []


def test_the_count_of_what_there_is_is_among_what_is_held_against_it(
    traffic: list[Exchange],
) -> None:
    limits = {orjson.loads(x.request.body)["limit"] for x in traffic if x.request.path == SEARCH}
    assert limits == {1, 200}


@pytest.mark.parametrize("name", PATHS.values())
def test_the_scope_that_a_call_needs_is_one_that_hubspot_names(
    traffic: list[Exchange], name: str
) -> None:
    for exchange in traffic:
        if name_of(exchange.request.path) == name:
            assert SCOPES[exchange.request.path] in read(name).scopes(exchange)


def test_declared_objects_are_described_and_pulled_as_hubspot_s_documents_say(
    tmp_path: Path,
) -> None:
    forms = {"people": ObjectForm.model_validate({"object": "contacts", "properties": "hs_object"})}
    at = datetime(2024, 12, 30, 9, tzinfo=UTC)
    person = CrmObject(901, {"hs_object": "x"}, at, at, modified_name="lastmodifieddate")
    with HubSpotServer(date(2024, 12, 31), contacts=[person]) as server, observed() as exchanges:
        values = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": server.address}
        schemas = describe(values, unslept(SOURCE), forms)
        source = with_streams(SOURCE, forms, schemas)
        (report,) = pull(
            source,
            values,
            Lake(tmp_path),
            Range(at.date(), at.date()),
            only=["people"],
            now=lambda: datetime(2024, 12, 31, 9, tzinfo=UTC),
            calls=unslept(source),
        )
    assert (report.error, report.rows) == (None, 1)
    assert {name_of(x.request.path) for x in exchanges} == {"properties", "contacts"}
    assert [fault for x in exchanges for fault in violations(x)] == []


def test_refusals_and_pages_have_the_shape_of_hubspot_s_documents() -> None:
    faults = Faults(
        scopes=frozenset(SCOPES.values()) - {"crm.objects.owners.read"},
        replies={1: too_many("SECONDLY"), 2: too_many("DAILY")},
    )
    by_id = {"propertyName": "hs_object_id", "direction": "ASCENDING"}
    page: dict[str, Any] = {"filterGroups": [], "sorts": [by_id], "properties": ["amount"]}
    with HubSpotServer(date(2024, 12, 31), faults=faults) as server, observed() as exchanges:
        for path, token, body in (
            (SEARCH, TOKEN, page | {"limit": 2}),
            (SEARCH, TOKEN, page | {"limit": 2}),
            (SEARCH, TOKEN, page | {"limit": 2}),
            (SEARCH, TOKEN, page | {"limit": 201}),
            (OBJECTS + "/deals?archived=false&limit=3&properties=amount", TOKEN, None),
            (OWNERS, TOKEN, None),
            (OWNERS, "pat-na1-another", None),
        ):
            ask(server, path, token, body)
    assert [x.reply.status for x in exchanges] == [429, 429, 200, 400, 200, 403, 401]
    assert exchanges[2].answer["paging"] and exchanges[4].answer["paging"]
    assert [fault for x in exchanges for fault in violations(x)] == []


def test_a_merged_deal_has_the_shape_of_hubspot_s_document() -> None:
    by_id = {"propertyName": "hs_object_id", "direction": "ASCENDING"}
    page: dict[str, Any] = {"filterGroups": [], "sorts": [by_id], "properties": [MERGED_IDS]}
    with HubSpotServer(date(2024, 12, 31)) as server, observed() as exchanges:
        first, second, *_ = server.objects["deals"]
        last = max(server.objects["deals"]) + 1
        server.merge("deals", first, second, into=last, at=datetime(2024, 12, 31, 8, tzinfo=UTC))
        page["sorts"] = [by_id | {"direction": "DESCENDING"}]
        ask(server, SEARCH, TOKEN, page | {"limit": 1})
    [exchange] = exchanges
    [merged] = exchange.answer["results"]
    assert merged["properties"][MERGED_IDS] == f"{first};{second}"
    assert [*violations(exchange)] == []


def ask(
    server: HubSpotServer, path: str, token: str, body: Mapping[str, Any] | None
) -> requests.Response:
    return requests.request(
        "GET" if body is None else "POST",
        server.address + path,
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=HANG_SECONDS,
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"limit": "200"}, "body.limit: '200' is not of type 'integer'"),
        ({"sorts": ["hs_object_id"]}, "body.sorts[]: 'hs_object_id' is not of type 'object'"),
        ({"colour": "red"}, "'colour' was unexpected"),
        (
            {"filterGroups": [{"filters": [{"propertyName": "a", "operator": "MORE"}]}]},
            "operator: 'MORE' is not one of",
        ),
    ],
)
def test_a_search_that_hubspot_has_not_is_noticed(
    search: Exchange, change: dict[str, Any], fault: str
) -> None:
    body = orjson.dumps(orjson.loads(search.request.body) | change)
    (noticed,) = violations(replace(search, request=replace(search.request, body=body)))
    assert fault in noticed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": 7}, "id: 7 is not of type 'string'"),
        ({"createdAt": "2026-11-25"}, "createdAt: '2026-11-25' is not a 'date-time'"),
        ({"properties": {"amount": 1500}}, "amount: 1500 is not of type"),
        ({"archived": None}, "archived: None is not of type 'boolean'"),
        ({"merged": []}, "'merged' was unexpected"),
    ],
)
def test_an_answer_that_is_not_hubspot_s_is_noticed(
    search: Exchange, change: dict[str, Any], fault: str
) -> None:
    answer = search.answer
    answer["results"] = [answer["results"][0] | change]
    (noticed,) = violations(replace(search, reply=replace(search.reply, body=answer)))
    assert fault in noticed


def test_a_parameter_and_a_path_that_hubspot_has_not_are_noticed(traffic: list[Exchange]) -> None:
    listed = next(x for x in traffic if x.request.path == OBJECTS + "/deals")
    request = replace(listed.request, query=(*listed.request.query, ("page", "2")))
    (noticed,) = violations(replace(listed, request=request))
    assert "the parameter page is not in the document" in noticed
    request = replace(listed.request, path=OBJECTS + "/deals/a/b/c")
    (noticed,) = violations(replace(listed, request=request))
    assert "has no such call" in noticed
    with pytest.raises(LookupError, match="none of HubSpot's documents"):
        name_of("/crm/v3/objects/deals")
    assert name_of(CONTACTS_OF_CALLS) == "associations"
