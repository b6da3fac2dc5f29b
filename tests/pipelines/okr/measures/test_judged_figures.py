"""The figures of a judged measure, of pasts that leave nothing to chance, and how many days have to be there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.measures.judging import judge_measures
from pipelines.okr.measures.result import MeasureResult

DAY = timedelta(days=1)
START = date(2026, 9, 7)  # a Monday
BEFORE, AFTER = 70, 14
"""Days before and after it: no more than the first look needs."""
FIRST = START - BEFORE * DAY
AS_OF = START + AFTER * DAY


@pytest.fixture
def judged(define: Callable) -> Callable:
    def result(
        facts: KpiFacts, measure: str = "", as_of: date = AS_OF, start: date = START
    ) -> MeasureResult:
        name = facts.kpi.name
        written = f"measures:\n- {{what: X, kpi: {name}, start: {start}{measure}}}"
        goal = "- {id: it, kpi: revenue, at_least: 1}"
        objectives = define(goal, period="2026", head=written)
        [judgement] = judge_measures(objectives, index_facts({name: facts}), as_of)
        return judgement

    return result


def test_after_a_steady_past_the_effect_is_what_came_more(judged, past):
    """Ten a day, then twelve: 168 in 14 days in place of 140, a fifth more, and no doubt of it."""
    result = judged(past.daily("deals", FIRST, [10] * BEFORE + [12] * AFTER))
    assert (result.verdict, result.better, result.reason) == ("supported", True, None)
    assert (result.actual, result.without, result.effect) == (168, 140, 28)
    assert (result.effect_low, result.effect_high) == (28, 28)
    assert {result.effect_share, result.effect_share_low, result.effect_share_high} == {
        Decimal("0.2")
    }
    assert (result.widened, result.unit) == (1, "deals")


@pytest.mark.parametrize(
    ("name", "after", "better"),
    [("deals", 12, True), ("deals", 8, False), ("spend", 12, False), ("spend", 8, True)],
)
def test_better_is_the_way_that_is_good_for_the_kpi(judged, past, name, after, better):
    result = judged(past.daily(name, FIRST, [10] * BEFORE + [after] * AFTER))
    assert (result.verdict, result.better) == ("supported", better)
    assert result.effect == (after - 10) * 14


def test_what_comes_as_foreseen_is_no_effect(judged, past):
    result = judged(past.daily("deals", FIRST, [10] * (BEFORE + AFTER)))
    assert (result.verdict, result.better, result.effect) == ("not_distinguishable", None, 0)


def test_of_nothing_there_is_no_share(judged, past):
    result = judged(past.daily("deals", FIRST, [0] * BEFORE + [1] * AFTER))
    assert (result.effect, result.effect_share) == (14, None)


def test_shown_is_one_decimal_more_than_the_kpi_has(judged, past):
    """A ratio of a third has four decimals: five are shown."""
    sides = {FIRST + n * DAY: (1, 3) for n in range(BEFORE)}
    sides |= {START + n * DAY: (2, 3) for n in range(AFTER)}
    result = judged(past.ratio("csat", sides))
    assert (result.actual, result.without) == (Decimal("0.66667"), Decimal("0.33333"))
    assert result.effect_share == 1


@pytest.mark.parametrize(("missing", "reason"), [(2, None), (3, "missing_data")])
def test_four_fifths_of_the_judged_days_are_needed(judged, past, missing, reason):
    """12 of 14 are 86 %, and 11 are 79 %."""
    after = [12] * AFTER
    for n in range(missing):
        after[2 + 3 * n] = None
    result = judged(past.daily("deals", FIRST, [*[10] * BEFORE, *after]))
    assert result.reason == reason


@pytest.mark.parametrize(("days", "reason"), [(13, "too_early"), (14, None)])
def test_the_first_look_is_after_fourteen_days(judged, past, days, reason):
    facts = past.daily("deals", FIRST, [10] * BEFORE + [12] * days)
    assert judged(facts, as_of=START + days * DAY).reason == reason
    # the day itself is not known yet
    whole = past.daily("deals", FIRST, [10] * BEFORE + [12] * AFTER)
    assert judged(whole, as_of=START + days * DAY).reason == reason


def test_the_next_look_is_told_before_the_first_and_after_it(judged, past):
    facts = past.daily("deals", FIRST, [10] * BEFORE + [12] * AFTER)
    assert judged(facts, as_of=START + 3 * DAY).next_look == START + 13 * DAY
    assert judged(facts).next_look == START + 27 * DAY


@pytest.mark.parametrize(("as_of", "reason"), [(START, "not_started"), (START + DAY, "too_early")])
def test_it_has_started_once_its_first_day_is_over(judged, past, as_of, reason):
    facts = past.daily("deals", FIRST, [10] * BEFORE)
    assert judged(facts, as_of=as_of).reason == reason


def test_one_of_a_week_that_has_ended_is_judged_on_its_last_day(judged, past):
    facts = past.daily("deals", FIRST, [10] * BEFORE + [12] * AFTER)
    result = judged(facts, f", ends: {START + 6 * DAY}")
    assert (result.last_day, result.effect, result.next_look) == (START + 6 * DAY, 14, None)
    assert judged(facts, f", ends: {START + 5 * DAY}").reason == "too_short"
    # what comes after its lag lasts too short as well
    assert judged(facts, f", lag: 1 week, ends: {START + 12 * DAY}").reason == "too_short"


def test_a_level_by_week_is_judged_after_four_weeks(judged, past):
    """Seventy on each Sunday, then 84."""
    weeks = [70] * 36 + [84] * 4
    days = [x for amount in weeks for x in (*[None] * 6, amount)]
    first = START - 7 * 36 * DAY
    result = judged(past.daily("likes", first, days), as_of=START + 28 * DAY)
    assert (result.verdict, result.last_day) == ("supported", START + 27 * DAY)
    assert (result.actual, result.without) == (84, 70)
    early = judged(past.daily("likes", first, days[:-7]), as_of=START + 21 * DAY)
    assert early.reason == "too_early"


@pytest.mark.parametrize(
    ("before", "dates"),
    [
        # for 28 days there are none after 56 steps that end before the measure: every third of 28 to 56
        (70, 10),
        # every seventh of 56 to 112, where the look after 28 days is planned
        (140, 9),
        (139, 19),
    ],
)
def test_placebo_dates_are_those_of_all_looks_that_are_planned(judged, past, before, dates):
    facts = past.daily("deals", START - before * DAY, [10] * before + [12] * AFTER)
    result = judged(facts)
    assert (result.verdict, result.placebo_dates) == ("supported", dates)


@pytest.mark.parametrize(("before", "dates"), [(36, 9), (48, 9), (47, 19)])
def test_of_weeks_the_looks_after_4_and_8_are_planned(judged, past, before, dates):
    """After 24 of 36 weeks each, and every second of 24 to 40."""
    weeks = [70] * before + [84] * 4
    days = [x for amount in weeks for x in (*[None] * 6, amount)]
    facts = past.daily("likes", START - 7 * before * DAY, days)
    result = judged(facts, as_of=START + 28 * DAY)
    assert (result.verdict, result.placebo_dates) == ("supported", dates)


@pytest.mark.parametrize(("before", "dates"), [(34, None), (35, 9), (37, 11), (38, 9)])
def test_of_months_the_looks_after_3_and_6_are_planned(judged, past, before, dates):
    """From the 24th on each; with 38 the stretches are six months, from the 24th to the 32nd."""
    first = 2026 * 12 + 8 - before
    months = [date(n // 12, n % 12 + 1, 1) for n in range(first, first + before + 3)]
    known = {day: 70 if n < before else 84 for n, day in enumerate(months)}
    facts = past.on("deals", known, delivered=(FIRST, FIRST))
    monthly = replace(facts, delivered=frozenset(known), data_through=date(2026, 11, 30))
    result = judged(monthly, as_of=date(2026, 12, 1), start=date(2026, 9, 1))
    assert result.placebo_dates == dates
    assert result.reason == ("little_history" if dates is None else None)
