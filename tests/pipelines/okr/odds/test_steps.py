"""The odds of KPIs that have no number on some days: weekends, missing days, one number a week, month or quarter."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.periods import Cadence, windows
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.odds.training_data import declared_cadence

DAY = timedelta(days=1)
BEGINNING, MIDDLE = date(2026, 1, 1), date(2026, 11, 16)
QUARTER = date(2026, 10, 1)
DAYS = [BEGINNING + DAY * n for n in range((MIDDLE - BEGINNING).days)]


def poisson(count: int, mean: float = 10, seed: int = 0) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).poisson(mean, count)]


def known_since(facts: KpiFacts, start: date = QUARTER) -> int:
    return int(sum(row.value for row in facts.days if row.day >= start))


@pytest.fixture
def of_working_days(past):
    """Ten deals on each day from Monday to Friday; what weekends are is said by `weekend`."""

    def deals(weekend: int | None) -> KpiFacts:
        amounts = iter(poisson(len(DAYS)))
        return past.daily(
            "deals",
            BEGINNING,
            [next(amounts) if day.weekday() < 5 else weekend for day in DAYS],
        )

    return deals


@pytest.mark.parametrize("weekend", [None, 0], ids=["not delivered", "delivered empty"])
def test_weekdays_that_a_kpi_never_has_bring_nothing(of_working_days, headline, weekend):
    """34 working days are left: 340 ± √340 ≈ 18 deals, and what is not known of their mean."""
    facts = of_working_days(weekend)
    honest = known_since(facts) + 340
    row = headline(f"kpi: deals\nat_least: {honest + 51}", facts, MIDDLE, period="2026-Q4")
    assert abs(row.forecast_p50 - honest) <= 20
    assert 35 <= row.forecast_p90 - row.forecast_p10 <= 90
    assert row.probability < Decimal("0.15"), "three standard deviations of ten a day away"


def test_a_weekday_that_was_empty_by_chance_is_not_closed(past, headline):
    """A deal on one day in ten: ten Sundays without one are no rule."""
    draw = np.random.default_rng(3)
    days = DAYS[-70:]
    amounts = [0 if day.weekday() == 6 else int(draw.random() < 0.1) for day in days]
    facts = past.daily("deals", days[0], amounts)
    sunday = headline(
        f"kpi: deals\nat_least: {known_since(facts, MIDDLE) + 1}", facts, MIDDLE,
        period="{start: 2026-11-16, end: 2026-11-22}",
    )  # fmt: skip
    assert Decimal("0.1") < sunday.probability < Decimal("0.9")


def test_days_that_were_not_delivered_are_simulated_and_not_zero(past, headline):
    """Fifteen missing days and 46 to come of ten each: the goal of the expected total is an even bet."""
    odds, widths = [], []
    gap = {date(2026, 10, 10) + DAY * n for n in range(15)}
    for seed in range(5):
        amounts = poisson(len(DAYS), seed=seed)
        facts = past.daily(
            "deals",
            BEGINNING,
            [None if day in gap else n for day, n in zip(DAYS, amounts, strict=True)],
        )
        expected = known_since(facts) + 610
        goal = f"kpi: deals\nat_least: {expected}"
        row = headline(goal, facts, MIDDLE, period="2026-Q4")
        assert abs(row.forecast_p50 - expected) <= 35, "√610 ≈ 25, and the mean is not quite known"
        odds.append(float(row.probability))
        known = headline(goal, past.daily("deals", BEGINNING, amounts), MIDDLE, period="2026-Q4")
        widths.append([float(row.forecast_p90 - row.forecast_p10) for row in (row, known)])
    assert 0.35 < np.mean(odds) < 0.65
    wide, wide_without = np.mean(widths, axis=0)
    assert wide > wide_without, "nobody knows what the missing days brought"


def test_the_missing_days_of_a_ratio_move_it_as_real_days_would(past, headline):
    """Half of a hundred on every known day is half on the missing ones too."""
    days = [day for day in DAYS if not date(2026, 10, 10) <= day <= date(2026, 11, 5)]
    facts = past.ratio("csat", dict.fromkeys(days, (50, 100)))
    row = headline("kpi: csat\nat_least: 50 %", facts, MIDDLE, period="2026-Q4")
    assert row.forecast_p50 == Decimal("0.5")


def given(kpi, cadence: Cadence, count: int, amounts, *, at_start: bool = False) -> KpiFacts:
    """A number for each of the latest `count` periods, on their last day or their first."""
    known = [p for p in windows(date(2018, 1, 1), date(2026, 10, 31), cadence) if p.end < MIDDLE]
    known = known[-count:]
    rows = []
    for period, amount in zip(known, amounts, strict=True):
        top, bottom = amount if isinstance(amount, tuple) else (None, None)
        value = None if isinstance(amount, tuple) else Decimal(str(amount))
        sides = (Decimal(side) if side is not None else None for side in (top, bottom))
        rows.append(DayFact(period.start if at_start else period.end, {}, value, *sides))
    delivered = frozenset(row.day for row in rows)
    through = known[-1].end
    return KpiFacts(kpi, rows, delivered, through)


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("at_start", [True, False])
def test_a_flow_that_comes_once_a_month_has_odds(kpis, headline, declared, at_start):
    """46 months of 1,000 ± 50, and two to come in the quarter: 2,000 ± 71, beside October."""
    amounts = np.random.default_rng(1).normal(1000, 50, 46).round()
    kpi = replace(kpis["deals"], every="month" if declared else "day")
    facts = given(kpi, "month", 46, amounts, at_start=at_start)
    expected = int(amounts[-1]) + 2000
    row = headline(f"kpi: deals\nat_least: {expected}", facts, MIDDLE, period="2026-Q4")
    assert abs(row.forecast_p50 - expected) < 60
    assert 110 < row.forecast_p90 - row.forecast_p10 < 360
    assert Decimal("0.2") < row.probability < Decimal("0.8")


def test_a_flow_that_comes_once_a_week_has_odds(kpis, headline):
    """202 weeks of 100 ± 10. Known by 1 November, eight more weeks end by 27 December: 800 ± 28."""
    amounts = np.random.default_rng(2).normal(100, 10, 202).round()
    facts = given(replace(kpis["deals"], every="week"), "week", 202, amounts)
    known = int(sum(row.value for row in facts.days if row.day >= QUARTER))
    row = headline(f"kpi: deals\nat_least: {known + 800}", facts, MIDDLE, period="2026-Q4")
    assert abs(row.forecast_p50 - (known + 800)) < 40
    assert 45 < row.forecast_p90 - row.forecast_p10 < 140


def test_a_stock_that_is_read_once_a_month_has_odds(kpis, headline):
    """Two more people a month: 44 after 23 months, 48 at the end of the year."""
    facts = given(replace(kpis["likes"], every="month"), "month", 23, range(0, 46, 2))
    row = headline("kpi: likes\nat_least: 50", facts, MIDDLE, period="2026-Q4")
    assert 46 <= row.forecast_p50 <= 49
    assert row.probability < Decimal("0.5")


def test_a_reading_that_the_deadline_does_not_wait_for_changes_nothing(kpis, headline):
    facts = given(replace(kpis["likes"], every="month"), "month", 23, range(0, 46, 2))
    body = "kpi: likes\nat_least: 44\nby: 2026-11-20"
    row = headline(body, facts, MIDDLE, period="2026-Q4")
    assert row.forecast_p50 == 44
    assert row.probability > Decimal("0.9")


def test_a_ratio_that_comes_once_a_quarter_has_odds(kpis, headline):
    """Eight quarters of about a third: one of 36 asked more or less is 2.8 points."""
    sides = [(7, 23), (9, 27), (13, 30), (6, 28), (10, 35), (11, 33), (8, 36), (14, 40)]
    facts = given(replace(kpis["csat"], every="quarter"), "quarter", 8, sides)
    row = headline("kpi: csat\nat_least: 45 %\nover: quarter", facts, MIDDLE, period="2026-H2")
    assert Decimal("0.24") < row.forecast_p50 < Decimal("0.38")
    assert row.forecast_p90 - row.forecast_p10 > Decimal("0.06")
    assert row.probability < Decimal("0.2")


def test_a_flow_that_is_delivered_each_day_has_no_weeks_though_it_comes_once_a_week(past):
    mondays = {date(2026, 6, 1) + timedelta(weeks=week): 5 for week in range(20)}
    first, last = min(mondays), max(mondays)
    daily = past.on("deals", mondays, delivered=(first, last))
    weekly = replace(daily, delivered=frozenset(mondays))
    cadences = [declared_cadence(KpiView(KpiIndex(x), {}), last) for x in (daily, weekly)]
    assert cadences == [None, "week"]
