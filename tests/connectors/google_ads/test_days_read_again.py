"""How long a day is read again, and how far back one can be read at all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from google.ads.googleads.v26.errors.types.errors import GoogleAdsError
from grpc import StatusCode as Status

from connectors.google_ads.source import CAMPAIGN_DAYS, SOURCE
from connectors.sdk.checkup import check_up
from connectors.sdk.contract import Slice
from connectors.sdk.errors import (
    NotPullable,
)
from connectors.sdk.opening import open_connection
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.google_ads.calls import OCTOBER, options, rows, take


def test_a_day_grows_and_is_read_again_for_sixty_days(serve, lake):
    day = Range(date(2026, 9, 1), date(2026, 9, 1))
    values, settled = [], []
    for age in (1, 28, 29, 60, 61):
        report = take(serve(day.first + timedelta(days=age)), lake, day)
        values.append(sum(row["conversions_value"] for row in rows(lake, day.first)))
        settled += [manifest.settled for manifest in report.committed]
    assert values[0] < values[1] < values[2] == values[3] == values[4]
    assert settled == [False, False, False, False, True]
    assert take(serve(), lake, day).skipped == {"settled": 1}


DAYS_AND_WHEN_THEY_SETTLE = [
    # a conversion may follow the click by the longest window, and Google counts it within a day
    ((30, 90, 7), 91),
    ((7,), 8),
    ((1,), 2),
    # an account that tells no window has the longest that there is
    ((), 91),
    # and so has one with an action that has no window
    ((0,), 91),
    ((30, 0), 91),
]


@pytest.mark.parametrize(("windows", "days"), DAYS_AND_WHEN_THEY_SETTLE)
def test_a_day_is_read_again_for_the_longest_conversion_window(serve, lake, windows, days: int):
    """A day ends at midnight (UTC); at noon of the day after N days it is N days and 12 hours old."""
    day = Range(date(2026, 6, 1), date(2026, 6, 1))
    settled = []
    for age in (days, days + 1):
        server = serve(day.first + timedelta(days=age), conversion_windows=windows)
        settled += [manifest.settled for manifest in take(server, lake, day).committed]
    assert settled == [False, True]


@pytest.mark.parametrize("whose", ["THIS_MANAGER", "ANOTHER_MANAGER"])
def test_conversion_actions_of_a_manager_may_have_longer_windows_than_the_account_s_own(
    serve, lake, whose: str
):
    """The account has an action with 7 days, and its manager may have one with 90: 91 days and not 8."""
    tracked_by = f"CONVERSION_TRACKING_MANAGED_BY_{whose}"
    server = serve(date(2026, 8, 31), conversion_windows=(7,), tracked_by=tracked_by)
    report = take(server, lake, Range(date(2026, 6, 1), date(2026, 6, 1)))
    assert [manifest.settled for manifest in report.committed] == [False]  # 91 days later
    assert len(server.asked) == 3


def test_the_checkup_shows_the_look_back_of_the_account(serve, lake):
    def now() -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC)

    server = serve(conversion_windows=(30,))
    checkup = check_up(SOURCE, options(server), lake, OCTOBER, now=now)
    assert checkup.source.look_back(CAMPAIGN_DAYS) == timedelta(days=31)
    assert checkup.remarks == ()


@pytest.mark.parametrize(
    ("setting", "remarks"),
    [
        ("31", ()),  # as long as the account's, and shorter than the 91 of any account
        (
            "30",
            (
                "GOOGLE_ADS_RESTATES_DAYS has campaign_days pulled again for 30 days, and Google Ads may change it "
                "for 31 days: later changes are missed",
            ),
        ),
    ],
)
def test_a_setting_is_remarked_on_where_it_is_shorter_than_the_account_s_own(
    serve, lake, setting: str, remarks: tuple[str, ...]
):
    def now() -> datetime:
        return datetime(2026, 11, 24, 12, tzinfo=UTC)

    values = options(serve(conversion_windows=(30,))) | {"GOOGLE_ADS_RESTATES_DAYS": setting}
    assert check_up(SOURCE, values, lake, OCTOBER, now=now).remarks == remarks


@pytest.mark.parametrize(
    ("setting", "windows", "is_settled"),
    [
        ("45", (90,), True),  # 46 days and 12 hours old, and the account has 91
        ("91", (7,), False),  # the default, and longer than the account's 8
        ("", (7,), True),
    ],
)
def test_a_setting_counts_before_the_conversion_windows_of_the_account(
    serve, lake, setting: str, windows, is_settled: bool
):
    day = Range(date(2026, 6, 1), date(2026, 6, 1))
    server = serve(day.first + timedelta(days=47), conversion_windows=windows)
    report = take(server, lake, day, GOOGLE_ADS_RESTATES_DAYS=setting)
    assert [manifest.settled for manifest in report.committed] == [is_settled]


def test_an_account_that_refuses_its_conversion_windows_is_read_all_the_same(serve, lake):
    error = GoogleAdsError(error_code={"authorization_error": "ACTION_NOT_PERMITTED"})
    server = serve(failures=[None, (Status.PERMISSION_DENIED, "no", error)])
    report = take(server, lake, Range(date(2026, 8, 26), date(2026, 8, 26)))
    # 90 days old today, and settled after 91
    assert [manifest.settled for manifest in report.committed] == [False]


def test_days_before_the_37_months_are_not_asked_for_and_the_others_are_read(serve, lake):
    """1,123 days before 24 November 2026 is 28 October 2023: 37 months have 1,123 to 1,127 days."""
    server = serve()
    report = take(server, lake, Range(date(2023, 10, 20), date(2023, 10, 31)))
    assert report.error is None
    assert [x.window for x in report.committed] == [date(2023, 10, n) for n in range(28, 32)]
    assert report.skipped == {"older than the source keeps": 8}
    assert "BETWEEN '2023-10-28' AND '2023-10-31'" in server.asked[2]


def test_the_checkup_says_how_many_days_can_no_longer_be_had(serve, lake):
    """From the 20th to the 27th."""
    wanted = Range(date(2023, 10, 20), date(2023, 10, 31))
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    checkup = check_up(SOURCE, options(serve()), lake, wanted, now=lambda: noon)
    assert checkup.remarks == (
        "campaign_days lacks 8 days since 2023-10-20, which Google Ads no longer gives: they stay missing",
    )


def test_what_was_settled_before_the_37_months_stays_as_it_is(serve, lake):
    day = Range(date(2023, 10, 1), date(2023, 10, 1), repull=True)
    take(serve(date(2024, 3, 1)), lake, day)
    [settled] = lake.manifests("google_ads", "campaign_days").values()
    report = take(serve(), lake, day)
    assert (report.committed, report.skipped) == ([], {"settled": 1})
    assert [*lake.manifests("google_ads", "campaign_days").values()] == [settled]


def test_google_s_own_word_that_days_are_too_old_is_understood(serve):
    connection = open_connection(SOURCE, options(serve()), unslept(SOURCE))
    piece = Slice(CAMPAIGN_DAYS, date(2023, 10, 20), date(2023, 10, 31), connection.zone)
    with pytest.raises(NotPullable, match=r"37 months.*OKRA_START_DATE"):
        [*connection.pages(piece)]
    connection.close()
