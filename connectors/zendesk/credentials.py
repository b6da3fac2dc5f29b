"""With which credential Zendesk is asked: one of four, of which the first that is set counts.

    ZENDESK_CLIENT_ID, ZENDESK_REFRESH_TOKEN    a person signed in; the secret too, unless the client is public
    ZENDESK_CLIENT_ID, ZENDESK_CLIENT_SECRET    the client signs in by itself, as the administrator who made it
    ZENDESK_OAUTH_TOKEN                         an access token that does not expire
    ZENDESK_EMAIL, ZENDESK_API_TOKEN            an API token, until Zendesk ends them

An access token expires, after 30 minutes unless it was asked for otherwise, of clients that were made since 30 April
2026. A refresh token is good for one use: the answer has the next, and Zendesk deletes the former refresh and access
tokens. API tokens cannot be made any more since 27 October 2026.

Docs: developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens and
developer.zendesk.com/documentation/api-basics/authentication, pages oauth-migration and refresh-token.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.sdk.contract import IN_HOME, Option
from connectors.sdk.errors import CredentialError
from connectors.sdk.http import Credential, FixedToken, Http
from connectors.sdk.oauth import ClientToken, RefreshedToken, RenewedToken, refusal
from connectors.sdk.option_values import optional_header

TOKENS = "/oauth/tokens"
SCOPE = "read"
ACCESS_SECONDS = 1_800
"""For how long an access token is asked for. Without it, tokens of older clients would never expire."""
REFRESH_SECONDS = 89 * 86_400
"""For how long a refresh token is asked for: Zendesk allows less than 90 days, and gives 30 by itself."""
API_TOKENS_END = (
    "Zendesk ends all API tokens on 30 April 2027: make an OAuth client and set ZENDESK_CLIENT_ID and "
    "ZENDESK_CLIENT_SECRET before"
)
OPTIONS = (
    Option(
        "ZENDESK_CLIENT_ID",
        "Identifier of an OAuth client (Admin Center > APIs > OAuth clients)",
        default="",
        is_asked=True,
    ),
    Option(
        "ZENDESK_CLIENT_SECRET",
        "Secret of that client, which an administrator made",
        secret=True,
        default="",
        is_asked=True,
    ),
    Option(
        "ZENDESK_REFRESH_TOKEN",
        "A refresh token with the scope read, where a person signed in with that client",
        secret=True,
        default="",
    ),
    Option(
        "ZENDESK_TOKEN_FILE",
        "File that keeps the token where each refresh token is good for one use",
        default=f"{IN_HOME}/tokens/zendesk.json",
    ),
    Option(
        "ZENDESK_OAUTH_TOKEN",
        "Instead of a client: an access token that does not expire, with the scope read",
        secret=True,
        default="",
    ),
    Option(
        "ZENDESK_EMAIL",
        "Instead of a client, with ZENDESK_API_TOKEN: an administrator's address",
        default="",
    ),
    Option("ZENDESK_API_TOKEN", "An API token, until 30 April 2027", secret=True, default=""),
)
SIGN_IN = "sign in again with the OAuth client and set the new ZENDESK_REFRESH_TOKEN"
CLIENT_REMEDIES = {
    "invalid_client": "check ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET",
    "invalid_grant": SIGN_IN,
    "invalid_scope": "allow the OAuth client the scope read",
    "unauthorized_client": "the OAuth client must be confidential to sign in with its secret",
}
"""The remedies of what the request for a token is refused with."""


@dataclass(frozen=True)
class Access:
    """A credential, how it is sent, and what its user should know of it."""

    credential: Credential
    scheme: str
    remedy: str
    """What to do when it is not accepted."""
    remarks: tuple[str, ...] = ()
    fixed_secrets: tuple[str, ...] = ()
    """What must not be shown, of a credential that does not change."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown in a message."""
        changing = self.credential.secrets if isinstance(self.credential, RenewedToken) else ()
        return (*changing, *self.fixed_secrets)


def access_of(values: Mapping[str, str], base: str) -> Access:
    """The credential that the options of the source name. Raises `CredentialError`; calls nothing."""
    client, first = (
        optional_header(values, "ZENDESK_CLIENT_ID"),
        optional_header(values, "ZENDESK_REFRESH_TOKEN"),
    )
    secret = optional_header(values, "ZENDESK_CLIENT_SECRET")
    if first and client:
        grant = TokenRequest(base, client, secret, {"refresh_token_expires_in": REFRESH_SECONDS})
        file = Path(values.get("ZENDESK_TOKEN_FILE") or "tokens/zendesk.json")
        return Access(RefreshedToken(grant, first, file, (secret,)), "Bearer", SIGN_IN)
    if secret and client:
        token = ClientToken(TokenRequest(base, client, secret, {}), (secret,))
        remedy = "check that the OAuth client and the administrator who made it are still active"
        return Access(token, "Bearer", remedy)
    if first or secret or client:
        raise CredentialError(
            "ZENDESK_CLIENT_ID, and either ZENDESK_CLIENT_SECRET or ZENDESK_REFRESH_TOKEN, belong together",
            "set both",
        )
    if oauth_token := optional_header(values, "ZENDESK_OAUTH_TOKEN"):
        remedy = (
            "set ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET, whose tokens Okra renews; or a new "
            "ZENDESK_OAUTH_TOKEN"
        )
        return Access(FixedToken(oauth_token), "Bearer", remedy, fixed_secrets=(oauth_token,))
    email, api_token = (
        optional_header(values, "ZENDESK_EMAIL"),
        optional_header(values, "ZENDESK_API_TOKEN"),
    )
    if email and api_token:
        sent = base64.b64encode(f"{email}/token:{api_token}".encode()).decode()
        secrets = (api_token, sent)
        return Access(FixedToken(sent), "Basic", API_TOKENS_END, (API_TOKENS_END,), secrets)
    if email or api_token:
        raise CredentialError("ZENDESK_EMAIL and ZENDESK_API_TOKEN belong together", "set both")
    raise CredentialError(
        "there is no credential for Zendesk",
        "set ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET (docs/sources.md has the other ways)",
    )


class TokenRequest:
    """Asks Zendesk for a token, for one client."""

    def __init__(self, base: str, client: str, secret: str, extra: Mapping[str, str | int]) -> None:
        self._base = base
        self._fields = {
            "client_id": client, "scope": SCOPE, "expires_in": ACCESS_SECONDS, **extra
        } | ({"client_secret": secret} if secret else {})  # fmt: skip

    def __call__(self, fields: Mapping[str, str | int]) -> Any:
        """The answer of Zendesk to a request with these fields too. Raises `SourceError`."""
        http = Http(self._base, "", hook=lambda x: refusal(x, CLIENT_REMEDIES, SIGN_IN))
        try:
            return http.post_json(TOKENS, {**self._fields, **fields})
        finally:
            http.close()
