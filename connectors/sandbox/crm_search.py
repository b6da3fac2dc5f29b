"""HubSpot's search, as far as its guide says what it does (developers.hubspot.com/docs/api-reference/search/guide)."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.crm_objects import CrmObject

MOST_AT_ONCE, MOST = 200, 10_000
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}
COMPARED: Mapping[str, Callable[[CrmObject], int]] = {
    "hs_object_id": lambda each: each.number,
    "createdate": lambda each: milliseconds(each.created),
    "hs_lastmodifieddate": lambda each: milliseconds(each.modified),
}
"""The properties that can be filtered and sorted by here: numbers and moments, these in milliseconds."""


def search(objects: Sequence[CrmObject], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """One page of the objects that fit every filter of one of the groups. Raises ValueError as HubSpot refuses."""
    limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
    if not 1 <= limit <= MOST_AT_ONCE:
        raise ValueError(f"limit must be from 1 to {MOST_AT_ONCE}")
    if after + limit > MOST:
        raise ValueError(f"paging past {MOST} results is not supported")
    groups = [[test_of(x) for x in group["filters"]] for group in body.get("filterGroups", ())]
    found = [
        each
        for each in objects
        if not groups or any(all(test(each) for test in group) for group in groups)
    ]
    sorts = body.get("sorts") or [{"propertyName": "createdate"}]
    if len(sorts) > 1:
        raise ValueError("only one sort is supported")
    key = property_of(sorts[0])
    found.sort(key=key, reverse=sorts[0].get("direction") == "DESCENDING")
    page = [each.told(body.get("properties", [])) for each in found[after : after + limit]]
    end = after + len(page)
    paging = {"paging": {"next": {"after": str(end)}}} if end < len(found) else {}
    return {"total": len(found), "results": page} | paging


def test_of(asked: Mapping[str, str]) -> Callable[[CrmObject], bool]:
    """What a filter asks of an object."""
    value_of, compare = property_of(asked), COMPARISONS[asked["operator"]]
    bound = int(asked["value"])
    return lambda each: compare(value_of(each), bound)


def property_of(asked: Mapping[str, str]) -> Callable[[CrmObject], int]:
    """The property that a filter or a sort names."""
    if asked["propertyName"] not in COMPARED:
        raise ValueError(f"there was a problem with the property {asked['propertyName']}")
    return COMPARED[asked["propertyName"]]


def milliseconds(moment: datetime) -> int:
    """A moment in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
