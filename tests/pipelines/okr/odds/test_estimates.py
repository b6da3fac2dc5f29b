"""What came beside what was foreseen, and the steps that are known at an origin."""

from dataclasses import astuple, replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from pipelines.okr.forecast.training_series import TrainingSeries
from pipelines.okr.kpi.kinds import Flow, Ratio, Stock
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.odds.estimates import Estimate, Stretch, estimates, estimates_by_look
from pipelines.okr.odds.known_steps import cadence_of, known_steps

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("actual", "surprise"),
    [(130, 2), (110, 0.6667), (100, 0), (95, -0.5), (70, -3)],
)
def test_a_surprise_is_in_half_widths_of_its_own_side(actual, surprise):
    """The middle is 100; 90 and 115 are the ends."""
    estimate = Estimate(actual, 90, 100, 115)
    assert estimate.effect == actual - 100
    assert estimate.surprise == pytest.approx(surprise, abs=1e-4)


def test_without_a_width_the_least_one_is_a_billionth_of_the_middle():
    assert Estimate(101, 100, 100, 100).surprise == pytest.approx(1e7)
    assert Estimate(1, 0, 0, 0).surprise == pytest.approx(1e9)
    assert Estimate(0, 0, 0, 0).surprise == 0


def steady(values: list[float], **fields: object) -> TrainingSeries:
    return TrainingSeries(np.array(values, dtype=np.float64), len(values), **fields)  # type: ignore[arg-type]


def test_what_came_after_an_origin_is_that_of_the_judged_steps():
    """Two of five are skipped: 3 + 4 + 5 after the first step, and the level on the last of them."""
    series = steady([9, 1, 2, 3, 4, 5, 6])
    assert Stretch((series,), Flow(), 2, 3).actual((series,), 1) == 12
    assert Stretch((series,), Stock(), 2, 3).actual((series,), 1) == 5
    assert Stretch((series,), Flow(), 2, 3).horizon == 5
    bottom = steady([9, 1, 1, 10, 10, 4, 1])
    assert Stretch((series, bottom), Ratio(), 2, 3).actual((series, bottom), 1) == 0.5


def test_what_the_futures_come_to_is_that_of_the_judged_steps_too():
    futures = np.array([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]], dtype=np.float32)
    series = steady([1] * 9)
    assert Stretch((series,), Flow(), 2, 3).value([futures]).tolist() == [12, 6]
    assert Stretch((series,), Stock(), 2, 3).value([futures]).tolist() == [5, 1]
    halves = Stretch((series, series), Ratio(), 2, 3).value([futures, 2 * futures])
    assert halves.tolist() == [0.5, 0.5]


def test_of_a_share_the_numerator_stays_within_the_denominator():
    tops, bottoms = np.full((1, 3), 6, np.float32), np.full((1, 3), 4, np.float32)
    series = steady([1] * 9)
    stretch = Stretch((series, series), Ratio(), 0, 3)
    assert stretch.value([tops, bottoms]).tolist() == [1.5]
    assert replace(stretch, is_share=True).value([tops, bottoms]).tolist() == [1]


def test_a_constant_past_is_foreseen_as_it_was_and_looks_past_the_end_are_none():
    """Ten a day: 40 and 80 in four and eight days. Of the last origin seven days are known."""
    series = steady([10.0] * 50)
    stretch = Stretch((series,), Flow(), 0, 4)
    answers = dict(estimates_by_look(stretch, [40, 43], [4, 8]))
    assert answers[0] == [Estimate(40, 40, 40, 40), Estimate(80, 80, 80, 80)]
    assert answers[1] == [Estimate(40, 40, 40, 40), None]
    assert dict(estimates(stretch, [46])) == {0: Estimate(40, 40, 40, 40)}
    assert dict(estimates(stretch, [47])) == {}


def test_what_comes_after_an_origin_is_not_seen_at_it():
    """It doubles after the fortieth step: what was foreseen is what was before."""
    series = steady([10.0] * 40 + [20.0] * 10)
    [(_, estimate)] = estimates(Stretch((series,), Flow(), 1, 4), [40])
    assert (estimate.actual, estimate.middle, estimate.effect) == (80, 40, 40)


def test_steps_are_over_on_their_last_day_and_begin_on_their_first(past):
    first = date(2026, 1, 1)
    view = KpiView(KpiIndex(past.daily("deals", first, [1] * 30)), {}, CALENDAR_YEAR)
    steps = known_steps(view, first + 29 * DAY, "day")
    assert [steps.before(first + n * DAY) for n in (0, 1, 30, 99)] == [0, 1, 30, 30]
    assert [steps.from_day(first + n * DAY) for n in (-1, 0, 1, 30)] == [0, 0, 1, 30]
    assert steps.seen.tolist() == [True] * 30


def test_of_weeks_a_step_is_over_on_its_sunday_and_begins_on_its_monday(past):
    monday = date(2026, 1, 5)
    amounts = [10 if n % 7 == 6 else None for n in range(7 * 10)]
    view = KpiView(KpiIndex(past.daily("likes", monday, amounts)), {}, CALENDAR_YEAR)
    through = monday + 69 * DAY
    assert cadence_of(view, through) == "week"
    steps = known_steps(view, through, "week")
    assert len(steps.firsts) == 10
    assert [steps.before(monday + n * DAY) for n in (6, 7, 13, 14)] == [0, 1, 1, 2]
    assert [steps.from_day(monday + n * DAY) for n in (0, 1, 7, 8)] == [0, 1, 1, 2]


def test_what_cannot_be_forecast_has_no_steps_and_says_why(past):
    first = date(2026, 1, 1)
    view = KpiView(KpiIndex(past.daily("deals", first, [1] * 7)), {}, CALENDAR_YEAR)
    steps = known_steps(view, first + 6 * DAY, "day")
    assert (len(steps.firsts), steps.data.no_odds_because) == (
        0,
        "7 days of history are not enough",
    )
    eight = KpiView(KpiIndex(past.daily("deals", first, [1] * 8)), {}, CALENDAR_YEAR)
    assert len(known_steps(eight, first + 7 * DAY, "day").firsts) == 8


def test_what_a_control_did_that_it_moves_in_step_with_is_taken_off():
    """Always twice the control, and ten a day more after the origin: 70 in seven days, whatever the control did."""
    random = Random(1)
    control = [float(random.randint(50, 150)) for _ in range(120)]
    control[113:] = [300.0] * 7
    series = steady([2 * x for x in control[:113]] + [2 * x + 10 for x in control[113:]])
    alone = Stretch((series,), Flow(), 0, 7)
    [(_, unaware)] = estimates(alone, [113])
    [(_, aware)] = estimates(replace(alone, control=(steady(control),)), [113])
    assert unaware.effect > 2_000, "the market's rise counts as one of its own"
    assert aware.actual == 2 * 2_100 + 70
    assert aware.middle == pytest.approx(4_200, rel=1e-3)
    assert aware.high - aware.low < 1


def test_a_control_that_never_moved_tells_nothing():
    random = Random(1)
    series = steady([float(random.randint(50, 150)) for _ in range(120)])
    alone = Stretch((series,), Flow(), 0, 7)
    constant = replace(alone, control=(steady([9.0] * 120),))
    [(_, beside)], [(_, without)] = (estimates(stretch, [113]) for stretch in (constant, alone))
    assert astuple(beside) == pytest.approx(astuple(without), rel=1e-6)
