"""What a measure adds to futures that are known, step by step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.okr.definition.measures import Measure
from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.measures.if_it_works import ExpectedEffect
from pipelines.okr.odds.coming_steps import ComingDays
from pipelines.okr.odds.training_data import TrainingData

DAY = timedelta(days=1)
CUT = date(2026, 10, 31)
START = CUT + DAY


def weights(
    facts: KpiFacts, goal_on: dict[str, str] | None = None, **fields: object
) -> Sequence[float]:
    """How many times as much each step brings after the cut, of a measure that adds a tenth."""
    measure = Measure.model_validate(
        {"what": "X", "kpi": "deals", "start": START, "expected": "10 %", **fields}
    )
    view = KpiView(KpiIndex(facts), goal_on or {}, CALENDAR_YEAR)
    data = TrainingData(coming=ComingDays(CUT))
    ones = np.ones((1, 8), dtype=np.float32)
    [after] = ExpectedEffect(measure)(view, CUT, data, (ones,))
    return [round(float(x), 4) for x in after[0]]


@pytest.fixture
def deals(past) -> KpiFacts:
    return past.daily("deals", CUT - 9 * DAY, [5] * 10)


def test_all_of_it_is_there_from_the_first_day_on(deals):
    assert weights(deals) == [1.1] * 8
    assert weights(deals, start=START + 2 * DAY) == [1, 1, *[1.1] * 6]


def test_nothing_is_there_in_the_lag_and_all_of_it_after_the_ramp(deals):
    """A lag of 2 days and a ramp of 3: a quarter on the third day, and all on the sixth."""
    assert weights(deals, lag="2 days", ramp="3 days") == [
        *[1, 1],
        *[1.025, 1.05, 1.075],
        *[1.1] * 3,
    ]


def test_a_total_has_it_up_to_the_last_day_and_a_level_keeps_it(past, deals):
    ends = START + 3 * DAY
    assert weights(deals, ends=ends) == [1.1] * 4 + [1] * 4
    likes = past.daily("likes", CUT - 9 * DAY, [5] * 10)
    assert weights(likes, kpi="likes", ends=ends) == [1.1] * 8


def test_another_kpi_has_none_of_it(deals):
    assert weights(deals, kpi="spend") == [1] * 8


def by_rep(past, kim: Sequence[object], lee: Sequence[object]) -> KpiFacts:
    """Deals of two, up to the cut."""
    of_both = [
        past.daily("deals", CUT - (len(amounts) - 1) * DAY, amounts, rep=rep)
        for rep, amounts in (("kim", kim), ("lee", lee))
    ]
    return replace(of_both[0], days=[x for facts in of_both for x in facts.days])


def test_of_members_it_has_their_share_of_the_latest_91_days(past):
    """Of 91 days a quarter is Kim's; the day before them would have made it more."""
    kim, lee = [1_000, *[1] * 91], [0, *[3] * 91]
    assert weights(by_rep(past, kim, lee), where={"rep": "kim"}) == [1.025] * 8
    kim[1] = 92
    # 182 of 455 are two fifths
    assert weights(by_rep(past, kim, lee), where={"rep": "kim"}) == [1.04] * 8


def test_a_goal_on_the_members_that_it_touches_has_all_of_it_and_on_others_nothing(past):
    both = by_rep(past, [1] * 30, [3] * 30)
    assert weights(both, {"rep": "kim"}, where={"rep": "kim"}) == [1.1] * 8
    assert weights(both, {"rep": "kim"}) == [1.1] * 8
    assert weights(both, {"rep": "lee"}, where={"rep": "kim"}) == [1] * 8


def test_of_a_ratio_it_has_their_share_of_the_denominators(past):
    """North has 1 of 10 and south 1 of 30: a quarter of what is divided by."""
    rows = [
        replace(row, dimensions={"region": region})
        for region, bottom in (("north", 10), ("south", 30))
        for row in past.ratio("csat", {CUT - n * DAY: (1, bottom) for n in range(10)}).days
    ]
    facts = replace(past.ratio("csat", {CUT: (1, 1)}), days=rows)
    measure = Measure.model_validate(
        {
            "what": "X",
            "kpi": "csat",
            "start": START,
            "expected": "10 %",
            "where": {"region": "north"},
        }
    )
    tops, bottoms = np.full((1, 3), 4, np.float32), np.full((1, 3), 8, np.float32)
    data = TrainingData(coming=ComingDays(CUT))
    top, bottom = ExpectedEffect(measure)(KpiView(KpiIndex(facts), {}), CUT, data, (tops, bottoms))
    assert top.tolist() == [pytest.approx([4.1] * 3)]
    assert bottom.tolist() == [[8, 8, 8]]


def test_without_a_number_it_adds_nothing(deals):
    assert weights(deals, expected=None) == [1] * 8


def test_a_share_is_never_more_than_all_nor_less_than_nothing(past):
    """What falls below 0 has no share of it; beside it the other has more than all."""
    both = by_rep(past, [4] * 30, [-2] * 30)
    assert weights(both, where={"rep": "kim"}) == [1.1] * 8
    assert weights(both, where={"rep": "lee"}) == [1] * 8
    nothing = by_rep(past, [0] * 30, [0] * 30)
    assert weights(nothing, where={"rep": "kim"}) == [1] * 8
    owed = by_rep(past, [-4] * 30, [0] * 30)
    assert weights(owed, where={"rep": "kim"}) == [1] * 8


def test_a_measure_touches_goals_of_its_kpi_on_its_members(define):
    measure = Measure.model_validate(
        {"what": "X", "kpi": "deals", "start": START, "where": {"rep": "kim"}}
    )
    [objective] = define("""
- {id: all, kpi: deals, at_least: 1}
- {id: kim, kpi: deals, at_least: 1, where: {rep: kim}}
- {id: lee, kpi: deals, at_least: 1, where: {rep: lee}}
- {id: spend, kpi: spend, at_most: 1}
""")
    touched = [x.id for x in objective.key_results if ExpectedEffect(measure).touches(x)]
    assert touched == ["all", "kim"]
