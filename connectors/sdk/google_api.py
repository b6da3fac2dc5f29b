"""Signing in to Google's APIs, and what the exceptions of its clients mean.

Google's messages are shown in one line, as they name what is wrong with the request: a metric, a property, a
quota. They hold no credential.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)

QUOTA_REMEDY = "it fills up again within the hour or the day; the next run goes on from here"
"""What to do about a spent quota."""
MESSAGE_LENGTH = 240
"""Characters of Google's message that are shown."""


def service_account(file_name: str, scope: str) -> Any:
    """The credentials in the service account's key file that GOOGLE_APPLICATION_CREDENTIALS names.

    Raises `CredentialError`, which shows nothing of what is in the file.
    """
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2.service_account import Credentials

    path = Path(file_name.strip()).expanduser()
    if not file_name.strip():
        raise CredentialError(
            "GOOGLE_APPLICATION_CREDENTIALS is not set",
            "set it to the path of a service account's JSON key file",
        )
    if not path.is_file():
        raise CredentialError(
            f"GOOGLE_APPLICATION_CREDENTIALS names {path}, where no file is", "correct the path"
        )
    try:
        load: Callable[..., Any] = Credentials.from_service_account_file
        return load(str(path), scopes=[scope])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, GoogleAuthError):
        # Google's reader raises all of these for a file that holds something else
        raise CredentialError(
            f"{path} is not the JSON key file of a service account",
            "make one in Google Cloud > IAM > Service accounts > Keys",
        ) from None


def loopback_channel(endpoint: str, option: str) -> Any:
    """An unencrypted gRPC channel to this machine; None where `endpoint` is https, which takes credentials.

    `endpoint` has passed `usable_address`. Raises `Rejected`, naming `option`, when it has a path.
    """
    parts = urlsplit(endpoint)
    if parts.path:
        raise Rejected(f"{option} has a path", "write it as https://host or https://host:port")
    if parts.scheme == "https":
        return None
    import grpc

    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    return grpc.insecure_channel(parts.netloc, options)


def diagnose(error: Exception) -> SourceError | None:
    """The fault behind an exception of `google.api_core` or `google.auth`; None for any other."""
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth

    if isinstance(error, auth.TransportError):
        return Unavailable("Google's sign-in service cannot be reached", "check the network")
    if isinstance(error, auth.GoogleAuthError):
        return unknown_credential()
    if isinstance(error, api.RetryError):
        return Unavailable("Google did not answer in time")
    if not isinstance(error, api.GoogleAPICallError):
        return None
    message = sentence(error.message)
    if isinstance(error, api.Unauthenticated):
        return unknown_credential()
    if isinstance(error, api.Forbidden):
        return PermissionDenied(
            f"Google denies access: {message}",
            "switch the API on for the service account's project, and give the account the role Viewer",
        )
    if isinstance(error, api.TooManyRequests):
        return quota_fault(error, message)
    if isinstance(error, api.ServiceUnavailable) and "from plugin failed" in error.message:
        # the client signs each call, and reports a failure to sign as an unavailable service
        return (
            Unavailable("Google's sign-in service cannot be reached", "check the network")
            if "TransportError" in error.message or "Max retries" in error.message
            else unknown_credential()
        )
    if isinstance(error, api.ServerError | api.Aborted | api.Cancelled):
        return Unavailable(f"Google failed to answer: {message}")
    return Rejected(f"Google refuses the request: {message}")


def quota_fault(error: Exception, message: str) -> SourceError:
    """Too many requests at once, which passes in seconds, or a spent quota, which does not."""
    if re.search(r"concurrent|per minute|per second|rate", message, re.IGNORECASE):
        return Throttled(
            f"Google asks for fewer requests: {message}", retry_after=retry_delay_of(error)
        )
    return QuotaExhausted(f"Google's quota is spent: {message}", QUOTA_REMEDY)


def retry_delay_of(error: Exception) -> float | None:
    """Seconds that Google asks to wait; None where it names none."""
    for detail in getattr(error, "details", ()):
        delay = getattr(detail, "retry_delay", None)
        if delay is not None:
            return float(delay.seconds + delay.nanos / 1e9)
    return None


def unknown_credential() -> CredentialError:
    """The fault of a credential that Google does not accept."""
    return CredentialError(
        "Google does not accept the credentials",
        "make a new JSON key for the service account and set GOOGLE_APPLICATION_CREDENTIALS to its path",
    )


def sentence(text: str) -> str:
    """A vendor's text in one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= MESSAGE_LENGTH else f"{line[: MESSAGE_LENGTH - 1]}…"
