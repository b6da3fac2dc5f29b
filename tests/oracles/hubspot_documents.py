"""HubSpot's OpenAPI documents of the dated API (HubSpot/HubSpot-public-api-spec-collection), 2026-09.

Where they contradict HubSpot's own guides, `CORRECTIONS` has what the guides say.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.oracles.openapi import OpenApi, corrected
from tests.oracles.specs import document
from tests.oracles.traffic import Exchange

PATHS = {
    "/crm/objects/2026-09/deals": "deals",
    "/crm/objects/2026-09/calls": "calls",
    "/crm/objects/2026-09/contacts": "contacts",
    "/crm/owners/2026-09": "owners",
    "/crm/pipelines/2026-09": "pipelines",
    "/crm/associations/2026-09": "associations",
    "/crm/properties/2026-09": "properties",
    "/account-info/2026-09": "account-info",
}
"""Which document describes the calls below a path."""
TEXT = {"type": "string"}
SORT = {
    "type": "object",
    "required": ["propertyName"],
    "properties": {
        "propertyName": TEXT,
        "direction": {"enum": ["ASCENDING", "DESCENDING"]},
    },
}
CORRECTIONS: Mapping[str, Mapping[str, Any]] = {
    # developers.hubspot.com/docs/api-reference/search/guide: objects, and `after` only for a further page
    # (also HubSpot/hubspot-api-python#236)
    "PublicObjectSearchRequest": {
        "required": ["filterGroups", "limit", "properties", "sorts"],
        "properties": {"sorts": {"type": "array", "items": SORT}},
    },
    # developers.hubspot.com/docs/api-reference/error-handling
    "Error": {"properties": {"status": TEXT, "errorType": TEXT, "policyName": TEXT}},
    "StandardError": {"properties": {"subCategory": TEXT}},
    # the example of the guide to associations has null for a pair without a label
    "AssociationSpecWithLabel": {"properties": {"label": {"type": "string", "nullable": True}}},
}
"""By schema: other members than in the document."""


def name_of(path: str) -> str:
    """Which document describes a path. Raises LookupError where none does."""
    for start, name in PATHS.items():
        if path.startswith(start):
            return name
    raise LookupError(f"none of HubSpot's documents describes {path}")


@cache
def read(name: str) -> OpenApi:
    """A document with the corrections. Skips the test where it is not beside the project."""
    description = document(f"hubspot-2026-09-{name}.json")
    concerned = {
        schema: CORRECTIONS[schema]
        for schema in description["components"]["schemas"].keys() & CORRECTIONS.keys()
    }
    return OpenApi(corrected(description, concerned))


def violations(exchange: Exchange) -> Iterator[str]:
    """What HubSpot's document says against a request and its reply."""
    return read(name_of(exchange.request.path)).violations(exchange)
