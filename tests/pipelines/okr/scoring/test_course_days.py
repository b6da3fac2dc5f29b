"""Which days of a course are kept: sixty at most, always its start, its cut and its deadline."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.facts import DistinctFact, KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR, Cadence
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.scoring.courses import course_points, days_of
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
START = date(2026, 1, 1)


def kept(
    days: int, cut: int, over: Cadence | None = None, facts: KpiFacts | None = None
) -> list[date]:
    """The days that are kept of a course of so many days, of which `cut` are over."""
    known = facts or KpiFacts(KPIS["deals"], (), frozenset(), START)
    view = KpiView(KpiIndex(known), {}, CALENDAR_YEAR)
    question = Question(view, Goal("at_least", low=Decimal(1)), Policy(), over=over)
    last = START + (cut - 1) * DAY
    return days_of(question, Timeline(START, START + (days - 1) * DAY, last, last))


def test_of_58_days_all_are_kept_and_of_59_every_second():
    assert kept(58, 10) == [START + n * DAY for n in range(58)]
    assert kept(59, 11) == [START + 2 * n * DAY for n in range(30)]


def test_the_cut_and_the_deadline_are_among_them():
    # every fourth day of 200, the 31st and the last
    assert kept(200, 31) == sorted(
        {START + 4 * n * DAY for n in range(50)} | {START + 30 * DAY, START + 199 * DAY}
    )
    assert len(kept(365, 8)) <= 60
    # before the first day is over there is no cut
    assert kept(59, 0) == kept(59, 1)


def test_of_windows_their_ends_are_kept():
    assert kept(120, 40, "month") == [
        date(2026, 1, 31),
        date(2026, 2, 9),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    weeks = kept(7 * 70, 1, "week")
    # the latest 58 of 69 whole ones, the cut and the deadline
    assert len(weeks) == 60
    assert weeks[1] == date(2026, 1, 11) + 7 * 11 * DAY


@pytest.mark.parametrize(
    ("kinds", "ends"), [(("month",), 4), (("month", "quarter"), 2), (("quarter", "month"), 2)]
)
def test_a_distinct_count_has_the_ends_of_its_longest_periods(kinds, ends):
    rows = [DistinctFact(kind, START, "total", "total", Decimal(1), START) for kind in kinds]
    facts = KpiFacts(KPIS["visitors"], (), frozenset(), START, rows)
    # 120 days end on 30 April, which is no end of a quarter
    assert len(kept(120, 0, facts=facts)) == ends


def test_what_was_counted_of_a_whole_course_is_known_on_the_day_of_the_cut_alone():
    """What had been counted by an earlier day is not reported."""
    cut = date(2026, 1, 20)
    row = DistinctFact("month", START, "total", "total", Decimal(70), cut)
    view = KpiView(KpiIndex(KpiFacts(KPIS["visitors"], (), frozenset(), cut, [row])), {})
    question = Question(view, Goal("at_least", low=Decimal(100)), Policy())
    course = Timeline(START, date(2026, 1, 31), cut, cut)
    points = course_points(cut + DAY, "grow/it", question, course, {})
    assert {point.day: point.actual for point in points} == {cut: 70, date(2026, 1, 31): None}
    early = replace(course, cut=date(2026, 1, 19))
    points = course_points(cut, "grow/it", question, early, {})
    assert [point.actual for point in points] == [None, None]
