"""What a vendor allows costs no row: each source is pulled with all empty that may be, and with every listed value."""

import itertools
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
from tests.oracles.stripe_library import (
    annotation,
    kinds,
    literals,
    method_of,
    module_of,
    optional,
)
from tests.oracles.traffic import PULLED
from tests.oracles.zendesk_document import NAME

Place = tuple[str, ...]
Empties = Callable[[Request, Any], Collection[Place]]
"""The places of an answer that are emptied."""

GIVEN = {"subscription_item_details", "recurring"}
"""Stripe's parts that another field promises: the details of a parent's type, the interval of a recurring price."""
ASKED_FOR = ("/crm/objects/2026-09/contacts/search", "hs_merged_object_ids")
"""HubSpot's property that a search asks to be there."""


def stripe_leaves(request: Request, answer: Any) -> set[Place]:
    """What may be null and holds nothing else that may be."""
    places = stripe_places(request, answer)
    return {x for x in places if not any(x == y[: len(x)] and x != y for y in places)}


def stripe_parts(request: Request, answer: Any) -> set[Place]:
    """What may be null and is in nothing else that may be."""
    places = stripe_places(request, answer)
    return {x for x in places if not any(y == x[: len(y)] and x != y for y in places)}


def stripe_places(request: Request, answer: Any) -> set[Place]:
    places = stripe_kinds(request, answer)
    return {place for place, kind in places if optional(kind) and place[-1] not in GIVEN}


def stripe_kinds(request: Request, answer: Any) -> Iterator[tuple[Place, Any]]:
    if request.path == "/v1/account":
        return iter(())
    method = method_of(request.method, request.path)
    return kinds(answer, annotation(method, "return"), module_of(method))


def hubspot_properties(request: Request, answer: Any) -> set[Place]:
    return {
        ("results", "properties", name)
        for row in answer.get("results", ())
        for name in row.get("properties", {})
        if (request.path, name) != ASKED_FOR
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
    if source == "zendesk":
        document(NAME)  # skips the test where it is not there, which the server's thread cannot
    emptied = set()

    def empty(request: Request, answer: Any) -> None:
        for place in empties(request, answer):
            emptied.add((request.path, *place))
            change(answer, place, itertools.repeat(None))

    whole, sparse = pulled_twice(source, tmp_path, empty)
    assert len(emptied) >= at_least
    assert [errors(reports) for reports in sparse] == [{} for _ in PULLED]
    assert [*kept(sparse)] == [*kept(whole)]


def test_each_value_that_stripe_lists_costs_no_row(tmp_path: Path) -> None:
    listed: dict[Place, Iterator[str]] = {}
    given: set[tuple[Place, str]] = set()

    def vary(request: Request, answer: Any) -> None:
        lists = {x: literals(kind) for x, kind in stripe_kinds(request, answer) if literals(kind)}
        for place, values in lists.items():
            # a line's parent has the details that its type names
            if len(values) > 1 and place[-2:] != ("parent", "type"):
                cycle = listed.setdefault((request.path, *place), itertools.cycle(values))
                given.update((place, x) for x in change(answer, place, cycle))

    whole, varied = pulled_twice("stripe", tmp_path, vary)
    assert {x for place, x in given if place == ("data", "status")} >= {"void", "paused", "unpaid"}
    assert len({x for place, x in given if place == ("data", "type")}) > 50
    assert [errors(reports) for reports in varied] == [{} for _ in PULLED]
    assert [*kept(varied)] == [*kept(whole)]


def pulled_twice(
    source: str, folder: Path, break_answer: Callable[[Request, Any], None]
) -> tuple[list[dict[str, StreamReport]], list[dict[str, StreamReport]]]:
    """The reports of pulling a source as it is, and with its answers changed."""
    case = case_of(source)

    def broken(request: Request, reply: Reply) -> Reply:
        answer = orjson.loads(reply.body)
        if reply.status < 300:
            break_answer(request, answer)
        return Reply(reply.status, answer, reply.headers)

    served = case.serve(TODAY, folder)
    try:
        with Proxy(upstream_of(served.values)) as proxy:
            values = by_way_of(proxy, served.values)
            whole = [Pull(Lake(folder / "whole"))(case.source, values, x) for x in PULLED]
            proxy.break_all = broken
            changed = [Pull(Lake(folder / "changed"))(case.source, values, x) for x in PULLED]
    finally:
        served.close()
    return whole, changed


def change(value: Any, place: Place, values: Iterator[Any]) -> list[Any]:
    """Give the place, wherever it is, the next of `values` each time. Returns what was given."""
    if isinstance(value, list):
        return [x for member in value for x in change(member, place, values)]
    if not isinstance(value, dict) or value.get(place[0]) is None:
        return []
    if len(place) > 1:
        return change(value[place[0]], place[1:], values)
    value[place[0]] = next(values)
    return [value[place[0]]]


def kept(pulls: list[dict[str, StreamReport]]) -> Iterator[tuple[str, int, list[str]]]:
    """Of each stream of each pull how many rows are kept, and what was found wrong."""
    for reports in pulls:
        for name, report in reports.items():
            messages = [y.message for x in report.committed for y in x.findings]
            yield name, sum(x.rows for x in report.committed), messages
