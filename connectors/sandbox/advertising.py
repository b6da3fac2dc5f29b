"""The sample company's spend on advertising and the value credited to it, by platform, campaign and day.

A month's spend is a share of its revenue. A quarter's credited value is its spend times the quarter's figure, to
the cent, on each platform. A day's value grows for 28 days after its end: people buy some time after they clicked
(Google), and purchases are reported late (Meta). Figures depend on the day and on `today` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from connectors.sandbox.apportion import dice, spread
from connectors.sandbox.figures import (
    FIRST_DAY,
    NET_REVENUE_CENTS,
    RETURN_ON_AD_SPEND_TENTHS,
    Month,
    Quarter,
    days_of,
    trend,
)

VALUE_GROWTH_DAYS = 28
LATE_VALUE_SHARE = 0.45
"""The share of a day's value that is credited after the day."""
WEEKDAY_WEIGHTS = (1.06, 1.08, 1.05, 1.02, 0.98, 0.88, 0.93)
"""The relative spend of each day of a week, from Monday."""
BUDGET_STEP_CENTS = 100_00
"""Months are budgeted in hundreds of dollars, so that a tenth of a budget is a whole number of cents."""


@dataclass(frozen=True)
class Campaign:
    """One campaign. `share` and `pull` are its relative weights in the day's spend and in the credited value."""

    number: str
    name: str
    share: float
    pull: float
    first: date = FIRST_DAY
    last: date = date.max


@dataclass(frozen=True)
class Platform:
    """One place to advertise. A month costs 1 ÷ `revenue_divisor` of its revenue, a click about `click_cents`."""

    revenue_divisor: int
    click_cents: int
    clicks_per_mille: float
    campaigns: tuple[Campaign, ...]


@dataclass(frozen=True)
class Result:
    """A campaign's day: shown, clicked, spent, credited (US cents)."""

    campaign: Campaign
    impressions: int
    clicks: int
    spend_cents: int
    value_cents: int


PLATFORMS: Mapping[str, Platform] = {
    "meta_ads": Platform(
        revenue_divisor=28,
        click_cents=74,
        clicks_per_mille=11.5,
        campaigns=(
            Campaign("120211840000010101", "Prospecting", 0.46, 0.72),
            Campaign("120211840000010102", "Retargeting", 0.24, 1.64),
            Campaign("120211840000010103", "Holiday 2025", 0.3, 1.1, date(2025, 11, 10), date(2025, 12, 31)),
            Campaign("120211840000010104", "Green thingamajigs", 0.3, 1.0, date(2026, 2, 16)),
        ),
    ),
    "google_ads": Platform(
        revenue_divisor=22,
        click_cents=128,
        clicks_per_mille=42.0,
        campaigns=(
            Campaign("20984410001", "Search: brand", 0.17, 2.1),
            Campaign("20984410002", "Search: widgets", 0.38, 0.78),
            Campaign("20984410003", "Shopping", 0.31, 0.95),
            Campaign("20984410004", "Performance Max", 0.26, 0.9, date(2025, 6, 2)),
        ),
    ),
}  # fmt: skip


def results(platform: str, day: date, today: date) -> list[Result]:
    """The results of `day` as known on `today`, by campaign; none before the first day or after `today`."""
    if not FIRST_DAY <= day <= today:
        return []
    age = (today - day).days
    return [
        known(result, age)
        for result in _quarter(platform, (day.year, (day.month + 2) // 3)).get(day, ())
    ]


def known(result: Result, age: int) -> Result:
    """The part of a day's result that is known `age` days later; of today, a fraction."""
    if age > VALUE_GROWTH_DAYS:
        return result
    if age:
        credited = 1 - LATE_VALUE_SHARE * (1 - age / (VALUE_GROWTH_DAYS + 1)) ** 3
        return replace(result, value_cents=int(result.value_cents * credited))
    return replace(
        result,
        impressions=result.impressions // 2,
        clicks=result.clicks // 2,
        spend_cents=result.spend_cents // 2,
        value_cents=result.value_cents // 4,
    )


@lru_cache(maxsize=64)
def _quarter(platform: str, quarter: Quarter) -> dict[date, list[Result]]:
    """Each day's final results. A quarter is made as a whole, so that its figure comes out to the cent."""
    year, number = quarter
    spent = {
        day: cents
        for month in range(3 * number - 2, 3 * number + 1)
        for day, cents in _spend(platform, (year, month)).items()
    }
    cells = [(day, campaign) for day, costs in spent.items() for campaign in costs]
    total = sum(spent[day][campaign] for day, campaign in cells)
    rng = dice("credited", platform, quarter)
    weights = [
        spent[day][campaign] * campaign.pull * float(rng.uniform(0.7, 1.3))
        for day, campaign in cells
    ]
    credit = total * trend(RETURN_ON_AD_SPEND_TENTHS, year, number, growth=0.08) // 10
    by_day: dict[date, list[Result]] = {}
    for (day, campaign), value in zip(cells, spread(credit, weights), strict=True):
        by_day.setdefault(day, []).append(
            _result(platform, day, campaign, spent[day][campaign], value)
        )
    return by_day


def _result(platform: str, day: date, campaign: Campaign, spend: int, value: int) -> Result:
    about = PLATFORMS[platform]
    rng = dice("clicks", platform, campaign.number, day)
    clicks = max(1, round(spend / about.click_cents * float(rng.uniform(0.85, 1.15))))
    impressions = round(1000 * clicks / about.clicks_per_mille * float(rng.uniform(0.8, 1.2)))
    return Result(campaign, impressions, clicks, spend, value)


def _spend(platform: str, month: Month) -> dict[date, dict[Campaign, int]]:
    """What each campaign costs on each day, in cents; the sum of the month is a multiple of `BUDGET_STEP_CENTS`."""
    about = PLATFORMS[platform]
    steps = trend(NET_REVENUE_CENTS, *month) // about.revenue_divisor // BUDGET_STEP_CENTS
    budget = steps * BUDGET_STEP_CENTS
    days = days_of(month)
    rng = dice("spend", platform, month)
    weights = [WEEKDAY_WEIGHTS[day.weekday()] * float(rng.uniform(0.92, 1.08)) for day in days]
    costs = {}
    for day, cents in zip(days, spread(budget, weights), strict=True):
        running = [x for x in about.campaigns if x.first <= day <= x.last]
        shares = [x.share * float(rng.uniform(0.9, 1.1)) for x in running]
        if running:
            costs[day] = dict(zip(running, spread(cents, shares), strict=True))
    return costs
