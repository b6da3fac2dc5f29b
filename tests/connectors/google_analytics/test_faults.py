"""What Google Analytics refuses: each fault is told for what it is."""

from datetime import date

import grpc
import pytest

from connectors.google_analytics.source import SOURCE
from connectors.sandbox.google_analytics import AnalyticsServer
from connectors.sdk.errors import (
    CredentialError,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    Throttled,
    Unavailable,
)
from connectors.sdk.google_api import diagnose
from tests.connectors.clock import unslept
from tests.connectors.google_analytics.calls import TODAY, take


def test_a_property_that_is_not_ours_is_denied_with_its_remedy(serve, lake):
    reports = take(serve(), lake, date(2026, 11, 1), values={"GA4_PROPERTY_ID": "999"})
    for report in reports.values():
        assert isinstance(report.error, PermissionDenied)
        assert "Viewer" in str(report.error)


@pytest.mark.parametrize(
    ("code", "said", "fault"),
    [
        (grpc.StatusCode.UNAUTHENTICATED, "Request had invalid authentication credentials.", CredentialError),
        (grpc.StatusCode.PERMISSION_DENIED, "Google Analytics Data API has not been used", PermissionDenied),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Exhausted property tokens per day.", QuotaExhausted),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Exhausted property tokens for a project per hour.", QuotaExhausted),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Exhausted concurrent requests quota.", Throttled),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "Tokens of a separate project are exhausted.", QuotaExhausted),
        (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.", Unavailable),
        (grpc.StatusCode.INTERNAL, "An internal error has occurred.", Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", Unavailable),
        (grpc.StatusCode.ABORTED, "aborted", Unavailable),
        (grpc.StatusCode.INVALID_ARGUMENT, "Field sessionz is not a valid metric.", Rejected),
        (grpc.StatusCode.NOT_FOUND, "not found", Rejected),
        (
            grpc.StatusCode.UNAVAILABLE,
            "Getting metadata from plugin failed with error: ('invalid_grant: Invalid JWT Signature.',)",
            CredentialError,
        ),
    ],
)  # fmt: skip
def test_each_status_is_told_for_what_it_is(serve, lake, code, said, fault):
    slept: list[float] = []
    report = take(
        serve(statuses=[(code, said)] * 20),
        lake,
        date(2026, 11, 1),
        calls=unslept(SOURCE, slept),
        only=["visitors_by_day"],
    )["visitors_by_day"]
    assert type(report.error) is fault
    assert bool(slept) == fault.retryable
    if fault is not CredentialError:
        assert said[:20] in str(report.error)
    assert lake.manifests("google_analytics", "visitors_by_day") == {}


def test_a_server_that_fails_twice_is_asked_again(serve, lake):
    slept: list[float] = []
    server = serve(statuses=[(grpc.StatusCode.UNAVAILABLE, "try again")] * 2)
    report = take(
        server, lake, date(2026, 11, 20), calls=unslept(SOURCE, slept), only=["visitors_by_day"]
    )["visitors_by_day"]
    assert report.error is None
    assert len(report.committed) == 4
    assert len(slept) == 2


def test_a_quota_that_runs_out_keeps_what_was_pulled_and_asks_no_more(serve, lake):
    server = serve(rows_per_answer=50)
    server.faults.tokens_left = 0
    reports = take(server, lake, date(2026, 11, 1))
    assert len(server.reports) == 1  # the answer to the first question said that nothing is left
    for report in reports.values():
        assert isinstance(report.error, QuotaExhausted)
        assert "tokens per day" in str(report.error)


def test_a_server_that_is_not_there_is_unavailable(lake):
    server = AnalyticsServer(TODAY)
    server.close()
    slept: list[float] = []
    reports = take(server, lake, date(2026, 11, 20), calls=unslept(SOURCE, slept))
    assert all(isinstance(report.error, Unavailable) for report in reports.values())
    assert len([wait for wait in slept if wait > 0.3]) == 5  # beside the pace of the bucket


def test_an_exception_that_is_not_googles_is_no_fault():
    assert diagnose(ValueError("a bug")) is None
