"""Stripe's Python library: how it sends requests, and what its exceptions mean."""

import re
from collections.abc import Mapping
from typing import Any

import stripe

from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.http import Http, fault_of_status, retry_after


class Transport(stripe.HTTPClient):
    """Sends the library's requests through `connectors.sdk.http`: with its time-outs, and without redirects."""

    name = "okra"

    def __init__(self, http: Http) -> None:
        super().__init__()
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        answer = self._http.send(method, url, headers=headers, data=post_data)
        # a refusal that is not Stripe's, such as a proxy's: the library would lose its headers and its meaning
        if fault := b'"error"' not in answer.body and fault_of_status(answer):
            raise fault
        try:
            return answer.body.decode(), answer.status, answer.headers
        except UnicodeDecodeError:
            raise Unavailable(f"{answer.request} gave no valid JSON") from None

    def close(self) -> None:
        self._http.close()


def meaning_of(error: Exception) -> SourceError | None:
    """What an exception of Stripe's library means. None of its texts is shown, as they repeat parts of the key."""
    if not isinstance(error, stripe.StripeError):
        return None
    status, wait = error.http_status, retry_after(error.headers or {})
    if isinstance(error, stripe.AuthenticationError):
        return CredentialError(
            "Stripe does not accept the key (HTTP 401)",
            "make a restricted key in Stripe's Developers > API keys and set STRIPE_API_KEY",
        )
    if isinstance(error, stripe.PermissionError):
        named = re.search(r"\brak_[a-z_]+\b", error.user_message or "")
        needed = named.group() if named else "read access to what it asks for"
        return PermissionDenied(
            "the Stripe key may not read this (HTTP 403)", f"give the restricted key {needed}"
        )
    if isinstance(error, stripe.RateLimitError):
        reason = (error.headers or {}).get("Stripe-Rate-Limited-Reason") or code_of(error)
        return Throttled(
            f"Stripe limits the requests ({reason or 'no reason given'})", retry_after=wait
        )
    if isinstance(error, stripe.APIConnectionError):
        return Unavailable("Stripe cannot be reached", "check the network and STRIPE_API_BASE")
    if status is None or status < 300 or status >= 500 or status == 409:
        return Unavailable(f"Stripe failed to answer (HTTP {status})", retry_after=wait)
    parameter = getattr(error, "param", None)
    what = ", ".join(x for x in (code_of(error), parameter and f"parameter {parameter}") if x)
    return Rejected(
        f"Stripe refuses the request (HTTP {status}{', ' + what if what else ''})",
        "see docs.stripe.com/error-codes",
    )


def code_of(error: stripe.StripeError) -> str:
    """Stripe's code for an error; empty when it gave none."""
    return str(error.code or (error.error.code if error.error else "") or "")
