"""Leads of OKR files, on pasts in which the one KPI does or does not move before the other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from pipelines.okr.kpi.series import index_facts
from pipelines.okr.leads.in_the_odds import changes_by_leads
from pipelines.okr.leads.testing import judge_leads
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
