"""The key of a service account of Google, and a machine that has no credentials of its own."""

import json
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ADDRESS = "okra@sample-company.iam.gserviceaccount.com"
NOBODY = "https://127.0.0.1:1/token"
"""A sign-in that nobody runs."""


@cache
def private_key() -> str:
    """In PEM. Made once, as it takes a while."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def key_of(token_uri: str = NOBODY) -> dict[str, str]:
    """What a key file holds."""
    return {
        "type": "service_account",
        "client_email": ADDRESS,
        "private_key": private_key(),
        "token_uri": token_uri,
    }


def key_file(folder: Path, token_uri: str = NOBODY) -> Path:
    """A key file in a folder."""
    path = folder / "key.json"
    path.write_text(json.dumps(key_of(token_uri)))
    return path


def without_own_credentials(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have neither gcloud's credentials on this machine, nor those of a machine in Google's cloud."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(folder / "gcloud"))
    monkeypatch.setattr("google.auth.compute_engine._metadata._NO_GCE_CHECK", True)
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_QUOTA_PROJECT"):
        monkeypatch.delenv(name, raising=False)
