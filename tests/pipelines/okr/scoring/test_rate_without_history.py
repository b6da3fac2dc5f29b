"""The present rate of a level whose data begin after the goal's start: nobody knows what it rose from."""

from datetime import date
from decimal import Decimal

FIRST = date(2026, 11, 1)


def test_a_level_seen_once_has_no_present_rate(past, headline):
    """9,684 likes on the twentieth are no 484 a day from nothing."""
    known = past.on("likes", {date(2026, 11, 20): 9684}, delivered=(FIRST, date(2026, 11, 20)))
    row = headline("kpi: likes\nat_most: 9000", known, date(2026, 11, 21))
    assert (row.actual, row.baseline) == (9684, 0)
    assert row.current_rate is None


def test_from_its_first_value_on_it_has_the_rate_since_then(past, headline):
    """From 1,000 to 1,060 in six days."""
    known = past.on(
        "likes",
        {date(2026, 11, 14): 1000, date(2026, 11, 20): 1060},
        delivered=(FIRST, date(2026, 11, 20)),
    )
    row = headline("kpi: likes\nat_least: 1200", known, date(2026, 11, 21))
    assert row.baseline == 0
    assert row.current_rate == Decimal(10)
