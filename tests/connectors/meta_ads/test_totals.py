"""What the campaigns cost is held against what the account as a whole cost, with campaigns that no report lists."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from connectors.sandbox.graph_api import error
from connectors.sandbox.http_server import Reply
from connectors.sdk.contract import Finding
from connectors.sdk.windows import Range
from tests.connectors.meta_ads.conftest import AdAccount

SEPTEMBER_1 = Range(date(2026, 9, 1), date(2026, 9, 1))
SEPTEMBER = Range(date(2026, 9, 1), date(2026, 9, 30))
"""Older than the 28 days for which Meta restates."""
ROWS, TOTALS = 5, 6
"""The requests for rows and totals of one report: after account, report and two looks at it."""


def findings(account: AdAccount) -> list[Finding]:
    manifests = account.lake.manifests("meta_ads", "campaign_days").values()
    return [finding for manifest in manifests for finding in manifest.findings]


def whole_account(*spend: str, **other: str) -> dict[str, object]:
    """A row of the whole account, as Meta writes it."""
    row = {"impressions": "1000", "clicks": "20", "date_start": "2026-09-01"} | other
    return {"data": [row | {"spend": amount} for amount in spend]}


def replies(campaigns: Sequence[dict[str, object]], account: dict[str, object]) -> dict[int, Reply]:
    return {ROWS: Reply(200, {"data": [*campaigns]}), TOTALS: Reply(200, account)}


def test_a_campaign_that_no_report_lists_is_missing_from_the_sum_and_told(account, row) -> None:
    """Campaign A cost 10; B, which no report lists, 90. The account cost 100."""
    campaign_a = row(date_start="2026-09-01", spend="10.00")
    server = account.serve(replies=replies([campaign_a], whole_account("100.00")))
    report = account.pulled(server, SEPTEMBER_1)
    [finding] = findings(account)
    assert (finding.what, finding.column, finding.day) == (
        "differs_from_total", "spend", date(2026, 9, 1),
    )  # fmt: skip
    assert finding.message == (
        "spend of the rows come to 10, and Meta Ads by itself says 100 (90 missing, 90.0%); "
        "compare the day there"
    )
    assert [x["spend"] for x in account.rows(date(2026, 9, 1))] == [Decimal(10)]
    assert [manifest.settled for manifest in report.committed] == [False]


def test_a_campaign_that_is_no_longer_listed_is_told_when_its_days_are_read_again(account) -> None:
    server = account.serve()
    september_again = Range(SEPTEMBER.first, SEPTEMBER.last, repull=True)
    account.pulled(server, SEPTEMBER)
    assert findings(account) == []
    server.faults.unlisted = frozenset({"Retargeting"})
    report = account.pulled(server, september_again)
    told = {finding.day for finding in findings(account) if finding.column == "spend"}
    assert told == {date(2026, 9, day) for day in range(1, 31)}
    assert not any(manifest.settled for manifest in report.committed)


def test_an_account_none_of_whose_campaigns_are_listed_is_no_ordinary_zero(account) -> None:
    names = frozenset({"Prospecting", "Retargeting", "Green thingamajigs"})
    report = account.pulled(account.serve(unlisted=names), SEPTEMBER_1)
    assert report.rows == 0
    assert [x.column for x in findings(account)] == ["impressions", "clicks", "spend"]


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("99.01", False),  # cents that were rounded in each row: up to a unit of the currency
        ("101.00", False),
        ("98.99", True),
        ("101.01", True),
    ],
)
def test_spend_may_differ_by_what_is_rounded(account, row, said, is_told) -> None:
    rows = [row(date_start="2026-09-01", spend="100.00")]
    account.pulled(account.serve(replies=replies(rows, whole_account(said))), SEPTEMBER_1)
    assert bool(findings(account)) is is_told


def test_of_a_large_spend_half_a_per_cent_may_differ(account, row) -> None:
    rows = [row(date_start="2026-09-01", spend="9950.00")]
    account.pulled(account.serve(replies=replies(rows, whole_account("10000.00"))), SEPTEMBER_1)
    assert findings(account) == []


def test_impressions_and_clicks_may_not_differ_at_all(account, row) -> None:
    rows = [row(date_start="2026-09-01", spend="10.00", impressions="999", clicks="19")]
    account.pulled(account.serve(replies=replies(rows, whole_account("10.00"))), SEPTEMBER_1)
    assert [x.column for x in findings(account)] == ["impressions", "clicks"]


def test_a_day_on_which_nothing_was_shown_is_zero_in_both(account) -> None:
    report = account.pulled(account.serve(replies=replies([], {"data": []})), SEPTEMBER_1)
    assert (report.rows, findings(account)) == (0, [])


def test_the_totals_are_asked_for_at_once_and_with_the_days_of_the_report(account) -> None:
    server = account.serve()
    account.pulled(server, SEPTEMBER)
    [asked] = [x for x in server.asked if x.params.get("level") == "account"]
    assert asked.method == "GET"
    assert json.loads(asked.params["time_range"]) == {"since": "2026-09-01", "until": "2026-09-30"}


@pytest.mark.parametrize(
    "refusal",
    [
        error(400, 100, "(#100) level must be one of the following values: ad, campaign"),
        error(403, 200, "(#200) Ad account owner has NOT granted ads_management or ads_read"),
    ],
)
def test_an_account_whose_totals_are_refused_keeps_its_campaigns(account, refusal) -> None:
    report = account.pulled(account.serve(replies={TOTALS: refusal}), SEPTEMBER_1)
    assert (report.error, report.rows, findings(account)) == (None, 3, [])


def test_a_total_that_is_no_number_is_none(account) -> None:
    server = account.serve(replies={TOTALS: Reply(200, whole_account("a lot"))})
    report = account.pulled(server, SEPTEMBER_1)
    assert (report.error, report.rows, findings(account)) == (None, 3, [])
