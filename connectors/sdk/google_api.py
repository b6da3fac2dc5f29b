"""What the exceptions of Google's clients mean.

Google's messages are shown in one line, as they name what is wrong with the request: a metric, a property, a quota.
They hold no credential. What its sign-in says is not shown, as it can repeat what was sent.
"""

import re

import requests

from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.google_sign_in import IMPERSONATE, KEY_FILE, QUOTA_PROJECT
from connectors.sdk.http import CERTIFICATE_REMEDY, excerpt, no_answer, retry_after

QUOTA_REMEDY = "it fills up again within the hour or the day; the next run goes on from here"
"""What to do about a spent quota."""
SECONDS_OR_MINUTES = r"concurrent|per minute|per second|rate.?limit|\brate\b"
"""In Google's message of a limit: it is one that lets requests through again within a minute or so."""


SIGN_IN_FAULTS: tuple[tuple[str, type[SourceError], str, str], ...] = (
    (
        "CERTIFICATE_VERIFY_FAILED",
        Unavailable,
        "the certificate of Google's sign-in cannot be verified",
        CERTIFICATE_REMEDY,
    ),
    (
        "TransportError|Max retries",
        Unavailable,
        "Google's sign-in service cannot be reached",
        "check the network",
    ),
    (
        r"internal_failure|server_error|temporarily_unavailable|\"code\": ?(429|5\d\d)",
        Unavailable,
        "Google's sign-in service failed to answer",
        "",
    ),
    (
        "impersonated credentials",
        PermissionDenied,
        f"Google does not let the credentials act as the service account of {IMPERSONATE}",
        "correct its address, or give them the role Service Account Token Creator on it and switch the "
        "IAM Service Account Credentials API on in their project",
    ),
    (
        "invalid_scope|scopes were granted",
        CredentialError,
        "the sign-in does not cover what is to be read",
        "sign in again with the scope that docs/sources.md names",
    ),
    (
        "invalid_grant.*(iat|timeframe)",
        CredentialError,
        "Google does not accept the time of the sign-in",
        "set this machine's clock",
    ),
    (
        "invalid_rapt|[Rr]eauth",
        CredentialError,
        "Google wants the person to sign in again",
        "sign in again, or use a service account",
    ),
    (
        "subject.token|credential_source|executable|File '",
        CredentialError,
        "the token that workload identity federation exchanges cannot be had",
        f"check what credential_source in the file of {KEY_FILE} names",
    ),
)
"""Patterns of the text of `google.auth`'s exceptions, with fault, message and remedy. The first that fits counts."""


def diagnose(error: Exception) -> SourceError | None:
    """The fault behind an exception of `google.api_core`, `google.auth` or `requests`; None for any other."""
    if isinstance(error, requests.RequestException):  # over REST
        return no_answer(error, "the request to Google")

    from google.api_core import exceptions as api
    from google.auth import exceptions as auth
    from google.protobuf import json_format  # type: ignore[import-untyped]

    if isinstance(error, json_format.ParseError):
        return Unavailable("Google gave no valid JSON", "if it lasts, look for a proxy in between")
    if isinstance(error, auth.GoogleAuthError):
        return sign_in_fault(error)
    if isinstance(error, api.RetryError):
        return Unavailable("Google did not answer in time")
    if not isinstance(error, api.GoogleAPICallError):
        return None
    message = excerpt(error.message)
    if isinstance(error, api.Unauthorized):
        return unknown_credential()
    if isinstance(error, api.Forbidden):
        return denied(
            f"Google denies access: {message}",
            "switch the API on in the project of the credentials, and give their address the role Viewer",
        )
    if isinstance(error, api.TooManyRequests):
        return quota_fault(error, message)
    if isinstance(error, api.ServiceUnavailable) and "from plugin failed" in error.message:
        # the client signs each call, and reports a failure to sign as an unavailable service
        return sign_in_fault(error)
    if isinstance(error, api.ServerError | api.Conflict | api.Cancelled):
        if "CERTIFICATE_VERIFY_FAILED" in error.message:
            return Unavailable("Google's certificate cannot be verified", CERTIFICATE_REMEDY)
        return Unavailable(f"Google failed to answer: {message}")
    return Rejected(f"Google refuses the request: {message}")


def sign_in_fault(error: Exception) -> SourceError:
    """Why Google gave no token, by the exception of `google.auth`."""
    from google.auth.exceptions import TransportError

    cause: object = error
    while isinstance(cause, Exception):  # google.auth wraps the exception that it caught
        if isinstance(cause, requests.RequestException):
            return no_answer(cause, "the sign-in to Google")
        wrapped = cause.args[0] if cause.args else None
        if isinstance(cause, TransportError) and not isinstance(wrapped, Exception):
            return Unavailable("Google's sign-in service cannot be reached", "check the network")
        cause = wrapped
    for pattern, fault, message, remedy in SIGN_IN_FAULTS:
        if re.search(pattern, str(error)):
            return fault(message, remedy)
    return unknown_credential()


def denied(message: str, remedy: str) -> PermissionDenied:
    """The fault of a request that Google forbids. Two reasons of a person's sign-in have remedies of their own."""
    if "insufficient authentication scopes" in message:
        remedy = "sign in again with the scope that docs/sources.md names"
    elif "quota project" in message:
        remedy = f"set {QUOTA_PROJECT} to a project in which the API is on"
    return PermissionDenied(message, remedy)


def quota_fault(error: Exception, message: str) -> SourceError:
    """Too many requests at once, which passes in seconds, or a spent quota, which does not.

    Over REST, the status 429 without a mention of a quota means too many at once.
    """
    from google.api_core import exceptions as api

    is_rpc_status = isinstance(error, api.ResourceExhausted)
    names_quota = re.search(r"quota|token|exhausted", message, re.IGNORECASE)
    is_passing = re.search(SECONDS_OR_MINUTES, message, re.IGNORECASE)
    if is_passing or not (is_rpc_status or names_quota):
        return Throttled(
            f"Google asks for fewer requests: {message}", retry_after=retry_delay_of(error)
        )
    return QuotaExhausted(f"Google's quota is spent: {message}", QUOTA_REMEDY)


def retry_delay_of(error: Exception) -> float | None:
    """Seconds that Google asks to wait; None where it names none."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is not None:  # over REST
        return retry_after(headers)
    for detail in getattr(error, "details", ()):
        delay = getattr(detail, "retry_delay", None)
        if delay is not None:
            return float(delay.seconds + delay.nanos / 1e9)
    return None


def unknown_credential() -> CredentialError:
    """The fault of a credential that Google does not accept."""
    return CredentialError(
        "Google does not accept the credentials",
        f"make a new JSON key for the service account and set {KEY_FILE} to its path, or sign in again",
    )
