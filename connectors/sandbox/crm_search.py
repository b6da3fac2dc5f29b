"""HubSpot's search, as its guide describes it (developers.hubspot.com/docs/api-reference/search/guide)."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.crm_objects import CrmObject

MAX_PAGE, MAX_RESULTS = 200, 10_000
COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}
COMPARED: Mapping[str, Callable[[CrmObject], int]] = {
    "hs_object_id": lambda item: item.number,
    "createdate": lambda item: milliseconds(item.created),
    "hs_lastmodifieddate": lambda item: milliseconds(item.modified),
    "lastmodifieddate": lambda item: milliseconds(item.modified),
}
"""The properties to filter and sort by; moments are in milliseconds."""


def search(objects: Sequence[CrmObject], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page of the objects that match every filter of a group. Raises ValueError where HubSpot would refuse."""
    limit, after = int(body.get("limit", 10)), int(body.get("after") or 0)
    if not 1 <= limit <= MAX_PAGE:
        raise ValueError(f"limit must be from 1 to {MAX_PAGE}")
    if after + limit > MAX_RESULTS:
        raise ValueError(f"paging past {MAX_RESULTS} results is not supported")
    groups = [[test_of(x) for x in group["filters"]] for group in body.get("filterGroups", ())]
    matches = [
        item
        for item in objects
        if not groups or any(all(test(item) for test in group) for group in groups)
    ]
    sorts = body.get("sorts") or [{"propertyName": "createdate"}]
    if len(sorts) > 1:
        raise ValueError("only one sort is supported")
    key = property_of(sorts[0])
    matches.sort(key=key, reverse=sorts[0].get("direction") == "DESCENDING")
    page = [item.to_json(body.get("properties", [])) for item in matches[after : after + limit]]
    end = after + len(page)
    paging = {"paging": {"next": {"after": str(end)}}} if end < len(matches) else {}
    return {"total": len(matches), "results": page} | paging


def test_of(condition: Mapping[str, str]) -> Callable[[CrmObject], bool]:
    """The test of a filter."""
    if condition["operator"] == "HAS_PROPERTY":
        return lambda item: bool(item.properties.get(condition["propertyName"]))
    value_of, compare = property_of(condition), COMPARISONS[condition["operator"]]
    bound = int(condition["value"])
    return lambda item: compare(value_of(item), bound)


def property_of(clause: Mapping[str, str]) -> Callable[[CrmObject], int]:
    """The property that a filter or a sort names."""
    if clause["propertyName"] not in COMPARED:
        raise ValueError(f"there was a problem with the property {clause['propertyName']}")
    return COMPARED[clause["propertyName"]]


def milliseconds(moment: datetime) -> int:
    """A moment in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
