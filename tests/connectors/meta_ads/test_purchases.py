"""What a campaign is credited with: a purchase has several names, and counts once."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sdk.errors import Rejected
from connectors.sdk.windows import Range
from tests.connectors.meta_ads.conftest import AdAccount

ONE_DAY = Range(date(2026, 10, 1), date(2026, 10, 1))
ROWS = 5
"""The request for rows: after account, report and two looks at it."""
OMNI, TOTAL = "omni_purchase", "purchase"
PIXEL = "offsite_conversion.fb_pixel_purchase"
APP = "app_custom_event.fb_mobile_purchase"
ON_FACEBOOK = "onsite_conversion.purchase"
WEB_ROLL_UP = "onsite_web_app_purchase"


def named(name: str, value: str) -> dict[str, str]:
    return {"action_type": name, "value": value, "7d_click": value}


def pulled(account: AdAccount, row: dict[str, Any], **options: str) -> Any:
    """The only row of a day, whose report was this one, and the codes of its findings."""
    server = account.serve(replies={ROWS: Reply(200, {"data": [row]})})
    report = account.pulled(server, ONE_DAY, **options)
    assert report.error is None
    [stored] = account.rows(ONE_DAY.first)
    told = {x.what: x for x in report.committed[0].findings if x.column == "purchase_value"}
    return stored["purchase_value"], told


@pytest.mark.parametrize("step", [1, -1], ids=["in order", "backwards"])
@pytest.mark.parametrize(
    ("values", "value"),
    [
        ({OMNI: "250.00"}, "250.00"),
        ({OMNI: "250.00", TOTAL: "250.00"}, "250.00"),
        ({TOTAL: "250.00", PIXEL: "250.00"}, "250.00"),
        ({PIXEL: "250.00"}, "250.00"),
        ({APP: "250.00"}, "250.00"),
        ({ON_FACEBOOK: "250.00"}, "250.00"),
        # 170 on the website, 80 in the app: all channels are 250, and website and app 250
        ({OMNI: "250.00", TOTAL: "250.00", PIXEL: "170.00", APP: "80.00"}, "250.00"),
        # 200 on the website and in the app, 50 on Facebook
        ({TOTAL: "200.00", OMNI: "250.00", PIXEL: "200.00", ON_FACEBOOK: "50.00"}, "250.00"),
        ({"add_to_cart": "900.00", "omni_add_to_cart": "900.00"}, "0"),
        ({WEB_ROLL_UP: "250.00", OMNI: "250.00"}, "250.00"),
        ({}, "0"),
    ],
)
def test_the_most_inclusive_name_counts_and_none_is_added_to_another(
    account, row, values: dict[str, str], value: str, step: int
) -> None:
    actions = [named(*pair) for pair in values.items()]
    assert pulled(account, row(action_values=actions[::step])) == (Decimal(value), {})


def test_all_channels_are_asked_and_not_another_where_they_brought_nothing_in_the_window(
    account, row
) -> None:
    """All purchases were credited after a view: within 7 days of a click there were none."""
    viewed = {"action_type": OMNI, "value": "250.00", "1d_view": "250.00"}
    values = [viewed, named(PIXEL, "250.00")]
    assert pulled(account, row(action_values=values)) == (Decimal(0), {})


def test_channels_without_a_name_for_all_of_them_are_not_added_and_told(account, row) -> None:
    values = [named(PIXEL, "170.00"), named(APP, "80.00")]
    value, told = pulled(account, row(action_values=values))
    assert value == Decimal("170.00")
    assert [*told] == ["several_channels"]
    assert not told["several_channels"].is_set_aside
    assert told["several_channels"].day == ONE_DAY.first


def test_a_channel_that_brought_nothing_puts_another_in_no_doubt(account, row) -> None:
    values = [named(PIXEL, "0"), named(APP, "80.00")]
    assert pulled(account, row(action_values=values)) == (Decimal("80.00"), {})


@pytest.mark.parametrize("window", ["1d_click", "7d_click", "28d_click", "1d_view", "1d_ev"])
def test_a_window_is_asked_for_by_its_name_and_its_figure_read(account, row, window) -> None:
    action = {"action_type": OMNI, "value": "400.00", window: "250.00"}
    value, _ = pulled(account, row(action_values=[action]), META_ADS_ATTRIBUTION_WINDOW=window)
    assert value == Decimal("250.00")
    assert asked_windows(account) == [window]


def test_the_setting_of_each_ad_set_is_the_figure_that_ads_manager_shows(account, row) -> None:
    action = {"action_type": OMNI, "value": "400.00"}
    value, told = pulled(
        account, row(action_values=[action]), META_ADS_ATTRIBUTION_WINDOW="default"
    )
    assert (value, told) == (Decimal("400.00"), {})
    assert asked_windows(account) == ["default"]


def asked_windows(account: AdAccount) -> Any:
    form = dict(parse_qsl(account.servers[-1].asked[1].body.decode()))
    return json.loads(form["action_attribution_windows"])


@pytest.mark.parametrize(
    ("setting", "value", "codes"),
    [
        ("mixed", None, ["mixed_attribution"]),
        ("Multiple attribution settings", None, ["mixed_attribution"]),
        ("7d_click_1d_view", Decimal(0), []),
        ("na", Decimal(0), []),
        (None, Decimal(0), []),
    ],
)
def test_ad_sets_with_different_settings_have_no_value_together_and_not_zero(
    account, row, setting, value, codes
) -> None:
    option = {"META_ADS_ATTRIBUTION_WINDOW": "default"}
    purchases, told = pulled(account, row(attribution_setting=setting), **option)
    assert purchases == value
    assert [*told] == codes


def test_ad_sets_with_different_settings_have_a_value_in_a_window(account, row) -> None:
    values = [named(OMNI, "250.00")]
    purchases = pulled(account, row(attribution_setting="mixed", action_values=values))
    assert purchases == (Decimal("250.00"), {})


@pytest.mark.parametrize("window", ["7d_view", "28d_view"])
def test_a_window_that_was_removed_is_refused_and_not_read_as_zero(account, window) -> None:
    server = account.serve()
    report = account.pulled(server, ONE_DAY, META_ADS_ATTRIBUTION_WINDOW=window)
    assert isinstance(report.error, Rejected)
    assert f"{window}, of which Meta has no figures since January 2026" in str(report.error)
    assert server.asked == []


def test_a_combination_of_windows_is_refused_with_the_one_that_has_it(account) -> None:
    report = account.pulled(
        account.serve(), ONE_DAY, META_ADS_ATTRIBUTION_WINDOW="7d_click_1d_view"
    )
    assert "default is what each ad set is set to" in str(report.error)


def test_the_day_of_a_purchase_is_left_to_meta(account) -> None:
    """`action_report_time` is ignored since June 2025, so it is not asked for as if it held."""
    server = account.serve()
    account.pulled(server, ONE_DAY)
    assert "action_report_time" not in dict(parse_qsl(server.asked[1].body.decode()))


@pytest.mark.parametrize("kind", [None, ["purchase"], 1])
def test_an_action_without_a_name_is_none(account, row, kind) -> None:
    values = [{"action_type": kind, "7d_click": "5"}, named(OMNI, "250.00")]
    assert pulled(account, row(action_values=values)) == (Decimal("250.00"), {})
