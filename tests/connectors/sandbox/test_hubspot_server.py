from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.sandbox.crm_objects import MERGED_IDS, CrmObject
from connectors.sandbox.hubspot import (
    ACCOUNT,
    CONTACTS_OF_CALLS,
    OBJECTS,
    OWNERS,
    PIPELINES,
    PROPERTIES,
    TOKEN,
    HubSpotServer,
    serve,
    too_many,
)
from tests.limits import HANG_SECONDS

SEARCH = OBJECTS + "/deals/search"


@pytest.fixture(scope="module")
def server() -> Iterator[HubSpotServer]:
    server = HubSpotServer(
        date(2026, 11, 25), searches_per_second=10_000, requests_in_ten_seconds=10_000
    )
    yield server
    server.close()


def ask(
    server: HubSpotServer,
    path: str,
    body: Mapping[str, Any] | None = None,
    token: str = TOKEN,
    **params: object,
) -> requests.Response:
    method = "GET" if body is None else "POST"
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(
        method,
        server.address + path,
        params=params,
        json=body,
        headers=headers,
        timeout=HANG_SECONDS,
    )


def changed_since(moment: datetime, **more: object) -> dict[str, Any]:
    value = str(int(moment.timestamp() * 1000))
    only = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": value}
    return {"filterGroups": [{"filters": [only]}]} | more


@pytest.mark.parametrize("gone", ["true", "false"])
def test_a_list_has_either_the_archived_or_the_others(server: HubSpotServer, gone: str) -> None:
    answer = ask(server, OBJECTS + "/deals", archived=gone, limit=100, properties="amount").json()
    assert len(answer["results"]) > 50
    assert {row["archived"] for row in answer["results"]} == {gone == "true"}


@pytest.mark.parametrize(("gone", "count"), [("true", 2), ("false", 15)])
def test_owners_are_active_or_archived(server: HubSpotServer, gone: str, count: int) -> None:
    assert len(ask(server, OWNERS, archived=gone, limit=100).json()["results"]) == count


def test_pages_join_without_gap_or_repeat(server: HubSpotServer) -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    by_id = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    body = changed_since(since, sorts=by_id, limit=90)
    first = ask(server, SEARCH, body).json()
    total, ids = first["total"], [row["id"] for row in first["results"]]
    after = first["paging"]["next"]["after"]
    while after:
        page = ask(server, SEARCH, body | {"after": after}).json()
        ids += [row["id"] for row in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
    assert len(ids) == len(set(ids)) == total > 500
    assert ids == sorted(ids, key=int)


def test_a_search_refuses_what_hubspot_refuses(server: HubSpotServer) -> None:
    since = datetime(2024, 12, 1, tzinfo=UTC)
    assert ask(server, SEARCH, changed_since(since, limit=200)).json()["total"] > 10_000
    last = changed_since(since, limit=200, after="9800")
    assert ask(server, SEARCH, last).status_code == 200
    for refused in (
        changed_since(since, limit=200, after="9801"),
        changed_since(since, limit=201),
        changed_since(since, sorts=[{"propertyName": "createdate"}] * 2),
        changed_since(since, sorts=[{"propertyName": "dealname"}]),
    ):
        answer = ask(server, SEARCH, refused)
        assert answer.status_code == 400
        assert answer.json()["category"] == "VALIDATION_ERROR"


def test_archived_deals_are_in_no_search(server: HubSpotServer) -> None:
    gone = ask(server, OBJECTS + "/deals", archived="true", limit=100).json()["results"]
    place = {"propertyName": "hs_object_id", "operator": "EQ", "value": gone[0]["id"]}
    body = {"filterGroups": [{"filters": [place]}]}
    assert ask(server, SEARCH, body).json() == {"total": 0, "results": []}


def test_only_the_properties_that_are_asked_for_are_told(server: HubSpotServer) -> None:
    own_properties = {"createdate", "hs_lastmodifieddate", "hs_object_id"}
    body = {"limit": 1, "properties": ["amount", "no_such_property"]}
    (row,) = ask(server, SEARCH, body).json()["results"]
    assert row["properties"].keys() == own_properties | {"amount"}


def test_a_call_without_a_contact_is_told_as_an_error_of_a_batch_that_is_fine(
    server: HubSpotServer,
) -> None:
    calls = list(server.objects["calls"].values())
    known = next(call for call in calls if len(call.contacts) == 2)
    without_contact = next(call for call in calls if not call.contacts)
    inputs = [{"id": str(known.number)}, {"id": str(without_contact.number)}]
    answer = ask(server, CONTACTS_OF_CALLS, {"inputs": inputs})
    assert answer.status_code == 207
    (row,) = answer.json()["results"]
    assert {contact["toObjectId"] for contact in row["to"]} == {str(x) for x in known.contacts}
    (fault,) = answer.json()["errors"]
    assert fault["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert ask(server, CONTACTS_OF_CALLS, {"inputs": inputs[:1]}).status_code == 200
    assert ask(server, CONTACTS_OF_CALLS, {"inputs": []}).status_code == 400


def test_pipelines_are_told_by_id_and_label(server: HubSpotServer) -> None:
    labels = {row["id"]: row["label"] for row in ask(server, PIPELINES).json()["results"]}
    assert labels["default"] == "Sales Pipeline"


def test_too_many_requests_name_the_limit_that_was_reached() -> None:
    with HubSpotServer(
        date(2024, 12, 3), searches_per_second=2, requests_in_ten_seconds=3
    ) as server:
        searches = [ask(server, SEARCH, {}) for _ in range(10)]
        lists = [ask(server, OWNERS) for _ in range(10)]
    refused = next(answer for answer in searches if answer.status_code == 429)
    assert refused.json()["policyName"] == "SECONDLY"
    refused = next(answer for answer in lists if answer.status_code == 429)
    assert refused.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert too_many("DAILY").body["policyName"] == "DAILY"


def test_what_is_served_leads_to_the_company_s_own_account(tmp_path: Path) -> None:
    served = serve(date(2024, 12, 3), tmp_path)
    headers = {"Authorization": f"Bearer {served.values['HUBSPOT_ACCESS_TOKEN']}"}
    address = served.values["HUBSPOT_API_BASE"] + PIPELINES
    assert address.startswith("http://127.0.0.1:")
    assert len(requests.get(address, headers=headers, timeout=HANG_SECONDS).json()["results"]) == 2
    served.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(address, headers=headers, timeout=HANG_SECONDS)


def test_a_merge_leaves_one_object_with_what_the_first_lacks_from_the_second() -> None:
    made = datetime(2026, 11, 1, tzinfo=UTC)
    deals = [
        CrmObject(3, {"amount": None, "pipeline": "default"}, made, made),
        CrmObject(4, {"amount": "20", "pipeline": "other"}, made, made),
    ]
    with HubSpotServer(date(2026, 11, 25), deals=deals) as server:
        server.merge("deals", 3, 4, into=9, at=datetime(2026, 11, 24, tzinfo=UTC))
        every = {"filterGroups": [], "properties": ["amount", "pipeline", MERGED_IDS]}
        answer = ask(server, SEARCH, every).json()
        gone = ask(server, OBJECTS + "/deals", archived="true").json()
    assert [row["id"] for row in answer["results"]] == ["9"]
    kept = answer["results"][0]["properties"]
    assert (kept["amount"], kept["pipeline"], kept[MERGED_IDS]) == ("20", "default", "3;4")
    assert gone["results"] == []


def test_merged_contacts_are_found_by_the_property_that_lists_the_others(
    server: HubSpotServer,
) -> None:
    filters = [
        {"propertyName": MERGED_IDS, "operator": "HAS_PROPERTY"},
        {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1795478400000"},
    ]
    body = {"filterGroups": [{"filters": filters}], "properties": [MERGED_IDS]}
    answer = ask(server, OBJECTS + "/contacts/search", body).json()
    assert answer["total"] == 1  # that of 24 November: on the next day it is morning
    assert answer["results"][0]["properties"][MERGED_IDS].count(";") == 1


def test_a_search_of_more_than_3000_characters_is_refused(server: HubSpotServer) -> None:
    names = [f"a_property_{n}" for n in range(200)]
    answer = ask(server, SEARCH, {"filterGroups": [], "properties": names})
    assert (answer.status_code, "3000 characters" in answer.json()["message"]) == (400, True)


def test_the_account_tells_its_zone_and_currency_and_the_properties_of_its_deals(
    server: HubSpotServer,
) -> None:
    details = ask(server, ACCOUNT).json()
    assert (details["timeZone"], details["companyCurrency"]) == ("Etc/UTC", "USD")
    assert details["utcOffset"] == "+00:00"
    names = {row["name"] for row in ask(server, PROPERTIES).json()["results"]}
    assert {"amount", "closedate", MERGED_IDS} <= names
