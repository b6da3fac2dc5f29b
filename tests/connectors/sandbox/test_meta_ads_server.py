import json
from collections.abc import Iterator
from datetime import date

import pytest
import requests

from connectors.sandbox.advertising import results
from connectors.sandbox.meta_ads import ACCOUNT_ID, TOKEN, Faults, MetaAdsServer
from tests.limits import HANG_SECONDS

ACCOUNT = f"/v25.0/act_{ACCOUNT_ID}"
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def server() -> Iterator[MetaAdsServer]:
    with MetaAdsServer(TODAY) as server:
        yield server


def ask(
    server: MetaAdsServer, path: str, method: str = "GET", token: str = TOKEN, **sent: object
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(
        method, server.address + path, headers=headers, timeout=HANG_SECONDS, **sent
    )


def form(first: str = "2026-10-01", last: str = "2026-10-01", **changes: str) -> dict[str, str]:
    return {
        "level": "campaign",
        "time_increment": "1",
        "time_range": json.dumps({"since": first, "until": last}),
        "fields": "campaign_name,spend,action_values",
        "action_attribution_windows": json.dumps(["7d_click", "1d_view"]),
    } | changes


def status_filter(*statuses: str) -> str:
    field = "campaign.effective_status"
    return json.dumps([{"field": field, "operator": "IN", "value": statuses}])


def begun(server: MetaAdsServer, **changes: str) -> str:
    answer = ask(server, f"{ACCOUNT}/insights", "POST", data=form(**changes)).json()
    return f"/v25.0/{answer['report_run_id']}"


def test_a_report_is_read_when_it_is_completed_and_not_when_it_is_at_a_hundred_percent(
    server: MetaAdsServer,
) -> None:
    report = begun(server)
    early = ask(server, f"{report}/insights").json()["error"]
    assert (early["code"], early["error_subcode"]) == (2601, 1815107)
    states = [ask(server, report).json() for _ in range(2)]
    assert [x["async_status"] for x in states] == ["Job Running", "Job Completed"]
    assert [x["async_percent_completion"] for x in states] == [100, 100]
    assert ask(server, f"{report}/insights").status_code == 200


def test_a_row_holds_what_was_asked_for_in_texts_and_its_day(server: MetaAdsServer) -> None:
    report = begun(server)
    ask(server, report), ask(server, report)
    row = ask(server, f"{report}/insights").json()["data"][0]
    assert row.keys() == {"campaign_name", "spend", "action_values", "date_start", "date_stop"}
    assert row["date_start"] == row["date_stop"] == "2026-10-01"
    cents = results("meta_ads", date(2026, 10, 1), TODAY)[0].value_cents
    purchase = next(x for x in row["action_values"] if x["action_type"] == "purchase")
    assert float(purchase["7d_click"]) == cents / 100
    assert float(purchase["1d_view"]) < float(purchase["7d_click"]) < float(purchase["value"])


def test_pages_follow_their_cursors_and_only_the_last_has_no_next(server: MetaAdsServer) -> None:
    report = begun(server, first="2026-10-01", last="2026-10-04")
    ask(server, report), ask(server, report)
    sizes, params = [], {"limit": "5"}
    for _ in range(3):
        page = ask(server, f"{report}/insights", params=params).json()
        sizes.append(len(page["data"]))
        assert page["paging"]["cursors"]["after"]
        assert ("next" in page["paging"]) == (len(sizes) < 3)
        params["after"] = page["paging"]["cursors"]["after"]
        if "next" in page["paging"]:
            assert TOKEN in page["paging"]["next"]
    assert sizes == [5, 5, 2]


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"first": "2023-09-30"}, 3018, "37 months"),
        ({"first": "2026-10-02"}, 100, "since must not be later"),
        ({"fields": "spend,spent"}, 100, "spent is not valid"),
        ({"action_attribution_windows": '["7d_look"]'}, 100, "action_attribution_windows"),
        ({"filtering": '[{"field": "mood", "operator": "IN", "value": []}]'}, 100, "mood"),
        ({"filtering": status_filter("GONE")}, 100, "Filtering value"),
        ({"level": "planet"}, 100, "level"),
    ],
)
def test_what_the_api_does_not_take_is_refused(
    server: MetaAdsServer, changes: dict[str, str], code: int, said: str
) -> None:
    answer = ask(server, f"{ACCOUNT}/insights", "POST", data=form(**changes))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert said in answer.json()["error"]["message"]


def test_the_account_tells_its_zone_and_currency(server: MetaAdsServer) -> None:
    account = ask(server, ACCOUNT, params={"fields": "timezone_name,currency"}).json()
    assert account == {"timezone_name": "Etc/UTC", "currency": "USD", "id": f"act_{ACCOUNT_ID}"}
    refused = ask(server, ACCOUNT, params={"fields": "fan_count"}).json()["error"]
    assert refused["code"] == 100


def test_a_wrong_token_and_an_unknown_report_are_refused(server: MetaAdsServer) -> None:
    assert ask(server, ACCOUNT, token="EAAother").json()["error"]["code"] == 190
    assert ask(server, "/v25.0/1").json()["error"]["error_subcode"] == 33


def test_the_account_as_a_whole_is_answered_at_once_with_a_row_a_day(server) -> None:
    asked = form("2026-10-01", "2026-10-03", level="account", fields="impressions,clicks,spend")
    rows = ask(server, f"{ACCOUNT}/insights", params=asked).json()["data"]
    assert [row["date_start"] for row in rows] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    for row in rows:
        of_day = results("meta_ads", date.fromisoformat(row["date_start"]), TODAY)
        assert int(row["clicks"]) == sum(result.clicks for result in of_day)
        assert round(float(row["spend"]) * 100) == sum(result.spend_cents for result in of_day)
        assert "campaign_name" not in row


@pytest.mark.parametrize("status", ["DELETED", "ARCHIVED"])
def test_a_campaign_that_is_gone_is_in_the_account_and_listed_only_when_its_status_is_asked_for(
    status: str,
) -> None:
    with MetaAdsServer(TODAY, faults=Faults(statuses={"Retargeting": status})) as server:

        def spent(**changes: str) -> dict[str, float]:
            asked = form(fields="campaign_name,spend", **changes)
            rows = ask(server, f"{ACCOUNT}/insights", params=asked).json()["data"]
            return {row["campaign_name"]: float(row["spend"]) for row in rows}

        [whole] = ask(
            server, f"{ACCOUNT}/insights", params=form(level="account", fields="spend")
        ).json()["data"]
        live, gone = spent(), spent(filtering=status_filter(status))
    assert [*gone] == ["Retargeting"]
    assert "Retargeting" not in live
    assert sum((live | gone).values()) == pytest.approx(float(whole["spend"]))


def test_a_window_that_was_removed_is_taken_and_has_no_figure(server: MetaAdsServer) -> None:
    asked = form(action_attribution_windows='["7d_view", "default"]')
    row = ask(server, f"{ACCOUNT}/insights", params=asked).json()["data"][0]
    assert {*row["action_values"][0]} == {"action_type", "value"}


def test_the_time_of_report_is_ignored(server: MetaAdsServer) -> None:
    answers = [
        ask(server, f"{ACCOUNT}/insights", params=form(**other)).json()
        for other in ({}, {"action_report_time": "impression"}, {"action_report_time": "mixed"})
    ]
    assert answers[0] == answers[1] == answers[2]
