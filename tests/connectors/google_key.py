"""The key of a service account of Google."""

import json
from functools import cache
from pathlib import Path

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
