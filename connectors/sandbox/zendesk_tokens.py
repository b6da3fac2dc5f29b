"""The tokens of the sample company's Zendesk account: who gets one, how long it lasts, and what renews it.

Behaves as developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens describes: a request is JSON, an access
token lasts for `expires_in` seconds, and a refresh token is good for one use, with which the former pair is deleted.
"""

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from connectors.sandbox.http_server import Reply, Request
from connectors.sandbox.zendesk_objects import error

TOKENS = "/oauth/tokens"
CLIENT, SECRET = "okra", "zendesk-secret-of-the-client-of-sample-company"
FIRST_REFRESH_TOKEN, TOKEN = (
    "zendesk-refresh-0-of-sample-company",
    "zendesk-oauth-of-sample-company",
)
"""What a person was given when they signed in; and an access token that does not expire, as older clients have."""
EMAIL, API_TOKEN = "admin@example.com", "zendesk-api-token-of-sample-company"
SCOPES = frozenset({"read", "tickets:read", "satisfaction_ratings:read"})
SHORTEST, LONGEST, BY_DEFAULT = 300, 172_800, 1_800
"""Seconds that an access token lasts, each bound excluded; the last is for those that ask for nothing."""
SHORTEST_REFRESH, LONGEST_REFRESH, REFRESH_BY_DEFAULT = 604_800, 7_776_000, 2_592_000


@dataclass(frozen=True)
class Pair:
    """An access token, until when it lasts, and the refresh token that came with it."""

    access: str
    ends_at: datetime
    refresh: str = ""


class Tokens:
    """The tokens of one account, by its own clock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given = 0
        self._pairs = {FIRST_REFRESH_TOKEN: Pair("", clock(), FIRST_REFRESH_TOKEN)}
        """By what renews them; those of a client by themselves."""
        self.grants: list[str] = []
        """The grant of each request that was given a token."""
        self.ever: set[str] = {SECRET, FIRST_REFRESH_TOKEN}
        """Everything secret so far."""

    def accepts(self, authorization: str) -> bool:
        """Whether a request with this header may read."""
        kind, _, value = authorization.partition(" ")
        if kind == "Basic":
            return value == base64.b64encode(f"{EMAIL}/token:{API_TOKEN}".encode()).decode()
        if kind != "Bearer":
            return False
        with self._lock:
            lasting = [x.access for x in self._pairs.values() if self._clock() < x.ends_at]
        return value in {TOKEN, *lasting}

    def answer(self, request: Request) -> Reply:
        """The reply to a request for a token."""
        if request.headers.get("content-type") != "application/json" or request.method != "POST":
            return refused("invalid_request", 400)
        asked: Mapping[str, Any] = orjson.loads(request.body)
        fault = self._fault(asked)
        if fault:
            return fault
        lifetime = asked.get("expires_in", BY_DEFAULT)
        answer = {"token_type": "bearer", "scope": asked["scope"], "expires_in": lifetime}
        with self._lock:
            pair = self._exchanged(asked, self._clock() + timedelta(seconds=lifetime))
        if pair is None:
            return refused("invalid_grant", 400)
        answer["access_token"] = pair.access
        if pair.refresh:
            answer["refresh_token"] = pair.refresh
            answer["refresh_token_expires_in"] = asked.get(
                "refresh_token_expires_in", REFRESH_BY_DEFAULT
            )
        return Reply(201, answer)

    def _fault(self, asked: Mapping[str, Any]) -> Reply | None:
        """Why a request is refused, whatever its token."""
        grant, secret = asked.get("grant_type"), asked.get("client_secret")
        if grant not in {"client_credentials", "refresh_token"}:
            return refused("unsupported_grant_type", 400)
        # a public client has no secret, and cannot sign in by itself
        known = {SECRET, None} if grant == "refresh_token" else {SECRET}
        if asked.get("client_id") != CLIENT or secret not in known:
            return refused("invalid_client", 401)
        if not {*str(asked.get("scope", "")).split()} or {*asked["scope"].split()} - SCOPES:
            return refused("invalid_scope", 400)
        bounds = {
            "expires_in": (SHORTEST, LONGEST),
            "refresh_token_expires_in": (SHORTEST_REFRESH, LONGEST_REFRESH),
        }
        if any(not low < asked.get(name, low + 1) < high for name, (low, high) in bounds.items()):
            return refused("invalid_request", 400)
        return None

    def _exchanged(self, asked: Mapping[str, Any], ends_at: datetime) -> Pair | None:
        """The tokens that are given; None for a refresh token that has been used or never was."""
        is_refresh = asked["grant_type"] == "refresh_token"
        if is_refresh and self._pairs.pop(str(asked.get("refresh_token")), None) is None:
            return None
        self._given += 1
        self.grants.append(asked["grant_type"])
        access = f"zendesk-access-{self._given}-of-sample-company"
        refresh = f"zendesk-refresh-{self._given}-of-sample-company" if is_refresh else ""
        pair = Pair(access, ends_at, refresh)
        self._pairs[refresh or access] = pair
        self.ever |= {access, refresh} - {""}
        return pair


def refused(code: str, status: int) -> Reply:
    """A refusal as OAuth has it."""
    return error(status, code, "The request was refused.", message_field="error_description")
