"""OAuth tokens that expire: had from the vendor, renewed before they expire, and once more where one is refused.

There are two grants (RFC 6749). With the secret of a client (section 4.4) a token can be had at any time, and none is
kept. A refresh token (section 6) is often good for one use only: the answer has the next one, and where that is lost a
person has to sign in again. So it is kept in a file, which only its owner may read, and renewed under a lock: of two
processes that find the token expired one renews it, and the other takes what the first one was given.

Tokens are in no message and no log. The file belongs outside the lake.
"""

import hashlib
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from connectors.lake.atomic_files import replace as replace_file
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    SourceError,
    Unavailable,
)
from connectors.sdk.http import Answer

Grant = Callable[[Mapping[str, str | int]], Any]
"""Sends the fields of a request for a token and gives the JSON of the answer. Raises `SourceError`."""
EARLY = timedelta(minutes=2)
"""How long before it expires a token is renewed: longer than a request takes. Of a short-lived one a quarter."""
LOCK_WAIT = 60.0
"""Seconds to wait for another process that renews the token."""
ROOM = 16_384
"""Bytes that must fit on the disk before a refresh token is used: more than a token takes."""
LONGEST = timedelta(days=3_650)
"""The longest lifetime of an access token that is believed."""
CODES = frozenset({"invalid_request", "invalid_client", "invalid_grant", "invalid_scope",
                   "unauthorized_client", "unsupported_grant_type"})  # fmt: skip
"""The refusals of RFC 6749, section 5.2."""


def now() -> datetime:
    """The present moment (UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Token:
    """An access token, and what the next one can be had with."""

    access: str
    renew_at: datetime | None
    """From when on it is renewed; None for one that does not expire."""
    refresh: str = ""

    @property
    def is_due(self) -> bool:
        """Whether it has expired or is about to."""
        return self.renew_at is not None and now() >= self.renew_at


class RenewedToken(ABC):
    """A credential for `Http` whose token changes. Threads may share it."""

    def __init__(self, grant: Grant, secrets: tuple[str, ...]) -> None:
        """Asks for nothing yet. `secrets` are sent to have a token."""
        self._grant = grant
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._secrets = {*secrets}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown: what is sent to have a token, and each token so far."""
        return tuple(self._secrets)

    def value(self) -> str:
        """The access token, after renewing one that is about to expire. Raises `SourceError`."""
        with self._lock:
            token = self._token
            if token is None or token.is_due:
                token = self._take(self._next(refused=""))
            return token.access

    def renew(self, refused: str) -> bool:
        """Have another access token than `refused`, which the source did not accept. Raises `SourceError`."""
        with self._lock:
            by_another_thread = self._token is not None and self._token.access != refused
            if not by_another_thread:
                self._take(self._next(refused=refused))
            return True

    def _take(self, token: Token) -> Token:
        self._token = token
        self._secrets |= {token.access, token.refresh} - {""}
        return token

    @abstractmethod
    def _next(self, refused: str) -> Token:
        """Another token than `refused`."""


class ClientToken(RenewedToken):
    """Tokens that are had with the secret of a client. They are kept in memory only."""

    def _next(self, refused: str) -> Token:
        return token_of(self._grant, {"grant_type": "client_credentials"})


class RefreshedToken(RenewedToken):
    """Tokens that are had with a refresh token, which changes with each use and is kept in a file."""

    def __init__(self, grant: Grant, first: str, file: Path, secrets: tuple[str, ...] = ()) -> None:
        """`first` is the refresh token that a person was given; the file has its successors."""
        super().__init__(grant, (first, *secrets))
        self._first = first
        self._file = file

    def _next(self, refused: str) -> Token:
        lock = self._file.with_name(f"{self._file.name}.lock")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(lock, timeout=LOCK_WAIT, mode=0o600, fallback_to_soft=False):
                return self._kept_or_new(refused)
        except Timeout:
            raise Unavailable(
                f"another process has been renewing the token in {self._file.name} for {LOCK_WAIT:.0f} seconds"
            ) from None
        except OSError as error:
            raise CredentialError(
                f"the token cannot be kept in {self._file} ({error.strerror})",
                "let Okra read the file and write its folder, and make room on the disk",
            ) from None

    def _kept_or_new(self, refused: str) -> Token:
        """The token of the file if another process has renewed it, else a new one, which is kept."""
        kept = self._kept()
        if kept and kept.access != refused and not kept.is_due:
            return kept
        refresh = kept.refresh if kept else self._first
        self._secrets.add(refresh)
        fields = {"grant_type": "refresh_token", "refresh_token": refresh}
        self._make_room()
        token = token_of(self._grant, fields)
        if not token.refresh:  # the vendor lets it be used again
            token = replace(token, refresh=refresh)
        content = orjson.dumps({**asdict(token), "made_of": fingerprint(self._first)})
        replace_file(self._file, lambda temporary: write_private(temporary, content))
        return token

    def _make_room(self) -> None:
        """Raise OSError where the next token could not be kept: the present one would be used up for nothing."""
        trial = self._file.with_name(f"{self._file.name}.trial")
        try:
            replace_file(trial, lambda temporary: write_private(temporary, bytes(ROOM)))
        finally:
            trial.unlink(missing_ok=True)

    def _kept(self) -> Token | None:
        """What the file has; None where there is none, or where it began with another refresh token."""
        try:
            content = orjson.loads(self._file.read_bytes())
            moment = content["renew_at"]
            kept = Token(
                access=str(content["access"]),
                renew_at=None if moment is None else datetime.fromisoformat(moment),
                refresh=str(content["refresh"]),
            )
            made_of = content["made_of"]
        except FileNotFoundError:
            return None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise CredentialError(
                f"{self._file} is no token file",
                "delete it, sign in again and set the new refresh token",
            ) from None
        return kept if made_of == fingerprint(self._first) else None


def token_of(grant: Grant, fields: Mapping[str, str | int]) -> Token:
    """The token that the vendor gives for `fields`. Raises `Drift` for an answer without one."""
    asked_at = now()
    answer = grant(fields)
    try:
        access, lifetime = answer["access_token"], answer.get("expires_in")
        refresh = answer.get("refresh_token") or ""
    except (KeyError, TypeError, AttributeError):
        access, lifetime, refresh = None, None, ""
    is_sound = isinstance(access, str) and re.fullmatch(r"[\x21-\x7e]+", access)
    # one that is expired when it is given would be renewed before each request
    is_lifetime = lifetime is None or (type(lifetime) is int and lifetime > 0)
    if not is_sound or not isinstance(refresh, str) or not is_lifetime:
        raise Drift("the answer to the request for a token has none", "adapt the connector")
    if lifetime is None:
        return Token(access, None, refresh)
    span = timedelta(seconds=min(lifetime, LONGEST.total_seconds()))
    return Token(access, asked_at + span - min(EARLY, span / 4), refresh)


def refusal(answer: Answer, remedies: Mapping[str, str], otherwise: str) -> SourceError | None:
    """What it means that no token was given, with the remedy of its code; None where the HTTP status says enough.

    Only the code is shown: what else the vendor writes can repeat what was sent.
    """
    if answer.status not in {400, 401, 403}:
        return None
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        body = None
    code = body.get("error") if isinstance(body, Mapping) else None
    known = code if isinstance(code, str) and code in CODES else ""
    message = f"{answer.request} gave no token (HTTP {answer.status}{known and f', {known}'})"
    kind = PermissionDenied if answer.status == 403 else CredentialError
    return kind(message, remedies.get(known, otherwise))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)


def fingerprint(secret: str) -> str:
    """Tells one secret from another without showing it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
