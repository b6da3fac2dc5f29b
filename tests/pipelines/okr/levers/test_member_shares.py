"""Which share of what is to come each member has: that of the latest four weeks, or of three months."""

from datetime import date, timedelta
from decimal import Decimal

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers.member_shares import (
    MAX_MEMBERS,
    MemberLevel,
    MemberShare,
    latest_levels,
    latest_shares,
)
from pipelines.okr.odds.open_goals import OpenGoal
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
CUT = date(2026, 11, 10)


def goal_on(name: str, rows: list[tuple[int, str, int]]) -> OpenGoal:
    """A goal on a KPI with an amount of a member so many days before the cut."""
    [dimension] = KPIS[name].dimensions
    days = [DayFact(CUT - n * DAY, {dimension: member}, Decimal(x)) for n, member, x in rows]
    delivered = frozenset(CUT - n * DAY for n in range(120))
    view = KpiView(KpiIndex(KpiFacts(KPIS[name], days, delivered, CUT)), {}, CALENDAR_YEAR)
    question = Question(view, Goal("at_least", low=Decimal(1)), Policy())
    return OpenGoal(question, CUT, CUT + 20 * DAY, CUT)


def test_the_latest_28_days_count():
    """The 28th day before is in, the 29th is not."""
    rows = [(0, "kim", 3), (27, "lee", 1), (28, "max", 9)]
    assert latest_shares(goal_on("deals", rows), "rep") == [
        MemberShare("kim", 0.75, 0),
        MemberShare("lee", 0.25, 0),
    ]


def test_where_they_hold_nothing_the_latest_91_do():
    rows = [(28, "kim", 3), (90, "lee", 1), (91, "max", 9)]
    assert latest_shares(goal_on("deals", rows), "rep") == [
        MemberShare("kim", 0.75, 0),
        MemberShare("lee", 0.25, 0),
    ]
    assert latest_shares(goal_on("deals", [(91, "max", 9)]), "rep") == []


def test_who_brought_nothing_is_left_out_and_the_largest_come_first_and_then_by_name():
    rows = [(0, "max", 1), (0, "kim", 0), (0, "ada", 1), (0, "lee", 2)]
    shares = latest_shares(goal_on("deals", rows), "rep")
    assert [x.member for x in shares] == ["lee", "ada", "max"]


def test_twenty_members_are_looked_at():
    rows = [(0, f"m{n:02d}", 30 - n) for n in range(25)]
    for members in (
        [x.member for x in latest_shares(goal_on("deals", rows), "rep")],
        [x.member for x in latest_levels(goal_on("likes", rows), "page")],
    ):
        assert members == [f"m{n:02d}" for n in range(20)]
    assert MAX_MEMBERS == 20


def test_a_level_grows_from_the_first_to_the_last_of_28_days():
    """From 10 to 37 in 27 days: one a day. Of a single day nothing is told of it."""
    rows = [(28, "blog", 99), (27, "blog", 10), (0, "blog", 37), (5, "shop", 40), (0, "none", 0)]
    assert latest_levels(goal_on("likes", rows), "page") == [
        MemberLevel("shop", 40, 0),
        MemberLevel("blog", 37, 1),
    ]
    assert latest_levels(goal_on("likes", [(28, "blog", 99)]), "page") == []


def test_levels_that_are_alike_come_by_name():
    levels = latest_levels(
        goal_on("likes", [(1, "b", 5), (0, "b", 7), (1, "a", 5), (0, "a", 7)]), "page"
    )
    assert [(x.member, x.growth) for x in levels] == [("a", 2), ("b", 2)]


def test_weeks_in_which_more_was_taken_back_than_came_say_nothing_of_shares():
    """Five fewer in four weeks; in three months eight came and five went."""
    shares = latest_shares(goal_on("deals", [(0, "kim", -5), (60, "lee", 8)]), "rep")
    assert [(x.member, round(x.top, 3)) for x in shares] == [("lee", 2.667), ("kim", -1.667)]
