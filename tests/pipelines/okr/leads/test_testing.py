"""Leads of OKR files, on pasts in which the one KPI does or does not move before the other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from pipelines.okr.forecast.training_series import TrainingSeries
from pipelines.okr.kpi.kinds import Stock
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.leads.in_the_odds import changes_by_leads
from pipelines.okr.leads.testing import judge_leads, latest_day, leads_of, past_errors
from pipelines.okr.odds.estimates import Stretch
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score

DAY = timedelta(days=1)
FIRST, AS_OF = date(2024, 7, 1), date(2026, 12, 1)
WEEKS = (AS_OF - FIRST).days // 7
GOALS = """
- {id: habit, kpi: deals, at_least: 1, leads: {kpi: revenue, by: 4 weeks}}
- {id: outcome, kpi: revenue, at_least: %s, by: 2026-12-28}
"""


def pasts(past, *, leads: bool) -> dict:
    """Deals that vary from week to week and last for some; revenue follows them by four weeks, or varies by itself."""
    random = Random(5)
    level, deals = 0.0, []
    for _ in range(WEEKS + 1):
        level = 0.8 * level + random.gauss(0, 1)
        deals.append(max(round(40 + 8 * level), 0))
    other = Random(6)
    level, own = 0.0, []
    for _ in range(WEEKS + 1):
        level = 0.8 * level + other.gauss(0, 1)
        own.append(max(round(40 + 8 * level), 0))
    moves = [40] * 4 + deals if leads else own
    days = (AS_OF - FIRST).days
    of_days = [
        [max(values[n // 7] + random.randint(-3, 3), 0) for n in range(days)]
        for values in (deals, moves)
    ]
    return index_facts(
        {
            name: past.daily(name, FIRST, amounts)
            for name, amounts in zip(("deals", "revenue"), of_days, strict=True)
        }
    )


@pytest.fixture(scope="module")
def tested() -> Callable:
    kept: dict = {}

    def results(define, past, leads: bool, **known) -> tuple:
        """Each past is tested once for all tests, as that takes some seconds."""
        key = leads
        if key not in kept or known:
            indexes = pasts(past, leads=leads)
            objectives = define(GOALS % 1000, period="2026")
            answer = judge_leads(objectives, indexes, AS_OF, **known)
            if known:
                return objectives, indexes, answer
            kept[key] = objectives, indexes, answer
        return kept[key]

    return results


def test_what_moves_four_weeks_before_helps(define, past, tested):
    _, _, [result] = tested(define, past, leads=True)
    assert (result.key_result_id, result.kpi, result.leads) == ("grow/habit", "deals", "revenue")
    assert (result.verdict, result.by_days, result.is_learned) == ("helps", 28, False)
    assert result.brier_with < result.brier
    assert result.slope > 0
    # the last day of the month before
    assert result.tested_through == date(2026, 11, 30)


def test_what_moves_by_itself_is_no_evidence(define, past, tested):
    objectives, indexes, results = tested(define, past, leads=False)
    assert [result.verdict for result in results] == ["no_evidence"]
    assert changes_by_leads(objectives, indexes, AS_OF, results) == []


def test_one_that_helps_moves_the_odds_the_way_it_points(define, past, tested):
    _, indexes, results = tested(define, past, leads=True)
    blank = define(GOALS % 10**6, period="2026")
    median = score(blank, Evidence(indexes, AS_OF)).key_results[1].forecast_p50
    objectives = define(GOALS % median, period="2026")
    before = score(objectives, Evidence(indexes, AS_OF)).key_results[1]
    changes = changes_by_leads(objectives, indexes, AS_OF, results)
    [change] = changes
    after = score(objectives, Evidence(indexes, AS_OF, changes=changes)).key_results[1]
    assert change.ahead != 0
    assert (after.probability > before.probability) == (change.ahead > 0)
    assert after.forecast_p50 != before.forecast_p50


def test_goals_on_members_and_other_kpis_stay_as_they_were(define, past, tested):
    _, indexes, results = tested(define, past, leads=True)
    objectives = define(GOALS % 1, period="2026")
    changes = changes_by_leads(objectives, indexes, AS_OF, results)
    before, after = (
        score(objectives, Evidence(indexes, AS_OF, changes=some)).key_results[0]
        for some in ((), changes)
    )
    assert before == after


def test_within_the_month_the_result_is_kept(define, past, tested):
    _, _, [result] = tested(define, past, leads=True)
    changed = replace(result, past_days=7)
    _, _, [kept] = tested(define, past, leads=True, known={result.fingerprint: changed})
    assert kept.past_days == 7


def test_with_little_history_it_cannot_tell(define, past):
    facts = {name: past.daily(name, AS_OF - 60 * DAY, [5] * 60) for name in ("deals", "revenue")}
    objectives = define(GOALS % Decimal(1), period="2026")
    [result] = judge_leads(objectives, index_facts(facts), AS_OF)
    assert (result.verdict, result.brier) == ("cannot_tell", None)
    assert judge_leads(objectives, {}, AS_OF)[0].verdict == "cannot_tell"


@pytest.mark.parametrize(("weeks", "is_tested"), [(29, False), (30, True)])
def test_thirty_whole_weeks_are_needed(define, past, weeks, is_tested):
    """Of the 30 too few are the end of a past for a verdict, but what was tested is noted.

    Where the file says no reach and none is clear, it is the shortest.
    """
    last = date(2026, 11, 29)  # a Sunday
    amounts = [(n * 7) % 11 for n in range(7 * weeks)]
    facts = {
        name: past.daily(name, last - (7 * weeks - 1) * DAY, amounts, through=date(2026, 11, 30))
        for name in ("deals", "revenue")
    }
    told, learned = (
        judge_leads(define(goals, period="2026"), index_facts(facts), AS_OF)[0]
        for goals in (GOALS % 1, (GOALS % 1).replace(", by: 4 weeks", ""))
    )
    for result, by_days, is_learned in ((told, 28, False), (learned, 14, True)):
        assert result.verdict == "cannot_tell"
        assert (result.tested_through == date(2026, 11, 30)) == is_tested
        assert (result.by_days, result.is_learned) == (
            (by_days, is_learned) if is_tested else (None, None)
        )


def test_the_latest_day_is_one_that_both_have_and_before_today(define, past):
    [lead] = leads_of(define(GOALS % 1, period="2026"))

    def latest(deals_to: date | None, revenue_to: date | None) -> date | None:
        facts = {
            name: past.daily(name, AS_OF - 9 * DAY, [1], through=through)
            for name, through in (("deals", deals_to), ("revenue", revenue_to))
            if through is not None
        }
        return latest_day(lead, index_facts(facts), AS_OF)

    assert latest(AS_OF - 5 * DAY, AS_OF - 3 * DAY) == AS_OF - 5 * DAY
    assert latest(AS_OF - 3 * DAY, AS_OF - 5 * DAY) == AS_OF - 5 * DAY
    assert latest(AS_OF + DAY, AS_OF) == AS_OF - DAY
    assert latest(AS_OF, None) is None


def followed(weeks: int, horizon: int) -> Stretch:
    values = np.array([100.0 + (n * 7) % 11 for n in range(weeks)])
    return Stretch((TrainingSeries(values, weeks, season=1, level=True),), Stock(), 0, horizon)


@pytest.mark.parametrize(
    ("weeks", "reach", "first"),
    [
        # a forecast needs 24 steps
        (80, 2, 24),
        # and a signal four spans
        (80, 8, 32),
    ],
)
def test_past_days_are_those_with_enough_before_them_and_the_reach_after_them(weeks, reach, first):
    past = past_errors(range(1, weeks + 1), followed(weeks, reach), reach)
    assert past is not None
    assert list(past.periods) == list(range(first, weeks - reach + 1))
    assert len(past.errors) == len(past.periods)
    assert (past.span, past.reach) == (reach, reach)


def test_twenty_nine_past_days_are_too_few():
    """Of 55 weeks those after the 24th to the 53rd are thirty."""
    assert past_errors(range(1, 56), followed(55, 2), 2) is not None
    assert past_errors(range(1, 55), followed(54, 2), 2) is None


def test_as_many_past_days_as_are_allowed_are_all_asked():
    """Of 59 weeks those after the 24th to the 56th are 33; of every second of them 17 would be too few."""
    all_of_them = past_errors(range(1, 60), followed(59, 3), 3, 33)
    assert all_of_them is not None and list(all_of_them.periods) == list(range(24, 57))
    assert past_errors(range(1, 60), followed(59, 3), 3, 32) is None


def test_of_many_every_second_is_asked_and_the_last_and_an_error_is_known_after_half_as_many():
    past = past_errors(range(1, 96), followed(95, 3), 3, 40)
    assert past is not None
    # 24 to 92 are 69
    assert list(past.periods) == list(range(24, 93, 2))
    assert (past.span, past.reach) == (3, 2)
