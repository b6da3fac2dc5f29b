"""Signing in to Google with every kind of credential, against a server that answers as Google's sign-in does."""

import base64
import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError

from connectors.sandbox.http_server import JsonServer, Reply, Request
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    Rejected,
    SourceError,
    Unavailable,
)
from connectors.sdk.google_api import diagnose
from connectors.sdk.google_sign_in import (
    IMPERSONATE,
    KEY_FILE,
    QUOTA_PROJECT,
    GoogleAuth,
    sign_in,
)
from tests.connectors.google_key import ADDRESS as ACCOUNT
from tests.connectors.google_key import without_own_credentials
from tests.connectors.google_sign_in import IMPERSONATION, PERSON, SignIn, credentials_of

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
PLATFORM = "https://www.googleapis.com/auth/cloud-platform"


@pytest.fixture(autouse=True)
def no_credential_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_own_credentials(monkeypatch, tmp_path)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[SignIn]:
    with SignIn() as server:
        server.stand_in(monkeypatch)
        yield server


@pytest.fixture
def files(tmp_path: Path, google: SignIn) -> dict[str, dict[str, object]]:
    """A credential of each kind."""
    return credentials_of(google, tmp_path)


def written(tmp_path: Path, content: object) -> str:
    path = tmp_path / "credential.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def signed(values: dict[str, str]) -> dict[str, str]:
    """The headers of a request that is signed with the credentials of `values`."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        credentials = sign_in(values, SCOPE)
    request = requests.Request(
        "GET", "https://sheets.googleapis.com/v4", auth=GoogleAuth(credentials)
    )
    return {name.lower(): text for name, text in request.prepare().headers.items()}


def refused(values: dict[str, str]) -> SourceError:
    """Why nobody can sign in with `values`."""
    try:
        signed(values)
    except SourceError as fault:
        return fault
    except Exception as error:
        fault = diagnose(error)
        assert fault
        return fault
    raise AssertionError("signed in")


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        ("service_account", "ya29.key"),
        ("authorized_user", "ya29.person"),
        ("external_account", "ya29.federated"),
        ("impersonated_service_account", "ya29.impersonated"),
    ],
)
def test_a_file_of_each_kind_signs_in(files, tmp_path, kind: str, token: str) -> None:
    assert signed({KEY_FILE: written(tmp_path, files[kind])})["authorization"] == f"Bearer {token}"


def test_a_key_is_signed_in_for_one_scope_and_no_other(files, tmp_path, google: SignIn) -> None:
    signed({KEY_FILE: written(tmp_path, files["service_account"])})
    [form] = google.forms("/token")
    claims = form["assertion"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (claims["iss"], claims["scope"]) == (ACCOUNT, SCOPE)


def test_federation_exchanges_the_token_of_the_other_cloud_for_the_scope(
    files, tmp_path, google: SignIn
) -> None:
    signed({KEY_FILE: written(tmp_path, files["external_account"])})
    [form] = google.forms("/v1/token")  # and no request about the project
    assert (form["subject_token"], form["scope"]) == ("token of another cloud", SCOPE)
    assert len(google.asked) == 1


@pytest.mark.parametrize("kind", ["service_account", "authorized_user", "external_account"])
def test_each_of_them_can_act_as_a_service_account(
    files, tmp_path, google: SignIn, kind: str
) -> None:
    values = {KEY_FILE: written(tmp_path, files[kind]), IMPERSONATE: ACCOUNT}
    assert signed(values)["authorization"] == "Bearer ya29.impersonated"
    asked = json.loads(google.asked[-1].body)
    assert asked["scope"] == [SCOPE]
    assert google.asked[-1].headers["authorization"].startswith("Bearer ya29.")


def test_what_gcloud_has_left_on_this_machine_is_used_where_no_file_is_named(
    google: SignIn, tmp_path: Path
) -> None:
    (tmp_path / "gcloud").mkdir()
    file = tmp_path / "gcloud" / "application_default_credentials.json"
    file.write_text(json.dumps(PERSON))
    assert signed({})["authorization"] == "Bearer ya29.person"


def test_the_account_of_a_machine_in_google_s_cloud_is_used_where_nothing_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def metadata(request: Request) -> Reply:
        assert request.headers["metadata-flavor"] == "Google"
        flavor = {"Metadata-Flavor": "Google"}
        match request.path.removeprefix("/computeMetadata/v1/"):
            case "instance/service-accounts/default/":
                return Reply(200, {"email": ACCOUNT, "scopes": [PLATFORM]}, flavor)
            case "instance/service-accounts/default/token":
                assert request.params["scopes"] == SCOPE
                token = {"access_token": "ya29.machine", "expires_in": 3599, "token_type": "Bearer"}
                return Reply(200, token, flavor)
        return Reply(200, b"sample-company", flavor)

    with JsonServer(metadata) as server:
        host = server.address.removeprefix("http://")
        monkeypatch.setenv("GCE_METADATA_IP", host)
        monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host)
        monkeypatch.setattr("google.auth.compute_engine._metadata._NO_GCE_CHECK", False)
        assert signed({})["authorization"] == "Bearer ya29.machine"


@pytest.mark.parametrize("kind", ["service_account", "authorized_user", "external_account"])
@pytest.mark.parametrize("account", ["", ACCOUNT])
def test_the_project_whose_quota_counts_goes_along(
    files, tmp_path, kind: str, account: str
) -> None:
    values = {KEY_FILE: written(tmp_path, files[kind]), IMPERSONATE: account}
    assert "x-goog-user-project" not in signed(values)
    assert signed(values | {QUOTA_PROJECT: "sample-project"})["x-goog-user-project"] == (
        "sample-project"
    )


def test_the_project_in_a_person_s_file_counts_too(google: SignIn, tmp_path: Path) -> None:
    values = {KEY_FILE: written(tmp_path, PERSON | {"quota_project_id": "of-the-file"})}
    assert signed(values)["x-goog-user-project"] == "of-the-file"
    other = signed(values | {QUOTA_PROJECT: "of-the-setting"})
    assert other["x-goog-user-project"] == "of-the-setting"


def test_a_token_is_asked_for_once_while_it_is_good(files, tmp_path, google: SignIn) -> None:
    auth = GoogleAuth(sign_in({KEY_FILE: written(tmp_path, files["service_account"])}, SCOPE))
    for _ in range(3):
        requests.Request("GET", "https://sheets.googleapis.com/v4", auth=auth).prepare()
    assert len(google.asked) == 1


def test_without_any_credential_both_ways_to_one_are_named() -> None:
    fault = refused({})
    assert isinstance(fault, CredentialError)
    assert str(fault) == (
        "GOOGLE_APPLICATION_CREDENTIALS is not set, and this machine has no credentials of its own "
        "for Google; set it to the path of a service account's JSON key file, or run: gcloud auth "
        f"application-default login --scopes={SCOPE},{PLATFORM}"
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '"sesame"',
        '{"type": ["sesame"]}',
        '{"installed": {"client_secret": "sesame"}}',
    ],
)
def test_a_file_that_is_no_credential_is_refused_without_showing_it(tmp_path, content: str) -> None:
    fault = refused({KEY_FILE: written(tmp_path, content)})
    assert isinstance(fault, CredentialError)
    assert "credential.json is not the JSON file of a Google credential" in str(fault)
    assert "sesame" not in str(fault)


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("service_account", "private_key"),
        ("service_account", "client_email"),
        ("authorized_user", "refresh_token"),
        ("external_account", "credential_source"),
        ("impersonated_service_account", "source_credentials"),
    ],
)
def test_a_file_that_lacks_a_part_is_refused_with_its_kind(
    files, tmp_path, kind: str, lost: str
) -> None:
    content = {name: value for name, value in files[kind].items() if name != lost}
    fault = refused({KEY_FILE: written(tmp_path, content)})
    assert isinstance(fault, CredentialError)
    assert f"credential.json is of the type {kind}, and lacks a part" in str(fault)
    assert "sesame" not in str(fault)


def test_a_private_key_that_is_none_is_refused_without_showing_it(files, tmp_path) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nsesame\n-----END PRIVATE KEY-----\n"
    content = files["service_account"] | {"private_key": pem}
    fault = refused({KEY_FILE: written(tmp_path, content)})
    assert isinstance(fault, CredentialError)
    assert "sesame" not in str(fault)


@pytest.mark.parametrize("path", ["/nowhere/gone.json", "~nobody-of-that-name/gone.json", "/etc/"])
def test_a_file_that_is_not_there_is_named(path: str) -> None:
    fault = refused({KEY_FILE: path})
    assert isinstance(fault, CredentialError)
    assert f"names {path.rstrip('/')}, which is not a file" in str(fault)


@pytest.mark.parametrize("account", ["okra", "me@example.com", "a b@x.iam.gserviceaccount.com"])
def test_only_a_service_account_can_be_acted_as(files, tmp_path, account: str) -> None:
    values = {KEY_FILE: written(tmp_path, files["service_account"]), IMPERSONATE: account}
    fault = refused(values)
    assert isinstance(fault, Rejected)
    assert IMPERSONATE in str(fault)


OAUTH = {"error": "invalid_grant", "error_description": "sesame"}


@pytest.mark.parametrize(
    ("kind", "path", "reply", "fault", "said"),
    [
        ("service_account", "/token", (400, OAUTH), CredentialError, "new JSON key"),
        ("authorized_user", "/token", (400, OAUTH), CredentialError, "or sign in again"),
        ("authorized_user", "/token", (400, OAUTH | {"error_subtype": "invalid_rapt"}),
         CredentialError, "sign in again, or use a service account"),
        ("service_account", "/token",
         (400, OAUTH | {"error_description": "Invalid JWT: Check your iat and exp values"}),
         CredentialError, "clock"),
        ("authorized_user", "/token", (400, {"error": "invalid_scope"}), CredentialError, "scope"),
        ("external_account", "/v1/token", (400, {"error": "invalid_request", "error_description": "sesame"}),
         CredentialError, "does not accept"),
    ],
)  # fmt: skip
def test_a_sign_in_that_is_refused_says_what_to_do_and_shows_no_word_of_google_s(
    files, tmp_path, google: SignIn, kind, path, reply, fault, said
) -> None:
    google.refusals[path] = Reply(*reply)
    error = refused({KEY_FILE: written(tmp_path, files[kind])})
    assert type(error) is fault
    assert said in str(error)
    assert "sesame" not in str(error)


def test_who_may_not_act_as_the_account_is_told_the_role_that_is_missing(
    files, tmp_path, google: SignIn
) -> None:
    body = {"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getAccessToken'"}}
    google.refusals[IMPERSONATION] = Reply(403, body)
    values = {KEY_FILE: written(tmp_path, files["authorized_user"]), IMPERSONATE: ACCOUNT}
    fault = refused(values)
    assert isinstance(fault, PermissionDenied)
    assert "Service Account Token Creator" in str(fault)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_impersonation_that_fails_for_now_is_no_missing_role(
    files, tmp_path, google: SignIn, status: int
) -> None:
    body = {"error": {"code": status, "message": "sesame", "status": "UNAVAILABLE"}}
    google.refusals[IMPERSONATION] = Reply(status, body)
    values = {KEY_FILE: written(tmp_path, files["service_account"]), IMPERSONATE: ACCOUNT}
    fault = refused(values)
    assert isinstance(fault, Unavailable)
    assert "sesame" not in str(fault)


def test_a_token_of_the_other_cloud_that_is_not_there_is_told(files, tmp_path) -> None:
    (tmp_path / "subject-token").unlink()
    fault = refused({KEY_FILE: written(tmp_path, files["external_account"])})
    assert isinstance(fault, CredentialError)
    assert "credential_source" in str(fault)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TransportError(), "cannot be reached"),
        (RefreshError(TransportError("Failed to retrieve http://metadata")), "cannot be reached"),
        (TransportError(requests.ConnectTimeout()), "was not answered in time"),
        (RefreshError(TransportError(requests.exceptions.SSLError())), "OKRA_CA_FILE"),
        (RefreshError("internal_failure: try again"), "failed to answer"),
    ],
)
def test_a_sign_in_that_cannot_be_reached_is_tried_again(error: Exception, said: str) -> None:
    fault = diagnose(error)
    assert isinstance(fault, Unavailable)
    assert said in str(fault)
