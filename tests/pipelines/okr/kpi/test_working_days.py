"""The share of the working days that are over."""

from datetime import date
from decimal import Decimal

import numpy as np

from pipelines.okr.kpi.working_days import WorkingDays

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)


def test_a_week_has_five_working_days_and_ends_on_friday():
    shares = WorkingDays().share(MONDAY, SUNDAY, range(-1, 10))
    fifths = [0, 0, 1, 2, 3, 4, 5, 5, 5, 5, 5]
    assert shares == [Decimal(x) / 5 for x in fifths]


def test_a_holiday_is_no_working_day_and_one_on_a_sunday_takes_none_away():
    closed = WorkingDays(frozenset({date(2026, 11, 24), SUNDAY}))
    assert closed.share(MONDAY, SUNDAY, [1, 2, 3, 5]) == [
        Decimal("0.25"), Decimal("0.25"), Decimal("0.5"), Decimal(1),
    ]  # fmt: skip


def test_another_weekend_is_a_setting():
    friday_and_saturday = WorkingDays(weekend=frozenset({4, 5}))
    assert friday_and_saturday.share(MONDAY, SUNDAY, [4, 5, 6, 7]) == [
        Decimal("0.8"), Decimal("0.8"), Decimal("0.8"), Decimal(1),
    ]  # fmt: skip


def test_where_nobody_works_there_is_no_share():
    assert WorkingDays().share(date(2026, 11, 28), SUNDAY, [1]) is None


def test_closed_days_are_told_by_their_numbers_and_weekends_are_none_of_them():
    days = WorkingDays(frozenset({MONDAY}))
    numbers = np.array([MONDAY.toordinal() - 1, MONDAY.toordinal(), SUNDAY.toordinal()])
    assert days.are_closed(numbers).tolist() == [False, True, False]
