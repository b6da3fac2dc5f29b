"""What the campaigns of a day come to, held against what the account says."""

from datetime import date

from google.ads.googleads.v26.errors.types.errors import GoogleAdsError
from grpc import StatusCode as Status

from connectors.lake.lake import Lake
from connectors.sandbox.advertising import PLATFORMS, results
from connectors.sdk.contract import Finding
from connectors.sdk.windows import Range
from tests.connectors.google_ads.calls import OCTOBER, TODAY, take


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
