"""Advertising: what it cost and brought, over the platforms the company uses and no other."""

from datetime import date
from decimal import Decimal

import pytest

from tests.models.conftest import Warehouse, days

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
AS_OF = date(2026, 10, 1)
PLATFORMS = ("meta_ads", "google_ads")
WITHOUT_TESTS = ("--exclude-resource-type", "test")
"""For the lakes that differ in which sources were pulled, after two that dbt has tested as a whole."""
META, GOOGLE = ("meta_ads", "campaign_days"), ("google_ads", "campaign_days")


def meta(
    day: date,
    campaign: str,
    spend: str,
    value: str | None,
    currency: str = "USD",
    name: str = "",
):
    return {
        "date": day,
        "campaign_id": campaign,
        "campaign_name": name or f"Campaign {campaign}",
        "currency": currency,
        "spend": Decimal(spend),
        "purchase_value": None if value is None else Decimal(value),
    }


def google(day: date, campaign: int, cost_micros: int, value: str):
    return {
        "date": day,
        "campaign_id": campaign,
        "campaign_name": f"Campaign {campaign}",
        "currency": "USD",
        "cost_micros": cost_micros,
        "conversions_value": Decimal(value),
    }


def month(warehouse: Warehouse, kpi: str, dimension: str = "total") -> dict[str, tuple]:
    """September by member: value, unit, trust, sources."""
    rows = warehouse.rows(
        f"""
        select member, value, unit, trust, sources from reporting.kpi_periods
        where kpi = '{kpi}' and period = 'month' and period_start = '{FIRST}' and dimension = '{dimension}'
        """
    )
    return {member: rest for member, *rest in rows}


def delivered(warehouse: Warehouse, kpi: str) -> list[bool]:
    """Whether each day of September was delivered."""
    return [
        row[0]
        for row in warehouse.rows(
            f"select delivered from reporting.kpi_coverage where kpi = '{kpi}' and day <= '{LAST}' order by day"
        )
    ]


@pytest.fixture(scope="module")
def both(warehouse_in, empty) -> Warehouse:
    """Two platforms: 100 + 50 dollars that brought 300 + 250, and 75.000001 that brought 100.5."""
    warehouse = warehouse_in("both")
    for day in days(FIRST, LAST):
        of_meta = of_google = []
        if day == date(2026, 9, 3):
            of_meta = [meta(day, "1", "100", "300", name="Old name"), meta(day, "2", "50", "250")]
            of_google = [google(day, 7, 75_000_001, "100.5")]
        if day == date(2026, 9, 20):
            of_meta = [meta(day, "1", "0", "0", name="New name"), meta(day, "3", "10", "90", "EUR")]
        warehouse.lake.window(*META, day, of_meta)
        warehouse.lake.window(*GOOGLE, day, of_google)
    warehouse.build_over(empty, AS_OF, PLATFORMS)
    return warehouse


def test_spend_adds_up_over_the_platforms_in_one_currency(both: Warehouse) -> None:
    ((value, unit, trust, sources),) = month(both, "ad_spend").values()
    assert value == Decimal("225.000001")
    assert unit == "USD"
    assert trust == "unconverted_currency"  # ten euros are not in it
    assert sources == "google_ads.campaign_days,meta_ads.campaign_days"
    platforms = month(both, "ad_spend", "platform")
    assert {member: row[0] for member, row in platforms.items()} == {
        "meta_ads": Decimal(150),
        "google_ads": Decimal("75.000001"),
    }
    currencies = month(both, "ad_spend", "currency")
    assert {member: (row[0], row[1]) for member, row in currencies.items()} == {
        "USD": (Decimal("225.000001"), "USD"),
        "EUR": (None, "USD"),
    }


def test_the_return_is_what_came_back_over_what_it_cost_and_no_average_of_campaigns(
    both: Warehouse,
) -> None:
    ((value, unit, *_),) = month(both, "return_on_ad_spend").values()
    assert value == Decimal("2.891111")  # 650.5 ÷ 225.000001
    assert unit == "times"
    campaigns = month(both, "return_on_ad_spend", "campaign")
    assert {member: row[0] for member, row in campaigns.items()} == {
        "New name": Decimal(3),
        "Campaign 2": Decimal(5),
        "Campaign 7": Decimal("1.34"),
    }


def test_a_return_in_another_currency_is_told_in_it_where_no_rate_is_known(both: Warehouse) -> None:
    returns = both.rows(
        f"""
        select member, value, own_value, unit, trust from reporting.kpi_periods
        where
            kpi = 'return_on_ad_spend' and period = 'month' and period_start = '{FIRST}'
            and dimension = 'currency'
        order by member
        """
    )
    assert returns == [
        ("EUR", None, Decimal(9), "times", "unconverted_currency"),
        ("USD", Decimal("2.891111"), Decimal("2.891111"), "times", "ok"),
    ]


def test_a_campaign_goes_by_its_newest_name_and_keeps_its_history(both: Warehouse) -> None:
    names = both.rows(
        "select day, campaign, spend from marts.fct_ad_performance where campaign_id = '1' order by day"
    )
    assert names == [
        (date(2026, 9, 3), "New name", Decimal(100)),
        (date(2026, 9, 20), "New name", Decimal(0)),
    ]


@pytest.fixture(scope="module")
def meta_alone(warehouse_in, empty) -> Warehouse:
    """Meta alone: nobody ever asked Google.

    Campaign 2, of which Meta has no value, cost 7 on the last day but one beside campaign 1, and 7 on the last day.
    """
    warehouse = warehouse_in("one")
    for day in days(FIRST, LAST):
        of_day = [meta(day, "1", "10", "42")] if day < LAST else []
        if day >= date(2026, 9, 29):
            of_day.append(meta(day, "2", "7", None))
        warehouse.lake.window(*META, day, of_day)
    warehouse.lake.attempt(*META, "ok")
    warehouse.build_over(empty, AS_OF, PLATFORMS, *WITHOUT_TESTS)
    return warehouse


def test_a_platform_that_is_not_used_keeps_nobody_waiting(meta_alone: Warehouse) -> None:
    assert delivered(meta_alone, "ad_spend") == [True] * 30
    ((value, _, trust, sources),) = month(meta_alone, "return_on_ad_spend").values()
    assert (value, sources) == (Decimal("4.2"), "meta_ads.campaign_days")
    assert "google_ads" not in trust


def test_a_campaign_without_a_value_is_no_return_of_zero_and_still_costs(
    meta_alone: Warehouse,
) -> None:
    """29 days of 42 for 10 are 4.2; with 14 more for what is not known they would be 1218 ÷ 304 = 4.007."""
    ((value, _, trust, _),) = month(meta_alone, "return_on_ad_spend").values()
    assert (value, trust) == (Decimal("4.2"), "empty_value")
    # on the last day no campaign has a value: it is not delivered
    assert delivered(meta_alone, "return_on_ad_spend") == [True] * 29 + [False]
    campaigns = month(meta_alone, "return_on_ad_spend", "campaign")
    assert campaigns["Campaign 1"][0] == Decimal("4.2")
    assert campaigns.get("Campaign 2", (None,))[0] is None
    ((spent, _, spend_trust, _),) = month(meta_alone, "ad_spend").values()
    assert (spent, spend_trust) == (304, "ok")


def test_a_platform_that_was_asked_in_vain_is_waited_for(warehouse_in, empty) -> None:
    warehouse = warehouse_in("in_vain")
    for day in days(FIRST, LAST):
        warehouse.lake.window(*META, day, [meta(day, "1", "10", "42")])
    warehouse.lake.attempt(*GOOGLE, "credential")
    warehouse.build_over(empty, AS_OF, PLATFORMS, *WITHOUT_TESTS)
    assert delivered(warehouse, "return_on_ad_spend") == [False] * 30
    assert month(warehouse, "return_on_ad_spend") == {}
    ((trust,),) = warehouse.rows(
        "select trust from reporting.kpis where kpi = 'return_on_ad_spend'"
    )
    assert "source_failed:google_ads" in trust


def test_a_day_that_one_of_two_platforms_lacks_is_not_delivered(warehouse_in, empty) -> None:
    warehouse = warehouse_in("a_day_short")
    gap = date(2026, 9, 10)
    for day in days(FIRST, LAST):
        warehouse.lake.window(*META, day, [meta(day, "1", "10", "42")])
        if day != gap:
            warehouse.lake.window(*GOOGLE, day, [google(day, 7, 10_000_000, "20")])
    warehouse.build_over(empty, AS_OF, PLATFORMS, *WITHOUT_TESTS)
    assert delivered(warehouse, "ad_spend") == [day != gap for day in days(FIRST, LAST)]
    ((value, _, trust, _),) = month(warehouse, "ad_spend").values()
    assert value == 29 * 20
    assert trust == "missing_days"
