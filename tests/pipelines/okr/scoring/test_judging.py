"""One goal on one day: where it stands, what it needs, and what can still become of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.open_goals import NoOdds, OpenGoal, Settled
from pipelines.okr.scoring.assessment import Assessment
from pipelines.okr.scoring.judging import judge

DAY = timedelta(days=1)
START, HALF, END = date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 30)
FIVE_A_DAY = [5] * 15
"""75 by the 15th, which is half of November."""


def goal(at_least: int | None = None, at_most: int | None = None) -> Goal:
    low = None if at_least is None else Decimal(at_least)
    high = None if at_most is None else Decimal(at_most)
    name = (
        "between"
        if low is not None and high is not None
        else "at_most"
        if low is None
        else "at_least"
    )
    return Goal(name, low=low, high=high)  # type: ignore[arg-type]


def judged(
    past, asked: Goal, amounts: list[object] = FIVE_A_DAY, name: str = "deals",
    cut: date | None = None, yesterday: date | None = None, **fields: object,
) -> Assessment:  # fmt: skip
    facts = past.daily(name, START, amounts)
    last = cut or START + (len(amounts) - 1) * DAY
    question = Question(KpiView(KpiIndex(facts), {}), asked, Policy(), **fields)  # type: ignore[arg-type]
    return judge(question, Timeline(START, END, last, yesterday or last))


def test_a_total_under_way(past):
    stands = judged(past, goal(at_least=100))
    assert (stands.actual, stands.gap, stands.raw, stands.score) == (
        75,
        25,
        Decimal("0.75"),
        Decimal("0.75"),
    )
    assert (stands.expected, stands.expected_actual, stands.paced_score) == (Decimal("0.5"), 50, 1)
    # 25 in fifteen days are 1.67, and five came a day
    assert (stands.required_rate, stands.current_rate) == (Decimal("1.7"), 5)
    assert stands.status == "on_track"
    assert isinstance(stands.outcome, OpenGoal) and stands.outcome.lost_at is None


@pytest.mark.parametrize(
    ("target", "status", "paced"),
    [
        (150, "on_track", 1),
        (151, "at_risk", None),
        (214, "at_risk", None),
        (215, "off_track", None),
    ],
)
def test_it_is_held_against_half_of_the_target(past, target, status, paced):
    """75 are half of 150, and seven tenths of half of 214.3."""
    stands = judged(past, goal(at_least=target))
    assert stands.status == status
    assert stands.paced_score == (paced or Decimal(150) / target)


def test_a_total_that_cannot_fall_has_its_target_once_it_is_reached(past):
    stands = judged(past, goal(at_least=75))
    assert (stands.status, stands.outcome) == ("achieved", Settled(True, Decimal(1)))
    assert "2026-11-15" in stands.why
    assert judged(past, goal(at_least=76)).status == "on_track"
    # one that has fallen before may fall again
    fallen = judged(past, goal(at_least=75), [*[7] * 13, -1, -15])
    assert (fallen.actual, fallen.status) == (75, "on_track")
    assert isinstance(fallen.outcome, OpenGoal)


def test_at_least_nothing_is_open_until_the_end(past):
    assert isinstance(judged(past, goal(at_least=0)).outcome, OpenGoal)


def test_a_budget_is_held_against_time(past):
    """75 of 100 in half of the time: two thirds of what there should be, and 150 in the end."""
    stands = judged(past, goal(at_most=100))
    assert (stands.status, stands.score, stands.paced_score) == ("off_track", 1, Decimal("0.5"))
    # 25 are left for fifteen days
    assert (stands.required_rate, stands.current_rate) == (Decimal("1.6"), 5)
    assert judged(past, goal(at_most=150)).status == "on_track"
    assert judged(past, goal(at_most=149)).status == "at_risk"


def test_a_budget_is_lost_when_it_is_passed_and_its_score_may_fall(past):
    just = judged(past, goal(at_most=75))
    assert isinstance(just.outcome, OpenGoal) and just.outcome.lost_at is None
    passed = judged(past, goal(at_most=60))
    assert (passed.status, passed.score) == ("missed", Decimal("0.75"))
    assert isinstance(passed.outcome, OpenGoal) and passed.outcome.lost_at == Decimal("0.75")


@pytest.mark.parametrize(
    ("low", "high", "status", "paced"),
    [
        # 75 of the 70 that may be there
        (60, 140, "at_risk", Decimal(70) / 75),
        (80, 200, "on_track", Decimal(1)),
        # 75 of the 100 that should be
        (200, 400, "at_risk", Decimal("0.75")),
        (216, 400, "off_track", Decimal(75) / 216 * 2),
    ],
)
def test_a_band_of_a_total_is_held_against_both_ends(past, low, high, status, paced):
    stands = judged(past, goal(at_least=low, at_most=high))
    assert stands.status == status
    assert stands.paced_score == pytest.approx(paced)
    assert stands.expected_actual is None


def test_a_band_is_lost_above_its_upper_end_alone(past):
    above = judged(past, goal(at_least=10, at_most=74))
    assert above.outcome == Settled(False, Decimal(0))
    assert isinstance(judged(past, goal(at_least=10, at_most=75)).outcome, OpenGoal)


def test_after_the_deadline_it_is_what_it_is(past):
    whole = [5] * 30
    assert judged(past, goal(at_least=150), whole).outcome == Settled(True, Decimal(1))
    missed = judged(past, goal(at_least=200), whole)
    assert (missed.status, missed.outcome) == ("missed", Settled(False, Decimal("0.75")))
    assert missed.paced_score == Decimal("0.75")
    spent = judged(past, goal(at_most=120), whole)
    assert (spent.status, spent.outcome) == ("missed", Settled(False, Decimal("0.75")))


def test_while_a_missing_day_could_decide_it_nothing_is_settled(past):
    """145 are known, and the best day of all has brought 5."""
    lacking = judged(past, goal(at_least=150), [5, None, *[5] * 28])
    assert lacking.status == "at_risk"
    assert lacking.outcome == NoOdds("days of data are missing")
    assert lacking.current_rate == 5, "the days without data are none of those it is taken over"
    late = judged(past, goal(at_least=200), [5] * 29, yesterday=END)
    assert isinstance(late.outcome, OpenGoal), "of the last day nothing is known yet"
    assert "1 day" in late.why


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (goal(at_least=151), "missed"),
        (goal(at_most=144), "missed"),
        (goal(at_most=149), "on_track"),
        (goal(at_most=150), "achieved"),
        (goal(at_least=145, at_most=150), "achieved"),
        (goal(at_least=146, at_most=150), "at_risk"),
        # the missing day could take it from below the band to above it
        (goal(at_least=146, at_most=149), "at_risk"),
    ],
)
def test_it_is_judged_without_a_day_that_could_not_decide_it(past, asked, status):
    """Between 145 and 150, as a day has brought 5 at most and never less than nothing."""
    assert judged(past, asked, [5, None, *[5] * 28]).status == status


def test_a_missing_day_may_be_as_bad_as_the_worst_day_before_it_began(past):
    """Since 2 October days have brought -20 to 5. November is at 145 without its second day: 125 to 150 with it."""
    facts = past.daily("revenue", date(2026, 10, 2), [-20, *[5] * 30, None, *[5] * 28])
    view = KpiView(KpiIndex(facts), {})

    def status_of(target: int) -> str:
        question = Question(view, goal(at_least=target), Policy())
        return judge(question, Timeline(START, END, END, END)).status

    assert [status_of(target) for target in (125, 126, 150, 151)] == [
        "achieved",
        "on_track",
        "at_risk",
        "missed",
    ]


@pytest.mark.parametrize(("missing", "status"), [(3, "missed"), (4, "off_track")])
def test_without_more_than_a_tenth_of_its_days_it_is_not_judged(past, missing, status):
    """Of 900, no more than 150 could come together."""
    days = [5, *[None] * missing, *[5] * (29 - missing)]
    assert judged(past, goal(at_least=900), days).status == status


def test_the_verdict_says_which_days_it_did_without(past):
    one = judged(past, goal(at_least=200), [5, None, *[5] * 28])
    assert one.outcome == Settled(False, Decimal("0.725"))
    assert one.why == (
        "145 deals by 2026-11-30; the goal was at least 200 deals. "
        "1 day of data is missing, and cannot change it."
    )
    two = judged(past, goal(at_least=200), [5, None, None, *[5] * 27])
    assert two.why.endswith("2 days of data are missing, and cannot change it.")


def test_a_level_has_to_grow_by_so_much_a_day(past):
    """From 98 before November to 128: 30 more in fifteen days, after two a day."""
    levels = [100 + 2 * n for n in range(15)]
    stands = judged(past, goal(at_least=158), levels, "likes", baseline=Decimal(98))
    assert (stands.required_rate, stands.current_rate) == (Decimal("2.0"), 2)
    assert (stands.raw, stands.expected_actual) == (Decimal("0.5"), 128)
    falling = judged(past, goal(at_most=40), levels[::-1], "likes", baseline=Decimal(130))
    # 60 less in fifteen days
    assert (falling.required_rate, falling.current_rate) == (Decimal("-4.0"), -2)
    there = judged(past, goal(at_most=120), levels[::-1], "likes", baseline=Decimal(130))
    assert there.required_rate == 0
    band = judged(past, goal(at_least=1, at_most=200), levels, "likes")
    assert (band.required_rate, band.current_rate) == (None, None)


def test_a_ratio_has_no_rates(past):
    facts = past.ratio("csat", {START + n * DAY: (9, 10) for n in range(15)})
    question = Question(
        KpiView(KpiIndex(facts), {}), Goal("at_least", low=Decimal("0.95")), Policy()
    )
    stands = judge(question, Timeline(START, END, HALF, HALF))
    assert (stands.actual, stands.required_rate, stands.current_rate) == (
        Decimal("0.9"),
        None,
        None,
    )


def test_before_its_first_day_is_over_it_has_not_started_and_without_data_it_has_none(past):
    before = judged(past, goal(at_least=9), cut=START - DAY)
    assert (before.status, before.target) == ("not_started", 9)
    nothing = judged(past, goal(at_least=9), cut=START - DAY, yesterday=HALF)
    assert (nothing.status, nothing.value) == ("no_data", None)


def test_a_target_that_is_not_known_leaves_the_figure_alone(past):
    stands = judged(past, goal(at_least=9), unknown="The target is not known: why.")
    assert (stands.actual, stands.score, stands.why) == (75, None, "The target is not known: why.")
    assert (stands.lacks_target, stands.outcome) == (True, NoOdds("the target is not known"))
