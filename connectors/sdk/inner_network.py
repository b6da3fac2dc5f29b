"""Which addresses of files are inside this network, and whether files may be read from there.

Settings import this, so that it imports no HTTP client.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from connectors.lake.addresses import on_loopback
from connectors.sdk.errors import Rejected


def refuse_inside(location: str, name: str, option: str) -> None:
    """Raise `Rejected` for an address in this network, unless it is allowed; for a link-local one in any case.

    The latter are of the machine's own services, such as those that give a cloud's credentials.
    """
    if not _Inside.is_allowed or any(x.is_link_local for x in addresses_of(location)):
        raise Rejected(
            f"{name} is at an address inside this network, where other systems trust this machine",
            f"correct {option}; or, if it is meant to be there, set OKRA_INTERNAL_FILES=1",
        )


def allow_inside(is_allowed: bool) -> None:
    """Let this process read files from addresses inside this network, or no more."""
    _Inside.is_allowed = is_allowed


class _Inside:
    """Whether files may be at addresses inside this network."""

    is_allowed = False


def addresses_of(location: str) -> set[IPv4Address | IPv6Address]:
    """The addresses of a location's host; none where only a proxy knows its name, or nobody."""
    host = urlsplit(location).hostname or ""
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return set()
    return {ip_address(address.partition("%")[0]) for address in addresses}


def leads_inside(location: str) -> bool:
    """Whether an address is this machine, or in a network that the internet does not reach."""
    addresses = addresses_of(location)
    if not addresses:
        return on_loopback(location)
    return any(not address.is_global for address in addresses)
