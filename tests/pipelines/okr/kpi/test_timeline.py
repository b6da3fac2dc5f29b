"""How far a goal is into its days."""

from datetime import date, timedelta

import pytest

from pipelines.okr.kpi.timeline import Timeline

START, DEADLINE = date(2026, 11, 1), date(2026, 11, 10)


def on(yesterday: int, late: int = 0) -> Timeline:
    """The goal so many days after the day before its first; the data are late by so many."""
    before = START - timedelta(days=1)
    day = before + timedelta(days=yesterday)
    return Timeline(START, DEADLINE, min(day - timedelta(days=late), DEADLINE), day)


@pytest.mark.parametrize(
    ("at", "elapsed", "remaining", "begun", "past_due", "covered"),
    [
        (on(-3), 0, 10, False, False, False),
        (on(0), 0, 10, False, False, False),
        (on(1), 1, 9, True, False, False),
        (on(9), 9, 1, True, False, False),
        (on(10), 10, 0, True, True, True),
        (on(14), 10, 0, True, True, True),
        (on(10, late=1), 9, 1, True, True, False),
        (on(1, late=3), 0, 10, True, False, False),
    ],
)
def test_days_that_are_over_and_days_to_come(at, elapsed, remaining, begun, past_due, covered):
    assert at.days == 10
    assert (at.elapsed, at.remaining) == (elapsed, remaining)
    assert (at.begun, at.past_due, at.covered) == (begun, past_due, covered)


def test_no_day_after_the_deadline_is_due():
    assert on(4).last_due == date(2026, 11, 4)
    assert on(14).last_due == DEADLINE
