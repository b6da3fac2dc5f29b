from dataclasses import replace
from datetime import date

import pytest

from connectors.meta_ads.source import SOURCE
from connectors.sandbox.graph_api import error
from connectors.sandbox.http_server import Reply
from connectors.sandbox.meta_ads import TOKEN
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    NotPullable,
    PermissionDenied,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.windows import Range
from tests.connectors.set_aside import set_aside

ONE_DAY = Range(date(2026, 10, 1), date(2026, 10, 1))
CODES = [
    (1, Unavailable),
    (4, Throttled),
    (10, PermissionDenied),
    (17, Throttled),
    (32, Throttled),
    (100, Rejected),
    (190, CredentialError),
    (200, PermissionDenied),
    (613, Throttled),
    (80000, Throttled),
    (80004, Throttled),
    (80014, Throttled),
]


def failed(code: int, status: str = "Job Failed", message: str = "Something") -> dict[str, object]:
    """The last state of a report that did not come about."""
    told = {"error_code": code, "error_message": message} if code else {}
    return {"async_status": status, "async_percent_completion": 60} | told


@pytest.mark.parametrize(("code", "fault"), CODES)
@pytest.mark.parametrize("number", [1, 2, 3, 5], ids=["account", "begin", "status", "rows"])
def test_the_error_in_the_body_counts_whatever_is_asked_for(
    account, code: int, fault: type[SourceError], number: int
) -> None:
    refusal = error(200 if number == 3 else 400, code, f"Something about {TOKEN}")
    server = account.serve(replies=dict.fromkeys(range(number, number + 9), refusal))
    report = account.pulled(server, ONE_DAY)
    assert type(report.error) is fault
    assert f"error {code}" in str(report.error)
    assert TOKEN not in str(report.error)
    assert report.committed == []
    assert len(server.asked) == number - 1 + (6 if fault.retryable else 1)


def test_faults_that_pass_are_asked_again(account) -> None:
    passing = {
        1: error(500, 2, "Service temporarily unavailable"),
        3: Reply(502, b"<html>Bad gateway</html>"),
        6: Reply(200, {"async_status": "Job Completed"}, cut_off=True),
    }
    server = account.serve(replies=passing)
    report = account.pulled(server, ONE_DAY)
    assert report.error is None
    assert report.rows == 3
    assert len(server.asked) == 6 + 3


def test_the_minutes_until_access_is_regained_are_waited_for(account) -> None:
    usage = '{"118": [{"type": "ads_insights", "estimated_time_to_regain_access": 1}]}'
    headers = {"X-Business-Use-Case-Usage": usage}
    refusal = error(400, 80000, "Too many calls from this ad-account", headers=headers)
    assert account.pulled(account.serve(replies={2: refusal}), ONE_DAY).error is None
    assert 59.9 < next(wait for wait in account.waits if wait > 1) < 60.2


def test_a_report_is_waited_for_with_growing_pauses_and_no_longer_than_half_an_hour(
    account,
) -> None:
    doubling = [0.5, 1, 2, 4, 8, 16]
    report = account.pulled(account.serve(polls_before_ready=9), ONE_DAY)
    assert report.error is None
    # the bucket's own waits, for a clock that stands still here, are no round numbers
    assert [wait for wait in account.waits if wait in {*doubling, 30}] == [*doubling, 30, 30, 30]
    account.waits.clear()
    september_1 = Range(date(2026, 9, 1), date(2026, 9, 1))
    endless = account.pulled(account.serve(polls_before_ready=10_000), september_1)
    assert isinstance(endless.error, Unavailable)
    assert [w for w in account.waits if w in {*doubling, 30}] == [*doubling, *[30] * 59]
    assert endless.committed == []


@pytest.mark.parametrize("status", ["Job Failed", "Job Skipped"])
def test_a_report_that_failed_in_passing_is_begun_anew(account, status: str) -> None:
    server = account.serve(outcomes={1: failed(2, status), 2: failed(0, status)})
    report = account.pulled(server, ONE_DAY)
    assert report.error is None
    assert report.rows == 3
    assert len([x for x in server.asked if x.method == "POST"]) == 3


@pytest.mark.parametrize(
    ("code", "fault", "begun"),
    [
        (0, Unavailable, 3),
        (2, Unavailable, 3),
        (1504022, Unavailable, 3),
        (190, CredentialError, 1),
        (200, PermissionDenied, 1),
    ],
)
def test_a_report_that_fails_for_good_is_no_empty_one(
    account, code: int, fault: type[SourceError], begun: int
) -> None:
    outcome = failed(code, message=f"Something about {TOKEN}")
    server = account.serve(outcomes=dict.fromkeys(range(1, 9), outcome))
    report = account.pulled(server, ONE_DAY)
    assert type(report.error) is fault
    assert "Job Failed" in str(report.error)
    assert TOKEN not in str(report.error)
    assert report.committed == []
    assert len([x for x in server.asked if x.method == "POST"]) == begun


def test_days_older_than_37_months_are_not_asked_for_and_stop_no_others(account) -> None:
    """1,123 days before 24 November 2026 is 28 October 2023."""
    server = account.serve()
    report = account.pulled(server, Range(date(2023, 9, 30), date(2023, 10, 29)))
    assert report.error is None
    assert [x.window for x in report.committed] == [date(2023, 10, 28), date(2023, 10, 29)]
    assert report.skipped == {"older than the source keeps": 28}


def test_meta_s_own_word_that_days_are_too_old_is_understood(account, monkeypatch) -> None:
    old = replace(SOURCE, streams=(replace(SOURCE.streams[0], reaches_back=None),))
    monkeypatch.setattr(account, "source", old)
    report = account.pulled(account.serve(), Range(date(2023, 9, 30), date(2023, 10, 1)))
    assert isinstance(report.error, NotPullable)
    assert "OKRA_START_DATE" in str(report.error)


def test_no_part_of_a_token_gets_into_a_message_or_a_file(account) -> None:
    wrong = "EAAGm0PX4ZCpsBAwrong7f3e"
    report = account.pulled(account.serve(), ONE_DAY, META_ADS_ACCESS_TOKEN=wrong)
    assert isinstance(report.error, CredentialError)
    assert "META_ADS_ACCESS_TOKEN" in str(report.error)
    account.pulled(account.serve(), ONE_DAY)
    paths = [path for path in account.lake.root.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in paths)
    assert len(paths) > 1
    for said in (written, str(report.error).encode(), repr(report.error.args).encode()):
        for part in (wrong, wrong[:10], TOKEN):
            assert part.encode() not in said


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"spend": "12,34"}, "spend"),
        ({"spend": 12.5}, "spend"),
        ({"spend": "0.0000001"}, "spend"),
        ({"impressions": "1.5"}, "impressions"),
        ({"campaign_id": None}, "campaign_id"),
        ({"date_start": "2026-02-30"}, "date"),
        ({"account_currency": None}, "currency"),
        ({"action_values": {"purchase": "5"}}, "purchase_value"),
        ({"action_values": [{"action_type": "purchase", "7d_click": "much"}]}, "purchase_value"),
        # neither is a value of 0
        ({"action_values": [{"action_type": "purchase", "7d_click": None}]}, "purchase_value"),
        ({"action_values": [{"type": "purchase", "7d_click": "5"}]}, "purchase_value"),
        ({"action_values": ["purchase"]}, "purchase_value"),
    ],
)
def test_a_row_that_does_not_fit_is_set_aside_and_its_column_is_named(
    account, row, changes: dict[str, object], column: str
) -> None:
    rows = [row(**changes), row(campaign_id="2")]
    report = account.pulled(account.serve(replies={5: Reply(200, {"data": rows})}), ONE_DAY)
    assert {name: count for (_, name), count in set_aside(report).items()} == {column: 1}
    assert report.rows == 1


@pytest.mark.parametrize(
    ("number", "body"),
    [
        (2, {"id": "1"}),
        (2, []),
        (3, {"async_status": "Job Imagined"}),
        (3, {}),
        (5, {}),
        (5, {"data": "nothing"}),
        (5, {"data": [1]}),
        (5, {"data": [], "paging": {"next": "https://graph.facebook.com/"}}),
    ],
)
def test_answers_in_another_shape_are_drift(account, number: int, body: object) -> None:
    report = account.pulled(account.serve(replies={number: Reply(200, body)}), ONE_DAY)
    assert isinstance(report.error, Drift)
    assert report.committed == []


def test_a_page_that_leads_to_itself_does_not_go_on_for_ever(account, row) -> None:
    paging = {"cursors": {"after": "MA=="}, "next": "https://graph.facebook.com/"}
    page = Reply(200, {"data": [row()], "paging": paging})
    server = account.serve(replies=dict.fromkeys(range(5, 99), page))
    assert isinstance(account.pulled(server, ONE_DAY).error, Unavailable)
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("META_ADS_ACCOUNT_ID", ""),
        ("META_ADS_ACCOUNT_ID", "act_"),
        ("META_ADS_ACCOUNT_ID", "1/insights?x="),
        ("META_ADS_ACCESS_TOKEN", "two words"),
        ("META_ADS_ATTRIBUTION_WINDOW", "28d_view"),
        ("META_ADS_API_BASE", "http://graph.facebook.com"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(account, option: str, value: str) -> None:
    server = account.serve()
    report = account.pulled(server, ONE_DAY, **{option: value})
    assert isinstance(report.error, Rejected | CredentialError)
    assert option in str(report.error)
    assert server.asked == []


def test_an_account_number_may_be_written_with_its_prefix(account) -> None:
    report = account.pulled(account.serve(), ONE_DAY, META_ADS_ACCOUNT_ID="act_1184290000000042")
    assert report.error is None


def test_a_time_zone_that_is_not_known_is_refused(account) -> None:
    report = account.pulled(account.serve(timezone="Mars/Olympus"), ONE_DAY)
    assert isinstance(report.error, Rejected)
    assert "Mars/Olympus" in str(report.error)
