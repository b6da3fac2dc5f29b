"""Measures whose effect is known, because it was added to the past by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.measures.judging import judge_measures
from pipelines.okr.measures.result import MeasureResult
from tests.pipelines.okr.conftest import KPIS

DAY = timedelta(days=1)
FIRST, START = date(2025, 9, 1), date(2026, 9, 1)
AFTER = 28
AS_OF = START + AFTER * DAY
"""The day after the 28 days from the start on: a whole look."""


def around(mean: int, seed: int, days: int = (AS_OF - FIRST).days) -> list[int]:
    """Whole numbers that vary by up to a fifth around a mean."""
    random = Random(seed)
    return [random.randint(mean * 4 // 5, mean * 6 // 5) for _ in range(days)]


def raised(amounts: list[int], added: int, start: date = START) -> list[int]:
    """The same with so much more on each day from the start on."""
    before = (start - FIRST).days
    return [*amounts[:before], *(amount + added for amount in amounts[before:])]


@pytest.fixture
def judged(define: Callable) -> Callable:
    def results(
        facts: KpiFacts, *measures: str, as_of: date = AS_OF, **known
    ) -> list[MeasureResult]:
        lines = "".join(f"\n- {{{measure}}}" for measure in measures)
        goal = "- {id: it, kpi: revenue, at_least: 1}"
        objectives = define(goal, period="2026", head=f"measures:{lines}")
        return judge_measures(objectives, index_facts({facts.kpi.name: facts}), as_of, **known)

    return results


def test_an_effect_of_a_third_is_supported_and_lies_in_its_interval(judged, past):
    amounts = raised(around(100, 1), 33)
    [result] = judged(past.daily("deals", FIRST, amounts), f"what: X, kpi: deals, start: {START}")
    assert (result.verdict, result.better) == ("supported", True)
    assert (result.first_day, result.last_day) == (START, START + 27 * DAY)
    assert result.actual == sum(amounts[-AFTER:])
    # 28 days with 33 more each
    assert result.effect_low < 924 < result.effect_high
    assert Decimal("0.25") < result.effect_share < Decimal("0.41")
    assert result.effect == result.actual - result.without
    assert result.effect_low <= result.effect <= result.effect_high


def test_without_an_effect_nothing_can_be_told_from_chance(judged, past):
    facts = past.daily("deals", FIRST, around(100, 2))
    [result] = judged(facts, f"what: X, kpi: deals, start: {START}")
    assert (result.verdict, result.better) == ("not_distinguishable", None)
    assert result.effect_low <= 0 <= result.effect_high
    assert result.placebo_dates >= 9


def test_what_moves_the_wrong_way_is_not_better(judged, past):
    """More spend is bad: the KPI's declaration says so."""
    facts = past.daily("spend", FIRST, raised(around(100, 3), 40))
    [result] = judged(facts, f"what: X, kpi: spend, start: {START}")
    assert (result.verdict, result.better) == ("supported", False)


def test_two_at_once_cannot_be_told_apart(judged, past):
    facts = past.daily("deals", FIRST, raised(around(100, 4), 50))
    results = judged(
        facts,
        f"what: X, kpi: deals, start: {START}",
        f"what: Y, kpi: deals, start: {START + 7 * DAY}",
    )
    assert [(x.verdict, x.reason) for x in results] == [("cannot_tell", "two_at_once")] * 2


def test_a_second_one_leaves_what_came_before_it(judged, past):
    """Two whole weeks lie before the second one, so that the first is judged by them."""
    facts = past.daily("deals", FIRST, raised(around(100, 5), 50))
    first, second = judged(
        facts,
        f"what: X, kpi: deals, start: {START}",
        f"what: Y, kpi: deals, start: {START + 14 * DAY}",
    )
    assert (first.verdict, first.last_day) == ("supported", START + 13 * DAY)
    assert first.next_look is None
    assert (second.verdict, second.reason) == ("cannot_tell", "two_at_once")


def test_measures_on_different_members_do_not_disturb_each_other(judged, past):
    days = range((AS_OF - FIRST).days)
    rows = [
        DayFact(FIRST + n * DAY, {"rep": rep}, Decimal(amounts[n]))
        for rep, amounts in (("kim", raised(around(100, 6), 50)), ("lee", around(100, 21)))
        for n in days
    ]
    facts = KpiFacts(KPIS["deals"], rows, past.span(FIRST, AS_OF - DAY), AS_OF - DAY)
    kim, lee = judged(
        facts,
        f"what: X, kpi: deals, where: {{rep: kim}}, start: {START}",
        f"what: Y, kpi: deals, where: {{rep: lee}}, start: {START}",
    )
    assert (kim.verdict, kim.where) == ("supported", "kim")
    assert (lee.verdict, lee.where) == ("not_distinguishable", "lee")


def test_what_moves_the_controls_as_well_is_no_effect(judged, past):
    """In the week of the start the whole market begins to rise: the members that are not touched rise with it."""
    random = Random(8)
    market = [random.randint(60, 140) for _ in range((AS_OF - FIRST).days)]
    market = raised(market, 60)
    rows = [
        DayFact(FIRST + n * DAY, {"rep": rep}, Decimal(amount + random.randint(-3, 3)))
        for n, amount in enumerate(market)
        for rep in ("kim", "lee")
    ]
    facts = KpiFacts(KPIS["deals"], rows, past.span(FIRST, AS_OF - DAY), AS_OF - DAY)
    measure = f"what: X, kpi: deals, where: {{rep: kim}}, start: {START}"
    [without_controls] = judged(facts, measure)
    [with_controls] = judged(facts, f"{measure}, controls: {{rep: lee}}")
    assert without_controls.verdict == "supported"
    assert (with_controls.verdict, with_controls.controls) == ("not_distinguishable", "lee")
    assert abs(with_controls.effect_share) < Decimal("0.1")


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        (f"start: {AS_OF}", "not_started"),
        (f"start: {AS_OF - 13 * DAY}", "too_early"),
        (f"start: {START}, lag: 1 week, ramp: 2 weeks", "too_early"),
        (f"start: {START}, ends: {START + 5 * DAY}", "too_short"),
        (f"start: {FIRST + 40 * DAY}", "little_history"),
        (f"start: {START}, where: {{rep: nobody}}", "no_data"),
    ],
)
def test_it_says_why_it_cannot_tell(judged, past, measure, reason):
    facts = past.daily("deals", FIRST, around(100, 9))
    [result] = judged(facts, f"what: X, kpi: deals, {measure}")
    assert (result.verdict, result.reason) == ("cannot_tell", reason)


def test_without_figures_it_cannot_tell(define):
    measures = f"measures: [{{what: X, kpi: deals, start: {START}}}]"
    objectives = define("- {id: it, kpi: deals, at_least: 1}", period="2026", head=measures)
    [result] = judge_measures(objectives, {}, AS_OF)
    assert (result.verdict, result.reason) == ("cannot_tell", "no_data")


def test_a_lag_and_a_ramp_are_left_out_of_the_judged_days(judged, past):
    facts = past.daily("deals", FIRST, raised(around(100, 10), 60, START + 14 * DAY))
    [result] = judged(facts, f"what: X, kpi: deals, start: {START}, lag: 1 week, ramp: 1 week")
    assert (result.first_day, result.last_day) == (START + 14 * DAY, START + 27 * DAY)
    assert result.verdict == "supported"


def test_one_that_has_ended_is_judged_by_its_own_days(judged, past):
    amounts = around(100, 11)
    begun = (START - FIRST).days
    for n in range(begun, begun + 10):
        amounts[n] += 80
    facts = past.daily("deals", FIRST, amounts)
    [result] = judged(facts, f"what: X, kpi: deals, start: {START}, ends: {START + 9 * DAY}")
    assert (result.verdict, result.last_day) == ("supported", START + 9 * DAY)
    assert result.next_look is None


def test_a_level_is_judged_where_it_stands_in_the_end(judged, past):
    random = Random(12)
    level, levels = 1000, []
    for n in range((AS_OF - FIRST).days):
        level += random.randint(0, 4) + (10 if n >= (START - FIRST).days else 0)
        levels.append(level)
    [result] = judged(past.daily("likes", FIRST, levels), f"what: X, kpi: likes, start: {START}")
    assert result.verdict == "supported"
    assert result.actual == levels[-1]
    # 28 days with 10 more each
    assert result.effect_low <= 280 <= result.effect_high


def test_a_day_later_the_result_is_kept_as_it_was(judged, past):
    """The next look is weeks away, so nothing is worked out again: a result that is put in place of it comes back."""
    facts = past.daily("deals", FIRST, around(100, 13))
    measure = f"what: X, kpi: deals, start: {START}"
    [result] = judged(facts, measure)
    changed = replace(result, placebo_dates=99)
    [kept] = judged(facts, measure, known={result.fingerprint: changed})
    assert kept.placebo_dates == 99
    restated = past.daily("deals", FIRST, [*around(100, 13)[:-1], 1])
    [new] = judged(restated, measure, known={result.fingerprint: changed})
    assert new.placebo_dates != 99


def test_days_after_the_last_look_change_nothing(judged, past):
    amounts = around(100, 14, (AS_OF - FIRST).days + 10)
    measure = f"what: X, kpi: deals, start: {START}"
    [on_the_day] = judged(past.daily("deals", FIRST, amounts[:-10]), measure)
    [later] = judged(past.daily("deals", FIRST, amounts), measure, as_of=AS_OF + 10 * DAY)
    assert later == on_the_day
    assert later.next_look == START + 55 * DAY
