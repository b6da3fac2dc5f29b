"""Connecting to S3, and its errors as messages and remedies.

obstore finds the credential and the endpoint in the environment, under the names that S3's own tools use
(AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …), or asks the machine for its role. We handle none of them but the name
of a profile. A store may repeat the key in its answer, so only the code of an answer is shown:
docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from connectors.lake.addresses import on_loopback
from connectors.lake.store import Conflict, LakeError

if TYPE_CHECKING:
    from obstore.store import ClientConfig

ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
MAX_RETRIES, MAX_RETRIES_FAIL_FAST = 10, 2
"""How often a request is retried: for a minute, or for half a second."""
ERROR_CODE = re.compile(r"<Code>(\w+)</Code>")
METADATA_ADDRESS = "169.254.169.254"
"""Of the service that tells a machine in the cloud its role."""
SET_CREDENTIAL = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) anew"
WRONG_REGION = ("the bucket is in another region", "set AWS_DEFAULT_REGION to that of the bucket")
NO_ANSWER = (
    "the store does not answer",
    "check the network and AWS_ENDPOINT_URL, and run again: what is committed stays",
)
FAULTS: Mapping[str, tuple[str, str]] = {
    "NoSuchBucket": ("there is no such bucket", "make it, or correct OKRA_LAKE"),
    "InvalidAccessKeyId": ("the store does not know the access key", SET_CREDENTIAL),
    "SignatureDoesNotMatch": ("the secret does not fit the access key", SET_CREDENTIAL),
    "ExpiredToken": ("the session token has expired", SET_CREDENTIAL),
    "InvalidToken": ("the store does not know the session token", SET_CREDENTIAL),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "set it by a time server"),
    "AuthorizationHeaderMalformed": WRONG_REGION,
    "PermanentRedirect": WRONG_REGION,
    "IllegalLocationConstraintException": WRONG_REGION,
    "NotImplemented": (
        "the store knows no conditional writes",
        "use one that does (S3, MinIO, Ceph, R2), or a folder",
    ),
    "SlowDown": NO_ANSWER,
    "ServiceUnavailable": NO_ANSWER,
    "InternalError": NO_ANSWER,
}


def connect(address: str, *, fail_fast: bool = False) -> S3Store:
    """The objects below `address`. Sends no request yet. Raises `LakeError`."""
    endpoint = urlsplit(next((os.environ[x] for x in ENDPOINT_VARIABLES if os.environ.get(x)), ""))
    is_local = on_loopback(endpoint.geturl())
    if endpoint.scheme == "http" and not is_local and not os.environ.get("AWS_ALLOW_HTTP"):
        raise LakeError(
            f"the lake's endpoint would be spoken to unencrypted at {endpoint.hostname}",
            "give AWS_ENDPOINT_URL as https, or set AWS_ALLOW_HTTP=true in a network that is yours alone",
        )
    options: ClientConfig = {"connect_timeout": "5s", "timeout": "120s"}
    if is_local:
        options["allow_http"] = True
    with lake_errors(address):
        return S3Store.from_url(
            address,
            client_options=options,
            retry_config={"max_retries": MAX_RETRIES_FAIL_FAST if fail_fast else MAX_RETRIES},
            credential_provider=profile_credential(),
        )


def profile_credential() -> Any:
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


def is_missing_object(missing: FileNotFoundError) -> bool:
    """Whether the object is missing, and not its bucket."""
    return "NoSuchBucket" not in code_in(missing)


@contextmanager
def lake_errors(address: str) -> Iterator[None]:
    """Turn what obstore raises into a `LakeError`."""
    try:
        yield
    except (LakeError, Conflict):
        raise
    except (BaseError, OSError) as error:
        raise fault_of(error, address) from None


def fault_of(error: Exception, address: str) -> LakeError:
    """The `LakeError` for an error of the store at `address`."""
    text, code = str(error), code_in(error)
    if code in FAULTS:
        message, remedy = FAULTS[code]
    elif METADATA_ADDRESS in text:
        message = "no credential was found"
        remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    elif isinstance(error, UnauthenticatedError):
        message, remedy = "the credential is not accepted, or has expired", SET_CREDENTIAL
    elif isinstance(error, PermissionDeniedError):
        message = "the credential may not do this"
        remedy = (
            "allow it to list the bucket, and to read, write and remove objects below the prefix"
        )
    elif "redirect" in text:
        message, remedy = WRONG_REGION
    elif "HTTP error" in text or "non-2xx status code: 5" in text:
        message, remedy = NO_ANSWER
    else:
        message = f"the store refuses ({code or type(error).__name__})"
        remedy = "look into the store's own log"
    return LakeError(f"the lake at {address}: {message}", remedy)


def code_in(error: Exception) -> str:
    """The code in the store's answer; empty where there is none."""
    match = ERROR_CODE.search(str(error))
    return match[1] if match else ""
