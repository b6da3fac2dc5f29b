from datetime import UTC, date, datetime

import pytest

from connectors.facebook_pages import SOURCE
from connectors.sandbox.facebook_pages import PAGE_ID, TOKEN, series
from connectors.sandbox.graph_api import APP_SECRET, error
from connectors.sandbox.http_server import Reply
from connectors.sdk.checkup import check_up
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.windows import Range
from tests.connectors.set_aside import set_aside

TODAY = date(2026, 11, 24)
ONE_DAY = Range(date(2026, 10, 1), date(2026, 10, 1))
METRICS = {"page_daily_follows", "page_media_view", "page_views_total", "page_post_engagements"}


def test_a_dead_metric_is_named_and_the_others_still_load(page) -> None:
    server = page.serve(removed_metrics=frozenset({"page_media_view"}))
    half_a_year = Range(date(2026, 4, 1), date(2026, 9, 25))
    report = page.insights(server, half_a_year)
    assert report.error is None
    assert len(report.committed) == 178
    assert {x.flags for x in report.committed} == {("dead_metric:page_media_view",)}
    assert {metric for _, metric in page.values(half_a_year)} == METRICS - {"page_media_view"}
    # two slices: each is refused at most once, four metrics are tried, two answers
    assert len(server.asked) <= 2 + 4 + 2


def test_when_every_metric_is_dead_nothing_is_stored(page) -> None:
    report = page.insights(page.serve(removed_metrics=frozenset(METRICS)), ONE_DAY)
    assert isinstance(report.error, Rejected)
    assert "none of the page metrics" in str(report.error)
    assert report.committed == []


def test_a_metric_without_any_data_is_missing_and_not_dead(page) -> None:
    report = page.insights(page.serve(empty_metrics=frozenset({"page_views_total"})), ONE_DAY)
    assert {x.flags for x in report.committed} == {()}
    assert page.values(ONE_DAY)[ONE_DAY.first, "page_views_total"] is None


@pytest.mark.parametrize("likes", [0, 57, 99])
def test_a_page_with_too_few_likes_has_no_insights_and_says_why(page, likes: int) -> None:
    server = page.serve(likes=likes)
    report = page.insights(server, ONE_DAY)
    assert isinstance(report.error, Rejected)
    assert str(report.error).startswith(
        f"Facebook has insights only of pages with 100 likes or more, and the page has {likes};"
    )
    assert report.committed == []
    snapshot = page.pulled("page_snapshot", page.options(server), Range(TODAY, TODAY))
    assert (snapshot.error, snapshot.rows) == (None, 1)


def test_a_page_with_enough_likes_has_days_without_values_and_no_fault(page) -> None:
    """Such as before the page began: null, which is not zero."""
    server = page.serve(likes=100, empty_metrics=frozenset(METRICS))
    report = page.insights(server, ONE_DAY)
    assert report.error is None
    assert page.values(ONE_DAY) == {(ONE_DAY.first, metric): None for metric in METRICS}


def test_likes_are_asked_for_only_where_there_is_no_value_at_all(page) -> None:
    server = page.serve(empty_metrics=frozenset({"page_views_total"}))
    page.insights(server, ONE_DAY)
    assert [x.path.rpartition("/")[2] for x in server.asked] == ["insights"]


def test_doctor_says_why_there_are_no_insights(page) -> None:
    server = page.serve(likes=57)
    now = datetime(2026, 11, 24, 20, tzinfo=UTC)
    answers = check_up(SOURCE, page.options(server), page.lake, ONE_DAY, now=lambda: now).streams
    told = {x.stream.name: str(x.error or "") for x in answers}
    assert "100 likes or more, and the page has 57" in told["page_insights"]
    assert told["page_snapshot"] == ""


def test_an_app_that_requires_a_proof_of_its_secret_gets_it_or_says_what_to_set(page) -> None:
    server = page.serve(requires_proof=True)
    without = page.insights(server, ONE_DAY)
    assert isinstance(without.error, CredentialError)
    assert without.error.remedy.startswith("set FACEBOOK_APP_SECRET to the app's secret")
    values = page.options(server, FACEBOOK_APP_SECRET=APP_SECRET)
    assert page.pulled("page_insights", values, ONE_DAY).error is None
    assert APP_SECRET not in f"{[(x.query, x.headers) for x in server.asked]}"
    written = b"".join(path.read_bytes() for path in page.lake.root.rglob("*") if path.is_file())
    assert APP_SECRET.encode() not in written


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (1, Unavailable),
        (2, Unavailable),
        (4, Throttled),
        (10, PermissionDenied),
        (17, Throttled),
        (32, Throttled),
        (100, Rejected),
        (190, CredentialError),
        (200, PermissionDenied),
        (299, PermissionDenied),
        (613, Throttled),
        (80000, Throttled),
        (80014, Throttled),
        (12, Rejected),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_the_error_in_the_body_counts_whatever_the_status(
    page, code: int, status: int, fault: type[SourceError]
) -> None:
    refusal = error(status, code, f"Something about {TOKEN}")
    server = page.serve(replies=dict.fromkeys(range(1, 9), refusal))
    report = page.insights(server, ONE_DAY, calls=page.unslept)
    assert type(report.error) is fault
    assert f"error {code}" in str(report.error)
    assert TOKEN not in str(report.error)
    assert report.committed == []
    assert len(server.asked) == (6 if fault.retryable else 1)


def test_a_fault_that_passes_is_asked_again(page) -> None:
    cut_off = Reply(200, {"data": [series("page_views_total")] * 9}, cut_off=True)
    passing = {1: error(500, 2, "Service temporarily unavailable"), 2: cut_off}
    server = page.serve(replies=passing | {3: Reply(502, b"<html>Bad gateway</html>")})
    report = page.insights(server, ONE_DAY, calls=page.unslept)
    assert report.error is None
    assert len(server.asked) == 4
    assert None not in page.values(ONE_DAY).values()


def test_the_minutes_until_access_is_regained_are_waited_for(page) -> None:
    usage = '{"104": [{"type": "pages", "call_count": 101, "estimated_time_to_regain_access": 1}]}'
    headers = {"X-Business-Use-Case-Usage": usage}
    server = page.serve(replies={1: error(400, 80001, "Too many calls", headers=headers)})
    assert page.insights(server, ONE_DAY, calls=page.unslept).error is None
    assert 59.9 < max(page.waits) < 60.2


def test_a_wait_of_an_hour_is_not_sat_out(page) -> None:
    usage = '{"104": [{"type": "pages", "estimated_time_to_regain_access": 60}]}'
    headers = {"X-Business-Use-Case-Usage": usage}
    server = page.serve(replies={1: error(400, 80001, "Too many calls", headers=headers)})
    report = page.insights(server, ONE_DAY, calls=page.unslept)
    assert isinstance(report.error, Throttled)
    assert report.error.retry_after == 3600
    assert page.waits == []


def test_no_part_of_a_token_gets_into_a_message_or_a_file(page) -> None:
    wrong = "EAAGm0PX4ZCpsBAwrong7f3e"
    server = page.serve()
    values = page.options(server, FACEBOOK_ACCESS_TOKEN=wrong)
    report = page.pulled("page_insights", values, ONE_DAY)
    assert isinstance(report.error, CredentialError)
    assert "FACEBOOK_ACCESS_TOKEN" in str(report.error)
    page.insights(server, ONE_DAY)
    page.pulled("page_snapshot", page.options(server), Range(TODAY, TODAY))
    written = b"".join(path.read_bytes() for path in page.lake.root.rglob("*") if path.is_file())
    for said in (written, str(report.error).encode(), repr(report.error.args).encode()):
        for part in (wrong, wrong[:10], TOKEN):
            assert part.encode() not in said


def test_a_token_at_the_place_where_a_sentence_is_cut_off_is_blotted_out_whole(page) -> None:
    told = "x" * (200 - len(TOKEN) // 2) + TOKEN
    report = page.insights(page.serve(replies={1: error(400, 12, told)}), ONE_DAY)
    assert "xxx" in str(report.error)
    assert TOKEN[:4] not in str(report.error)


def test_likes_that_are_not_told_are_drift_and_not_zero(page) -> None:
    answer = Reply(200, {"id": PAGE_ID, "followers_count": 9})
    report = page.pulled(
        "page_snapshot", page.options(page.serve(replies={1: answer})), Range(TODAY, TODAY)
    )
    assert isinstance(report.error, Drift)
    assert "likes" in str(report.error)
    assert report.committed == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"name": "page_views_total", "values": [{"value": 1}]}]},
        {"data": [{"name": "page_views_total"}]},
        {"data": [series("page_views_total", ("yesterday", 1))]},
        {"data": "nothing"},
        {},
        [],
    ],
)
def test_insights_in_another_shape_are_drift(page, body: object) -> None:
    report = page.insights(page.serve(replies={1: Reply(200, body)}), ONE_DAY)
    assert isinstance(report.error, Drift)
    assert report.committed == []


def test_a_value_without_a_day_is_told_and_the_others_are_taken(page) -> None:
    good, bad = ("2026-10-02T07:00:00+0000", 3), ("yesterday", 4)
    answer = {"data": [series("page_views_total", good, bad)]}
    report = page.insights(page.serve(replies={1: Reply(200, answer)}), ONE_DAY)
    assert set_aside(report) == {("no_day", "date"): 1}
    assert report.rows == 4


def test_a_value_of_another_type_is_set_aside(page) -> None:
    answer = {"data": [series("page_views_total", ("2026-10-02T07:00:00+0000", {"like": 3}))]}
    report = page.insights(page.serve(replies={1: Reply(200, answer)}), ONE_DAY)
    assert set_aside(report) == {("wrong_type", "value"): 1}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("FACEBOOK_PAGE_ID", "1/feed?x="),
        ("FACEBOOK_PAGE_ID", ""),
        ("FACEBOOK_API_VERSION", "latest"),
        ("FACEBOOK_API_BASE", "http://graph.facebook.com"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(page, option: str, value: str) -> None:
    server = page.serve()
    report = page.pulled(
        "page_snapshot", page.options(server, **{option: value}), Range(TODAY, TODAY)
    )
    assert isinstance(report.error, Rejected)
    assert option in str(report.error)
    assert server.asked == []
