"""What Zendesk's refusals mean, and which setting or scope resolves them."""

from collections.abc import Mapping
from typing import Any

import orjson

from connectors.sdk.errors import CredentialError, PermissionDenied, Rejected, SourceError
from connectors.sdk.http import Answer, excerpt
from connectors.zendesk.credentials import Access

EXPORT = "/api/v2/incremental/tickets/cursor"
RATINGS = "/api/v2/satisfaction_ratings"
SURVEYS = "/api/v2/guide/survey_responses"
SETTINGS = "/api/v2/account/settings"

PLANS = "Support Professional, Suite Growth or above"
SCOPES = {
    EXPORT: "the token needs the scope read or tickets:read, and to be an administrator's",
    RATINGS: (
        "the token needs the scope read or satisfaction_ratings:read, and to be an administrator's; "
        f"ratings are in the plans {PLANS}"
    ),
    SURVEYS: (
        "the token needs the scope read, and to be an administrator's; "
        f"surveys are in the plans {PLANS}"
    ),
    SETTINGS: "the token needs the scope read",
}
"""The remedy of a 403, by path. Scopes: developer.zendesk.com/api-reference/ticketing/oauth/oauth_tokens."""


def fault_of(answer: Answer, access: Access) -> SourceError | None:
    """The fault that an error answer means; None for other answers, or where the HTTP status says enough."""
    path = answer.request.partition(" ")[2]
    message = f"{answer.request} gave HTTP {answer.status}"
    if answer.status == 401:  # the message can hold parts of the token
        return CredentialError(
            f"{message}: the token is not accepted, has expired or was revoked", access.remedy
        )
    if answer.status not in {400, 403, 404, 422}:
        return None
    detail = excerpt(reason(answer), *access.secrets)
    message += f": {detail}" if detail else ""
    if answer.status == 403:
        return PermissionDenied(message, next(x for end, x in SCOPES.items() if path.endswith(end)))
    if answer.status != 404:
        return Rejected(message, "see developer.zendesk.com/api-reference")
    if path.endswith((RATINGS, SURVEYS)):
        return Rejected(
            f"{message}: this Zendesk account has none of that",
            f"ratings and surveys are in the plans {PLANS}; ZENDESK_CSAT says which of them to ask for",
        )
    return Rejected(message, "check ZENDESK_SUBDOMAIN")


def reason(answer: Answer) -> str:
    """The message of an error, which has one of three forms; empty when there is none."""
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(body, Mapping):
        return ""
    errors = body.get("errors")
    error: Any = errors[0] if isinstance(errors, list) and errors else body.get("error")
    # {"error": {"title", "message"}} or {"errors": [{"code", "title"}]}
    if isinstance(error, Mapping):
        parts = [error.get("title"), error.get("message")]
    else:  # {"error", "description"}, of OAuth {"error", "error_description"}
        parts = [error, body.get("description") or body.get("error_description")]
    return ", ".join(str(part) for part in parts if part)
