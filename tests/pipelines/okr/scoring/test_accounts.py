"""Goals over accounts with names: amounts have a total and members, people counted by a source have members alone."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.roster import Stay

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def two_properties(kpis: dict[str, Kpi]) -> KpiFacts:
    """In November, 700 people on the property `eu` and 400 on `us`; nobody knows how many were on both."""
    end = date(2026, 11, 30)
    counts = [
        DistinctFact("month", NOVEMBER, "account", account, Decimal(people), end)
        for account, people in (("eu", 700), ("us", 400))
    ]
    return KpiFacts(
        kpis["property_visitors"], delivered={end}, data_through=end, distinct_periods=counts
    )


def test_the_kpi_of_accounts_has_the_dimension_account_beside_its_own(kpis) -> None:
    assert kpis["account_deals"].dimensions == ("rep", "account")
    assert kpis["account_deals"].has_total


def test_a_count_of_people_has_the_accounts_alone_and_no_total(kpis) -> None:
    assert kpis["property_visitors"].dimensions == ("account",)
    assert not kpis["property_visitors"].has_total
    assert kpis["visitors"].has_total


@pytest.mark.parametrize("window", ["", "per: month", "over: month"])
def test_a_goal_over_people_of_two_accounts_says_that_nobody_has_counted_them(
    headline, two_properties, window: str
) -> None:
    row = headline(f"kpi: property_visitors\nat_least: 1000\n{window}", two_properties, DECEMBER)
    assert (row.status, row.actual, row.score) == ("no_data", None, None)
    assert row.why == (
        "property_visitors has no total over its accounts, as whoever two of them counted would be in it twice; "
        "write `where: {account: …}` or `for_each: account`."
    )


def test_a_goal_over_the_people_of_one_account_has_its_count(headline, two_properties) -> None:
    lines = "kpi: property_visitors\nwhere: {account: eu}\nat_least: 1000"
    row = headline(lines, two_properties, DECEMBER)
    assert (row.actual, row.score) == (700, Decimal("0.7"))


def test_a_goal_for_each_account_has_each_count(play, two_properties) -> None:
    results = "- id: each\n  kpi: property_visitors\n  for_each: account\n  at_least: 500"
    whole, *members = play(results, two_properties, DECEMBER).key_results
    assert (whole.score, whole.why) == (
        Decimal("0.5"),
        "1 of 2 members of account meet it; the furthest behind is us with 400 visitors (goal 500 visitors).",
    )
    assert {row.member: row.actual for row in members} == {"eu": 700, "us": 400}


def test_a_goal_for_each_of_a_roster_in_one_account_asks_nobody_of_another(play, kpis) -> None:
    """Kim sells for `eu` and has sold 3, Lee for `us`, Ada is new and in no row yet."""
    rows = [
        DayFact(NOVEMBER, {"rep": rep, "account": account}, Decimal(deals))
        for rep, account, deals in (("Kim", "eu", 3), ("Lee", "us", 9))
    ]
    facts = KpiFacts(
        kpis["account_deals"],
        rows,
        delivered={NOVEMBER},
        data_through=date(2026, 11, 30),
        rosters={"rep": [Stay("Kim"), Stay("Lee"), Stay("Ada")]},
    )
    results = (
        "- id: each\n  kpi: account_deals\n  where: {account: eu}\n  for_each: rep\n  at_least: 2"
    )
    _, *members = play(results, facts, DECEMBER).key_results
    assert {row.member: row.actual for row in members} == {"Ada": 0, "Kim": 3}
