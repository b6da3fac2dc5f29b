"""Pasts whose future can be told by hand: running totals, shifts, bills, rare amounts, short histories."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from pipelines.okr.forecast.simulation import Task, simulate
from pipelines.okr.forecast.training_series import YEAR, TrainingSeries

VISITORS = [
    107_634, 100_203, 95_682, 107_186, 109_975, 111_572, 113_576, 117_725, 119_712, 124_903, 129_102, 134_076,
    127_008, 118_240, 112_905, 126_480, 129_770, 131_655, 134_020, 138_915, 141_260, 147_385, 152_340,
]  # fmt: skip
"""Months from December 2024 to October 2026: 18 % more than a year before, and a dip in winter."""


def test_a_running_total_goes_on_at_the_rate_of_its_changes(futures):
    """Twelve a day for 1,400 days; ninety more bring 1,080 ± 33."""
    total = np.cumsum(np.random.default_rng(0).poisson(12, 1400))
    growth = futures(total, 90, paths=2000, level=True, whole=True, year=YEAR)[:, -1] - total[-1]
    low, middle, high = np.quantile(growth, (0.1, 0.5, 0.9))
    assert middle == pytest.approx(1080, abs=50)
    assert 84 < high - low < 250, "never less than ± 1.28 · √1,080"


def test_a_level_that_stays_for_weeks_stays_exactly_where_it_is(futures):
    """It moved on one day in forty: with the odds (39 ÷ 40)^20 = 0.6 it is the same in twenty days."""
    moves = np.where(np.arange(800) % 40 == 13, np.random.default_rng(1).choice([-5, 5], 800), 0)
    level = 1000.0 + np.cumsum(moves)
    paths = futures(level, 20, paths=2000, level=True)
    assert np.mean(paths[:, -1] == level[-1]) == pytest.approx(0.6, abs=0.15)


def test_a_halved_pace_may_last_or_not(futures):
    """Ten days at half the pace may be the new level, or chance nobody knows: neither is sure."""
    odds = []
    for seed in range(4):
        draw = np.random.default_rng(seed)
        values = 1000 * np.exp(draw.normal(0, 0.2, 400))
        values[-10:] /= 2
        totals = futures(values, 30, paths=1000, year=YEAR).sum(axis=1)
        odds.append(np.mean(totals >= 1.5 * 500 * 30))
    assert 0.25 < np.mean(odds) < 0.8


@pytest.mark.parametrize("seed", range(4))
def test_one_empty_day_is_no_shift(futures, seed):
    """Thirty orders a day, and none on the last: forty days bring 1,200 ± 50, and hardly below 1,000."""
    orders = np.random.default_rng(seed).poisson(30, 500).astype(float)
    orders[-1] = 0
    totals = futures(orders, 40, paths=2000, whole=True, year=YEAR).sum(axis=1)
    low, middle = np.quantile(totals, (0.1, 0.5))
    assert low > 1000
    assert middle == pytest.approx(1200, rel=0.06)


def test_a_bill_on_the_first_comes_on_the_first(futures):
    """13,500 on the first of each month and nothing else: 40,500 from 1 December to 1 February, for sure."""
    end = date(2026, 11, 26).toordinal()
    days = [date.fromordinal(day) for day in range(end - 500, end + 1)]
    bills = [13_500.0 if day.day == 1 else 0.0 for day in days]
    paths = futures(bills, 70, end=end, year=YEAR)
    assert np.allclose(paths.sum(axis=1), 40_500)
    assert np.allclose(paths[:, date(2026, 12, 1).toordinal() - end - 1], 13_500)


def test_a_bill_beside_other_business_is_not_spread_over_the_month(futures):
    """10,000 on the first beside 100 ± 10 a day: the ten days around it bring 11,000, ten others 1,000."""
    end = date(2026, 11, 26).toordinal()
    days = [date.fromordinal(day) for day in range(end - 399, end + 1)]
    noise = np.random.default_rng(2).normal(100, 10, 400)
    values = [more + 10_000 * (day.day == 1) for day, more in zip(days, noise, strict=True)]
    paths = futures(values, 20, end=end, year=YEAR)
    with_bill, without = paths[:, :10].sum(axis=1), paths[:, 10:].sum(axis=1)
    assert np.quantile(with_bill, (0.1, 0.9)) == pytest.approx([11_000, 11_000], rel=0.03)
    assert np.quantile(without, (0.1, 0.9)) == pytest.approx([1_000, 1_000], rel=0.2)


def test_rare_amounts_leave_some_futures_empty(futures):
    """A payment of 5,000 on one day in twenty: ten days bring none with the odds 0.95^10 = 0.6."""
    draw = np.random.default_rng(5)
    values = np.where(draw.random(400) < 0.05, 5_000.0 * np.exp(draw.normal(0, 0.2, 400)), 0.0)
    totals = futures(values, 10, paths=2000).sum(axis=1)
    assert np.mean(totals == 0) == pytest.approx(0.6, abs=0.15)
    assert totals.mean() == pytest.approx(2_500, rel=0.35)


def test_a_year_ago_and_its_growth_foretell_a_short_monthly_history(futures):
    """152,340 · 127,008 ÷ 129,102 ≈ 149,900 in December, as 18 % more than a year before."""
    paths = futures(
        VISITORS, 2, paths=2000, season=12, whole=True, next_between=(143_431.0, 182_000.0)
    )
    november, december = paths.T
    assert november.min() >= 143_431, "that many have been counted already"
    assert np.median(november) == pytest.approx(158_200, rel=0.04)
    assert 143_000 < np.median(december) < 158_000
    assert 0.15 < np.mean(december >= 150_000) < 0.7


def test_eight_quarters_are_drawn_as_they_were():
    """14 of 40, and two of eight quarters at 35 % or more: a quarter of the futures."""
    sides = ([7, 9, 13, 6, 10, 11, 8, 14], [23, 27, 30, 28, 35, 33, 36, 40])
    tasks = [Task(TrainingSeries(np.array(side, float), 8106, 4, whole=True), 1) for side in sides]
    top, bottom = (paths[:, 0] for _, paths in sorted(simulate(tasks), key=lambda pair: pair[0]))
    share = top / bottom
    assert np.median(share) == pytest.approx(0.305, abs=0.03)
    assert np.mean(share >= 0.35) == pytest.approx(0.25, abs=0.1)


def test_months_without_a_season_are_given_none(futures):
    """60 months that wander by 5 % a month: their year's total is sure to 5 % · √(1² + … + 12²) ÷ 12 = 10.6 %.

    Eight in ten lie within ± 13.6 %, so the interval is 0.27 wide if the size of the steps is known, and not
    narrower; no month stands out in what is expected.
    """
    widths, shapes, held = [], [], []
    for seed in range(12):
        wander = np.cumsum(np.random.default_rng(seed).normal(0, 0.05, 72))
        months = 1000 * np.exp(wander)
        paths = futures(months[:60], 12, paths=1000, season=12)
        low, high = np.quantile(paths.sum(axis=1), (0.1, 0.9))
        widths.append((high - low) / (12 * months[59]))
        expected = np.log(np.median(paths, axis=0))
        shapes.append(
            float(np.std(expected - np.poly1d(np.polyfit(range(12), expected, 1))(range(12))))
        )
        held.append(low <= months[60:].sum() <= high)
    assert 0.2 < np.mean(widths) < 0.55
    assert np.mean(shapes) < 0.04, "less than one month's own step"
    assert np.mean(held) >= 0.6, "8 in 10 on average; fewer than 7.2 of 12 by chance once in 40"


def test_a_weekly_share_that_drifts_is_not_held_for_steady():
    """Its logarithm wanders by 3 % a week, so that of 13 weeks does by 3 % · √(1² + … + 13²) ÷ 13 = 6.6 %.

    Eight in ten lie within ± 8.5 %: the interval of the quarter's share is 0.17 of it wide.
    """
    widths, held = [], []
    for seed in range(12):
        share = 0.2 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.03, 117)))
        whole = np.full(117, 5_000.0)
        sides = (np.rint(share * whole), whole)
        tasks = [
            Task(TrainingSeries(side[:104], 105_000, 1, whole=True, year=YEAR / 7), 13)
            for side in sides
        ]
        top, bottom = (
            paths for _, paths in sorted(simulate(tasks, 1000), key=lambda pair: pair[0])
        )
        of_quarter = top.sum(axis=1) / bottom.sum(axis=1)
        low, high = np.quantile(of_quarter, (0.1, 0.9))
        widths.append((high - low) / share[103])
        held.append(low <= share[104:].mean() <= high)
    assert 0.13 < np.mean(widths) < 0.35
    assert np.mean(held) >= 0.6


def test_no_day_brings_the_shape_of_the_year_at_once(futures):
    """A wave of a year, and the goal that is even at 540 days: at none of the next 15 is it anything else."""
    days = np.arange(700)
    noise = np.random.default_rng(1).normal(0, 0.1, 700)
    values = 100 * np.exp(0.4 * np.sin(2 * np.pi / YEAR * days) + noise)
    odds = []
    for known in range(540, 556, 3):
        form = {"paths": 1000, "end": 739_000 + known, "year": YEAR}
        total = futures(values[:known], 60, **form).sum(axis=1) / values[known : known + 60].sum()
        odds.append(np.mean(total >= 1.05))
    assert max(abs(later - sooner) for sooner, later in pairwise(odds)) < 0.2
