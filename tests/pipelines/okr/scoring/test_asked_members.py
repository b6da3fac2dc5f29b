"""Who is asked, and for which days: by the data, by a roster or by a list of the file."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.filters import MemberSet, Where
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.roster import Stay
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.scoring.asked_members import asked_members
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
START, END, CUT = date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 20)
COURSE = Timeline(START, END, CUT, CUT)
A_YEAR_BEFORE = date(2025, 11, 1)
Days = tuple[tuple[date, date], ...]


def asked(
    facts: KpiFacts, where: Where | None = None, listed: tuple[str, ...] | None = None
) -> dict[str, Days]:
    """Each member, and from when to when it is there."""
    [dimension] = facts.kpi.dimensions
    view = KpiView(KpiIndex(facts), where or {}, CALENDAR_YEAR)
    return {
        name: tuple(present.spans)
        for name, present in asked_members(view, dimension, COURSE, listed)
    }


def deals(roster: tuple[Stay, ...] | None = None, **days: date) -> KpiFacts:
    """A deal of each rep on a day."""
    rows = [DayFact(day, {"rep": rep}, Decimal(1)) for rep, day in days.items()]
    rosters = {} if roster is None else {"rep": roster}
    return KpiFacts(KPIS["deals"], rows, frozenset(row.day for row in rows), CUT, rosters=rosters)


WHOLE = ((START, END),)


def test_who_had_data_in_the_year_before_is_asked_from_the_start_on():
    members = asked(deals(first=A_YEAR_BEFORE, earlier=A_YEAR_BEFORE - DAY, day_before=START - DAY))
    assert members == {"first": WHOLE, "day_before": WHOLE}


def test_who_comes_in_the_course_is_there_from_that_day_on():
    members = asked(deals(start=START, later=START + 9 * DAY, cut=CUT, after=CUT + DAY))
    assert members == {
        "start": WHOLE,
        "later": ((START + 9 * DAY, END),),
        "cut": ((CUT, END),),
    }


@pytest.mark.parametrize(
    ("start", "is_asked"),
    [
        (A_YEAR_BEFORE, True),
        (A_YEAR_BEFORE - DAY, False),
        (CUT, True),
        (CUT + DAY, False),
    ],
)
def test_of_a_count_by_period_who_was_counted_is_there_from_the_start_on(start, is_asked):
    row = DistinctFact("day", start, "country", "de", Decimal(5), start)
    facts = KpiFacts(KPIS["visitors"], (), frozenset(), CUT, [row])
    assert asked(facts) == ({"de": WHOLE} if is_asked else {})


def test_a_list_asks_its_members_alone_whether_or_not_they_have_data():
    assert asked(deals(kim=START), listed=("max", "lee")) == {"max": WHOLE, "lee": WHOLE}


def test_a_roster_says_from_when_to_when_each_is_there():
    roster = (
        Stay("kim"),
        Stay("lee", START + 4 * DAY, START + 8 * DAY),
        Stay("gone", None, START - DAY),
    )
    members = asked(deals(roster, max=START))
    assert members == {"kim": WHOLE, "lee": ((START + 4 * DAY, START + 8 * DAY),)}
    # a list keeps the days of the roster
    assert asked(deals(roster), listed=("lee",)) == {"lee": ((START + 4 * DAY, START + 8 * DAY),)}


def test_a_filter_of_the_dimension_leaves_members_out():
    facts = deals(kim=START, lee=START, max=START)
    assert list(asked(facts, {"rep": MemberSet(("kim", "lee"))})) == ["kim", "lee"]
    assert list(asked(facts, {"rep": MemberSet(("kim",), excluded=True)})) == ["lee", "max"]
    assert list(asked(facts, {"rep": "lee"}, ("kim", "lee"))) == ["lee"]
