"""Pages of a search that may tell no more than 10,000 results, of objects that change meanwhile."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sdk.errors import Drift, Unavailable
from connectors.sdk.windows import Range

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
TWO_DAYS = Range(date(2026, 11, 23), date(2026, 11, 24))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.large
def test_more_than_ten_thousand_deals_of_one_moment_are_all_there(account, deal) -> None:
    server = account.serve(deals=[deal(n, NINE) for n in range(1, 10_451)])
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert report.error is None
    held = [row["deal_id"] for row in account.rows("deals", FIRST_OF_MARCH)]
    assert sorted(held, key=int) == [str(n) for n in range(1, 10_451)]
    searches = [json.loads(x.body) for x in server.asked if x.path.endswith("/search")]
    assert len(searches) == 53  # 52 full pages and one of 50
    assert all("after" not in body for body in searches)


def test_a_full_last_page_is_not_followed_by_an_empty_one(account, deal) -> None:
    server = account.serve(deals=[deal(n, NINE) for n in range(1, 401)])
    assert account.pulled("deals", server, FIRST_OF_MARCH).rows == 400
    assert sum(x.path.endswith("/search") for x in server.asked) == 2


def test_the_bounds_of_a_window_are_its_midnights(account, deal) -> None:
    midnight, moment = datetime(2026, 3, 1, tzinfo=UTC), timedelta(milliseconds=1)
    moments = (midnight - moment, midnight, midnight + timedelta(days=1) - moment,
               midnight + timedelta(days=1))  # fmt: skip
    server = account.serve(deals=[deal(n, at) for n, at in enumerate(moments, start=1)])
    account.pulled("deals", server, FIRST_OF_MARCH)
    assert [row["deal_id"] for row in account.rows("deals", FIRST_OF_MARCH)] == ["2", "3"]


def test_a_deal_that_changes_while_pages_are_read_is_neither_lost_nor_makes_others_be(
    account, deal
) -> None:
    server = account.serve(deals=[deal(n, MONDAY) for n in range(1, 601)])
    edited = datetime(2026, 11, 25, 11, 59, tzinfo=UTC)

    def edit(number: int) -> None:
        if number == 2:  # the first page has been read: one from it, and one that is yet to come
            for n in (10, 590):
                server.objects["deals"][n] = deal(n, edited, amount="2000")

    server.faults.before = edit
    assert account.pulled("deals", server, TWO_DAYS).error is None
    deals = account.newest("deals", TWO_DAYS)
    assert deals.keys() == {str(n) for n in range(1, 601)}
    assert deals["590"]["amount"] == "2000"
    assert deals["10"]["amount"] == "1500"  # as it was when its page was read
    wednesday = Range(TWO_DAYS.first, date(2026, 11, 25))
    account.pulled("deals", server, wednesday, now=datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert account.newest("deals", wednesday)["10"]["amount"] == "2000"


def test_a_deal_that_leaves_its_old_window_meanwhile_is_in_the_newest_one(account, deal) -> None:
    half_year = Range(date(2026, 6, 1), date(2026, 11, 24))
    old = datetime(2026, 6, 5, 9, tzinfo=UTC)
    server = account.serve(deals=[deal(n, old) for n in range(1, 401)])

    def edit(number: int) -> None:
        if number == 2:
            server.objects["deals"][390] = deal(390, datetime(2026, 11, 25, 11, tzinfo=UTC))

    server.faults.before = edit
    assert account.pulled("deals", server, half_year).error is None
    assert account.newest("deals", half_year).keys() == {str(n) for n in range(1, 401)}


def test_what_search_shows_late_is_read_the_next_day(account, deal) -> None:
    late = deal(2, datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC))
    tuesday = Range(date(2026, 11, 24), date(2026, 11, 24))
    server = account.serve(deals=[deal(1, datetime(2026, 11, 24, 9, tzinfo=UTC))])
    before = account.pulled("deals", server, tuesday, now=datetime(2026, 11, 25, 0, 10, tzinfo=UTC))
    assert before.committed == []  # the index may still lag
    night = datetime(2026, 11, 25, 0, 20, tzinfo=UTC)
    assert account.pulled("deals", server, tuesday, now=night).rows == 1
    server.objects["deals"][2] = late
    account.pulled("deals", server, tuesday)
    assert account.newest("deals", tuesday).keys() == {"1", "2"}


@pytest.mark.parametrize(
    "body",
    [
        {"total": 2, "results": [{"id": "2"}, {"id": "1"}]},
        {"total": 2, "results": [{"id": "1"}, {"id": "1"}]},
        {"total": 1, "results": [{"id": "0"}]},
        {"results": []},
        {"total": 1, "results": [{}]},
        {"total": 0, "results": None},
        [],
    ],
    ids=["order", "twice", "before", "no total", "no id", "no list", "no object"],
)
def test_an_answer_that_cannot_be_known_to_be_whole_is_drift(account, body: object) -> None:
    server = account.serve(replies={1: Reply(200, body)})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert report.committed == []


@pytest.mark.parametrize(
    "body",
    [{"total": 3, "results": []}, {"total": 3, "results": [{"id": "3"}]}],
    ids=["none of three", "one of three"],
)
def test_fewer_rows_than_the_total_says_are_asked_for_again(account, deal, body: object) -> None:
    deals = [deal(n, NINE) for n in (1, 2, 3)]
    server = account.serve(deals=deals, replies={1: Reply(200, body), 2: Reply(200, body)})
    report = account.pulled("deals", server, FIRST_OF_MARCH)
    assert (report.error, report.rows) == (None, 3)
    assert len(account.waits) == 2


def test_a_total_that_never_has_its_rows_is_not_taken_for_nothing(account) -> None:
    empty = Reply(200, {"total": 3, "results": []})
    report = account.pulled(
        "deals", account.serve(replies=dict.fromkeys(range(1, 9), empty)), FIRST_OF_MARCH
    )
    assert isinstance(report.error, Unavailable)
    assert "tells of 3 and gave 0 of them" in str(report.error)
    assert report.committed == []


def test_a_list_that_does_not_go_on_is_given_up(account) -> None:
    page = Reply(200, {"results": [], "paging": {"next": {"after": "7"}}})
    server = account.serve(replies=dict.fromkeys(range(1, 9), page))
    report = account.pulled("owners", server, FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert len(server.asked) == 2
