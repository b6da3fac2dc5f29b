"""What Google Ads refuses, and a quota that runs out: each is told for what it is."""

from datetime import date, timedelta

import pytest
from google.ads.googleads.v26.errors.types.errors import GoogleAdsError
from grpc import StatusCode as Status

from connectors.google_ads.faults import diagnose
from connectors.sandbox.google_ads import GoogleAdsServer
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.windows import Range
from tests.connectors.google_ads.calls import OCTOBER, TODAY, take


def told(kind: str, code: str, said: str, seconds: int = 0) -> GoogleAdsError:
    details = {"quota_error_details": {"retry_delay": timedelta(seconds=seconds)}}
    return GoogleAdsError(
        error_code={kind: code}, message=said, details=details if seconds else None
    )


@pytest.mark.parametrize(
    ("status", "kind", "code", "fault"),
    [
        (Status.UNAUTHENTICATED, "authentication_error", "OAUTH_TOKEN_EXPIRED", CredentialError),
        (Status.PERMISSION_DENIED, "authorization_error", "ACTION_NOT_PERMITTED", PermissionDenied),
        (Status.PERMISSION_DENIED, "authorization_error", "CUSTOMER_NOT_ENABLED", PermissionDenied),
        (Status.RESOURCE_EXHAUSTED, "quota_error", "RESOURCE_EXHAUSTED", QuotaExhausted),
        (Status.RESOURCE_EXHAUSTED, "quota_error", "RESOURCE_TEMPORARILY_EXHAUSTED", Throttled),
        (Status.INVALID_ARGUMENT, "query_error", "REQUESTED_METRICS_FOR_MANAGER", Rejected),
    ],
)  # fmt: skip
def test_what_google_ads_says_is_wrong_is_told_for_what_it_is(
    serve, lake, status: Status, kind: str, code: str, fault: type[SourceError]
):
    slept: list[float] = []
    failed = (status, "Something is wrong.", told(kind, code, "In particular this."))
    report = take(serve(failures=[failed] * 20), lake, OCTOBER, slept=slept)
    assert type(report.error) is fault
    assert code in str(report.error)
    assert any(wait > 0.3 for wait in slept) == fault.retryable
    assert lake.manifests("google_ads", "campaign_days") == {}


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (Status.UNAUTHENTICATED, CredentialError),
        (Status.PERMISSION_DENIED, PermissionDenied),
        (Status.RESOURCE_EXHAUSTED, QuotaExhausted),
        (Status.INTERNAL, Unavailable),
        (Status.UNAVAILABLE, Unavailable),
        (Status.DEADLINE_EXCEEDED, Unavailable),
        (Status.INVALID_ARGUMENT, Rejected),
    ],
)
@pytest.mark.parametrize("said", [None, "TRANSIENT_ERROR"])
def test_where_google_ads_says_nothing_in_particular_the_status_counts(
    serve, lake, status: Status, said: str | None, fault: type[SourceError]
):
    detail = told("internal_error", said, "It went wrong.") if said else None
    report = take(serve(failures=[(status, "It went wrong.", detail)] * 20), lake, OCTOBER)
    assert type(report.error) is fault
    assert lake.manifests("google_ads", "campaign_days") == {}


def test_the_seconds_that_a_quota_asks_for_are_known_and_short_ones_are_waited(serve, lake):
    spent = told("quota_error", "RESOURCE_EXHAUSTED", "Too many requests.", 5400)
    report = take(serve(failures=[(Status.RESOURCE_EXHAUSTED, "no", spent)]), lake, OCTOBER)
    assert report.error.retry_after == 5400
    fast = told("quota_error", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too fast.", 30)
    slept: list[float] = []
    server = serve(failures=[(Status.RESOURCE_EXHAUSTED, "no", fast)])
    assert take(server, lake, OCTOBER, slept=slept).error is None
    assert 29.9 < next(wait for wait in slept if wait > 1) < 30.3


def test_a_quota_that_runs_out_keeps_what_was_pulled(serve, lake):
    spent = told("quota_error", "RESOURCE_EXHAUSTED", "Too many requests.")
    server = serve(failures=[None, None, None, (Status.RESOURCE_EXHAUSTED, "no", spent)])
    report = take(server, lake, Range(date(2026, 4, 1), date(2026, 9, 30)))
    assert isinstance(report.error, QuotaExhausted)
    assert len(report.committed) in {91, 92}  # one of two slices of a quarter or so


def test_a_developer_token_that_is_refused_is_not_repeated(serve, lake):
    """As the message of Google's refusal can repeat it."""
    error = told("authentication_error", "DEVELOPER_TOKEN_INVALID", "wrong5f2c91 is not valid.")
    server = serve(failures=[(Status.UNAUTHENTICATED, "wrong5f2c91", error)] * 9)
    report = take(server, lake, OCTOBER, GOOGLE_ADS_DEVELOPER_TOKEN="wrong5f2c91")
    assert isinstance(report.error, CredentialError)
    assert "unset GOOGLE_ADS_DEVELOPER_TOKEN" in str(report.error)
    assert "wrong5f2c91" not in str(report.error)


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("authorization_error", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", "apply for Explorer access"),
        ("authorization_error", "CUSTOMER_NOT_ENABLED", "the account is cancelled, or not yet set up"),
        ("authorization_error", "ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT", "suspended"),
        ("authorization_error", "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION", "does not manage"),
        ("authorization_error", "METRIC_ACCESS_DENIED", "Admin > Access and security"),
        ("authentication_error", "CUSTOMER_NOT_FOUND", "correct GOOGLE_ADS_CUSTOMER_ID"),
        ("authentication_error", "OAUTH_TOKEN_REVOKED", "GOOGLE_APPLICATION_CREDENTIALS"),
    ],
)  # fmt: skip
def test_a_refusal_has_the_remedy_of_its_reason(serve, lake, kind: str, code: str, said: str):
    status = {"authentication_error": Status.UNAUTHENTICATED}.get(kind, Status.PERMISSION_DENIED)
    report = take(serve(failures=[(status, "no", told(kind, code, "No."))] * 9), lake, OCTOBER)
    assert code in str(report.error)
    assert said in str(report.error)


def test_a_manager_account_is_told_apart_from_one_that_advertises(serve, lake):
    """It has no campaigns, so that each day of it would have been a zero."""
    report = take(serve(is_manager=True), lake, OCTOBER)
    assert isinstance(report.error, Rejected)
    assert "set it to the number of the advertising account" in str(report.error)
    assert lake.manifests("google_ads", "campaign_days") == {}


def test_another_account_is_denied_with_its_remedy(serve, lake):
    report = take(serve(), lake, OCTOBER, GOOGLE_ADS_CUSTOMER_ID="9999999999")
    assert isinstance(report.error, PermissionDenied)
    assert "GOOGLE_ADS_LOGIN_CUSTOMER_ID" in str(report.error)


def test_a_query_that_google_does_not_understand_is_rejected_with_its_words(
    serve, monkeypatch, lake
):
    monkeypatch.setattr(
        "connectors.google_ads.source.CAMPAIGNS_QUERY", "SELECT metrics.fortune FROM campaign"
    )
    report = take(serve(), lake, OCTOBER)
    assert isinstance(report.error, Rejected)
    assert "UNRECOGNIZED_FIELD" in str(report.error)
    assert "metrics.fortune" in str(report.error)


def test_a_server_that_is_not_there_is_unavailable(lake):
    server = GoogleAdsServer(TODAY)
    server.close()
    assert isinstance(take(server, lake, OCTOBER).error, Unavailable)


def test_an_exception_that_is_not_googles_is_no_fault():
    assert diagnose(ValueError("a bug")) is None
