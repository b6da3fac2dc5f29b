"""JSON over HTTP for the connectors: time-outs, and faults that show no secret.

A token is sent in a header and nowhere else. Redirects are not followed: an API needs none, and the credential
would be sent along. An exception shows only the method and path of a request, as a query or a header can hold a
secret.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from itertools import takewhile
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import orjson
import requests
from urllib3.exceptions import NewConnectionError

from connectors.lake.addresses import on_loopback
from connectors.sdk.bounded_answers import BoundedAdapter, body_of
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.trust import authorities

TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and seconds without a byte of the answer; `bounded_answers` has those of a whole one."""
CERTIFICATE_REMEDY = (
    "check the address and the clock; where a proxy opens TLS, set OKRA_CA_FILE to its authority's "
    "PEM file"
)
EXCERPT_LENGTH = 240
"""Characters of a vendor's text that are shown."""
SHOWN_BEGINNING = 12
"""Characters of a secret's beginning from which on it is masked though the rest is missing."""
_LIMIT_HEADERS = re.compile("limit|usage", re.IGNORECASE)
"""The headers that are remembered from answers, by name."""


@dataclass(frozen=True)
class Answer:
    """An answer. `request` is the method and path of its request, all that may be shown of that."""

    request: str
    status: int
    headers: Mapping[str, str]
    """Their names are matched regardless of case."""
    body: bytes

    def json(self) -> Any:
        """The body. Raises `Unavailable` when it is cut off or no JSON, such as a proxy's page."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise Unavailable(
                f"{self.request} gave no valid JSON (HTTP {self.status}, {len(self.body)} bytes)",
                "if it lasts, look for a proxy in between",
            ) from None


Hook = Callable[[Answer], SourceError | None]
"""Reads a vendor's own error out of an answer; None leaves it to the HTTP status."""


class Credential(Protocol):
    """A token that may change, such as those of `connectors.sdk.oauth`. Threads may share it."""

    def value(self) -> str:
        """The token to send. Raises `SourceError` when there is none to be had."""

    def renew(self, refused: str) -> bool:
        """Whether there is another token than `refused`, which was not accepted. Raises `SourceError`."""


@dataclass(frozen=True)
class FixedToken:
    """A token that stays as it is."""

    token: str

    def value(self) -> str:
        return self.token

    def renew(self, refused: str) -> bool:
        return False


class Http:
    """Requests to one address with one credential. Threads may share it."""

    def __init__(
        self,
        base: str,
        token: str | Credential | requests.auth.AuthBase,
        *,
        hook: Hook | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        connections: int = 10,
        header: str = "Authorization",
        scheme: str = "Bearer",
    ) -> None:
        """`base` has passed `usable_address`. A token goes into `header`, after `scheme` if there is one; without a
        token there is no such header.

        With a `Credential`, a request that is answered with 401 is sent once more with a renewed token. An `AuthBase`
        signs each request by itself.
        """
        self._base = base
        self._hook = hook
        self._timeout = timeout
        self._session = _Session()
        self._token = None
        if not isinstance(token, requests.auth.AuthBase):
            credential = FixedToken(token) if isinstance(token, str) else token
            token = self._token = _Token(header, scheme, credential)
        self._session.auth = token
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.trust_env = not on_loopback(base)  # no proxy for this machine
        self._session.verify = authorities() or True
        self._session.mount(f"{urlsplit(base).scheme}://", BoundedAdapter(pool_maxsize=connections))
        self._limit_headers: Mapping[str, str] = {}
        self._clock_ahead: timedelta | None = None

    @property
    def clock_ahead(self) -> timedelta | None:
        """By how much the server's clock was ahead of this machine's in its last answer; None when that had no time."""
        return self._clock_ahead

    def limit_header(self, header: str) -> str:
        """The latest text of a header about limits or usage; empty when no answer had it."""
        return self._limit_headers.get(header.lower(), "")

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """The JSON at `path`. Raises the `SourceError` that the hook or the status means."""
        return self._checked(self.send("GET", self._base + path, params=params))

    def get_object(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        """The JSON object at `path`. Raises as `get` does, and `Drift` for any other JSON."""
        answer = self.get(path, params)
        if not isinstance(answer, Mapping):
            raise Drift(f"GET {path} gave no object", "adapt the connector")
        return answer

    def post_form(self, path: str, fields: Mapping[str, str | int]) -> Any:
        """The JSON that `path` answers to `fields`, sent as a form. Raises as `get` does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode(fields)
        return self._checked(self.send("POST", self._base + path, headers=headers, data=form))

    def post_json(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON that `path` answers to `body`, sent as JSON. Raises as `get` does."""
        headers = {"Content-Type": "application/json"}
        data = orjson.dumps(body)
        return self._checked(self.send("POST", self._base + path, headers=headers, data=data))

    def _checked(self, answer: Answer) -> Any:
        fault = self._hook(answer) if self._hook else None
        fault = fault or fault_of_status(answer)
        if fault:
            raise fault
        return answer.json()

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        data: str | bytes | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises `Unavailable` when there is none, or only part of one."""
        request = f"{method.upper()} {urlsplit(url).path}"

        def sent() -> requests.Response:
            return self._session.request(
                method,
                url,
                params=params,
                headers=headers,
                data=data,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )

        try:
            response = sent()
            if response.status_code == 401 and self._token and self._token.renew(response.request):
                response.close()
                response = sent()
            body = body_of(response, request)
        except requests.RequestException as error:
            raise no_answer(error, request) from None
        self._remember(response.headers)
        return Answer(request, response.status_code, response.headers, body)

    def _remember(self, headers: Mapping[str, str]) -> None:
        """Keep the server's time, and what an answer says of limits."""
        try:
            sent = parsedate_to_datetime(headers.get("Date", ""))
        except ValueError:
            pass  # there is no such header
        else:
            at = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
            self._clock_ahead = at - datetime.now(UTC)
        limits = {x.lower(): text for x, text in headers.items() if _LIMIT_HEADERS.search(x)}
        self._limit_headers = {**self._limit_headers, **limits}

    def close(self) -> None:
        self._session.close()


def no_answer(error: requests.RequestException, request: str) -> Unavailable:
    """The fault of a request that had no answer, or only part of one; `request` is what may be shown of it."""
    if isinstance(error, requests.Timeout):
        return Unavailable(f"{request} was not answered in time")
    if isinstance(error, requests.exceptions.SSLError):
        return Unavailable(
            f"{request}: the server's certificate cannot be verified", CERTIFICATE_REMEDY
        )
    if is_unreachable(error):
        return Unavailable(
            f"{request}: the server cannot be reached", "check the network and the address"
        )
    # only the class: the text can hold the whole address
    return Unavailable(f"{request} broke off ({type(error).__name__})")


def is_unreachable(error: requests.RequestException) -> bool:
    """Whether no connection was made at all: no such name, no network, nobody listening."""
    wrapped = error.args[0] if error.args else None
    return isinstance(getattr(wrapped, "reason", None), NewConnectionError)


class _Session(requests.Session):
    """A session that follows no redirect, even when a vendor's library uses it."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Token(requests.auth.AuthBase):
    """Puts the token into a header. As the session's `auth` it keeps .netrc from replacing it."""

    def __init__(self, header: str, scheme: str, credential: Credential) -> None:
        self._header, self._scheme, self._credential = header, scheme, credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token := self._credential.value():
            request.headers[self._header] = f"{self._scheme} {token}".strip()
        return request

    def renew(self, refused: requests.PreparedRequest) -> bool:
        """Whether there is another token than the one that a refused request had."""
        token = refused.headers.get(self._header, "").removeprefix(self._scheme).strip()
        return self._credential.renew(token)


def fault_of_status(answer: Answer) -> SourceError | None:
    """The fault that an HTTP status means; None for a success."""
    status, message = answer.status, f"{answer.request} gave HTTP {answer.status}"
    if 200 <= status < 300:
        return None
    if status == 401:
        return CredentialError(f"{message}: the credential is not accepted", "renew it")
    if status == 403:
        return PermissionDenied(f"{message}: the credential may not read this", "widen its scopes")
    if status == 429:
        return Throttled(f"{message}: too many requests", retry_after=retry_after(answer.headers))
    if status >= 500 or status in {408, 409, 425}:
        return Unavailable(message, retry_after=retry_after(answer.headers))
    if 300 <= status < 400:
        return Rejected(f"{message}: it leads elsewhere, and is not followed", "check the address")
    return Rejected(message)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds that `Retry-After` asks to wait, given as seconds or as an HTTP date; None when it does not."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def excerpt(text: str, *secrets: str) -> str:
    """The beginning of a vendor's text in one line, with each of `secrets` masked before anything is cut off."""
    line = " ".join(redact(text, *secrets).split())
    return line if len(line) <= EXCERPT_LENGTH else f"{line[: EXCERPT_LENGTH - 1]}…"


def redact(text: str, *secrets: str) -> str:
    """`text` with each of `secrets` masked, as it is and as an address has it.

    A beginning of a secret that is long enough to be none by chance is masked too: a vendor can cut its own message.
    """
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    for form in forms:
        beginning = form[:SHOWN_BEGINNING]
        if len(form) > SHOWN_BEGINNING and beginning in text:
            rest = form[SHOWN_BEGINNING:]
            head, *tails = text.split(beginning)
            text = "***".join([head, *(without_beginning(tail, rest) for tail in tails)])
    return text


def without_beginning(text: str, secret: str) -> str:
    """`text` without the characters at its start that `secret` starts with too."""
    pairs = zip(text, secret, strict=False)
    return text[sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) :]
