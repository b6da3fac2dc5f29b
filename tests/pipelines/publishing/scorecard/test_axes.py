"""Ticks are round numbers, and scales put values where they belong."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.publishing.scorecard.axes import Scale, day_ticks, padded, ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 2_160_000, ["0", "1000000", "2000000"]),
        (0, 108, ["0", "50", "100"]),
        (-3, 5.5, ["-2.5", "0.0", "2.5", "5.0"]),
        (0.921, 0.964, ["0.94", "0.96"]),
        (29_200, 34_300, ["30000", "32000", "34000"]),
    ],
)
def test_ticks_are_round_numbers_inside(low, high, expected):
    assert ticks(low, high) == [Decimal(tick) for tick in expected]


def test_a_scale_may_go_down_the_page():
    up = Scale(0, 200, 180, 20)
    assert [up.at(value) for value in (0, 50, 200)] == [180, 140, 20]


def test_what_is_all_alike_is_drawn_in_the_middle():
    low, high = padded([Decimal(5), Decimal(5)], from_zero=False)
    assert low < 5 < high
    assert 5 - low == pytest.approx(high - 5)


def test_bars_start_at_zero_below_it_too():
    assert padded([Decimal(10), None], from_zero=True) == (0, pytest.approx(10.8))
    low, high = padded([Decimal(-10)], from_zero=True)
    assert (low, high) == (pytest.approx(-10.8), 0)


def test_a_long_axis_names_months_and_a_short_one_days():
    named, form = day_ticks(date(2026, 1, 1), date(2026, 12, 31))
    assert (form, named[:2]) == ("axis", [date(2026, 1, 1), date(2026, 3, 1)])
    named, form = day_ticks(date(2026, 11, 1), date(2026, 11, 30))
    assert (form, named) == ("axis-day", [date(2026, 11, day) for day in (1, 7, 13, 19, 25)])
    assert day_ticks(date(2026, 11, 1), date(2026, 11, 1))[0] == [date(2026, 11, 1)]
