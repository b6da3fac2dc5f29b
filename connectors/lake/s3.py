"""How S3 is reached, and what can go wrong with it, in a person's words.

obstore finds the credential and the endpoint in the environment, under the names that S3's own tools have
(AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …), or asks the machine for its role. Nothing of them passes through our
hands but the name of a profile. A store may repeat the key in its answer, so nothing of an answer is shown
but its code: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from connectors.lake.store import LakeError, Overtaken
from connectors.sdk.http import on_loopback

if TYPE_CHECKING:
    from obstore.store import ClientConfig

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
PATIENCE, HURRY = 10, 2
"""How often a request is tried again: for a minute, or half a second."""
CODE = re.compile(r"<Code>(\w+)</Code>")
OF_MACHINE = "169.254.169.254"
"""Where a machine in the cloud would say its role."""
ANEW = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) anew"
REGION = ("the bucket is in another region", "set AWS_DEFAULT_REGION to that of the bucket")
SILENT = (
    "the store does not answer",
    "check the network and AWS_ENDPOINT_URL, and run again: what is committed stays",
)
FAULTS: Mapping[str, tuple[str, str]] = {
    "NoSuchBucket": ("there is no such bucket", "make it, or correct OKRA_LAKE"),
    "InvalidAccessKeyId": ("the store does not know the access key", ANEW),
    "SignatureDoesNotMatch": ("the secret does not fit the access key", ANEW),
    "ExpiredToken": ("the session token has expired", ANEW),
    "InvalidToken": ("the store does not know the session token", ANEW),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "set it by a time server"),
    "AuthorizationHeaderMalformed": REGION,
    "PermanentRedirect": REGION,
    "IllegalLocationConstraintException": REGION,
    "NotImplemented": (
        "the store knows no conditional writes",
        "use one that does (S3, MinIO, Ceph, R2), or a folder",
    ),
    "SlowDown": SILENT,
    "ServiceUnavailable": SILENT,
    "InternalError": SILENT,
}


def connect(address: str, *, hurried: bool = False) -> S3Store:
    """The objects below `address`, no request sent yet. Raises `LakeError`."""
    endpoint = urlsplit(next((os.environ[x] for x in ENDPOINTS if os.environ.get(x)), ""))
    nearby = on_loopback(endpoint.geturl())
    if endpoint.scheme == "http" and not nearby and not os.environ.get("AWS_ALLOW_HTTP"):
        raise LakeError(
            f"the lake's endpoint would be spoken to unencrypted at {endpoint.hostname}",
            "give AWS_ENDPOINT_URL as https, or set AWS_ALLOW_HTTP=true in a network that is yours alone",
        )
    options: ClientConfig = {"connect_timeout": "5s", "timeout": "120s"}
    if nearby:
        options["allow_http"] = True
    with told(address):
        return S3Store.from_url(
            address,
            client_options=options,
            retry_config={"max_retries": HURRY if hurried else PATIENCE},
            credential_provider=of_profile(),
        )


def of_profile() -> Any:
    """The credential of the profile that AWS_PROFILE names, if that is to be used. Raises `LakeError`."""
    profile = os.environ.get("AWS_PROFILE")
    if not profile or os.environ.get("AWS_ACCESS_KEY_ID"):
        return None
    try:
        import boto3  # type: ignore[import-untyped]
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ImportError:
        raise LakeError(
            "AWS_PROFILE needs boto3, which is not installed", "pip install boto3"
        ) from None
    try:
        return Boto3CredentialProvider(boto3.Session(profile_name=profile))
    except Exception as error:  # boto3 raises dozens of kinds
        raise LakeError(
            f"the profile that AWS_PROFILE names cannot be used ({type(error).__name__})",
            "see ~/.aws/config, or run `aws sso login`",
        ) from None


def not_there(missing: FileNotFoundError) -> bool:
    """Whether it is the object that is missing, and not its bucket."""
    return "NoSuchBucket" not in code_in(missing)


@contextmanager
def told(address: str) -> Iterator[None]:
    """Turn what obstore raises into a `LakeError`."""
    try:
        yield
    except (LakeError, Overtaken):
        raise
    except (BaseError, OSError) as error:
        raise fault_of(error, address) from None


def fault_of(error: Exception, address: str) -> LakeError:
    """What happened at `address`, and what to do."""
    text, code = str(error), code_in(error)
    if code in FAULTS:
        message, remedy = FAULTS[code]
    elif OF_MACHINE in text:
        message = "no credential was found"
        remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    elif isinstance(error, UnauthenticatedError):
        message, remedy = "the credential is not accepted, or has expired", ANEW
    elif isinstance(error, PermissionDeniedError):
        message = "the credential may not do this"
        remedy = (
            "allow it to list the bucket, and to read, write and remove objects below the prefix"
        )
    elif "redirect" in text:
        message, remedy = REGION
    elif "HTTP error" in text or "non-2xx status code: 5" in text:
        message, remedy = SILENT
    else:
        message = f"the store refuses ({code or type(error).__name__})"
        remedy = "look into the store's own log"
    return LakeError(f"the lake at {address}: {message}", remedy)


def code_in(error: Exception) -> str:
    """The code that the store gave; empty where it gave none."""
    found = CODE.search(str(error))
    return found[1] if found else ""
