"""Signing in to Google's APIs, which is the same for all sources of Google.

The first of these credentials that exists is used:

    GOOGLE_APPLICATION_CREDENTIALS   a JSON file: the key of a service account, a person's own sign-in
                                     (authorized_user), or workload identity federation (external_account), which
                                     exchanges a token of another cloud and needs no key
    gcloud auth application-default login    the file that this command writes
    the machine's own                        the service account of a machine in Google's cloud

With GOOGLE_IMPERSONATE_SERVICE_ACCOUNT they are used only to act as that service account. A person's requests count
against the quota of a project, which their file or GOOGLE_CLOUD_QUOTA_PROJECT names.

Docs: cloud.google.com/docs/authentication/application-default-credentials, cloud.google.com/iam/docs/
workload-identity-federation, …/service-account-impersonation, cloud.google.com/docs/quotas/set-quota-project.
"""

import json
import re
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests

from connectors.sdk.contract import Option
from connectors.sdk.errors import CredentialError, Rejected
from connectors.sdk.trust import authorities

KEY_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
IMPERSONATE = "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"
QUOTA_PROJECT = "GOOGLE_CLOUD_QUOTA_PROJECT"
OPTIONS = (
    Option(
        KEY_FILE,
        "Path of the JSON file of a Google credential; without it, the machine's own is used",
        default="",
    ),
    Option(IMPERSONATE, "Address of the service account to act as, if any", default=""),
    Option(QUOTA_PROJECT, "Project whose quota a person's requests count against", default=""),
)
"""The settings of each source of Google."""
ASKED_OPTIONS = (replace(OPTIONS[0], is_asked=True), *OPTIONS[1:])
"""The same, for a source that cannot do without a credential."""

KINDS = (
    "service_account",
    "authorized_user",
    "external_account",
    "external_account_authorized_user",
    "impersonated_service_account",
)
"""The types of credential files, by their own `type`."""
EVERYTHING = "https://www.googleapis.com/auth/cloud-platform"
"""The scope that gcloud itself needs, in addition to that of the source."""
_ADDRESS = re.compile(r"[\w.-]+@[\w-]+(\.[\w-]+)*\.gserviceaccount\.com")
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What Google's readers raise for a file that holds something else."""


def sign_in(values: Mapping[str, str], scope: str) -> Any:
    """Credentials for `scope` and no more, from a source's options. Nobody is asked for a token yet.

    A person's sign-in has the scopes that they agreed to. Raises `CredentialError`, which shows nothing of what is in a
    file, and `Rejected` for an address that no service account has.
    """
    from google.auth import impersonated_credentials
    from google.auth.credentials import with_scopes_if_required

    file_name, account, project = (
        values.get(name, "").strip() for name in (KEY_FILE, IMPERSONATE, QUOTA_PROJECT)
    )
    if account and not _ADDRESS.fullmatch(account):
        raise Rejected(
            f"{IMPERSONATE} is not the address of a service account",
            "write it like okra@my-project.iam.gserviceaccount.com",
        )
    with warnings.catch_warnings():
        # Google's library warns of files that somebody else may have written, and of a person without a quota project
        warnings.simplefilter("ignore")
        own = in_file(file_name, project) if file_name else of_machine(scope, project)
    if not account:
        limited_to: Callable[..., Any] = with_scopes_if_required
        return limited_to(own, [scope])
    act_as: Callable[..., Any] = impersonated_credentials.Credentials
    return act_as(own, account, [scope], delegates=[], quota_project_id=project or None)


def in_file(file_name: str, project: str) -> Any:
    """The credentials in a JSON file of any of `KINDS`. Raises `CredentialError`."""
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    try:
        path = Path(file_name).expanduser()
    except RuntimeError:  # ~name, and there is no user of that name
        path = Path(file_name)
    if not path.is_file():
        raise CredentialError(f"{KEY_FILE} names {path}, which is not a file", "correct the path")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        kind = info.get("type")
    except _UNREADABLE:
        kind = None
    if kind not in KINDS:
        raise CredentialError(
            f"{path} is not the JSON file of a Google credential",
            "make a key in Google Cloud > IAM > Service accounts > Keys, or another file that "
            "docs/sources.md names",
        )
    load: Callable[..., Any] = google.auth.load_credentials_from_dict
    try:
        credentials, _ = load(info, quota_project_id=project or None)
    except (*_UNREADABLE, GoogleAuthError):
        raise CredentialError(
            f"{path} is of the type {kind}, and lacks a part or has a wrong one",
            "make the file again, and leave it as it is",
        ) from None
    return credentials


def of_machine(scope: str, project: str) -> Any:
    """The credentials of gcloud's own file, or of a machine in Google's cloud. Raises `CredentialError`."""
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    load: Callable[..., Any] = google.auth.default
    try:
        credentials, _ = load(quota_project_id=project or None)
    except (*_UNREADABLE, GoogleAuthError):
        raise CredentialError(
            f"{KEY_FILE} is not set, and this machine has no credentials of its own for Google",
            "set it to the path of a service account's JSON key file, or run: gcloud auth "
            f"application-default login --scopes={scope},{EVERYTHING}",
        ) from None
    return credentials


class GoogleAuth(requests.auth.AuthBase):
    """Signs requests with credentials, and asks for a new token whenever the old one has expired."""

    def __init__(self, credentials: Any) -> None:
        from google.auth.transport.requests import Request

        self._credentials, self._lock = credentials, threading.Lock()
        self._ask: Callable[..., Any] = Request()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        with self._lock:
            self._credentials.before_request(
                self._ask, request.method, request.url, request.headers
            )
        return request


def insecure_channel(target: str) -> Any:
    """An unencrypted gRPC channel to `target` (host:port), on this machine."""
    import grpc

    options = [("grpc.enable_http_proxy", 0), ("grpc.max_receive_message_length", -1)]
    return grpc.insecure_channel(target, options)


def grpc_authorities() -> Any:
    """The authorities that a gRPC channel has to trust; None for those that gRPC comes with."""
    import grpc

    file = authorities()
    return grpc.ssl_channel_credentials(Path(file).read_bytes()) if file else None
