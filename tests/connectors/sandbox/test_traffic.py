"""The sample company's visitors."""

from calendar import monthrange
from datetime import date, timedelta

import pytest

from connectors.sandbox.figures import FIRST_DAY, VISITORS
from connectors.sandbox.traffic import CHANNELS, different_people, visitors, visits

TODAY = date(2026, 11, 24)


def days(year: int, month: int) -> list[date]:
    return [date(year, month, n + 1) for n in range(monthrange(year, month)[1])]


@pytest.mark.parametrize("month", [month for month in VISITORS if month < (2026, 11)])
def test_each_closed_month_has_its_figure(month):
    first, *_, last = days(*month)
    assert different_people(first, last, TODAY) == VISITORS[month]


def test_october_2026_has_152340_visitors():
    assert different_people(date(2026, 10, 1), date(2026, 10, 31), TODAY) == 152_340


def test_people_come_back_so_the_days_have_more_visitors_than_the_month():
    for month in ((2025, 2), (2026, 10)):
        daily = sum(visitors(day, TODAY) for day in days(*month))
        people = different_people(days(*month)[0], days(*month)[-1], TODAY)
        assert people * 1.2 < daily < people * 1.6


def test_an_open_month_grows_ever_more_slowly_to_its_figure():
    everything = date(2026, 12, 10)
    so_far = [different_people(date(2026, 11, 1), day, everything) for day in days(2026, 11)]
    assert so_far == sorted(so_far)
    assert so_far[-1] == 158_210
    first_week, last_week = so_far[6], so_far[-1] - so_far[-8]
    assert first_week > last_week * 1.2


def test_of_the_first_day_of_a_month_nobody_has_been_there_before():
    day = date(2026, 10, 1)
    assert different_people(day, day, TODAY) == pytest.approx(visitors(day, TODAY), rel=0.02)


def test_the_last_three_days_are_a_little_low_and_restated_until_they_are_settled():
    day = date(2026, 11, 20)
    known = [visitors(day, day + timedelta(days=age)) for age in range(1, 7)]
    assert known[0] < known[1] < known[2] < known[3] == known[4] == known[5]
    assert known[0] > known[3] * 0.93
    for channel in CHANNELS:
        sessions = [visits(day, day + timedelta(days=age))[channel].sessions for age in range(1, 7)]
        assert sessions[0] < sessions[3] == sessions[5]


def test_a_month_just_over_is_restated_with_its_last_days():
    october = date(2026, 10, 1), date(2026, 10, 31)
    known = [different_people(*october, date(2026, 11, n)) for n in (1, 2, 3, 4)]
    assert known[0] < known[1] < known[2] < known[3] == 152_340


def test_nothing_is_known_of_the_future_or_before_the_books_begin():
    assert visits(TODAY + timedelta(days=1), TODAY) == {}
    assert visitors(FIRST_DAY - timedelta(days=1), TODAY) == 0
    assert visitors(TODAY, TODAY) < visitors(TODAY - timedelta(days=7), TODAY) / 2


def test_every_channel_has_visits_that_make_sense_on_every_day():
    day = FIRST_DAY
    while day < TODAY:
        by_channel = visits(day, TODAY)
        assert set(by_channel) == set(CHANNELS)
        for channel in by_channel.values():
            assert 0 < channel.new_users < channel.users < channel.sessions
            assert 0 < channel.engaged_sessions < channel.sessions
        assert sum(channel.users for channel in by_channel.values()) > visitors(day, TODAY)
        day += timedelta(days=1)


def test_weekends_are_quieter():
    month = days(2026, 9)
    weekend = [visitors(day, TODAY) for day in month if day.weekday() > 4]
    working = [visitors(day, TODAY) for day in month if day.weekday() < 5]
    assert max(weekend) < min(working)
