"""Which certificate authorities the clients of this process trust: the public ones, or those in a file.

A company whose proxy opens TLS has an authority of its own, and the clients come with the public ones only. The file
replaces them, as it does under the names that the clients know by themselves: REQUESTS_CA_BUNDLE (requests, and
google-auth by it), SSL_CERT_FILE (OpenSSL), GRPC_DEFAULT_SSL_ROOTS_FILE_PATH (gRPC).
"""

import os
import ssl
from pathlib import Path

from connectors.sdk.errors import Rejected

VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")


def trust_only(file: Path, setting: str) -> None:
    """Have this process, and those that it starts, trust the authorities in `file` and no others.

    Raises `Rejected`, naming `setting`, when the file holds none.
    """
    try:
        ssl.create_default_context(cafile=str(file))
    except (OSError, ssl.SSLError):
        raise Rejected(
            f"{setting} names {file}, which holds no certificates",
            "write the path of a PEM file, with BEGIN CERTIFICATE in it",
        ) from None
    for name in VARIABLES:
        os.environ[name] = str(file)


def authorities() -> str | None:
    """The file of the authorities to trust; None for those that a client comes with."""
    return next((os.environ[name] for name in VARIABLES if os.environ.get(name)), None)
