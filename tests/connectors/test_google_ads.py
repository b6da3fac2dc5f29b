"""Google Ads, against a server that speaks its protocol."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from google.ads.googleads.v26.errors.types.errors import GoogleAdsError
from grpc import StatusCode as Status

from connectors.google_ads.faults import diagnose
from connectors.google_ads.source import CAMPAIGN_DAYS, SOURCE, amount
from connectors.lake.lake import Lake
from connectors.sandbox.advertising import PLATFORMS, results
from connectors.sandbox.google_ads import CUSTOMER, TOKEN, Faults, GoogleAdsServer
from connectors.sdk.checkup import check_up
from connectors.sdk.contract import Finding, Slice
from connectors.sdk.engine import StreamReport, pull
from connectors.sdk.errors import (
    CredentialError,
    NotPullable,
    PermissionDenied,
    QuotaExhausted,
    Rejected,
    SourceError,
    Throttled,
    Unavailable,
)
from connectors.sdk.fitting import fitting
from connectors.sdk.opening import open_connection
from connectors.sdk.windows import Range
from tests.connectors.clock import unslept
from tests.connectors.google_key import key_file, without_own_credentials
from tests.limits import HANG_SECONDS

TODAY = date(2026, 11, 24)
OCTOBER = Range(date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture
def serve() -> Iterator[Callable[..., GoogleAdsServer]]:
    servers: list[GoogleAdsServer] = []

    def start(today: date = TODAY, *, timezone="Etc/UTC", currency="USD", **faults):
        servers.append(
            GoogleAdsServer(today, faults=Faults(**faults), timezone=timezone, currency=currency)
        )
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def options(server: GoogleAdsServer) -> dict[str, str]:
    """What leads to `server`."""
    return {
        "GOOGLE_ADS_CUSTOMER_ID": CUSTOMER,
        "GOOGLE_ADS_DEVELOPER_TOKEN": TOKEN,
        "GOOGLE_ADS_API_ENDPOINT": server.address,
    }


def take(
    server: GoogleAdsServer,
    lake: Lake,
    wanted: Range,
    *,
    slept: list[float] | None = None,
    now: datetime | None = None,
    **values: str,
) -> StreamReport:
    at = now or datetime(*server.today.timetuple()[:3], 12, tzinfo=UTC)
    (report,) = pull(
        SOURCE, options(server) | values, lake, wanted, now=lambda: at, calls=unslept(SOURCE, slept)
    )
    return report


def rows(lake: Lake, first: date, last: date | None = None) -> list[dict[str, object]]:
    windows = sorted(lake.between("google_ads", CAMPAIGN_DAYS, first, last or first))
    return [
        row for day in windows for row in lake.read("google_ads", CAMPAIGN_DAYS, day).to_pylist()
    ]


def told(kind: str, code: str, said: str, seconds: int = 0) -> GoogleAdsError:
    details = {"quota_error_details": {"retry_delay": timedelta(seconds=seconds)}}
    return GoogleAdsError(
        error_code={kind: code}, message=said, details=details if seconds else None
    )


def test_the_third_quarter_of_2026_returns_4_2_times_what_it_cost(serve, lake):
    quarter = Range(date(2026, 7, 1), date(2026, 9, 30))
    assert take(serve(), lake, quarter).error is None
    campaigns = rows(lake, quarter.first, quarter.last)
    assert sum(row["cost_micros"] for row in campaigns) == 21_700_000_000
    assert sum(row["conversions_value"] for row in campaigns) == Decimal(21_700) * Decimal("4.2")
    assert len(campaigns) == 92 * 4
    assert {row["campaign_name"] for row in campaigns} == {
        "Search: brand", "Search: widgets", "Shopping", "Performance Max",
    }  # fmt: skip


def test_the_days_are_asked_for_by_campaign_and_as_a_whole_and_the_developer_token_goes_along(
    serve, lake
):
    server = serve()
    take(server, lake, OCTOBER)
    assert "customer.time_zone" in server.asked[0]
    assert len(server.asked) == 4
    for query, resource in zip(server.asked[2:], ("campaign", "customer"), strict=True):
        assert f"FROM {resource} WHERE" in query
        assert "segments.date BETWEEN '2026-10-01' AND '2026-10-31'" in query
    for sent in server.metadata:
        assert sent["developer-token"] == TOKEN
        assert "login-customer-id" not in sent
        assert "authorization" not in sent  # nothing is signed on the way to this machine


def findings(lake: Lake) -> list[Finding]:
    manifests = lake.manifests("google_ads", "campaign_days").values()
    return [finding for manifest in manifests for finding in manifest.findings]


def test_what_the_campaigns_cost_is_held_against_the_account(serve, lake):
    """Four campaigns, one of which is missing from the rows; the account's cost has all four."""
    day = Range(date(2026, 9, 1), date(2026, 9, 1))
    lost = next(x for x in results("google_ads", day.first, TODAY) if x.campaign.name == "Shopping")
    all_of = sum(x.spend_cents for x in results("google_ads", day.first, TODAY)) * 10_000
    server = serve(left_out=frozenset({"Shopping"}))
    report = take(server, lake, day)
    assert [finding.column for finding in findings(lake)] == [
        "impressions",
        "clicks",
        "cost_micros",
    ]
    cost = findings(lake)[-1]
    assert cost.day == day.first
    assert f"{all_of - lost.spend_cents * 10_000:,}, and Google Ads by itself says {all_of:,}" in (
        cost.message
    )
    assert [manifest.settled for manifest in report.committed] == [False]
    server.faults.left_out = frozenset()
    report = take(server, lake, day)
    assert findings(lake) == []
    assert [manifest.settled for manifest in report.committed] == [True]


def test_a_campaign_that_is_missing_for_a_month_is_told_for_each_of_its_days(serve, lake):
    take(serve(left_out=frozenset({"Search: brand"})), lake, OCTOBER)
    costs = [x for x in findings(lake) if x.column == "cost_micros"]
    assert [x.day for x in costs] == [date(2026, 10, day) for day in range(1, 32)]


def test_an_account_without_any_rows_of_campaigns_is_no_ordinary_zero(serve, lake):
    names = {x.name for x in PLATFORMS["google_ads"].campaigns}
    report = take(serve(left_out=frozenset(names)), lake, OCTOBER)
    assert report.rows == 0
    assert len([x for x in findings(lake) if x.column == "cost_micros"]) == 31


def test_days_on_which_nothing_was_shown_are_zeros_in_both(serve, lake):
    before = Range(date(2024, 11, 28), date(2024, 11, 30))  # the company begins in December
    report = take(serve(), lake, before)
    assert (report.rows, findings(lake)) == (0, [])


def test_an_account_whose_totals_are_refused_keeps_its_campaigns(serve, lake):
    error = GoogleAdsError(error_code={"authorization_error": "USER_PERMISSION_DENIED"})
    refusal = (Status.PERMISSION_DENIED, "no", error)
    report = take(serve(failures=[None, None, None, refusal]), lake, OCTOBER)
    assert report.error is None
    assert report.rows == 31 * 4
    assert findings(lake) == []


def test_the_manager_account_goes_along_where_one_is_set_and_dashes_are_taken_out(serve, lake):
    server = serve()
    take(
        server, lake, OCTOBER,
        GOOGLE_ADS_CUSTOMER_ID="482-910-5736", GOOGLE_ADS_LOGIN_CUSTOMER_ID="111-222-3333",
    )  # fmt: skip
    assert {sent["login-customer-id"] for sent in server.metadata} == {"1112223333"}


def test_an_answer_in_parts_is_read_to_its_end(serve, lake):
    report = take(serve(rows_per_part=10), lake, OCTOBER)
    assert report.rows == 31 * 4


def test_a_stream_that_breaks_off_is_asked_for_again_and_no_part_of_it_is_kept_twice(serve):
    server = serve(rows_per_part=10)
    slept: list[float] = []
    connection = open_connection(SOURCE, options(server), unslept(SOURCE, slept))
    server.faults.breaks_off_after = 2
    pages = [*connection.pages(Slice(CAMPAIGN_DAYS, OCTOBER.first, OCTOBER.last, connection.zone))]
    connection.close()
    assert sum(len(page.rows) for page in pages) == 31 * 4
    assert len(server.asked) == 4  # the account's zone, the same query twice, and its totals
    assert server.asked[1] == server.asked[2]
    assert len([wait for wait in slept if 0.3 < wait < 0.7]) == 1


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


def test_days_are_the_accounts_and_so_is_the_currency(serve, lake):
    server = serve(timezone="America/Los_Angeles", currency="EUR")
    wanted = Range(date(2026, 11, 22), date(2026, 11, 23))
    # the 23rd is over at 08:00 UTC, and told of four hours later
    early = take(server, lake, wanted, now=datetime(2026, 11, 24, 11, 59, tzinfo=UTC))
    assert [x.window for x in early.committed] == [date(2026, 11, 22)]
    late = take(server, lake, wanted, now=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    assert [x.window for x in late.committed] == [date(2026, 11, 22), date(2026, 11, 23)]
    assert {row["currency"] for row in rows(lake, date(2026, 11, 23))} == {"EUR"}


@pytest.mark.parametrize(
    ("value", "decimal"),
    [
        (0.0, "0"),
        (1234.56, "1234.56"),
        (0.1 + 0.2, "0.3"),
        (1e9 + 0.01, "1000000000.01"),
        (1e22, "1E+22"),
    ],
)
def test_a_value_is_the_decimal_that_its_float_stands_for(value: float, decimal: str):
    assert amount(value) == Decimal(decimal)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e32, 1.7e308])
def test_a_value_that_is_no_number_or_that_no_column_can_hold_is_set_aside(value: float):
    """A column of 38 digits, six of them after the point, holds less than 1e32."""
    values = {field.name: None for field in CAMPAIGN_DAYS.schema}
    values |= {"date": TODAY, "campaign_id": 1, "campaign_name": "", "currency": "USD"}
    values |= {"impressions": 0, "clicks": 0, "cost_micros": 0}
    [misfit] = fitting(CAMPAIGN_DAYS, [values | {"conversions_value": amount(value)}])[1]
    assert (misfit.what, misfit.column) == ("wrong_type", "conversions_value")


@pytest.mark.parametrize(
    ("status", "kind", "code", "fault"),
    [
        (Status.UNAUTHENTICATED, "authentication_error", "OAUTH_TOKEN_EXPIRED", CredentialError),
        (Status.PERMISSION_DENIED, "authorization_error", "ACTION_NOT_PERMITTED", PermissionDenied),
        (Status.PERMISSION_DENIED, "authorization_error", "CUSTOMER_NOT_ENABLED", PermissionDenied),
        (Status.RESOURCE_EXHAUSTED, "quota_error", "RESOURCE_EXHAUSTED", QuotaExhausted),
        (Status.RESOURCE_EXHAUSTED, "quota_error", "RESOURCE_TEMPORARILY_EXHAUSTED", Throttled),
        (Status.INVALID_ARGUMENT, "query_error", "REQUESTED_METRICS_FOR_MANAGER", Rejected),
    ],
)  # fmt: skip
def test_what_google_ads_says_is_wrong_is_told_for_what_it_is(
    serve, lake, status: Status, kind: str, code: str, fault: type[SourceError]
):
    slept: list[float] = []
    failed = (status, "Something is wrong.", told(kind, code, "In particular this."))
    report = take(serve(failures=[failed] * 20), lake, OCTOBER, slept=slept)
    assert type(report.error) is fault
    assert code in str(report.error)
    assert any(wait > 0.3 for wait in slept) == fault.retryable
    assert lake.manifests("google_ads", "campaign_days") == {}


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (Status.UNAUTHENTICATED, CredentialError),
        (Status.PERMISSION_DENIED, PermissionDenied),
        (Status.RESOURCE_EXHAUSTED, QuotaExhausted),
        (Status.INTERNAL, Unavailable),
        (Status.UNAVAILABLE, Unavailable),
        (Status.DEADLINE_EXCEEDED, Unavailable),
        (Status.INVALID_ARGUMENT, Rejected),
    ],
)
@pytest.mark.parametrize("said", [None, "TRANSIENT_ERROR"])
def test_where_google_ads_says_nothing_in_particular_the_status_counts(
    serve, lake, status: Status, said: str | None, fault: type[SourceError]
):
    detail = told("internal_error", said, "It went wrong.") if said else None
    report = take(serve(failures=[(status, "It went wrong.", detail)] * 20), lake, OCTOBER)
    assert type(report.error) is fault
    assert lake.manifests("google_ads", "campaign_days") == {}


def test_the_seconds_that_a_quota_asks_for_are_known_and_short_ones_are_waited(serve, lake):
    spent = told("quota_error", "RESOURCE_EXHAUSTED", "Too many requests.", 5400)
    report = take(serve(failures=[(Status.RESOURCE_EXHAUSTED, "no", spent)]), lake, OCTOBER)
    assert report.error.retry_after == 5400
    fast = told("quota_error", "RESOURCE_TEMPORARILY_EXHAUSTED", "Too fast.", 30)
    slept: list[float] = []
    server = serve(failures=[(Status.RESOURCE_EXHAUSTED, "no", fast)])
    assert take(server, lake, OCTOBER, slept=slept).error is None
    assert 29.9 < next(wait for wait in slept if wait > 1) < 30.3


def test_a_quota_that_runs_out_keeps_what_was_pulled(serve, lake):
    spent = told("quota_error", "RESOURCE_EXHAUSTED", "Too many requests.")
    server = serve(failures=[None, None, None, (Status.RESOURCE_EXHAUSTED, "no", spent)])
    report = take(server, lake, Range(date(2026, 4, 1), date(2026, 9, 30)))
    assert isinstance(report.error, QuotaExhausted)
    assert len(report.committed) in {91, 92}  # one of two slices of a quarter or so


def test_no_developer_token_is_needed(serve, lake):
    """Google has ignored them since September 2026, and gives out no new ones."""
    server = serve()
    assert take(server, lake, OCTOBER, GOOGLE_ADS_DEVELOPER_TOKEN="").error is None
    assert not any("developer-token" in sent for sent in server.metadata)
    assert "GOOGLE_ADS_DEVELOPER_TOKEN" not in {
        option.name for option in SOURCE.options if option.default is None
    }


def test_a_developer_token_that_is_refused_is_not_repeated(serve, lake):
    """As the message of Google's refusal can repeat it."""
    error = told("authentication_error", "DEVELOPER_TOKEN_INVALID", "wrong5f2c91 is not valid.")
    server = serve(failures=[(Status.UNAUTHENTICATED, "wrong5f2c91", error)] * 9)
    report = take(server, lake, OCTOBER, GOOGLE_ADS_DEVELOPER_TOKEN="wrong5f2c91")
    assert isinstance(report.error, CredentialError)
    assert "unset GOOGLE_ADS_DEVELOPER_TOKEN" in str(report.error)
    assert "wrong5f2c91" not in str(report.error)


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("authorization_error", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION", "apply for Explorer access"),
        ("authorization_error", "CUSTOMER_NOT_ENABLED", "the account is cancelled, or not yet set up"),
        ("authorization_error", "ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT", "suspended"),
        ("authorization_error", "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION", "does not manage"),
        ("authorization_error", "METRIC_ACCESS_DENIED", "Admin > Access and security"),
        ("authentication_error", "CUSTOMER_NOT_FOUND", "correct GOOGLE_ADS_CUSTOMER_ID"),
        ("authentication_error", "OAUTH_TOKEN_REVOKED", "GOOGLE_APPLICATION_CREDENTIALS"),
    ],
)  # fmt: skip
def test_a_refusal_has_the_remedy_of_its_reason(serve, lake, kind: str, code: str, said: str):
    status = {"authentication_error": Status.UNAUTHENTICATED}.get(kind, Status.PERMISSION_DENIED)
    report = take(serve(failures=[(status, "no", told(kind, code, "No."))] * 9), lake, OCTOBER)
    assert code in str(report.error)
    assert said in str(report.error)


def test_a_manager_account_is_told_apart_from_one_that_advertises(serve, lake):
    """It has no campaigns, so that each day of it would have been a zero."""
    report = take(serve(is_manager=True), lake, OCTOBER)
    assert isinstance(report.error, Rejected)
    assert "set it to the number of the advertising account" in str(report.error)
    assert lake.manifests("google_ads", "campaign_days") == {}


def test_another_account_is_denied_with_its_remedy(serve, lake):
    report = take(serve(), lake, OCTOBER, GOOGLE_ADS_CUSTOMER_ID="9999999999")
    assert isinstance(report.error, PermissionDenied)
    assert "GOOGLE_ADS_LOGIN_CUSTOMER_ID" in str(report.error)


def test_a_query_that_google_does_not_understand_is_rejected_with_its_words(
    serve, monkeypatch, lake
):
    monkeypatch.setattr(
        "connectors.google_ads.source.CAMPAIGNS_QUERY", "SELECT metrics.fortune FROM campaign"
    )
    report = take(serve(), lake, OCTOBER)
    assert isinstance(report.error, Rejected)
    assert "UNRECOGNIZED_FIELD" in str(report.error)
    assert "metrics.fortune" in str(report.error)


def test_a_server_that_is_not_there_is_unavailable(lake):
    server = GoogleAdsServer(TODAY)
    server.close()
    assert isinstance(take(server, lake, OCTOBER).error, Unavailable)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("GOOGLE_ADS_CUSTOMER_ID", ""),
        ("GOOGLE_ADS_CUSTOMER_ID", "12345"),
        ("GOOGLE_ADS_CUSTOMER_ID", "482910573x"),
        ("GOOGLE_ADS_LOGIN_CUSTOMER_ID", "my manager"),
        ("GOOGLE_ADS_DEVELOPER_TOKEN", "two words"),
        ("GOOGLE_ADS_API_ENDPOINT", "http://googleads.googleapis.com"),
        ("GOOGLE_ADS_API_ENDPOINT", "https://googleads.googleapis.com/v26"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(serve, lake, option, value):
    server = serve()
    report = take(server, lake, OCTOBER, **{option: value})
    assert isinstance(report.error, Rejected | CredentialError)
    assert option in str(report.error)
    assert server.asked == []


def test_a_time_zone_that_is_not_known_is_refused(serve, lake):
    report = take(serve(timezone="Mars/Olympus"), lake, OCTOBER)
    assert isinstance(report.error, Rejected)
    assert "Mars/Olympus" in str(report.error)


def test_over_https_a_credential_is_needed(serve, lake, tmp_path, monkeypatch):
    without_own_credentials(monkeypatch, tmp_path)
    https = {"GOOGLE_ADS_API_ENDPOINT": "https://127.0.0.1:1"}
    report = take(serve(), lake, OCTOBER, **https)
    assert isinstance(report.error, CredentialError)
    assert "GOOGLE_APPLICATION_CREDENTIALS is not set" in str(report.error)


def test_over_https_calls_are_signed_and_encrypted(serve, lake, tmp_path):
    """Nobody answers; that it is asked at all means that the key was read and a channel opened."""
    server = serve()
    report = take(
        server, lake, OCTOBER,
        GOOGLE_ADS_API_ENDPOINT="https://127.0.0.1:1",
        GOOGLE_APPLICATION_CREDENTIALS=str(key_file(tmp_path)),
    )  # fmt: skip
    assert isinstance(report.error, Unavailable)
    assert "BEGIN" not in str(report.error)
    assert server.asked == []


def test_pulling_twice_gives_the_same_files(serve, lake):
    def files() -> list[str]:
        return sorted(str(path) for path in lake.root.rglob("*=*/*.parquet"))

    again = Range(OCTOBER.first, OCTOBER.last, repull=True)
    take(serve(), lake, again)
    before = files()
    assert len(take(serve(rows_per_part=7), lake, again).committed) == 31
    assert files() == before
    assert len(before) == 1  # of the month


def test_an_exception_that_is_not_googles_is_no_fault():
    assert diagnose(ValueError("a bug")) is None


def python(script: str) -> str:
    """What a process of its own prints; a warning in it is an error."""
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=HANG_SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_listing_the_source_does_not_import_the_package():
    script = (
        "import sys, connectors.google_ads.source; print({'grpc', 'google.ads'} & {*sys.modules})"
    )
    assert python(script) == "set()"


def test_without_the_package_the_source_is_listed_and_opening_it_names_the_command():
    script = f"""
import sys
sys.modules["google.ads"] = None  # as where it is not installed
from connectors.sdk import catalog
from connectors.sdk.errors import SourceError
source = catalog.sources()["google_ads"]
values = {{"GOOGLE_ADS_CUSTOMER_ID": "{CUSTOMER}", "GOOGLE_ADS_DEVELOPER_TOKEN": "x"}}
try:
    source.open(values, None)
except SourceError as fault:
    print(fault)
"""
    assert "pip install google-ads" in python(script)


def test_without_the_package_the_sample_company_does_not_advertise_on_google():
    script = """
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
sys.modules["google.ads"] = None
from connectors.sandbox.company import SampleCompany
with TemporaryDirectory() as home, SampleCompany(date(2026, 11, 24), Path(home)) as company:
    print(company.values("google_ads"), company.values("meta_ads")["META_ADS_ACCOUNT_ID"])
"""
    assert python(script) == "None 1184290000000042"


def test_a_process_that_pulled_ends_without_a_word(tmp_path):
    script = f"""
from datetime import UTC, date, datetime
from pathlib import Path
from connectors.sdk.engine import pull
from connectors.google_ads.source import SOURCE
from connectors.lake.lake import Lake
from connectors.sandbox.google_ads import serve
from connectors.sdk.windows import Range
served = serve(date(2026, 11, 24), Path({str(tmp_path)!r}))
pull(SOURCE, served.values, Lake(Path({str(tmp_path)!r})), Range(date(2026, 11, 22), date(2026, 11, 23)),
     now=lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
served.close()
"""
    assert python(script) == ""
