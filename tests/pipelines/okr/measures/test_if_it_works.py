"""The odds if a measure brings what is expected of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from pipelines.okr.kpi.series import index_facts
from pipelines.okr.measures.if_it_works import with_odds_if_measures_work
from pipelines.okr.measures.judging import judge_measures
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score

DAY = timedelta(days=1)
FIRST, AS_OF = date(2025, 9, 1), date(2026, 11, 1)
DAYS = (AS_OF - FIRST).days


def facts(past):
    random = Random(1)
    return past.daily("deals", FIRST, [random.randint(8, 12) for _ in range(DAYS)])


def scored(define, past, goal: str, measure: str):
    objectives = define(goal, period="2026-11", head=f"measures:\n- {{what: X, {measure}}}")
    indexes = index_facts({"deals": facts(past)})
    results = judge_measures(objectives, indexes, AS_OF)

    def rescored(some, changes):
        return score(some, Evidence(indexes, AS_OF, changes=changes))

    return with_odds_if_measures_work(rescored(objectives, ()), objectives, results, rescored)


def test_a_tenth_more_makes_an_even_goal_nearly_sure(define, past):
    """30 days bring about 300, give or take 8; a tenth more are 330."""
    [row] = scored(
        define,
        past,
        "- {id: it, kpi: deals, at_least: 310}",
        f"kpi: deals, start: {AS_OF}, expected: 10 %",
    ).key_results
    assert row.probability < Decimal("0.3")
    assert row.probability_if_measures_work > Decimal("0.85")


def test_what_touches_half_of_the_members_brings_half_of_it(define, past):
    """Kim and Lee bring about 300 together; a tenth more of Kim's half are 315, of both 330."""
    random = Random(1)
    kim, lee = (
        past.daily("deals", FIRST, [random.randint(4, 6) for _ in range(DAYS)], rep=rep)
        for rep in ("kim", "lee")
    )
    indexes = index_facts({"deals": replace(kim, days=[*kim.days, *lee.days])})

    def odds(measure: str) -> Decimal:
        goal = "- {id: it, kpi: deals, at_least: 323}"
        objectives = define(goal, period="2026-11", head=f"measures:\n- {{what: X, {measure}}}")
        results = judge_measures(objectives, indexes, AS_OF)

        def rescored(some, changes):
            return score(some, Evidence(indexes, AS_OF, changes=changes))

        works = with_odds_if_measures_work(rescored(objectives, ()), objectives, results, rescored)
        return works.key_results[0].probability_if_measures_work

    both = f"kpi: deals, start: {AS_OF}, expected: 10 %"
    assert odds(both) > Decimal("0.75")
    of_none = odds(f"{both}, where: {{rep: nobody}}")
    of_half = odds(f"{both}, where: {{rep: kim}}")
    assert of_none < Decimal("0.05") < of_half < Decimal("0.4")


def test_only_the_days_in_which_it_is_at_work_bring_more(define, past):
    """From the 21st on ten days bring a tenth more: 10 of the 300, which is not enough for 320."""
    late, early = (
        scored(
            define,
            past,
            "- {id: it, kpi: deals, at_least: 320}",
            f"kpi: deals, start: {start}, expected: 10 %",
        )
        .key_results[0]
        .probability_if_measures_work
        for start in (AS_OF + 20 * DAY, AS_OF)
    )
    assert late < Decimal("0.3") < Decimal("0.5") < early


def test_without_an_expected_effect_there_are_no_such_odds(define, past):
    [row] = scored(
        define, past, "- {id: it, kpi: deals, at_least: 310}", f"kpi: deals, start: {AS_OF}"
    ).key_results
    assert row.probability is not None
    assert row.probability_if_measures_work is None


def test_one_that_is_judged_speaks_by_its_figures(define, past):
    [row] = scored(
        define,
        past,
        "- {id: it, kpi: deals, at_least: 310}",
        f"kpi: deals, start: {AS_OF - 30 * DAY}, expected: 10 %",
    ).key_results
    assert row.probability_if_measures_work is None


def test_goals_on_other_members_have_no_such_odds(define, past):
    rows = scored(
        define,
        past,
        "- {id: it, kpi: deals, at_least: 310, where: {rep: kim}}",
        f"kpi: deals, where: {{rep: lee}}, start: {AS_OF}, expected: 10 %",
    ).key_results
    assert [row.probability_if_measures_work for row in rows] == [None]
