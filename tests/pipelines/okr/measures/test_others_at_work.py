"""What other measures, and members that are no controls, leave of a verdict; the pasts leave nothing to chance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.measures.judging import judge_measures
from pipelines.okr.measures.result import MeasureResult

DAY = timedelta(days=1)
START = date(2026, 9, 7)  # a Monday
BEFORE, AFTER = 70, 14
AS_OF = START + AFTER * DAY
RISING = [10] * BEFORE + [12] * AFTER


@pytest.fixture
def judged(define: Callable) -> Callable:
    def result(
        facts: KpiFacts, own: str, *others: str, start: date = START, **known
    ) -> MeasureResult:
        """The result of the one called X."""
        lines = [f"what: X, kpi: {facts.kpi.name}, start: {start}{own}", *others]
        written = "measures:" + "".join(f"\n- {{{line}}}" for line in lines)
        objectives = define("- {id: it, kpi: revenue, at_least: 1}", period="2026", head=written)
        results = judge_measures(objectives, index_facts({facts.kpi.name: facts}), AS_OF, **known)
        [own_result] = [x for x in results if x.measure == "X"]
        return own_result

    return result


@pytest.mark.parametrize(("days", "reason"), [(92, None), (91, "two_at_once")])
def test_one_that_settled_on_the_day_before_disturbs_nothing(judged, past, days, reason):
    """Its 91 days end before the start, or on it; in them are no placebo dates, and before them enough."""
    facts = past.daily("deals", START - 220 * DAY, [10] * 220 + [12] * AFTER)
    result = judged(facts, "", f"what: Y, kpi: deals, start: {START - days * DAY}")
    assert (result.reason, result.verdict == "supported") == (reason, reason is None)


@pytest.mark.parametrize(
    ("day", "reason", "next_look"),
    [(13, "two_at_once", None), (14, None, None), (27, None, None), (28, None, 27)],
)
def test_one_that_begins_later_leaves_the_days_before_it_and_no_look_after_it(
    judged, past, day, reason, next_look
):
    facts = past.daily("deals", START - BEFORE * DAY, RISING)
    result = judged(facts, "", f"what: Y, kpi: deals, start: {START + day * DAY}")
    assert result.reason == reason
    assert result.next_look == (None if next_look is None else START + next_look * DAY)


def test_after_a_lag_as_many_days_are_judged(judged, past):
    """It began a week earlier, and has been seen for fourteen days."""
    facts = past.daily("deals", START - 126 * DAY, [10] * 126 + [12] * AFTER)
    result = judged(facts, ", lag: 1 week", start=START - 7 * DAY)
    assert (result.first_day, result.last_day) == (START, AS_OF - DAY)
    assert (result.actual, result.without, result.effect) == (168, 140, 28)


def both(past, kim: Sequence[object], lee: Sequence[object]) -> KpiFacts:
    """Deals of two, through the last judged day."""
    of_each = [
        past.daily("deals", AS_OF - len(amounts) * DAY, amounts, rep=rep)
        for rep, amounts in (("kim", kim), ("lee", lee))
    ]
    return replace(of_each[0], days=[row for facts in of_each for row in facts.days])


KIM = ", where: {rep: kim}, controls: {rep: lee}"


def test_who_was_not_touched_is_named_as_control(judged, past):
    result = judged(both(past, RISING, [10] * 84), KIM)
    assert (result.where, result.controls, result.effect) == ("kim", "lee", 28)


@pytest.mark.parametrize(
    ("start", "controls"),
    [
        (START - 92 * DAY, "lee"),
        (START - 91 * DAY, None),
        (AS_OF - DAY, None),
        (AS_OF, "lee"),
    ],
)
def test_who_was_touched_by_another_one_meanwhile_is_none(judged, past, start, controls):
    other = f"what: Y, kpi: deals, start: {start}, where: {{rep: lee}}"
    result = judged(both(past, RISING, [10] * 84), KIM, other)
    assert (result.controls, result.verdict) == (controls, "supported")


@pytest.mark.parametrize(("days", "controls"), [(84, "lee"), (90, "lee"), (83, None)])
def test_a_control_has_to_be_known_as_long(judged, past, days, controls):
    result = judged(both(past, RISING, [10] * days), KIM)
    assert (result.controls, result.effect) == (controls, 28)


def test_what_it_was_worked_out_from_is_in_its_mark(judged, past):
    facts = past.daily("deals", START - BEFORE * DAY, RISING)
    marks = [
        judged(facts, "").fingerprint,
        judged(past.daily("deals", START - BEFORE * DAY, [9, *RISING[1:]]), "").fingerprint,
        judged(replace(facts, kpi=replace(facts.kpi, direction="down")), "").fingerprint,
        judged(both(past, RISING, [10] * 84), ", where: {rep: kim}").fingerprint,
        judged(both(past, RISING, [10] * 84), KIM).fingerprint,
        judged(both(past, RISING, [11] * 84), KIM).fingerprint,
    ]
    assert len({*marks}) == len(marks)
    assert {len(mark) for mark in marks} == {16}
    # who answers for it, and what is expected of it, are no part of it
    assert judged(facts, ", owner: ana, expected: 10 %").fingerprint == marks[0]


def test_a_result_that_is_known_has_the_owner_and_the_expectation_of_today(judged, past):
    facts = past.daily("deals", START - BEFORE * DAY, RISING)
    earlier = replace(judged(facts, ""), placebo_dates=99)
    again = judged(facts, ", owner: ana, expected: 10 %", known={earlier.fingerprint: earlier})
    assert (again.placebo_dates, again.owner, again.expected) == (99, "ana", Decimal("0.1"))
    assert again.next_look == START + 27 * DAY


def test_of_an_amount_no_more_can_have_been_lost_than_there_was(judged, past):
    """A deal on one day of ten, and none in the fourteen: what came is 0, and without it at least 0 would have come."""
    random = Random(5)
    rare = [int(random.random() < 0.1) for _ in range(200)]
    result = judged(past.daily("deals", START - 200 * DAY, [*rare, *[0] * AFTER]), "")
    assert result.verdict == "not_distinguishable"
    assert (result.actual, result.effect_high) == (0, 0)
    assert result.effect_low < 0


def test_a_ratio_that_falls_by_less_than_one_falls(judged, past):
    first = START - BEFORE * DAY
    sides = {first + n * DAY: (2 if n < BEFORE else 1, 3) for n in range(BEFORE + AFTER)}
    result = judged(past.ratio("csat", sides), "")
    assert (result.verdict, result.better, result.effect) == (
        "supported",
        False,
        Decimal("-0.33333"),
    )
