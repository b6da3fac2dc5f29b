"""A deal that HubSpot no longer has is told: what is kept of it would count for ever."""

from datetime import UTC, date, datetime, timedelta

import orjson

from connectors.lake.manifest import Finding
from connectors.sandbox.hubspot import HubSpotServer, error
from connectors.sdk.windows import Range
from tests.connectors.hubspot.conftest import HubSpotAccount

NOVEMBER = Range(date(2026, 11, 1), date(2026, 11, 24))
THROUGH_25 = Range(NOVEMBER.first, date(2026, 11, 25))
LATER = Range(NOVEMBER.first, date(2027, 2, 23))
NEXT_DAY = datetime(2026, 11, 26, 12, tzinfo=UTC)


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 9, tzinfo=UTC)


def findings(account: HubSpotAccount, stream: str = "deals") -> list[Finding]:
    manifests = account.lake.manifests("hubspot", stream).values()
    return [finding for manifest in manifests for finding in manifest.findings]


def counts(server: HubSpotServer) -> list[dict[str, object]]:
    """The searches that ask for no more than the number of matches."""
    bodies = [orjson.loads(x.body) for x in server.asked if x.path.endswith("/search")]
    return [body for body in bodies if body["limit"] == 1]


def test_a_deal_that_was_deleted_for_good_is_told(account, deal) -> None:
    server = account.serve(deals=[deal(3, at(3)), deal(4, at(4))])
    account.pulled("deals", server, NOVEMBER)
    assert findings(account) == []
    del server.objects["deals"][4]
    server.objects["deals"][3] = deal(3, at(25))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    [finding] = findings(account)
    assert (finding.what, finding.is_set_aside) == ("differs_from_total", False)
    assert finding.message.startswith(
        "2 deals that changed since 2026-11-01 are kept, and HubSpot has 1; "
        "deleted or merged there without a word: 1,"
    )


def test_a_call_that_was_deleted_for_good_is_told(account, call) -> None:
    server = account.serve(calls=[call(7, at(3), 1), call(8, at(4), 1)])
    account.pulled("calls", server, NOVEMBER)
    server.objects["calls"].clear()
    account.pulled("calls", server, THROUGH_25, now=NEXT_DAY)
    [finding] = findings(account, "calls")
    assert "2 calls that changed since 2026-11-01 are kept, and HubSpot has 0" in finding.message


def test_a_deal_in_the_recycle_bin_is_gone_on_both_sides(account, deal) -> None:
    server = account.serve(deals=[deal(3, at(3)), deal(4, at(4))])
    account.pulled("deals", server, NOVEMBER)
    server.objects["deals"][4] = deal(4, at(4), archived=at(25))
    account.pulled("deals", server, THROUGH_25, now=NEXT_DAY)
    assert findings(account) == []
    del server.objects["deals"][4]  # after 90 days
    account.pulled("deals", server, LATER, now=NEXT_DAY + timedelta(days=90))
    assert findings(account) == []


def test_the_sample_companys_deals_are_all_kept_for_one_more_search(account) -> None:
    server = account.serve(deals=None, calls=None)
    account.pulled("deals", server, Range(date(2026, 9, 1), date(2026, 11, 24)))
    assert findings(account) == []
    assert [body["filterGroups"] for body in counts(server)] == [
        [{"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1788220800000"}]}]
    ]  # fmt: skip


def test_an_account_that_refuses_to_count_keeps_its_deals(account, deal) -> None:
    refusal = error(400, "VALIDATION_ERROR", "Invalid input")
    server = account.serve(deals=[deal(3, at(3))], replies={4: refusal})
    report = account.pulled("deals", server, NOVEMBER)
    asked = [request.path.rpartition("/")[2] for request in server.asked]
    assert asked == ["search", "details", "deals", "search"]
    assert (report.error, report.rows, findings(account)) == (None, 1, [])
