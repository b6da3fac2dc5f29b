"""The sample company's advertising."""

from datetime import date, timedelta

import pytest

from connectors.sandbox.advertising import PLATFORMS, VALUE_GROWTH_DAYS, results
from connectors.sandbox.figures import FIRST_DAY

TODAY = date(2026, 11, 24)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def totals(platform: str, first: date, last: date, today: date = TODAY) -> tuple[int, int]:
    """Cents spent and cents credited."""
    rows = [x for day in days(first, last) for x in results(platform, day, today)]
    return sum(x.spend_cents for x in rows), sum(x.value_cents for x in rows)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("first", "last", "tenths"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), 36),
        (date(2026, 4, 1), date(2026, 6, 30), 39),
        (date(2026, 7, 1), date(2026, 9, 30), 42),
    ],
)
def test_each_closed_quarter_has_its_figure_on_each_platform(platform, first, last, tenths):
    spend, value = totals(platform, first, last)
    assert spend > 0
    assert value * 10 == spend * tenths


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_year_of_advertising_brings_three_to_five_times_its_cost(platform):
    for year in (2025, 2026):
        spend, value = totals(platform, date(year, 1, 1), min(date(year, 12, 31), TODAY))
        assert 3 * spend < value < 5 * spend


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_last_28_days_are_low_and_grow_day_by_day_while_the_cost_is_known_at_once(platform):
    day = date(2026, 9, 3)
    known = [
        totals(platform, day, day, day + timedelta(days=age))
        for age in range(1, VALUE_GROWTH_DAYS + 3)
    ]
    spends, values = zip(*known, strict=True)
    assert len({*spends}) == 1
    assert list(values) == sorted(values)
    assert values[0] < 0.65 * values[-1]
    assert (
        values[VALUE_GROWTH_DAYS - 1] < values[VALUE_GROWTH_DAYS] == values[VALUE_GROWTH_DAYS + 1]
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_day_is_spent_on_and_makes_sense(platform):
    for day in days(FIRST_DAY, TODAY - timedelta(days=1)):
        campaigns = results(platform, day, TODAY)
        assert len({x.campaign.number for x in campaigns}) == len(campaigns) >= 2
        for campaign in campaigns:
            assert 0 < campaign.clicks < campaign.impressions
            assert campaign.spend_cents > 0
            assert campaign.value_cents > 0


def test_campaigns_begin_and_end():
    def running(day: date) -> set[str]:
        return {x.campaign.name for x in results("meta_ads", day, TODAY)}

    assert "Holiday 2025" not in running(date(2025, 11, 9))
    assert "Holiday 2025" in running(date(2025, 11, 10)) & running(date(2025, 12, 31))
    assert "Holiday 2025" not in running(date(2026, 1, 1))
    assert "Green thingamajigs" in running(date(2026, 2, 16)) - running(date(2026, 2, 15))


def test_nothing_is_known_of_the_future_or_before_the_books_begin():
    assert results("google_ads", TODAY + timedelta(days=1), TODAY) == []
    assert results("google_ads", FIRST_DAY - timedelta(days=1), TODAY) == []
    assert (
        0
        < totals("google_ads", TODAY, TODAY)[0]
        < totals("google_ads", TODAY, TODAY, date(2027, 3, 1))[0]
    )
