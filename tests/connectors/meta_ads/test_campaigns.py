"""Campaigns that were deleted or archived still cost what they cost."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.sandbox.advertising import Campaign, Result
from connectors.sandbox.graph_api import error
from connectors.sdk.errors import Rejected
from connectors.sdk.windows import Range

DAY = date(2026, 11, 10)
AGAIN = Range(DAY, DAY, repull=True)


@pytest.fixture
def two_campaigns(monkeypatch) -> None:
    """Each day campaign A costs 10 and campaign B 90, and B brings 250."""
    a = Result(Campaign("1", "A", 1, 1), 1000, 20, 10_00, 0)
    b = Result(Campaign("2", "B", 1, 1), 9000, 180, 90_00, 250_00)
    monkeypatch.setattr("connectors.sandbox.meta_ads.results", lambda *_: [a, b])


@pytest.mark.usefixtures("two_campaigns")
@pytest.mark.parametrize("status", ["DELETED", "ARCHIVED", "PAUSED", "WITH_ISSUES", "IN_PROCESS"])
def test_a_campaign_of_any_status_counts_when_its_days_are_read_again(account, status) -> None:
    """B is deleted within 28 days: the day cost 100 before, and 100 after."""
    server = account.serve()
    account.pulled(server, AGAIN)
    assert [x["spend"] for x in account.rows(DAY)] == [Decimal(10), Decimal(90)]
    server.faults.statuses = {"B": status}
    report = account.pulled(server, AGAIN)
    assert sum(x["spend"] for x in account.rows(DAY)) == 100
    assert account.value(DAY) == 250
    assert [x.findings for x in report.committed] == [()]


@pytest.mark.usefixtures("two_campaigns")
def test_a_campaign_that_only_the_account_includes_is_told_with_its_size(account) -> None:
    report = account.pulled(account.serve(unlisted=frozenset({"B"})), AGAIN)
    assert [x["spend"] for x in account.rows(DAY)] == [Decimal(10)]
    told = {x.column: x.message for x in report.committed[0].findings}
    assert "come to 10, and Meta Ads by itself says 100 (90 missing, 90.0%)" in told["spend"]
    assert "come to 1,000, and Meta Ads by itself says 10,000" in told["impressions"]


@pytest.mark.usefixtures("two_campaigns")
def test_where_meta_takes_no_filter_the_live_campaigns_are_pulled_and_the_others_told(
    account,
) -> None:
    refusal = error(400, 100, "(#100) Filtering field campaign.effective_status is invalid")
    server = account.serve(replies={2: refusal}, statuses={"B": "DELETED"})
    report = account.pulled(server, AGAIN)
    assert report.error is None
    assert [x["spend"] for x in account.rows(DAY)] == [Decimal(10)]
    told = {x.column: x.message for x in report.committed[0].findings}
    assert "90 missing" in told["spend"]


def test_any_other_refusal_is_not_asked_again_without_the_filter(account) -> None:
    server = account.serve(replies={2: error(400, 100, "(#100) level is invalid")})
    assert isinstance(account.pulled(server, AGAIN).error, Rejected)
    assert len(server.asked) == 2
