"""Every request to Meta's Graph API, and every answer of the sandbox, as Meta's own business SDK declares them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from facebook_business.adobjects.adsactionstats import AdsActionStats
from facebook_business.adobjects.campaign import Campaign

from connectors.meta_ads.attribution import OF_EACH_AD_SET, REMOVED_WINDOWS, WINDOWS
from connectors.meta_ads.source import STATUSES
from connectors.sandbox.facebook_pages import PAGE_ID, FacebookServer
from connectors.sandbox.graph_api import APP_SECRET
from connectors.sandbox.meta_ads import ACCOUNT_ID, TOKEN, Faults, MetaAdsServer
from connectors.sandbox.served import Served
from connectors.sdk import graph_api
from tests.conformance.case import case_of
from tests.limits import HANG_SECONDS
from tests.oracles.meta_sdk import VERSION, violations
from tests.oracles.traffic import Exchange, observed, traffic_of

ACCOUNT = f"/{VERSION}/act_{ACCOUNT_ID}"
PAGE = f"/{VERSION}/{PAGE_ID}"


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> list[Exchange]:
    names = ("meta_ads", "facebook_pages")
    return [x for name in names for x in traffic_of(case_of(name), tmp_path_factory.mktemp(name))]


@pytest.fixture(scope="module")
def exchange(traffic: list[Exchange]) -> Callable[[str], Exchange]:
    """The first exchange of a call."""
    return lambda call: next(x for x in traffic if x.call == call)


def test_a_pull_asks_and_is_answered_as_meta_s_sdk_declares(traffic: list[Exchange]) -> None:
    calls = {x.call.replace(ACCOUNT, "act").replace(PAGE, "page") for x in traffic}
    assert calls >= {"GET act", "POST act/insights", "GET act/insights", "GET page"}
    assert [fault for x in traffic for fault in violations(x)] == []


def test_the_version_that_is_asked_is_that_of_the_sdk() -> None:
    assert graph_api.VERSION == VERSION


def test_every_status_that_a_campaign_can_have_is_asked_for() -> None:
    listed = vars(Campaign.EffectiveStatus).items()
    assert {*STATUSES} == {value for name, value in listed if not name.startswith("_")}


def test_each_window_has_a_figure_in_an_action() -> None:
    of_actions = AdsActionStats._field_types.keys()
    assert {*WINDOWS, *REMOVED_WINDOWS} - {OF_EACH_AD_SET} <= of_actions
    assert "value" in of_actions


@pytest.mark.parametrize(
    ("name", "option"),
    [("meta_ads", "META_ADS_APP_SECRET"), ("facebook_pages", "FACEBOOK_APP_SECRET")],
)
def test_the_proof_of_an_app_s_secret_is_the_one_that_the_sdk_makes(
    tmp_path: Path, name: str, option: str
) -> None:
    case = case_of(name)

    def serve(today: date, home: Path) -> Served:
        served = case.serve(today, home)
        return replace(served, values={**served.values, option: APP_SECRET})

    exchanges = traffic_of(replace(case, serve=serve), tmp_path)
    for x in exchanges:
        assert "appsecret_proof" in x.request.params or b"appsecret_proof" in x.request.body
    assert [fault for x in exchanges for fault in violations(x)] == []


@pytest.mark.parametrize("window", WINDOWS)
def test_each_attribution_window_is_one_of_meta_s(
    exchange: Callable[[str], Exchange], window: str
) -> None:
    asked = exchange(f"POST {ACCOUNT}/insights")
    body = asked.request.body.replace(b"7d_click", window.encode())
    assert [*violations(replace(asked, request=replace(asked.request, body=body)))] == []


def test_refusals_and_failures_have_the_shape_that_meta_s_sdk_reads() -> None:
    failed = {"async_status": "Job Failed", "async_percent_completion": 0, "error_code": 2,
              "error_message": "Service temporarily unavailable"}  # fmt: skip
    faults = Faults(outcomes={1: failed}, polls_before_ready=0)
    days = '{"since": "2024-12-01", "until": "2024-12-02"}'
    form = {"level": "campaign", "time_increment": "1", "time_range": days, "fields": "spend"}
    today = date(2024, 12, 3)
    with (
        observed() as exchanges,
        MetaAdsServer(today, faults=faults) as account,
        FacebookServer(today) as page,
    ):
        begun = ask("POST", account.address + ACCOUNT + "/insights", data=form)
        ask("GET", f"{account.address}/{VERSION}/{begun['report_run_id']}")
        ask("GET", f"{account.address}/{VERSION}/{begun['report_run_id']}/insights")
        ask("GET", account.address + ACCOUNT, token="another")
        ask("GET", page.address + PAGE + "/insights", token="EAAsamplecompany", metric="page_fans")
    assert [x.reply.status for x in exchanges] == [200, 200, 400, 401, 400]
    assert [fault for x in exchanges for fault in violations(x)] == []


def ask(
    method: str,
    address: str,
    token: str = TOKEN,
    data: dict[str, str] | None = None,
    **params: str,
) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(
        method, address, headers=headers, data=data, params=params, timeout=HANG_SECONDS
    ).json()


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("level", "campaigns", "level=campaigns is no level_enum"),
        ("fields", "spend,cost", "the field cost is unknown"),
        ("attribution", "7d_click", "the parameter attribution is unknown"),
        ("action_attribution_windows", '["14d_click"]', "14d_click"),
        ("time_range", "2026-10-29", "time_range=2026-10-29 is no map"),
        ("action_report_time", "click", "action_report_time=click is no"),
        (
            "filtering",
            '[{"field": "campaign.effective_status", "operator": "IN", "value": ["GONE"]}]',
            "filtering by GONE, which EffectiveStatus does not list",
        ),
        ("filtering", '[{"field": "campaign.name"}]', "filtering has a filter with ['field']"),
        ("appsecret_proof", "0f", "appsecret_proof is not what the SDK's session makes"),
    ],
)
def test_a_parameter_that_meta_has_not_is_noticed(
    exchange: Callable[[str], Exchange], name: str, value: str, fault: str
) -> None:
    asked = exchange(f"POST {ACCOUNT}/insights")
    request = replace(asked.request, body=urlencode({name: value}).encode())
    assert fault in "\n".join(violations(replace(asked, request=request)))


@pytest.mark.parametrize(
    ("call", "change", "fault"),
    [
        (f"GET {ACCOUNT}", {"timezone_name": 1}, "timezone_name is 1 and no string"),
        (f"GET {ACCOUNT}", {"colour": "red"}, "colour is unknown"),
        (f"GET {PAGE}", {"fan_count": "12"}, "fan_count is '12' and no unsigned int"),
    ],
)
def test_a_field_that_is_not_meta_s_is_noticed(
    exchange: Callable[[str], Exchange], call: str, change: dict[str, Any], fault: str
) -> None:
    given = exchange(call)
    (noticed,) = violations(replace(given, reply=replace(given.reply, body=given.answer | change)))
    assert fault in noticed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"impressions": 12}, "impressions is 12 and no string"),
        ({"action_values": {}}, "action_values is {} and no list"),
        ({"action_values": [{"7d_clicks": "1"}]}, "action_values[].7d_clicks is unknown"),
    ],
)
def test_a_row_that_is_not_meta_s_is_noticed(
    traffic: list[Exchange], change: dict[str, Any], fault: str
) -> None:
    given = next(x for x in traffic if x.call.endswith("/insights") and "act_" not in x.call)
    answer = given.answer
    answer["data"] = [answer["data"][0] | change]
    (noticed,) = violations(replace(given, reply=replace(given.reply, body=answer)))
    assert fault in noticed


def test_a_field_that_is_left_out_and_a_call_that_meta_has_not_are_noticed(
    exchange: Callable[[str], Exchange],
) -> None:
    given = exchange(f"GET {PAGE}")
    answer = {"id": PAGE_ID, "fan_count": 12}
    (noticed,) = violations(replace(given, reply=replace(given.reply, body=answer)))
    assert "followers_count was asked for and is missing" in noticed
    for path in (f"/v20.0/{PAGE_ID}", f"{PAGE}/statistics"):
        moved = replace(given, request=replace(given.request, path=path))
        assert "has no such call" in "\n".join(violations(moved))
