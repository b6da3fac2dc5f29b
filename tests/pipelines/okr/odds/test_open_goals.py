"""What has still to come of a goal: its days, its window, and the score of an end."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.facts import TOTAL, DistinctFact, KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR, Cadence, containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.kpi.timeline import Timeline
from pipelines.okr.odds.coming_steps import ComingDays
from pipelines.okr.odds.goal_forecast import run_rate_forecast
from pipelines.okr.odds.open_goals import NoOdds, OpenGoal, last_window, outcome_of
from pipelines.okr.odds.training_data import TrainingData
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
FIRST, CUT = date(2026, 11, 1), date(2026, 11, 10)
END = date(2026, 11, 30)
AT_LEAST = Goal("at_least", low=Decimal(100))
AT_MOST = Goal("at_most", high=Decimal(100))


def view(past, name: str, amounts: list[object]) -> KpiView:
    return KpiView(KpiIndex(past.daily(name, FIRST, amounts)), {}, CALENDAR_YEAR)


def goal_on(seen: KpiView, goal: Goal = AT_LEAST, start: date = FIRST, end: date = END) -> OpenGoal:
    return OpenGoal(Question(seen, goal, Policy()), start, end, CUT)


@pytest.mark.parametrize(
    ("start", "end", "still_open"),
    [
        (FIRST, END, (0, 20)),
        # it begins on the day after the last one that is known, or later
        (CUT + DAY, END, (0, 20)),
        (CUT + 2 * DAY, END, (1, 20)),
        (CUT + 6 * DAY, CUT + 6 * DAY, (5, 6)),
    ],
)
def test_the_days_to_come_are_those_after_the_cut_from_its_start_on(past, start, end, still_open):
    assert goal_on(view(past, "deals", [5] * 10), start=start, end=end).still_open == still_open


def test_what_is_known_is_what_came_through_the_cut(past):
    goal = goal_on(view(past, "deals", [5, None, *[5] * 8, 99]))
    assert (goal.known, goal.delivered_days) == ((45.0,), 9)
    levels = goal_on(view(past, "likes", [5, 6, 7, None]))
    assert levels.latest_level == 7
    assert goal_on(view(past, "likes", [None] * 12)).latest_level == 0


@pytest.mark.parametrize(
    ("cadence", "day", "first", "last"),
    [
        ("month", date(2026, 11, 30), date(2026, 11, 1), date(2026, 11, 30)),
        ("month", date(2026, 11, 29), date(2026, 10, 1), date(2026, 10, 31)),
        ("week", date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        ("week", date(2026, 11, 28), date(2026, 11, 16), date(2026, 11, 22)),
    ],
)
def test_the_last_window_is_over_by_the_end(cadence: Cadence, day, first, last):
    window = last_window(day, cadence, CALENDAR_YEAR)
    assert (window.start, window.end) == (first, last)


def outcome(past, over: Cadence | None, start: date, end: date, cut: date = CUT):
    question = Question(view(past, "deals", [5] * 60), AT_LEAST, Policy(), over=over)
    return outcome_of(question, Timeline(start, end, cut, cut))


def test_a_goal_over_a_window_asks_for_the_last_whole_one(past):
    open_one = outcome(past, "month", FIRST, date(2026, 12, 15))
    assert isinstance(open_one, OpenGoal)
    assert (open_one.start, open_one.end, open_one.window) == (
        FIRST,
        END,
        containing(FIRST, "month"),
    )
    # from the second on November is not whole any more
    assert outcome(past, "month", FIRST + DAY, date(2026, 12, 15)) == NoOdds(
        "no whole month lies before the deadline"
    )
    over = NoOdds("the last month is over, but its data are not complete")
    assert outcome(past, "month", FIRST, date(2026, 12, 15), cut=END) == over
    assert isinstance(outcome(past, "month", FIRST, date(2026, 12, 15), cut=END - DAY), OpenGoal)


def test_a_total_whose_days_are_over_lacks_some(past):
    assert outcome(past, None, FIRST, END, cut=END) == NoOdds("days of data are missing")
    assert isinstance(outcome(past, None, FIRST, END, cut=END - DAY), OpenGoal)


def test_the_window_of_another_day_is_the_latest_one_over_by_then(past):
    goal = outcome(past, "week", FIRST, date(2026, 12, 15))
    assert isinstance(goal, OpenGoal)
    moved = goal.in_window_ending(date(2026, 11, 22))
    assert moved is not None and (moved.start, moved.end) == (
        date(2026, 11, 16),
        date(2026, 11, 22),
    )
    # that of the 8th is over
    assert goal.in_window_ending(date(2026, 11, 14)) is None
    assert goal_on(view(past, "deals", [5] * 10)).in_window_ending(END) is None


def test_scores_of_ends_are_those_of_the_formulas(past):
    """At least 100: 80 are 0.8. At most 100: 110 are 0.9, and twice as much is nothing."""
    deals = view(past, "deals", [5] * 10)
    more = goal_on(deals).scores(np.array([0.0, 80, 100, 150, np.nan]))
    assert more.tolist() == pytest.approx([0, 0.8, 1, 1, 0])
    less = goal_on(deals, AT_MOST).scores(np.array([50.0, 100, 110, 200]))
    assert less.tolist() == pytest.approx([1, 1, 0.9, 0])


def test_a_miss_by_little_never_scores_as_a_hit(past):
    [score] = goal_on(view(past, "deals", [5] * 10)).scores(np.array([99.9999])).tolist()
    assert score == pytest.approx(1 - 1e-5, abs=1e-9)


def test_a_band_is_met_or_not_and_its_ends_are_inside(past):
    band = Goal("between", low=Decimal(90), high=Decimal(100))
    goal = goal_on(view(past, "deals", [5] * 10), band)
    ends = np.array([89.99, 90, 95, 100, 100.01, np.nan])
    assert goal.met(ends).tolist() == [False, True, True, True, False, False]
    assert goal.scores(ends).tolist() == [0, 1, 1, 1, 0, 0]


def test_what_is_drawn_has_the_noise_of_24_bits_and_what_is_known_that_of_doubles(past):
    """Of 50 known and 150 in all, 100 are drawn; of a level all of it is."""
    total = goal_on(view(past, "deals", [5] * 10))
    assert total.noise(np.array([150.0])) == pytest.approx(50e-12 + 100 * 2e-7, rel=1e-9)
    level = goal_on(view(past, "likes", [5] * 10))
    assert level.noise(np.array([150.0])) == pytest.approx(150 * 2e-7, rel=1e-5)


def test_at_the_rate_so_far_a_total_goes_on_by_its_days(past):
    """50 in ten days; twenty are left: 100 more. One of the ten was not delivered: 5 in nine of ten."""
    forecast = run_rate_forecast(goal_on(view(past, "deals", [5] * 10)))
    assert forecast is not None
    assert (forecast.final.tolist(), forecast.to_come.tolist(), forecast.days) == ([150], [100], 20)
    fewer = run_rate_forecast(goal_on(view(past, "deals", [5, None, *[5] * 8])))
    assert fewer is not None and fewer.final.tolist() == [45 + 20 * 5]
    # 100 have to be met at least, and 100 at most
    assert forecast.shortfall.tolist() == [-50]
    assert forecast.headroom.tolist() == [np.inf]
    budget = run_rate_forecast(goal_on(view(past, "deals", [5] * 10), AT_MOST))
    assert budget is not None
    assert (budget.shortfall.tolist(), budget.headroom.tolist()) == ([-np.inf], [-50])
    assert budget.median_with(-50) == 100


def test_at_the_rate_so_far_a_level_goes_on_to_grow(past):
    """From 10 on 1 November to 28 on the tenth, two a day: 40 more in twenty days."""
    forecast = run_rate_forecast(goal_on(view(past, "likes", list(range(10, 30, 2)))))
    assert forecast is not None
    assert (forecast.final.tolist(), forecast.to_come.tolist(), forecast.days) == ([68], [40], 20)


def test_without_a_day_there_is_no_rate(past):
    later = goal_on(view(past, "deals", [5] * 10), start=CUT + DAY)
    assert run_rate_forecast(later) is None
    assert run_rate_forecast(goal_on(view(past, "likes", [None] * 12))) is None


def ratio_goal(past, name: str, top: int, bottom: int) -> OpenGoal:
    sides = {FIRST + n * DAY: (top, bottom) for n in range(10)}
    seen = KpiView(KpiIndex(past.ratio(name, sides)), {}, CALENDAR_YEAR)
    return goal_on(seen, Goal("at_least", low=Decimal("0.6")))


def test_at_the_rate_so_far_both_sides_of_a_ratio_go_on(past):
    """30 of 60 in ten days, and 60 of 120 more."""
    forecast = run_rate_forecast(ratio_goal(past, "csat", 3, 6))
    assert forecast is not None
    assert (forecast.final.tolist(), forecast.denominator.tolist()) == ([90], [180])
    assert (forecast.to_come.tolist(), forecast.denominator_to_come.tolist()) == ([60], [120])
    assert forecast.is_share
    # 0.6 of 180 are 108
    assert forecast.shortfall.tolist() == pytest.approx([18])
    assert forecast.median_with(18) == pytest.approx(0.6)
    assert forecast.median_with(0, to_denominator=-30) == pytest.approx(0.6)
    assert forecast.median_with(0, to_denominator=-180) is None


@pytest.mark.parametrize(
    ("name", "top", "bottom", "is_share"),
    [
        ("csat", 6, 6, True),
        ("csat", 7, 6, False),
        ("csat", 0, 6, True),
        ("csat", -1, 6, False),
        # it is no percentage
        ("roas", 3, 6, False),
    ],
)
def test_a_share_is_a_percentage_of_what_contains_it(past, name, top, bottom, is_share):
    forecast = run_rate_forecast(ratio_goal(past, name, top, bottom))
    assert forecast is not None and forecast.is_share == is_share


def test_per_head_the_level_is_averaged_over_known_days_and_those_to_come(past):
    """Two deals a day of a team of four: over thirty days 60, of four on average."""
    forecast = run_rate_forecast(ratio_goal(past, "deals_per_rep", 2, 4))
    assert forecast is not None
    assert (forecast.final.tolist(), forecast.denominator.tolist()) == ([60], [4])


@pytest.mark.parametrize(
    ("start", "end", "steps"),
    [
        (FIRST, END, (0, 20)),
        (CUT + DAY, END, (0, 20)),
        (CUT + 2 * DAY, END, (1, 20)),
        (FIRST, CUT, (0, 0)),
    ],
)
def test_the_steps_to_come_are_those_after_the_cut_and_from_its_start_on(past, start, end, steps):
    goal = goal_on(view(past, "deals", [5] * 10), start=start, end=end)
    assert goal.open_steps(TrainingData(coming=ComingDays(CUT))) == steps


def test_a_total_ends_with_what_is_known_and_what_comes_in_its_days(past):
    """45 are known from the second day on; of the steps 1, 2, 4 and 8 those up to the third day after the cut."""
    goal = goal_on(view(past, "deals", [5] * 10), start=FIRST + DAY, end=CUT + 3 * DAY)
    futures = (np.array([[1, 2, 4, 8]], dtype=np.float32),)
    data = TrainingData(coming=ComingDays(CUT))
    assert goal.final_values(futures, data).tolist() == [52]
    later = goal_on(view(past, "deals", [5] * 10), start=CUT + 2 * DAY, end=CUT + 3 * DAY)
    assert later.final_values(futures, data).tolist() == [6]
    level = goal_on(view(past, "likes", [5] * 10), end=CUT + 3 * DAY)
    assert level.final_values(futures, data).tolist() == [4]
    # where no step is left it is the level of today
    settled = goal_on(view(past, "likes", [5] * 10), end=CUT)
    assert settled.final_values(futures, data).tolist() == [5]


def test_two_goals_that_ask_the_same_are_still_two(past):
    goal = goal_on(view(past, "deals", [5] * 10))
    again = OpenGoal(goal.question, goal.start, goal.end, goal.cut)
    assert goal != again
    assert len({goal, again}) == 2


def test_a_count_by_period_is_known_as_far_as_it_was_counted():
    november = containing(FIRST, "month")
    rows = [DistinctFact("month", FIRST, TOTAL, TOTAL, Decimal(70), CUT)]
    seen = KpiView(KpiIndex(KpiFacts(KPIS["visitors"], (), frozenset(), CUT, rows)), {})
    question = Question(seen, AT_LEAST, Policy())
    goal = OpenGoal(question, november.start, november.end, CUT, november)
    assert (goal.known, goal.reported_cadence) == ((70.0,), "month")
    december = containing(date(2026, 12, 1), "month")
    assert OpenGoal(question, december.start, december.end, CUT, december).known == (0.0,)
    assert run_rate_forecast(goal) is None, "who comes again is not counted again"


def test_a_count_by_period_is_read_in_the_last_whole_period_of_the_longest_kind():
    rows = [
        DistinctFact(kind, date(2026, 10, 1), TOTAL, TOTAL, Decimal(70), date(2026, 10, 31))
        for kind in ("month", "quarter")
    ]
    seen = KpiView(KpiIndex(KpiFacts(KPIS["visitors"], (), frozenset(), CUT, rows)), {})
    question = Question(seen, AT_LEAST, Policy())

    def read(start: date, end: date) -> object:
        outcome = outcome_of(question, Timeline(start, end, CUT, CUT))
        return outcome.window.label if isinstance(outcome, OpenGoal) and outcome.window else outcome

    assert read(date(2026, 10, 1), date(2026, 12, 31)) == "2026-Q4"
    # it has no whole quarter, but a month
    assert read(date(2026, 10, 2), date(2026, 12, 31)) == "2026-12"
    assert read(date(2026, 11, 2), date(2026, 11, 30)) == NoOdds(
        "no period of the source ends by the deadline"
    )


def test_a_month_that_is_asked_is_not_measured_in_days(past):
    goal = outcome(past, "month", FIRST, date(2026, 12, 15))
    assert isinstance(goal, OpenGoal) and goal.reported_cadence is None


def test_what_is_shown_of_a_future_is_no_noise_of_floats(past):
    goal = goal_on(view(past, "deals", [5] * 10))
    # 99.99999 is 100 as 24 bits have it, and 99.9 is no 100
    assert goal.shown(99.99999) == 100
    assert goal.shown(99.9) < 100
