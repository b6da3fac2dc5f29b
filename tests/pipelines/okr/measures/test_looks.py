"""The days on whose data a measure is judged: docs/measures.md names them."""

from datetime import date, timedelta

import pytest

from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.measures.looks import last_days_of_looks

DAY = timedelta(days=1)
FIRST = date(2026, 9, 1)
ENDS_OF_WEEKS = [FIRST + 7 * n * DAY + 6 * DAY for n in range(20)]


def test_by_day_it_is_after_2_4_8_and_13_whole_weeks():
    assert last_days_of_looks(FIRST, "day", [], None) == [
        date(2026, 9, 14),
        date(2026, 9, 28),
        date(2026, 10, 26),
        date(2026, 11, 30),
    ]


@pytest.mark.parametrize(
    ("cadence", "looks"),
    [("week", [4, 8, 13]), ("month", [3, 6]), ("quarter", [2, 4]), ("half", [2, 4])],
)
def test_by_period_it_is_after_so_many_whole_ones(cadence: Cadence, looks: list[int]):
    assert last_days_of_looks(FIRST, cadence, ENDS_OF_WEEKS, None) == [
        ENDS_OF_WEEKS[look - 1] for look in looks
    ]


def test_periods_that_are_not_known_yet_are_no_looks():
    assert last_days_of_looks(FIRST, "week", ENDS_OF_WEEKS[:7], None) == [ENDS_OF_WEEKS[3]]
    assert last_days_of_looks(FIRST, "week", ENDS_OF_WEEKS[:8], None) == [
        ENDS_OF_WEEKS[3],
        ENDS_OF_WEEKS[7],
    ]


def test_one_that_ends_is_looked_at_on_its_last_day_and_not_later():
    # 20 September is the twentieth day
    ends = FIRST + 19 * DAY
    assert last_days_of_looks(FIRST, "day", [], ends) == [FIRST + 13 * DAY, ends]
    # on the very day of a look it is one look
    assert last_days_of_looks(FIRST, "day", [], FIRST + 13 * DAY) == [FIRST + 13 * DAY]


def test_of_a_whole_week_its_last_day_is_a_look_and_of_six_days_none():
    assert last_days_of_looks(FIRST, "day", [], FIRST + 6 * DAY) == [FIRST + 6 * DAY]
    assert last_days_of_looks(FIRST, "day", [], FIRST + 5 * DAY) == []


def test_one_that_ends_with_the_last_look_or_later_has_the_usual_ones():
    usual = last_days_of_looks(FIRST, "day", [], None)
    assert last_days_of_looks(FIRST, "day", [], FIRST + 90 * DAY) == usual
    assert last_days_of_looks(FIRST, "day", [], FIRST + 200 * DAY) == usual
    assert last_days_of_looks(FIRST, "day", [], FIRST + 89 * DAY) == [
        *usual[:-1],
        FIRST + 89 * DAY,
    ]


def test_of_periods_those_are_looks_that_end_with_it_or_before():
    third, fourth = ENDS_OF_WEEKS[2], ENDS_OF_WEEKS[3]
    assert last_days_of_looks(FIRST, "week", ENDS_OF_WEEKS, fourth) == [fourth]
    assert last_days_of_looks(FIRST, "week", ENDS_OF_WEEKS, fourth - DAY) == []
    assert last_days_of_looks(FIRST, "week", ENDS_OF_WEEKS, third) == []
