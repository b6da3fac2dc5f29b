from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import requests

from connectors.sandbox.facebook_pages import PAGE_ID, TOKEN, FacebookServer, Faults
from connectors.sandbox.figures import LIKES
from connectors.sandbox.page_audience import engagements, likes
from tests.limits import HANG_SECONDS

INSIGHTS = f"/v25.0/{PAGE_ID}/insights"


@pytest.fixture(scope="module")
def server() -> Iterator[FacebookServer]:
    server = FacebookServer(
        date(2026, 11, 24), faults=Faults(removed_metrics=frozenset({"page_media_view"}))
    )
    yield server
    server.close()


def ask(
    server: FacebookServer, path: str, token: str = TOKEN, **params: object
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(server.address + path, params=params, headers=headers, timeout=HANG_SECONDS)


def asked_days(
    first: datetime, last: datetime, metric: str = "page_views_total"
) -> dict[str, object]:
    return {
        "metric": metric,
        "period": "day",
        "since": int(first.timestamp()),
        "until": int(last.timestamp()),
    }


@pytest.mark.parametrize(("day", "count"), LIKES.items())
def test_likes_are_exact_on_the_days_that_are_written_down(day: date, count: int) -> None:
    assert likes(day) == count


def test_likes_grow_steadily_in_between() -> None:
    quarter = [likes(date(2026, 1, 1) + timedelta(days=n)) for n in range(181)]
    assert max(abs(b - a) for a, b in pairwise(quarter)) < 40
    assert 29_470 < quarter[0] < quarter[90] < quarter[-1] == 32_000


def test_fourteen_hundred_engagements_a_week_are_reached_in_most_weeks_but_not_in_all() -> None:
    mondays = [date(2026, 6, 29) + timedelta(weeks=n) for n in range(27)]
    weeks = [sum(engagements(monday + timedelta(days=n)) for n in range(7)) for monday in mondays]
    assert 19 <= sum(week >= 1_400 for week in weeks) < 27
    assert 1_150 < min(weeks) < max(weeks) < 1_700


def test_the_page_tells_the_fields_it_is_asked_for(server: FacebookServer) -> None:
    path = f"/v25.0/{PAGE_ID}"
    assert ask(server, path, fields="fan_count").json().keys() == {"id", "fan_count"}
    assert ask(server, path).json() == {"id": PAGE_ID, "name": "Sample company"}
    assert ask(server, path, fields="page_fans").json()["error"]["code"] == 100


def test_a_day_gone_by_can_be_lived_again_and_a_day_to_come_cannot(server: FacebookServer) -> None:
    asked = {"fields": "fan_count"}
    at_new_year = ask(server, f"/on/2025-12-31/v25.0/{PAGE_ID}", **asked)
    assert at_new_year.json()["fan_count"] == 29_480
    assert ask(server, f"/on/2026-12-31/v25.0/{PAGE_ID}", **asked).status_code == 400
    assert ask(server, f"/on/soon/v25.0/{PAGE_ID}", **asked).status_code == 400


def test_days_end_at_pacific_midnight_in_summer_and_in_winter(server: FacebookServer) -> None:
    first, last = datetime(2026, 10, 31, 7, tzinfo=UTC), datetime(2026, 11, 3, 8, tzinfo=UTC)
    (series,) = ask(server, INSIGHTS, **asked_days(first, last)).json()["data"]
    assert [value["end_time"] for value in series["values"]] == [
        "2026-10-31T07:00:00+0000",
        "2026-11-01T07:00:00+0000",
        "2026-11-02T08:00:00+0000",
        "2026-11-03T08:00:00+0000",
    ]


def test_today_is_not_told_before_it_is_over(server: FacebookServer) -> None:
    first, last = datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 29, 8, tzinfo=UTC)
    (series,) = ask(server, INSIGHTS, **asked_days(first, last)).json()["data"]
    assert series["values"][-1]["end_time"] == "2026-11-24T08:00:00+0000"


def test_more_than_ninety_days_are_refused(server: FacebookServer) -> None:
    last = datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert ask(server, INSIGHTS, **asked_days(last - timedelta(days=90), last)).status_code == 200
    too_many = asked_days(last - timedelta(days=90, seconds=1), last)
    assert "90 days" in ask(server, INSIGHTS, **too_many).json()["error"]["message"]


def test_one_dead_metric_fails_the_call_and_is_not_named(server: FacebookServer) -> None:
    last = datetime(2026, 7, 1, 7, tzinfo=UTC)
    asked = asked_days(last, last, "page_views_total,page_media_view")
    answer = ask(server, INSIGHTS, **asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100
    assert "valid insights metric" in answer.json()["error"]["message"]
    assert "page_media_view" not in answer.text


def test_the_paging_links_hold_the_token_as_the_real_ones_do(server: FacebookServer) -> None:
    last = datetime(2026, 7, 1, 7, tzinfo=UTC)
    paging = ask(server, INSIGHTS, **asked_days(last - timedelta(days=7), last)).json()["paging"]
    assert f"access_token={TOKEN}" in paging["next"]
    assert f"since={int(last.timestamp())}" in paging["next"]
    assert f"until={int((last - timedelta(days=7)).timestamp())}" in paging["previous"]


def test_a_wrong_token_and_an_unknown_page_are_refused(server: FacebookServer) -> None:
    assert ask(server, f"/v25.0/{PAGE_ID}", token="EAAother").json()["error"]["code"] == 190
    assert ask(server, "/v25.0/1").json()["error"]["error_subcode"] == 33
    assert (
        requests.get(server.address + INSIGHTS, timeout=HANG_SECONDS).json()["error"]["code"] == 190
    )
