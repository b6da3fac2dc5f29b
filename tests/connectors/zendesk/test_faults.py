"""A refusal says what to do about it, and none is an empty answer."""

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sandbox.zendesk import RATINGS, SETTINGS, SURVEYS, too_many
from connectors.sandbox.zendesk_export import EXPORT
from connectors.sandbox.zendesk_objects import error, rating_row, ticket_row
from connectors.sandbox.zendesk_tokens import TOKEN
from connectors.sdk.errors import (
    CredentialError,
    Drift,
    PermissionDenied,
    Rejected,
    Throttled,
    Unavailable,
)
from connectors.sdk.windows import Range
from connectors.zendesk.source import address
from tests.connectors.set_aside import set_aside

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
STREAM_OF = {EXPORT: "tickets", RATINGS: "satisfaction_ratings", SURVEYS: "satisfaction_ratings"}


def exported(**change: object) -> Reply:
    """A page of the export with one ticket, and with `change` made to it."""
    page: dict[str, object] = {
        "tickets": [ticket_row(1, NINE)],
        "groups": [],
        "metric_sets": [],
        "after_cursor": "MTUwMC4wfHwxfA==",
        "end_of_stream": True,
    }
    return Reply(200, {name: value for name, value in (page | change).items() if value != "gone"})


def test_a_wait_that_zendesk_asks_for_is_kept_and_the_page_asked_for_again(account) -> None:
    rows = [ticket_row(n, NINE + timedelta(seconds=n)) for n in range(1, 1_501)]
    server = account.serve(rows, replies={(EXPORT, 2): too_many("37")})
    report = account.pulled(server, "tickets", FIRST_OF_MARCH)
    assert report.error is None
    assert report.rows == 1_500
    assert 36.9 < max(account.waits) < 43.1  # the 37 seconds, and the six that one export takes
    cursors = [request.params.get("cursor") for request in server.asked_for(EXPORT)]
    assert cursors[1] == cursors[2] != cursors[0]


def test_more_than_ten_exports_a_minute_are_refused_and_end_as_throttled(account) -> None:
    refused = {(EXPORT, n): too_many("59") for n in range(1, 9)}
    report = account.pulled(account.serve([], replies=refused), "tickets", FIRST_OF_MARCH)
    assert isinstance(report.error, Throttled)
    assert report.committed == []


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "InternalError", "Sorry"),
        Reply(503, b"<html>Down for maintenance</html>"),
        Reply(200, b'{"tickets": ['),
        Reply(200, exported().body, cut_off=True),
    ],
    ids=["500", "503 with HTML", "half a JSON", "cut off"],
)
def test_a_passing_fault_is_asked_again(account, reply: Reply) -> None:
    server = account.serve([ticket_row(1, NINE)], replies={(EXPORT, 1): reply})
    report = account.pulled(server, "tickets", FIRST_OF_MARCH)
    assert report.error is None
    assert report.rows == 1
    assert len(server.asked_for(EXPORT)) == 2


def test_a_lasting_fault_ends_as_unavailable_and_commits_nothing(account) -> None:
    broken = {(EXPORT, n): error(500, "InternalError", "Sorry") for n in range(1, 9)}
    report = account.pulled(account.serve([], replies=broken), "tickets", FIRST_OF_MARCH)
    assert isinstance(report.error, Unavailable)
    assert report.committed == []


def test_an_expired_token_is_told_as_one_and_no_part_of_it_is_written(account) -> None:
    wrong = "8f2a91c0wrongtoken77d1e4"
    report = account.pulled(account.serve([]), "tickets", FIRST_OF_MARCH, ZENDESK_OAUTH_TOKEN=wrong)
    assert isinstance(report.error, CredentialError)
    assert "has expired" in str(report.error)
    assert "ZENDESK_CLIENT_SECRET" in report.error.remedy
    for before in ("", "x" * 180):
        echoed = error(400, "InvalidValue", f"{before} Token {TOKEN} cannot be used")
        account.pulled(account.serve([], replies={(EXPORT, 1): echoed}), "tickets", FIRST_OF_MARCH)
    account.pulled(account.serve([ticket_row(1, NINE)]), "tickets", FIRST_OF_MARCH)
    written = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    for part in (wrong, wrong[:10], TOKEN, TOKEN[:12]):
        assert part.encode() not in written
        assert part not in str(report.error)


def test_the_token_travels_in_the_header_alone(account) -> None:
    server = account.serve()
    account.pulled(server, "satisfaction_ratings", FIRST_OF_MARCH)
    assert len(server.asked) > 1
    for request in server.asked:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in str(request.query)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (EXPORT, "tickets:read"),
        (RATINGS, "satisfaction_ratings:read"),
        (SURVEYS, "the scope read"),
    ],
)
def test_a_missing_permission_names_the_scope_and_is_not_an_empty_day(account, path, scope) -> None:
    csat = "surveys" if path == SURVEYS else "ratings"
    server = account.serve(forbidden=frozenset({path}))
    report = account.pulled(server, STREAM_OF[path], FIRST_OF_MARCH, ZENDESK_CSAT=csat)
    assert isinstance(report.error, PermissionDenied)
    assert scope in report.error.remedy
    assert "You do not have access to this page" in report.error.message
    assert report.committed == []


def test_an_error_in_any_of_zendesk_s_forms_is_told(account) -> None:
    told = {
        "Bad filter, try another": {"errors": [{"code": "Bad", "title": "Bad filter, try another"}]},
        "Invalid, start_time is old": {"error": {"title": "Invalid", "message": "start_time is old"}},
        "RecordInvalid, too far": {"error": "RecordInvalid", "description": "too far"},
    }  # fmt: skip
    for words, body in told.items():
        server = account.serve([], replies={(EXPORT, 1): Reply(422, body)})
        report = account.pulled(server, "tickets", FIRST_OF_MARCH)
        assert isinstance(report.error, Rejected)
        assert words in report.error.message
        assert len(server.asked_for(EXPORT)) == 1


@pytest.mark.parametrize(
    "reply",
    [
        exported(tickets="gone"),
        exported(groups="gone"),
        exported(metric_sets="gone"),
        exported(tickets=[None]),
        exported(end_of_stream=False, after_cursor=None),
        exported(end_of_stream="gone", after_cursor="gone"),
        Reply(200, []),
    ],
)
def test_an_answer_that_is_no_export_is_drift_and_not_an_empty_day(account, reply: Reply) -> None:
    report = account.pulled(
        account.serve([], replies={(EXPORT, 1): reply}), "tickets", FIRST_OF_MARCH
    )
    assert isinstance(report.error, Drift)
    assert report.committed == []


def test_a_cursor_that_leads_nowhere_does_not_go_on_for_ever(account) -> None:
    same = exported(end_of_stream=False)
    server = account.serve([], replies={(EXPORT, n): same for n in range(1, 20)})
    report = account.pulled(server, "tickets", FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert len(server.asked_for(EXPORT)) == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": None}, "id"),
        ({"status": 3}, "status"),
        ({"status": "parked"}, "status"),
        ({"group_id": {"id": 1}}, "group_id"),
        ({"created_at": "last week"}, "created_at"),
        ({"generated_timestamp": "2026-03-01T09:00:00Z"}, "generated_at"),
        ({"brand_id": {"id": 1}}, "brand_id"),
        ({"support_type": 7.5}, "support_type"),
        ({"tags": "closed_by_merge"}, "has_merge_tag"),
        ({"via": {"source": {"rel": "follow_up", "from": {"ticket_id": [8]}}}}, "follow_up_of"),
    ],
)
def test_a_field_of_another_kind_sets_its_row_aside(account, change, named) -> None:
    reply = exported(tickets=[ticket_row(1, NINE) | change, ticket_row(2, NINE)])
    report = account.pulled(
        account.serve([], replies={(EXPORT, 1): reply}), "tickets", FIRST_OF_MARCH
    )
    assert [name for _, name in set_aside(report)] == [named]
    assert report.rows == 1


@pytest.mark.parametrize(
    "field", ["id", "created_at", "updated_at", "status", "via", "brand_id", "tags"]
)
def test_a_field_that_is_gone_is_drift(account, field: str) -> None:
    row = {name: value for name, value in ticket_row(1, NINE).items() if name != field}
    report = account.pulled(
        account.serve([], replies={(EXPORT, 1): exported(tickets=[row])}), "tickets", FIRST_OF_MARCH
    )
    assert isinstance(report.error, Drift)
    assert {"via": "channel", "tags": "has_merge_tag"}.get(field, field) in str(report.error)


@pytest.mark.parametrize(
    "body",
    [
        {"satisfaction_ratings": []},
        {"meta": {"has_more": False}},
        {"satisfaction_ratings": [], "meta": {"has_more": True, "after_cursor": None}},
    ],
)
def test_an_answer_that_is_no_list_of_ratings_is_drift(account, body: object) -> None:
    server = account.serve([], replies={(RATINGS, 1): Reply(200, body)})
    report = account.pulled(server, "satisfaction_ratings", FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert report.committed == []


def test_a_rating_without_its_score_is_drift(account) -> None:
    row = rating_row(1, 1, NINE, "good")
    del row["score"]
    report = account.pulled(account.serve([], [row]), "satisfaction_ratings", FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert "score" in str(report.error)


def test_the_address_is_made_of_the_subdomain_alone() -> None:
    assert address({"ZENDESK_SUBDOMAIN": " Acme-Help "}) == "https://acme-help.zendesk.com"
    for wrong in ("", "acme.zendesk.com", "evil.example/", "acme@evil", "-acme"):
        with pytest.raises(Rejected, match="ZENDESK_SUBDOMAIN"):
            address({"ZENDESK_SUBDOMAIN": wrong})


@pytest.mark.parametrize(
    ("option", "value", "kind"),
    [
        ("ZENDESK_API_BASE", "http://acme.zendesk.com", Rejected),
        ("ZENDESK_CSAT", "both", Rejected),
        ("ZENDESK_TIMEZONE", "Europe/Atlantis", Rejected),
        ("ZENDESK_OAUTH_TOKEN", "two words", CredentialError),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_its_name(account, option, value, kind) -> None:
    report = account.pulled(account.serve([]), "tickets", FIRST_OF_MARCH, **{option: value})
    assert isinstance(report.error, kind)
    assert option in str(report.error)


def test_a_named_timezone_spares_the_question_for_the_account_s(account) -> None:
    late = ticket_row(1, datetime(2026, 2, 28, 23, 30, tzinfo=UTC))
    server = account.serve([late], forbidden=frozenset({SETTINGS}))
    report = account.pulled(server, "tickets", FIRST_OF_MARCH, ZENDESK_TIMEZONE="Europe/Berlin")
    assert report.error is None
    assert account.ids("tickets", date(2026, 3, 1)) == ["1"]
    assert server.asked_for(SETTINGS) == []


@pytest.mark.parametrize("hooks", [{"forbidden": frozenset({SETTINGS})}, {"timezone": None}])
def test_an_account_that_does_not_tell_its_timezone_is_not_taken_for_utc(account, hooks) -> None:
    report = account.pulled(account.serve([], **hooks), "tickets", FIRST_OF_MARCH)
    assert isinstance(report.error, PermissionDenied)
    assert "ZENDESK_TIMEZONE" in report.error.remedy
