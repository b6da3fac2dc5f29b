"""A server that answers as Google's sign-in does, and a credential of each kind that leads to it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from connectors.sandbox.http_server import JsonServer, Reply, Request
from tests.connectors.google_key import ADDRESS, key_of

IMPERSONATION = f"/v1/projects/-/serviceAccounts/{ADDRESS}:generateAccessToken"
IN_AN_HOUR = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
PERSON = {
    "type": "authorized_user",
    "client_id": "764086051850.apps.googleusercontent.com",
    "client_secret": "sesame",
    "refresh_token": "1//sesame",
}


class SignIn(JsonServer):
    """Google's sign-in: tokens for keys, for a person, for a token of another cloud, for who may act as an account."""

    def __init__(self) -> None:
        self.refusals: dict[str, Reply] = {}
        """By path, what is answered instead."""
        super().__init__(self._give)

    def _give(self, request: Request) -> Reply:
        if request.path in self.refusals:
            return self.refusals[request.path]
        token = {"expires_in": 3599, "token_type": "Bearer"}
        match request.path:
            case "/token":
                grant = parse_qs(request.body.decode())["grant_type"][0]
                who = "person" if grant == "refresh_token" else "key"
                return Reply(200, token | {"access_token": f"ya29.{who}"})
            case "/v1/token":
                kind = "urn:ietf:params:oauth:token-type:access_token"
                federated = {"access_token": "ya29.federated", "issued_token_type": kind}
                return Reply(200, token | federated)
            case path if path == IMPERSONATION:
                body = {"accessToken": "ya29.impersonated", "expireTime": IN_AN_HOUR}
                return Reply(200, body)
        return Reply(404, {"error": "not_found"})

    def forms(self, path: str) -> list[dict[str, str]]:
        """The fields of the requests to `path`."""
        return [
            {name: values[0] for name, values in parse_qs(x.body.decode()).items()}
            for x in self.asked
            if x.path == path
        ]

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be where a person's token and an impersonated one come from: addresses that no file can change."""
        monkeypatch.setattr(
            "google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{self.address}/token"
        )
        monkeypatch.setattr(
            "google.auth.iam._IAM_ENDPOINT",
            f"{self.address}/v1/projects/-/serviceAccounts/{{}}:generateAccessToken",
        )


def credentials_of(google: SignIn, folder: Path) -> dict[str, dict[str, object]]:
    """What the file of each kind of credential holds."""
    (folder / "subject-token").write_text("token of another cloud")
    return {
        "service_account": key_of(f"{google.address}/token"),
        "authorized_user": PERSON,
        "external_account": {
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{google.address}/v1/token",
            "credential_source": {"file": str(folder / "subject-token")},
        },
        "impersonated_service_account": {
            "type": "impersonated_service_account",
            "service_account_impersonation_url": google.address + IMPERSONATION,
            "source_credentials": PERSON,
        },
    }
