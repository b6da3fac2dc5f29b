"""What one, five and nine in ten of given futures do not exceed, day by day."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.definition.goals import Goal
from pipelines.okr.definition.question import Question
from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.periods import Cadence, containing
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.odds.coming_steps import ComingDays
from pipelines.okr.odds.forecast_bands import ForecastBands
from pipelines.okr.odds.open_goals import OpenGoal
from pipelines.okr.odds.training_data import TrainingData

DAY = timedelta(days=1)
FIRST, CUT = date(2026, 11, 1), date(2026, 11, 10)
END = date(2026, 11, 30)
RISING = np.repeat(np.arange(11.0, dtype=np.float32)[:, None], 20, axis=1)
"""Eleven futures of twenty days, which bring 0 to 10 a day: a tenth is up to 1, half up to 5, nine tenths up to 9."""
DATA = TrainingData(coming=ComingDays(CUT))


def goal_on(
    facts: KpiFacts,
    low: str = "1",
    start: date = FIRST,
    end: date = END,
    window: Cadence | None = None,
) -> OpenGoal:
    question = Question(KpiView(KpiIndex(facts), {}), Goal("at_least", low=Decimal(low)), Policy())
    return OpenGoal(question, start, end, CUT, window and containing(end, window))


def test_a_total_has_what_is_known_and_what_has_come_by_then(past):
    """50 by the cut; after three days 3, 15 and 27 more."""
    goal = goal_on(past.daily("deals", FIRST, [5] * 10))
    bands = ForecastBands(DATA, (RISING,)).of(goal, [CUT + DAY, CUT + 3 * DAY])
    assert bands == {CUT + DAY: (51, 55, 59), CUT + 3 * DAY: (53, 65, 77)}


def test_goals_that_began_on_other_days_share_what_comes_and_not_what_is_known(past):
    facts = past.daily("deals", FIRST, [5] * 10)
    bands = ForecastBands(DATA, (RISING,))
    for start, known in ((FIRST, 50), (FIRST + 4 * DAY, 30), (FIRST, 50)):
        assert bands.of(goal_on(facts, start=start), [CUT + DAY]) == {
            CUT + DAY: (known + 1, known + 5, known + 9)
        }


def test_a_level_is_where_it_stands(past):
    goal = goal_on(past.daily("likes", FIRST, [5] * 10))
    levels = RISING + np.arange(20, dtype=np.float32)
    bands = ForecastBands(DATA, (levels,)).of(goal, [CUT + DAY, CUT + 3 * DAY])
    assert bands == {CUT + DAY: (1, 5, 9), CUT + 3 * DAY: (3, 7, 11)}


def test_a_ratio_is_taken_over_all_of_its_days(past):
    """5 of 100 by the cut; on each day 10 more to divide by."""
    facts = past.ratio("roas", {FIRST + n * DAY: ("0.5", 10) for n in range(10)})
    bands = ForecastBands(DATA, (RISING, np.full_like(RISING, 10)))
    ten = bands.of(goal_on(facts), [CUT + 10 * DAY])[CUT + 10 * DAY]
    assert ten == (Decimal("0.08"), Decimal("0.28"), Decimal("0.48"))
    # one that began on the last day has other ones
    later = bands.of(goal_on(facts, start=CUT), [CUT + 9 * DAY])[CUT + 9 * DAY]
    assert later == (Decimal("0.10"), Decimal("0.46"), Decimal("0.82"))


def test_per_head_a_level_is_averaged_over_the_days_so_far(past):
    """10 deals and a team of two in ten days; in ten more 0 to 100 deals of the same team."""
    facts = past.ratio("deals_per_rep", {FIRST + n * DAY: (1, 2) for n in range(10)})
    bands = ForecastBands(DATA, (RISING, np.full_like(RISING, 2)))
    assert bands.of(goal_on(facts), [CUT + 10 * DAY])[CUT + 10 * DAY] == (10, 30, 50)


def test_days_that_are_over_have_none_nor_has_what_is_not_defined(past):
    goal = goal_on(past.daily("deals", FIRST, [5] * 10))
    assert ForecastBands(DATA, (RISING,)).of(goal, [CUT - DAY, CUT]) == {}
    facts = past.ratio("roas", {FIRST + n * DAY: (1, 0) for n in range(10)})
    nothing = ForecastBands(DATA, (RISING, np.zeros_like(RISING)))
    assert nothing.of(goal_on(facts), [CUT + DAY]) == {}
    # of futures that have no value the others count
    some = np.where(np.arange(11)[:, None] > 5, 10, 0).astype(np.float32) * np.ones_like(RISING)
    bands = ForecastBands(DATA, (RISING, some)).of(goal_on(facts), [CUT + DAY])
    assert bands[CUT + DAY][1] == pytest.approx(Decimal("1.8"))


def test_a_goal_on_a_window_has_them_where_one_ends(past):
    """The week to Sunday, 15 November has ten by the cut; that to the 22nd has seven days to come."""
    facts = past.daily("deals", FIRST, [5] * 10)
    goal = goal_on(facts, start=date(2026, 11, 23), end=date(2026, 11, 29), window="week")
    bands = ForecastBands(DATA, (RISING,)).of(goal, [date(2026, 11, 15), date(2026, 11, 22)])
    assert bands == {
        date(2026, 11, 15): (15, 35, 55),
        date(2026, 11, 22): (7, 35, 63),
    }
    # that of the 8th is over
    assert ForecastBands(DATA, (RISING,)).of(goal, [date(2026, 11, 14)]) == {}
