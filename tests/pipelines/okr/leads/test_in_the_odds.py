"""What a lead changes in futures whose quantiles are known, and which lead it is."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from pipelines.okr.kpi.periods import CALENDAR_YEAR
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex, index_facts
from pipelines.okr.leads.in_the_odds import LeadChange, changes_by_leads
from pipelines.okr.leads.result import LeadResult
from pipelines.okr.odds.coming_steps import ComingDays
from pipelines.okr.odds.training_data import TrainingData

DAY = timedelta(days=1)
CUT = date(2026, 11, 1)  # a Sunday
ENDS = np.arange(21.0) ** 2
"""Of 0, 1, 4 … 400 one in twenty is up to 1, half up to 100, and nineteen in twenty up to 361."""


def changed(past, name: str, change: LeadChange, steps: np.ndarray, **where: str) -> np.ndarray:
    """The futures (paths, steps) of a daily KPI after a change."""
    view = KpiView(KpiIndex(past.daily(name, CUT, [1])), where, CALENDAR_YEAR)
    data = TrainingData(coming=ComingDays(CUT))
    [after] = change(view, CUT, data, (steps.astype(np.float32),))
    return after


def evenly(steps: int) -> np.ndarray:
    """Futures in which the first two days bring the ends together, half on each day, and so does each day after."""
    return np.repeat(ENDS[:, None] / 2, steps, axis=1)


@pytest.mark.parametrize(
    ("ahead", "times"),
    [
        # half of the 261 from the middle to the upper end, of 100
        (0.5, 2.305),
        # half of the 99 from the middle to the lower one
        (-0.5, 0.505),
        # three times 99 are more than there is
        (-3.0, 0.0),
    ],
)
def test_of_a_total_the_steps_up_to_then_bring_so_much_more(past, ahead, times):
    after = changed(past, "deals", LeadChange("deals", ahead, 2), evenly(4))
    assert after[:, :2] == pytest.approx(evenly(2) * times, rel=1e-5)
    assert after[:, 2:] == pytest.approx(evenly(2))


def test_one_that_is_due_today_moves_the_first_step(past):
    after = changed(past, "deals", LeadChange("deals", 0.5, 0), evenly(3))
    assert after[:, :1] == pytest.approx(evenly(1) * 2.305, rel=1e-5)
    assert after[:, 1:] == pytest.approx(evenly(2))


def test_a_total_of_nothing_stays_nothing(past):
    futures = np.zeros((21, 3))
    futures[-1] = 5
    assert changed(past, "deals", LeadChange("deals", 0.5, 2), futures) == pytest.approx(futures)


def test_a_level_is_reached_evenly_by_then_and_stays(past):
    levels = np.repeat(ENDS[:, None], 4, axis=1)
    after = changed(past, "likes", LeadChange("likes", 0.5, 2), levels)
    assert (after - levels)[7] == pytest.approx([65.25, 130.5, 130.5, 130.5], rel=1e-4)


def test_of_futures_that_end_before_a_level_has_the_part_that_is_due(past):
    """Two of the four days: half of 130.5."""
    levels = np.repeat(ENDS[:, None], 2, axis=1)
    after = changed(past, "likes", LeadChange("likes", 0.5, 4), levels)
    assert (after - levels)[7] == pytest.approx([32.625, 65.25], rel=1e-4)


def test_of_a_ratio_the_numerator_is_moved_and_of_a_share_it_stays_within_its_denominator(past):
    """Half on each day: the numerators have the ends of above, and the middle of a denominator of 400 is a quarter."""
    view = KpiView(KpiIndex(past.ratio("csat", {CUT: (1, 2)})), {}, CALENDAR_YEAR)
    tops = evenly(3).astype(np.float32)
    bottoms = np.full_like(tops, 200)
    data = TrainingData(coming=ComingDays(CUT))
    for is_share in (False, True):
        top, bottom = LeadChange("csat", 0.5, 2)(
            view, CUT, replace(data, is_share=is_share), (tops, bottoms)
        )
        moved = np.minimum(tops[:, :2] * 2.305, 200) if is_share else tops[:, :2] * 2.305
        assert top[:, :2] == pytest.approx(moved, rel=1e-5)
        assert bottom.tolist() == bottoms.tolist()


def test_other_kpis_and_members_stay_as_they_were(past):
    change = LeadChange("deals", 0.5, 2)
    assert changed(past, "spend", change, evenly(4)) == pytest.approx(evenly(4))
    assert changed(past, "deals", change, evenly(4), rep="kim") == pytest.approx(evenly(4))


GOALS = """
- {id: first, kpi: deals, at_least: 1, leads: {kpi: revenue, by: 1 week}}
- {id: second, kpi: spend, at_most: 1, leads: {kpi: revenue, by: 1 week}}
"""


def helps(key_result_id: str, kpi: str, gain: str | None) -> LeadResult:
    share = None if gain is None else Decimal(gain)
    return LeadResult(
        key_result_id, kpi, "revenue", "helps", by_days=7, gain=share, slope=Decimal("0.2")
    )


def by_week(past, name: str, amounts: list[int]):
    """A week's amount on its Sunday, up to the cut."""
    first = CUT - 7 * len(amounts) * DAY + DAY
    days = [x for amount in amounts for x in (0, 0, 0, 0, 0, 0, amount)]
    return past.daily(name, first, days)


def changes(define, past, deals: list[int], *results: LeadResult) -> list[LeadChange]:
    weeks = {"deals": deals, "spend": [30] * len(deals), "revenue": [9] * len(deals)}
    indexes = index_facts({name: by_week(past, name, amounts) for name, amounts in weeks.items()})
    return changes_by_leads(define(GOALS, period="2026"), indexes, CUT + DAY, results)


def test_it_moves_the_middle_by_the_slope_times_what_the_leader_did_last(define, past):
    """No change in sixteen weeks, and twice as much in the last: 4.25 of its spreads of 4/17, and three at most."""
    [change] = changes(define, past, [*[70] * 19, 140], helps("grow/first", "deals", "0.1"))
    assert (change.follower, change.days) == ("revenue", 7)
    assert change.ahead == pytest.approx(0.6)


def test_of_several_on_one_kpi_it_is_the_one_that_takes_most_off(define, past):
    deals = [*[70] * 19, 140]
    first, second = helps("grow/first", "deals", "0.1"), helps("grow/second", "spend", "0.2")
    # spend is the same each week
    assert [x.ahead for x in changes(define, past, deals, first, second)] == [0]
    [change] = changes(define, past, deals, first, replace(second, gain=Decimal("0.05")))
    assert change.ahead == pytest.approx(0.6)
    # one whose gain is not known has none
    [change] = changes(define, past, deals, replace(first, gain=None), second)
    assert change.ahead == 0
    # of two that take off the same it is the first
    [change] = changes(define, past, deals, first, replace(second, gain=first.gain))
    assert change.ahead == pytest.approx(0.6)


def test_one_that_does_not_help_or_has_no_figures_changes_nothing(define, past):
    deals, first = [*[70] * 19, 140], helps("grow/first", "deals", "0.1")
    for result in (
        replace(first, verdict="no_evidence"),
        replace(first, by_days=None),
        replace(first, slope=None),
    ):
        assert changes(define, past, deals, result) == []
        # and takes none of it from another
        other = helps("grow/second", "spend", "0.05")
        assert len(changes(define, past, deals, replace(result, leads="likes"), other)) == 1


def test_before_four_spans_of_weeks_are_over_there_is_no_signal(define, past):
    first = helps("grow/first", "deals", "0.1")
    assert changes(define, past, [70, 70, 140], first) == []
    assert len(changes(define, past, [70, 70, 70, 140], first)) == 1


def test_how_much_it_usually_varies_is_told_by_the_latest_121_weeks(define, past):
    """Each is held against three before it: from the 77th of 200 on they count."""
    random = Random(2)
    deals = [random.randint(6_000, 8_000) for _ in range(200)]
    deals[76:80] = [7_000] * 4
    first = helps("grow/first", "deals", "0.1")

    def ahead(place: int) -> float:
        other = [*deals[:place], 90_000, *deals[place + 1 :]]
        [change] = changes(define, past, other, first)
        return change.ahead

    [usual] = changes(define, past, deals, first)
    assert ahead(75) == usual.ahead
    assert ahead(76) != usual.ahead
