"""How long a source is restated and how often it is asked: its declaration's figures, and what is set instead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.sdk.contract import ONE_DAY, Limit, Source
from connectors.sdk.dlt_source import dlt_source
from connectors.sdk.errors import Rejected
from connectors.sdk.rest import Endpoint, rest_source
from connectors.sdk.source_settings import as_set, remarks, settings_of
from tests.connectors.sdk.engine.fake_source import (
    LIKES,
    ORDERS,
    VISITS,
    FakeConnection,
    source,
)

SHOP = source(
    FakeConnection({}),
    VISITS,  # 3 days
    ORDERS,  # 1 day
    LIKES,  # of today only
    name="shop",
    title="Shop",
    limits=(Limit("search", 4.5, most_per_second=5), Limit("rest", 9, burst=9)),
)
BY_MINUTE = replace(
    SHOP,
    limits=(
        Limit("export", 10 / 60, burst=10, most_per_second=30 / 60, by_minute=True),
        Limit("api", 5, burst=40, by_minute=True),
    ),
)


def rates(made: Source) -> dict[str, tuple[float, int]]:
    """The requests a second and at once, by bucket."""
    return {limit.bucket: (round(limit.per_second, 6), limit.burst) for limit in made.limits}


def days(made: Source) -> dict[str, float]:
    return {stream.name: made.look_back(stream) / ONE_DAY for stream in made.streams}


def test_each_source_has_both_settings_with_the_figures_that_it_declares():
    assert {option.name: option.default for option in settings_of(SHOP)} == {
        "SHOP_RESTATES_DAYS": "visits:3,orders:1",
        "SHOP_REQUESTS_PER_SECOND": "search:4.5,rest:9",
    }


def test_equal_figures_are_written_once_and_a_source_that_counts_by_the_minute_is_set_so():
    equal = replace(BY_MINUTE, streams=(VISITS, replace(ORDERS, restates_for=timedelta(days=3))))
    assert {option.name: option.default for option in settings_of(equal)} == {
        "SHOP_RESTATES_DAYS": "3",
        "SHOP_REQUESTS_PER_MINUTE": "export:10,api:300",
    }


def test_sources_that_are_only_declared_have_the_settings_too():
    def nothing(values, piece, session):
        return ()

    table = replace(VISITS, name="tickets")
    desk = dlt_source(
        name="desk", title="Desk", resources=[(table, nothing)], per_second=0.5, by_minute=True
    )
    fields = {name: name for name in VISITS.schema.names}
    made = rest_source(
        name="shop",
        title="Shop",
        base="https://api.shop.example",
        token="SHOP_TOKEN",
        endpoints=[Endpoint(stream=VISITS, path="/visits", fields=fields)],
        per_second=5,
    )
    own = [
        option
        for source in (desk, made)
        for option in settings_of(source)
        if option not in source.options
    ]
    assert {option.name: option.default for option in own} == {
        "DESK_RESTATES_DAYS": "3",
        "DESK_REQUESTS_PER_MINUTE": "30",
        "SHOP_RESTATES_DAYS": "3",
        "SHOP_REQUESTS_PER_SECOND": "5",
    }


def test_a_source_without_a_restated_stream_has_no_look_back():
    made = replace(SHOP, streams=(LIKES, replace(VISITS, reread=True)))
    assert [option.name for option in settings_of(made)] == ["SHOP_REQUESTS_PER_SECOND"]


@pytest.mark.parametrize(
    ("text", "by_stream"),
    [
        ("", {"visits": 3, "orders": 1, "likes": 0}),
        ("visits:3,orders:1", {"visits": 3, "orders": 1, "likes": 0}),
        ("28", {"visits": 28, "orders": 28, "likes": 0}),
        ("0", {"visits": 0, "orders": 0, "likes": 0}),
        (" orders : 1.5 ", {"visits": 3, "orders": 1.5, "likes": 0}),
        ("orders:7, visits:1095", {"visits": 1095, "orders": 7, "likes": 0}),
    ],
)
def test_a_look_back_is_set_for_all_streams_that_are_restated_or_by_name(text, by_stream):
    assert days(as_set(SHOP, {"SHOP_RESTATES_DAYS": text})) == by_stream


@pytest.mark.parametrize("text", ["-1", "three", "visits", "visits:-3", "likes:3", "visits:3,visits:4",
                                  "1,5", "nan", "1e3", "١"])  # fmt: skip
def test_a_look_back_that_cannot_be_read_is_refused_with_how_to_write_it(text):
    with pytest.raises(Rejected) as refused:
        as_set(SHOP, {"SHOP_RESTATES_DAYS": text})
    assert str(refused.value).startswith(f"SHOP_RESTATES_DAYS is {text!r}")
    assert refused.value.remedy == (
        "write a number, or by name as in visits:3,orders:1; the default is visits:3,orders:1"
    )


def test_a_look_back_of_more_than_three_years_is_refused():
    with pytest.raises(Rejected, match="SHOP_RESTATES_DAYS is more than 1095 for orders"):
        as_set(SHOP, {"SHOP_RESTATES_DAYS": "orders:1096"})


def test_a_rate_is_set_for_all_kinds_of_requests_or_by_name_and_the_burst_goes_with_it():
    assert rates(as_set(SHOP, {})) == {"search": (4.5, 1), "rest": (9, 9)}
    # 9 requests at once at 9 a second are 3 at once at 3 a second
    assert rates(as_set(SHOP, {"SHOP_REQUESTS_PER_SECOND": "3"})) == {
        "search": (3, 1),
        "rest": (3, 3),
    }
    assert rates(as_set(SHOP, {"SHOP_REQUESTS_PER_SECOND": "rest:18"})) == {
        "search": (4.5, 1),
        "rest": (18, 18),
    }
    # 30 exports a minute are 0.5 a second, and all 30 may come at once as the 10 may
    assert rates(as_set(BY_MINUTE, {"SHOP_REQUESTS_PER_MINUTE": "export:30"})) == {
        "export": (0.5, 30),
        "api": (5, 40),
    }


@pytest.mark.parametrize("text", ["0", "0.01", "rest:0"])
def test_a_rate_at_which_a_run_would_not_end_is_refused(text):
    with pytest.raises(Rejected, match="SHOP_REQUESTS_PER_SECOND is less than 1 a minute for"):
        as_set(SHOP, {"SHOP_REQUESTS_PER_SECOND": text})


def test_a_shorter_look_back_and_a_rate_above_the_documented_one_are_remarked_on():
    values = {"SHOP_RESTATES_DAYS": "1", "SHOP_REQUESTS_PER_SECOND": "search:8,rest:100"}
    assert [*remarks(SHOP, values)] == [
        "SHOP_RESTATES_DAYS has visits pulled again for 1 day, and Shop may change it for 3 days: later changes are "
        "missed",
        "SHOP_REQUESTS_PER_SECOND has 8 search requests a second, and Shop grants 5 at most: the others are refused "
        "and sent again",
    ]
    assert [*remarks(BY_MINUTE, {"SHOP_REQUESTS_PER_MINUTE": "export:30"})] == []
    assert [*remarks(SHOP, {"SHOP_RESTATES_DAYS": "9", "SHOP_REQUESTS_PER_SECOND": "1"})] == []
