"""Where a goal's KPI ends in futures that are given, and what of it is still to come."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.kpi.facts import TOTAL, DistinctFact, KpiFacts
from pipelines.okr.kpi.periods import containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.odds.coming_steps import ComingDays
from pipelines.okr.odds.goal_forecast import GoalForecast, simulated_forecast
from pipelines.okr.odds.open_goals import OpenGoal
from pipelines.okr.odds.training_data import TrainingData
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
FIRST, CUT = date(2026, 11, 1), date(2026, 11, 10)
END = CUT + 3 * DAY
FUTURES = np.array([[1, 2, 4, 8], [2, 2, 2, 2]], dtype=np.float32)
CURVES = Curve(), Curve(0.1, 0.9)
TEN = Goal("at_least", low=Decimal(10))


def forecast(facts: KpiFacts, *futures: np.ndarray, goal: Goal = TEN, **data: bool) -> GoalForecast:
    question = Question(KpiView(KpiIndex(facts), {}), goal, Policy())
    known = TrainingData(coming=ComingDays(CUT), **data)
    return simulated_forecast(
        OpenGoal(question, FIRST, END, CUT), known, futures or (FUTURES,), CURVES
    )


def test_a_total_grows_by_the_days_that_count(past):
    """50 are known, and 7 or 6 come in three days."""
    seen = forecast(past.daily("deals", FIRST, [5] * 10), FUTURES)
    assert (seen.final.tolist(), seen.to_come.tolist(), seen.days) == ([57, 56], [7, 6], 3)
    assert (seen.denominator.tolist(), seen.denominator_to_come.tolist()) == ([1, 1], [0, 0])
    assert seen.curves == CURVES
    assert seen.shortfall.tolist() == [-47, -46]
    assert seen.median_with(3.5) == 60


def test_a_level_is_where_it_stands_on_the_last_day_and_grows_from_today_on(past):
    seen = forecast(past.daily("likes", FIRST, [3] * 10), FUTURES)
    assert (seen.final.tolist(), seen.to_come.tolist(), seen.days) == ([4, 2], [1, -1], 3)


def test_a_count_by_period_is_all_still_to_come_and_no_less_than_is_counted():
    """Of 2 that are counted: a future of 1 ends with 2."""
    november = containing(FIRST, "month")
    rows = [DistinctFact("month", FIRST, TOTAL, TOTAL, Decimal(2), CUT)]
    seen = KpiView(KpiIndex(KpiFacts(KPIS["visitors"], (), frozenset(), CUT, rows)), {})
    goal = OpenGoal(Question(seen, TEN, Policy()), november.start, november.end, CUT, november)
    data = TrainingData(coming=ComingDays(november.end - DAY))
    result = simulated_forecast(goal, data, (FUTURES,), CURVES)
    assert (result.final.tolist(), result.to_come.tolist(), result.days) == ([2, 2], [2, 2], 1)


def of_ratio(past, name: str, *, is_share: bool, goal: Goal | None = None) -> GoalForecast:
    """10 of 20 by the cut, and in two futures 7 of 14, and 6 of 12."""
    facts = past.ratio(name, {FIRST + n * DAY: (1, 2) for n in range(10)})
    half = goal or Goal("at_least", low=Decimal("0.75"))
    return forecast(facts, FUTURES, 2 * FUTURES, goal=half, is_share=is_share)


def test_both_sides_of_a_ratio_grow(past):
    seen = of_ratio(past, "csat", is_share=True)
    assert (seen.final.tolist(), seen.to_come.tolist()) == ([17, 16], [7, 6])
    assert (seen.denominator.tolist(), seen.denominator_to_come.tolist()) == ([34, 32], [14, 12])
    assert (seen.days, seen.is_share, seen.curves) == (3, True, CURVES)
    assert seen.shortfall.tolist() == [8.5, 8]
    assert seen.median_with(0) == 0.5
    # what is no percentage is no share either, whatever it was
    assert not of_ratio(past, "roas", is_share=True).is_share
    assert not of_ratio(past, "csat", is_share=False).is_share


def test_per_head_the_level_is_averaged_over_thirteen_days(past):
    """20 are known in ten days, and 14 or 12 in three."""
    seen = of_ratio(past, "deals_per_rep", is_share=False)
    assert seen.denominator.tolist() == pytest.approx([34 / 13, 32 / 13])


def test_over_nothing_no_goal_is_met_and_there_is_no_median(past):
    facts = past.ratio("roas", {FIRST + n * DAY: (1, 0) for n in range(10)})
    nothing = np.zeros((2, 4), np.float32)
    seen = forecast(facts, FUTURES, nothing, goal=Goal("at_least", low=Decimal("0.5")))
    assert np.isnan(seen.shortfall).all()
    assert seen.headroom.tolist() == [np.inf, np.inf]
    assert seen.median_with(1.0) is None
    below = forecast(facts, FUTURES, nothing - 1, goal=Goal("at_least", low=Decimal("0.5")))
    assert below.median_with(1.0) is None
    # of two futures one has a value
    some = np.array([[4, 4, 4, 4], [0, 0, 0, 0]], np.float32)
    assert forecast(facts, nothing, some).median_with(0.0) == pytest.approx(10 / 12)
