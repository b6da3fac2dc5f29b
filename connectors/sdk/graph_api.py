"""Facebook's Graph API, through which pages and advertising accounts are read.

An app can require that each request proves that its sender knows the app's secret: by `appsecret_proof`, the
HMAC-SHA256 of the token with the secret as its key. The proof is a parameter, as the API takes it in no header; it
is of no use without the token. The secret itself is not sent.

An error is in the body, whatever the HTTP status, and has a code. The beginning of its message is shown
with the token redacted, as it says what is wrong with the request. The message about a token that is not accepted
is never shown. Docs: developers.facebook.com/docs/graph-api/guides/secure-requests, …/guides/error-handling,
…/docs/graph-api/overview/rate-limiting.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.sdk.contract import Calls, Option, Vitals
from connectors.sdk.contract import no_fault as diagnose  # noqa: F401 - the name that connectors import
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.fields import at_or_none
from connectors.sdk.http import Answer, Http, excerpt, retry_after

DEFAULT_BASE, VERSION = "https://graph.facebook.com", "v25.0"
BUCKET = "graph"
"""The limit that every request counts for."""
USAGE_HEADERS = ("X-Business-Use-Case-Usage", "X-App-Usage")


@dataclass(frozen=True)
class Remedies:
    """What to do about a fault, which differs by source."""

    credential: str
    permission: str
    rejected: str
    secret: str
    """The option that holds the app's secret."""


@dataclass(frozen=True)
class GraphError:
    """An error of the Graph API."""

    request: str
    """Method and path."""
    code: int
    message: str
    """With the token redacted."""
    status: int = 200
    """Of the HTTP answer."""
    is_transient: bool = False
    retry_after: float | None = None
    """Seconds until requests are let through again, where Facebook says so."""

    @property
    def summary(self) -> str:
        """The request and its error code."""
        return f"{self.request} gave error {self.code}"


class Graph:
    """The Graph API at one address, asked with one token. Threads may share it."""

    def __init__(
        self,
        base: str,
        token: str,
        app_secret: str,
        calls: Calls,
        meaning: Callable[[GraphError], SourceError],
    ) -> None:
        """`base` has passed `usable_address`; `app_secret` is empty where the app requires none.

        `meaning` makes an error of the API the fault that it stands for.
        """
        self._calls = calls
        self._secrets = (token, app_secret)
        self._proof = {"appsecret_proof": proof_of(app_secret, token)} if app_secret else {}
        self._http = Http(base, token, hook=lambda answer: self._fault_in(answer, meaning))

    def get(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        """The object at `path`. Raises the `SourceError` that its error means."""
        asked = {**params, **self._proof}
        return self._calls(BUCKET, lambda: self._http.get_object(path, asked))

    def post(self, path: str, fields: Mapping[str, str | int]) -> Any:
        """What `path` answers to a form. Raises as `get` does."""
        form = {**fields, **self._proof}
        return self._calls(BUCKET, lambda: self._http.post_form(path, form))

    def shown(self, message: str) -> str:
        """The beginning of a message of Facebook's, with what is secret masked."""
        return excerpt(message, *self._secrets, *self._proof.values())

    def vitals(self) -> Vitals:
        """The time, and what is left of the app's usage."""
        return Vitals(self._http.clock_ahead, usage_left(self._http.limit_header))

    def close(self) -> None:
        self._http.close()

    def _fault_in(
        self, answer: Answer, meaning: Callable[[GraphError], SourceError]
    ) -> SourceError | None:
        error = error_in(answer, self.shown)
        return meaning(error) if error else None


def proof_of(app_secret: str, token: str) -> str:
    """The proof that the sender of a request with `token` knows the app's secret."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def app_secret_option(name: str) -> Option:
    """The option of a source that holds its app's secret."""
    about = "Secret of the app that made the token, where the app requires it"
    return Option(name, about, secret=True, default="")


def error_in(answer: Answer, shown: Callable[[str], str]) -> GraphError | None:
    """The error in an answer's body, whatever its status; None when there is none, or no JSON.

    `shown` is the part of its message that may be shown.
    """
    try:
        error = at_or_none(orjson.loads(answer.body), "error")
    except orjson.JSONDecodeError:
        return None
    if not isinstance(error, Mapping):
        return None
    code = error.get("code")
    return GraphError(
        request=answer.request,
        code=code if isinstance(code, int) else 0,
        message=shown(str(error.get("message") or "")),
        status=answer.status,
        is_transient=error.get("is_transient") is True,
        retry_after=seconds_to_regain(answer),
    )


def fault_of(error: GraphError, remedies: Remedies) -> SourceError:
    """The fault that an error of the Graph API means."""
    code, summary = error.code, error.summary
    if "appsecret_proof" in error.message:  # code 100, as for any other parameter
        return secret_fault(error, remedies.secret)
    if code in {102, 190, 2500}:  # the message can hold parts of the token
        return CredentialError(
            f"{summary}: the token is not accepted or has expired", remedies.credential
        )
    if code in {4, 17, 32, 341, 613} or 80000 <= code <= 80014 or error.status == 429:
        return Throttled(f"{summary}: too many requests", retry_after=error.retry_after)
    if code in {3, 10} or 200 <= code <= 299:
        return PermissionDenied(f"{summary}: {error.message}", remedies.permission)
    if code in {1, 2} or error.status >= 500 or error.is_transient:
        return Unavailable(f"{summary}: {error.message}")
    return Rejected(f"{summary}: {error.message}", remedies.rejected)


def secret_fault(error: GraphError, option: str) -> CredentialError:
    """Why the proof of the app's secret was refused, or asked for."""
    if "require" in error.message.lower():
        return CredentialError(
            f"{error.summary}: the app requires a proof of its secret (Require App Secret)",
            f"set {option} to the app's secret (App settings > Basic)",
        )
    return CredentialError(
        f"{error.summary}: the app secret is not that of the app that made the token",
        f"set {option} to the secret of the app whose token it is (App settings > Basic)",
    )


def seconds_to_regain(answer: Answer) -> float | None:
    """Seconds until requests are allowed again; None when Facebook does not say.

    `X-Business-Use-Case-Usage` holds, for each business, a list with `estimated_time_to_regain_access` in minutes.
    """
    waits = []
    for header in USAGE_HEADERS:
        try:
            usage = orjson.loads(answer.headers.get(header, ""))
        except orjson.JSONDecodeError:
            continue
        waits += [60.0 * minutes for minutes in numbers(usage, "estimated_time_to_regain_access")]
    return max(waits) if any(waits) else retry_after(answer.headers)


def usage_left(header_text: Callable[[str], str]) -> str:
    """What is left of the hour's usage, in words; empty when Facebook does not say.

    `header_text` returns the text of a header: `X-App-Usage`, or for a business `X-Business-Use-Case-Usage`. Both hold
    the percentage used of each kind of usage.
    """
    used: list[float] = []
    for header in USAGE_HEADERS:
        try:
            usage = orjson.loads(header_text(header))
        except orjson.JSONDecodeError:
            continue
        for kind in ("call_count", "total_cputime", "total_time"):
            used += numbers(usage, kind)
    return f"{max(0, 100 - max(used)):.0f} % of the hour's usage" if used else ""


def numbers(value: Any, name: str) -> Iterator[float]:
    """Every number called `name` in nested JSON."""
    if isinstance(value, Mapping):
        if isinstance(value.get(name), int | float):
            yield float(value[name])
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from numbers(inner, name)
