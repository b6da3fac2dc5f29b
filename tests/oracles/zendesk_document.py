"""Zendesk's OpenAPI document of Support, for download on its reference (developer.zendesk.com/zendesk/oas.yaml).

The document has no surveys, says nothing of refusals, and leaves out what `CORRECTIONS` adds from Zendesk's own pages.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.oracles.openapi import OpenApi, corrected
from tests.oracles.specs import document
from tests.oracles.traffic import Exchange

NAME = "zendesk-support-2026-07.json"
EXPORT, RATINGS = "/api/v2/incremental/tickets/cursor", "/api/v2/satisfaction_ratings"
TOKENS = "/oauth/tokens"
SCHEMAS = "#/components/schemas/"
MOMENT = {"type": "string", "format": "date-time", "nullable": True}
MINUTES = {"type": "integer", "nullable": True}
STATUSES = ["new", "open", "pending", "hold", "solved", "closed", "deleted"]
CORRECTIONS: Mapping[str, Mapping[str, Any]] = {
    # documentation/ticketing/using-the-zendesk-api/side_loading: groups and metric_sets beside the tickets
    "CursorBasedExportIncrementalTicketsResponse": {
        "properties": {
            "groups": {"type": "array", "items": {"$ref": SCHEMAS + "GroupObject"}},
            "metric_sets": {"type": "array", "items": {"$ref": SCHEMAS + "TicketMetricObject"}},
        }
    },
    # api-reference/ticketing/ticket-management/incremental_exports: deleted tickets are in the export, as `deleted`;
    # accounts without forums have no topic; the document lets support_type be null, and lists only its texts
    "TicketObject": {
        "properties": {
            "forum_topic_id": {"type": "integer", "nullable": True},
            "status": {"type": "string", "enum": STATUSES},
            "support_type": {
                "type": "string",
                "nullable": True,
                "enum": ["agent", "ai_agent", None],
            },
        }
    },
    # what has not happened yet is null
    "TicketMetricObject": {
        "properties": dict.fromkeys(("assigned_at", "initially_assigned_at", "solved_at"), MOMENT)
    },
    "TicketMetricTimeObject": {"properties": {"business": MINUTES, "calendar": MINUTES}},
    # api-reference/introduction/pagination: what a page with cursors adds
    "SatisfactionRatingsResponse": {
        "properties": {
            "meta": {
                "type": "object",
                "required": ["has_more"],
                "properties": {
                    "has_more": {"type": "boolean"},
                    "after_cursor": {"type": "string", "nullable": True},
                    "before_cursor": {"type": "string", "nullable": True},
                },
            },
            "links": {"type": "object"},
        }
    },
    # documentation/ticketing/reference-guides/via-object-reference: what a follow-up says of the ticket it continues
    "ViaObject": {
        "properties": {
            "source": {
                "type": "object",
                "properties": {
                    "from": {
                        "type": "object",
                        "properties": {
                            "ticket_id": {"type": "integer"},
                            "subject": {"type": "string"},
                        },
                    },
                    "to": {"type": "object"},
                    "rel": {"type": "string", "nullable": True},
                },
            }
        }
    },
    # api-reference/ticketing/account-configuration/account_settings, Localization
    "AccountSettingsLocalizationObject": {
        "properties": {"time_zone": {"type": "string"}, "iana_time_zone": {"type": "string"}}
    },
}
"""By schema: members that are not in the document."""
WHOLE, TEXT = {"type": "integer"}, {"type": "string"}
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    # api-reference/ticketing/ticket-management/incremental_exports
    EXPORT: {"per_page": WHOLE, "include": TEXT},
    # api-reference/ticketing/ticket-management/satisfaction_ratings, Filters
    RATINGS: {"start_time": WHOLE, "end_time": WHOLE, "score": TEXT},
}
"""By path: parameters that are not in the document."""
GRANTS = {"client_credentials": "client_secret", "refresh_token": "refresh_token"}
"""What a request for a token must have besides, by grant."""
TOKEN_REQUEST = {
    "type": "object",
    "required": ["grant_type", "client_id", "scope"],
    "properties": {
        "grant_type": {"type": "string", "enum": [*GRANTS]},
        **dict.fromkeys(("client_id", "client_secret", "scope", "refresh_token"), TEXT),
        "expires_in": {"type": "integer", "exclusiveMinimum": 300, "exclusiveMaximum": 172_800},
        "refresh_token_expires_in": {
            "type": "integer", "exclusiveMinimum": 604_800, "exclusiveMaximum": 7_776_000
        },
    },
    "allOf": [
        {"if": {"properties": {"grant_type": {"const": grant}}}, "then": {"required": [needed]}}
        for grant, needed in GRANTS.items()
    ],
}  # fmt: skip
"""The body of a request for a token, of which the document tells in words (Request parameters)."""


@cache
def read() -> OpenApi:
    """The document with the corrections. Skips the test where it is not beside the project."""
    description = corrected(document(NAME), CORRECTIONS)
    paths = dict(description["paths"])
    for path, added in PARAMETERS.items():
        more = [{"name": name, "in": "query", "schema": schema} for name, schema in added.items()]
        paths[path] = {**paths[path], "parameters": [*paths[path].get("parameters", []), *more]}
    tokens = paths[TOKENS]["post"]
    body = {"content": {"application/json": {"schema": TOKEN_REQUEST}}}
    responses = {**tokens["responses"], "200": tokens["responses"]["201"]}  # its only answer
    paths[TOKENS] = {
        "post": {**tokens, "parameters": [], "requestBody": body, "responses": responses}
    }
    return OpenApi({**description, "paths": paths})


def violations(exchange: Exchange) -> Iterator[str]:
    """What Zendesk's document says against a request and its reply."""
    return read().violations(exchange)
