from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.scoring.pace import (
    budget_progress,
    current_rate,
    expected_share,
    required_rate,
)

COUNT = Kpi("deals", "flow", "deals")
MONEY = Kpi("revenue", "flow", "USD", precision=2)
START, END = date(2026, 11, 1), date(2026, 11, 30)


def seen_to(cut: date) -> Timeline:
    return Timeline(START, END, cut, cut)


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (date(2026, 10, 31), 0),
        (date(2026, 11, 15), Decimal("0.5")),
        (END, 1),
        (date(2026, 12, 9), 1),
    ],
)
def test_expected_is_zero_the_day_before_the_start_and_one_at_the_deadline(cut, expected):
    assert expected_share(seen_to(cut)) == expected


@given(st.integers(-5, 40), st.integers(0, 10))
def test_expected_never_falls_as_days_go_by(days, more):
    earlier, later = (seen_to(START + timedelta(days=n)) for n in (days, days + more))
    assert 0 <= expected_share(earlier) <= expected_share(later) <= 1
    assert earlier.elapsed + earlier.remaining == earlier.days


def test_a_required_rate_below_ten_has_two_digits_and_is_rounded_to_the_safe_side():
    assert required_rate(COUNT, Decimal(7), 30) == Decimal("0.24")
    assert required_rate(COUNT, Decimal(7), 30, at_most=True) == Decimal("0.23")
    assert required_rate(COUNT, Decimal(2), 62) == Decimal("0.033"), "2 ÷ 62 = 0.03226"
    assert required_rate(COUNT, Decimal(1000), 30) == 34, "from ten on whole"
    assert required_rate(MONEY, Decimal(100), 30) == Decimal("3.34")
    assert required_rate(MONEY, Decimal(100), 30, at_most=True) == Decimal("3.33")


def test_nothing_is_required_once_it_is_met_and_no_rate_without_days():
    assert required_rate(COUNT, Decimal(-3), 5) == 0
    assert required_rate(COUNT, Decimal(3), 0) is None
    assert current_rate(COUNT, Decimal(7), 0) is None
    assert current_rate(COUNT, Decimal(7), 30) == Decimal("0.23")


def test_a_budget_is_held_against_time():
    budget, half = Decimal(100), Decimal("0.5")
    assert budget_progress(Decimal(50), budget, half) == 1
    assert budget_progress(Decimal(80), budget, half) == Decimal("0.625")
    assert budget_progress(Decimal(101), budget, half) == 0
    assert budget_progress(Decimal(0), budget, Decimal(0)) == 1
    assert budget_progress(Decimal(0), Decimal(-1), half) == 0
