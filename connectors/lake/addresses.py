"""Addresses: where a lake can be, and which of them are on this machine.

data/lake  /srv/lake  file:///srv/lake      a folder
s3://bucket/prefix                          S3 and stores that speak its protocol (the extra `s3`)
"""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors.lake.store import LakeError

S3_SCHEME = "s3"


def is_in_bucket(location: Path | str) -> bool:
    """Whether a lake is in an object store, and not in a folder."""
    return isinstance(location, str) and location.startswith(f"{S3_SCHEME}://")


def folder_at(location: Path | str) -> Path:
    """The folder that a path or a file:// address leads to."""
    address = str(location)
    return Path(unquote(urlsplit(address).path) if address.startswith("file://") else location)


def checked_location(location: str) -> str:
    """`location`, if a lake can be there. Raises `LakeError`, showing no more of it than its scheme."""
    parts = urlsplit(location if "://" in location else "")
    if not parts.scheme:
        return location
    if parts.scheme == "file":
        if parts.netloc or not parts.path:
            raise LakeError("file: leads to no folder", "write file:///path/of/the/lake")
        return location
    if parts.scheme != S3_SCHEME:
        raise LakeError(
            f"a lake cannot be at {parts.scheme}://", "use a folder, or s3://bucket/prefix"
        )
    if "@" in parts.netloc or ":" in parts.netloc:
        raise LakeError(
            "the address of the lake carries a credential",
            "write s3://bucket/prefix; credentials come from AWS_ACCESS_KEY_ID and the like",
        )
    unusual = (
        parts.query or parts.fragment or "//" in parts.path or set(location) & set("*?[]\\ '\"")
    )
    if not parts.netloc or unusual:
        raise LakeError(
            "the address of the lake cannot be used",
            "write s3://bucket/prefix, without blanks, wildcards or a query",
        )
    return location


def on_loopback(address: str) -> bool:
    """Whether `address` is this machine."""
    host = urlsplit(address.strip()).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
