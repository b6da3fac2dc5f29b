"""What HubSpot's errors mean (developers.hubspot.com/docs/api-reference/error-handling)."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.http import Answer, excerpt, retry_after

NO_ASSOCIATION = "crm.associations.NO_ASSOCIATIONS_FOUND"
RETRY_SECONDS = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}
"""Seconds until a limit allows requests again, by its policy. Search sends no Retry-After."""


def fault_of(answer: Answer, token: str) -> SourceError | None:
    """The fault that HubSpot's error means; None for a success, and where the status says enough."""
    if 200 <= answer.status < 300:
        return None
    try:
        error = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        error = None
    error = error if isinstance(error, Mapping) else {}
    category = str(error.get("category") or error.get("errorType") or "no category")
    summary = f"{answer.request} gave HTTP {answer.status} ({excerpt(category, token)})"
    if answer.status == 401:
        return CredentialError(
            f"{summary}: HubSpot does not accept the key",
            "make a service key in HubSpot's Development > Keys and set HUBSPOT_ACCESS_TOKEN",
        )
    if answer.status == 403:
        needed = " or ".join(scopes_in(error)) or "the scope of what it reads"
        return PermissionDenied(f"{summary}: the key may not read this", f"give it {needed}")
    if answer.status == 429:
        return limit_reached(summary, excerpt(str(error.get("policyName") or ""), token), answer)
    if answer.status in {423, 477}:  # locked for a moment; moved to another data centre
        return Unavailable(summary, retry_after=retry_after(answer.headers))
    if 400 <= answer.status < 500 and answer.status not in {408, 409, 425}:
        message = excerpt(str(error.get("message") or ""), token)
        return Rejected(f"{summary}: {message}", "see HubSpot's guide to error handling")
    return None


def limit_reached(summary: str, policy: str, answer: Answer) -> SourceError:
    """The fault of a limit that was reached. One of some seconds is retried, the daily one is not."""
    if policy == "DAILY":
        return QuotaExhausted(
            f"{summary}: the account's requests of the day are spent",
            "it has new ones after midnight in its own timezone",
        )
    wait = retry_after(answer.headers)
    return Throttled(
        f"{summary}: too many requests ({policy or 'no policy given'})",
        retry_after=RETRY_SECONDS.get(policy, RETRY_SECONDS["TEN_SECONDLY_ROLLING"])
        if wait is None
        else wait,
    )


def scopes_in(error: Mapping[str, Any]) -> list[str]:
    """The names of the scopes that an error asks for, any one of which is enough."""
    details = [error, *(error.get("errors") or [])]
    named = [
        name
        for detail in details
        for key in ("missingScopes", "requiredGranularScopes", "requiredScopes")
        for name in (detail.get("context") or {}).get(key) or []
    ]
    return sorted({name for name in named if re.fullmatch(r"[a-z0-9_.-]+", str(name))})


def refuse_errors(answer: Mapping[str, Any], path: str) -> None:
    """Raise `Unavailable` when a part of a batch failed: its calls would look as if they had no contacts."""
    for error in answer.get("errors") or []:
        kind = error.get("subCategory") or error.get("category")
        if kind != NO_ASSOCIATION:
            raise Unavailable(f"a part of the batch at {path} failed ({kind})")
