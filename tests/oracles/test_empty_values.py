"""What a vendor's document says may be empty costs no row: each source is pulled with all of it empty."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.lake.lake import Lake
from connectors.sandbox.http_server import Reply, Request
from connectors.sdk.engine import StreamReport
from tests.conformance.case import TODAY, Pull, case_of, errors
from tests.conformance.proxy import Proxy, by_way_of, upstream_of
from tests.oracles.specs import document
from tests.oracles.stripe_library import annotation, method_of, module_of, optional
from tests.oracles.traffic import PULLED
from tests.oracles.zendesk_document import NAME

Place = tuple[str, ...]
Empties = Callable[[Request, Any], Collection[Place]]
"""The places of an answer that are emptied."""

GIVEN = {"subscription_item_details", "recurring"}
"""Stripe's parts that another field promises: the details of a parent's type, the interval of a recurring price."""
NEEDED = {"createdate", "dealstage", "hs_lastmodifieddate", "hs_timestamp", "pipeline"}
"""HubSpot's properties without which a row is set aside, with a finding."""


def stripe_leaves(request: Request, answer: Any) -> set[Place]:
    """What may be null and holds nothing else that may be."""
    places = stripe_places(request, answer)
    return {x for x in places if not any(x == y[: len(x)] and x != y for y in places)}


def stripe_parts(request: Request, answer: Any) -> set[Place]:
    """What may be null and is in nothing else that may be."""
    places = stripe_places(request, answer)
    return {x for x in places if not any(y == x[: len(y)] and x != y for y in places)}


def stripe_places(request: Request, answer: Any) -> set[Place]:
    method = method_of(request.method, request.path)
    if request.path == "/v1/account":
        return set()
    found = optional(answer, annotation(method, "return"), module_of(method))
    return {place for place in found if place[-1] not in GIVEN}


def hubspot_properties(request: Request, answer: Any) -> set[Place]:
    return {
        ("results", "properties", name)
        for row in answer["results"]
        for name in row.get("properties", {}).keys() - NEEDED - {"hs_object_id"}
    }


def zendesk_fields(request: Request, answer: Any) -> set[Place]:
    fields = document(NAME)["components"]["schemas"]["TicketObject"]["properties"]
    return {("tickets", name) for name, field in fields.items() if field.get("nullable")}


@pytest.mark.parametrize(
    ("source", "empties", "at_least"),
    [
        ("stripe", stripe_leaves, 30),
        ("stripe", stripe_parts, 25),
        ("hubspot", hubspot_properties, 10),
        ("zendesk", zendesk_fields, 5),
    ],
)
def test_what_may_be_empty_costs_no_row(
    tmp_path: Path, source: str, empties: Empties, at_least: int
) -> None:
    case, emptied = case_of(source), set()

    def empty(request: Request, reply: Reply) -> Reply:
        answer = orjson.loads(reply.body)
        if reply.status < 300:
            for place in empties(request, answer):
                emptied.add((request.path, *place))
                remove(answer, place)
        return Reply(reply.status, answer, reply.headers)

    served = case.serve(TODAY, tmp_path)
    try:
        with Proxy(upstream_of(served.values)) as proxy:
            values = by_way_of(proxy, served.values)
            whole = [Pull(Lake(tmp_path / "whole"))(case.source, values, x) for x in PULLED]
            proxy.break_all = empty
            sparse = [Pull(Lake(tmp_path / "sparse"))(case.source, values, x) for x in PULLED]
    finally:
        served.close()
    assert len(emptied) >= at_least
    assert [errors(reports) for reports in sparse] == [{} for _ in PULLED]
    assert [*kept(sparse)] == [*kept(whole)]


def remove(value: Any, place: Place) -> None:
    """Empty the place wherever it is."""
    if isinstance(value, list):
        for each in value:
            remove(each, place)
    elif isinstance(value, dict) and place[0] in value:
        if len(place) == 1:
            value[place[0]] = None
        else:
            remove(value[place[0]], place[1:])


def kept(pulls: list[dict[str, StreamReport]]) -> Iterator[tuple[str, int, list[str]]]:
    """Of each stream of each pull how many rows are kept, and what was found wrong."""
    for reports in pulls:
        for name, report in reports.items():
            messages = [y.message for x in report.committed for y in x.findings]
            yield name, sum(x.rows for x in report.committed), messages
