"""Properties that may be empty, amounts in the company's currency, and properties that a setting names."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.http_server import Reply
from connectors.sdk.errors import Drift, Rejected
from connectors.sdk.windows import Range
from tests.connectors.set_aside import set_aside

FIRST_OF_MARCH = Range(date(2026, 3, 1), date(2026, 3, 1))
NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_deal_without_a_pipeline_a_stage_or_a_date_of_creation_is_a_deal(account, deal) -> None:
    bare = deal(7, NINE, pipeline=None, dealstage="", createdate=None)
    report = account.pulled("deals", account.serve(deals=[bare]), FIRST_OF_MARCH)
    assert (report.error, set_aside(report)) == (None, {})
    [row] = account.rows("deals", FIRST_OF_MARCH)
    assert (row["pipeline_id"], row["stage_id"], row["is_won"]) == (None, None, True)
    assert row["created_at"] == datetime(2026, 2, 1, tzinfo=UTC)  # that of the record


def test_a_call_without_a_time_took_place_when_it_was_logged(account, call) -> None:
    server = account.serve(calls=[call(1, NINE, 901, hs_timestamp=None)])
    report = account.pulled("calls", server, FIRST_OF_MARCH)
    assert (report.error, set_aside(report)) == (None, {})
    assert [row["called_at"] for row in account.rows("calls", FIRST_OF_MARCH)] == [NINE]


def test_a_property_that_none_of_many_deals_has_was_renamed(account, deal) -> None:
    deals = [deal(n, NINE) for n in range(1, 21)]
    for item in deals:
        del item.properties["hs_is_closed_won"]
    report = account.pulled("deals", account.serve(deals=deals), FIRST_OF_MARCH)
    assert isinstance(report.error, Drift)
    assert "is_won" in str(report.error)


@pytest.mark.parametrize("given", [{}, {"amount_in_home_currency": None}])
def test_an_account_with_one_currency_has_amounts_in_it(account, deal, given) -> None:
    deals = [deal(n, NINE, deal_currency_code=None, **given) for n in range(1, 21)]
    server = account.serve(deals=deals, currency="EUR")
    assert account.pulled("deals", server, FIRST_OF_MARCH).error is None
    row = account.newest("deals", FIRST_OF_MARCH)["1"]
    assert (row["amount"], row["currency"]) == ("1500", None)
    assert (row["amount_in_company_currency"], row["company_currency"]) == (None, "EUR")


def test_an_amount_in_another_currency_comes_with_what_hubspot_makes_of_it(account, deal) -> None:
    pounds = deal(7, NINE, deal_currency_code="GBP", amount_in_home_currency="1725.5")
    server = account.serve(deals=[pounds], currency="EUR")
    account.pulled("deals", server, FIRST_OF_MARCH)
    [row] = account.rows("deals", FIRST_OF_MARCH)
    assert (row["amount"], row["currency"]) == ("1500", "GBP")
    assert (row["amount_in_company_currency"], row["company_currency"]) == ("1725.5", "EUR")


def test_only_the_properties_that_are_named_are_stored(account, deal) -> None:
    deals = [
        deal(7, NINE, region="North", dealtype="newbusiness"),
        deal(8, NINE, region=None, dealtype="existingbusiness"),
    ]
    server = account.serve(deals=deals)
    report = account.pulled(
        "deals", server, FIRST_OF_MARCH, HUBSPOT_DEAL_PROPERTIES=" region, region,"
    )
    assert report.error is None
    rows = account.newest("deals", FIRST_OF_MARCH)
    assert json.loads(rows["7"]["properties"]) == {"region": "North"}
    assert json.loads(rows["8"]["properties"]) == {"region": None}
    held = b"".join(path.read_bytes() for path in account.lake.root.rglob("*") if path.is_file())
    assert b"existingbusiness" not in held


@pytest.mark.parametrize(
    ("named", "remedy"),
    [
        ("regoin", "did you mean region?"),
        ("ssn", "see HubSpot's Settings > Properties"),
        ("Deal Type", "small letters, digits and underscores"),
        ("region&limit=1", "small letters, digits and underscores"),
    ],
)
def test_a_property_that_the_account_lacks_is_not_taken_for_an_empty_one(
    account, deal, named: str, remedy: str
) -> None:
    server = account.serve(deals=[deal(7, NINE, region="North")])
    report = account.pulled("deals", server, FIRST_OF_MARCH, HUBSPOT_DEAL_PROPERTIES=named)
    assert isinstance(report.error, Rejected)
    assert remedy in str(report.error)
    assert "HUBSPOT_DEAL_PROPERTIES" in str(report.error)
    assert report.committed == []


def test_a_misnamed_property_is_told_before_there_is_any_deal(account) -> None:
    report = account.pulled(
        "deals", account.serve(), FIRST_OF_MARCH, HUBSPOT_DEAL_PROPERTIES="region"
    )
    assert isinstance(report.error, Rejected)
    assert "no property 'region'" in str(report.error)


def test_more_properties_than_a_search_takes_are_refused_before_it_is_sent(account, deal) -> None:
    many = [f"a_property_with_a_long_name_{n}" for n in range(90)]
    server = account.serve(deals=[deal(7, NINE, **dict.fromkeys(many))])
    report = account.pulled("deals", server, FIRST_OF_MARCH, HUBSPOT_DEAL_PROPERTIES=",".join(many))
    assert isinstance(report.error, Rejected)
    assert "name fewer in HUBSPOT_DEAL_PROPERTIES" in str(report.error)
    assert [x.path for x in server.asked if x.path.endswith("/search")] == []


def test_the_address_of_the_list_of_archived_deals_does_not_grow(account, deal) -> None:
    """HubSpot answers an address of some thousand characters with 414."""
    names = [f"a_property_{n}" for n in range(60)]
    server = account.serve(deals=[deal(7, NINE, **dict.fromkeys(names, "x"))])
    report = account.pulled(
        "deals", server, FIRST_OF_MARCH, HUBSPOT_DEAL_PROPERTIES=",".join(names)
    )
    assert (report.error, report.rows) == (None, 1)
    [listed] = [x for x in server.asked if x.path.endswith("/objects/2026-09/deals")]
    assert "a_property" not in listed.params["properties"]


def test_an_address_that_is_too_long_says_so(account) -> None:
    too_long = Reply(414, b"<html><title>414 Request-URI Too Large</title></html>")
    report = account.pulled("deals", account.serve(replies={2: too_long}), FIRST_OF_MARCH)
    assert isinstance(report.error, Rejected)
    assert "HTTP 414" in str(report.error)


def test_a_deleted_deal_without_a_date_of_change_is_gone_since_it_was_deleted(
    account, deal
) -> None:
    deleted = deal(7, NINE, archived=NINE + timedelta(hours=1), hs_lastmodifieddate=None)
    report = account.pulled("deals", account.serve(deals=[deleted]), FIRST_OF_MARCH)
    assert (report.error, set_aside(report)) == (None, {})
    [row] = account.rows("deals", FIRST_OF_MARCH)
    assert row["changed_at"] == row["archived_at"] == NINE + timedelta(hours=1)
