"""What the values of options have to be before a request is made with them: addresses, and secrets for headers."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

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


def usable_host(values: Mapping[str, str], option: str, default: str) -> SplitResult:
    """The address of an option, or the default one. Raises `Rejected` as `usable_address` does, and for a path."""
    parts = urlsplit(usable_address(values.get(option) or default, option))
    if parts.path:
        raise Rejected(f"{option} has a path", "write it as https://host or https://host:port")
    return parts


def header_value(secret: str, option: str) -> str:
    """`secret`, stripped. Raises `CredentialError`, which does not show it, when a header cannot hold it."""
    secret = secret.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", secret):
        raise CredentialError(
            f"{option} is empty or has a blank, a line break or a letter no key has",
            "copy it again, in one piece",
        )
    return secret


def optional_header(values: Mapping[str, str], option: str) -> str:
    """The value of an option for a header; empty where it is not set. Raises as `header_value` does."""
    return header_value(values[option], option) if values.get(option, "").strip() else ""
