"""What the values of options have to be before a request is made with them: addresses, and secrets for headers."""

import re
from urllib.parse import urlsplit

from connectors.lake.addresses import on_loopback
from connectors.sdk.errors import CredentialError, Rejected


def usable_address(address: str, option: str) -> str:
    """`address` without a slash at its end. Raises `Rejected`, naming `option`, when it must not be used.

    An http address is for this machine only, as a credential is not sent unencrypted.
    """
    try:
        parts = urlsplit(address.strip())
        _ = parts.port  # raises where it is no number
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise Rejected(
            f"{option} is not an address a source can have",
            "write it as https://host or https://host:port/path, without user, query or fragment",
        )
    if parts.scheme == "https" or (parts.scheme == "http" and on_loopback(address)):
        return address.strip().rstrip("/")
    raise Rejected(
        f"{option} would send the credential unencrypted to {parts.hostname}",
        "use https; http is for this machine only (localhost, 127.0.0.1)",
    )


def header_value(secret: str, option: str) -> str:
    """`secret`, stripped. Raises `CredentialError`, which does not show it, when a header cannot hold it."""
    secret = secret.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", secret):
        raise CredentialError(
            f"{option} is empty or has a blank, a line break or a letter no key has",
            "copy it again, in one piece",
        )
    return secret
