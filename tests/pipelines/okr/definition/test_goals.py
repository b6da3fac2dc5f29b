"""The number a key result asks for: how far an amount is from it, a part of it, and its words."""

from decimal import Decimal

import pytest

from pipelines.okr.definition.goals import Goal, goal_in_words, goal_of
from pipelines.okr.kpi.kpi import Kpi

LEAST = Goal("at_least", low=Decimal(20))
MOST = Goal("at_most", high=Decimal(5))
BAND = Goal("between", Decimal(10), Decimal(20))


@pytest.mark.parametrize(
    ("goal", "amount", "gap"),
    [(LEAST, 15, 5), (LEAST, 22, -2), (MOST, 7, 2), (MOST, 4, -1), (BAND, 7, 3), (BAND, 23, 3), (BAND, 12, -2),
     (BAND, 19, -1)],
)  # fmt: skip
def test_a_gap_is_what_lacks_and_below_0_what_there_is_to_spare(goal, amount, gap):
    assert goal.gap(Decimal(amount)) == gap


def test_a_band_has_two_ends_and_no_target():
    assert (LEAST.target, MOST.target, BAND.target) == (20, 5, None)
    assert (LEAST.ends, MOST.ends, BAND.ends) == ((20,), (5,), (10, 20))
    assert BAND.band == (10, 20)
    with pytest.raises(AssertionError, match="two ends"):
        _ = LEAST.band


def test_a_part_of_the_days_asks_for_a_part_of_the_goal():
    third = Decimal(1) / 3
    assert LEAST.pro_rated(third, 2) == Goal("at_least", low=Decimal("6.67"))
    assert MOST.pro_rated(third, 2) == Goal("at_most", high=Decimal("1.67"))
    assert BAND.pro_rated(Decimal("0.5"), 0) == Goal("between", Decimal(5), Decimal(10))


def test_an_end_that_a_kpi_gives_has_its_name():
    known = Goal("at_least", low=Decimal(20), low_from="budget")
    assert known.text("deals") == "at least 20 deals (budget)"
    assert Goal("at_most", high_from="budget").text("deals") == "at most budget"
    assert BAND.text("deals") == "between 10 deals and 20 deals"


def test_what_misses_the_goal_is_not_shown_as_if_it_met_it():
    deals = Kpi("deals", "flow", "deals")
    assert LEAST.shown(Decimal("19.96"), deals) == Decimal("19.96")
    assert LEAST.shown(Decimal("19.84"), deals) == Decimal("19.8")
    assert MOST.shown(Decimal("5.01"), deals) == Decimal("5.01")
    assert LEAST.shown(Decimal("21.4"), deals) == 21


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("kpi: deals, at_least: 7", "at least 7 deals"),
        (
            "kpi: deals, at_least: 7, where: {rep: kim}, per: week",
            "at least 7 deals (rep kim) per week",
        ),
        ("kpi: deals, at_least: 7, over: month", "at least 7 deals over the latest month"),
        ("kpi: deals, at_least: 7, for_each: rep", "at least 7 deals for each rep"),
        (
            "kpi: deals, at_least: {kim: 7}, for_each: rep",
            "at least a target of its own (kim 7 deals) for each rep",
        ),
        (
            "kpi: deals, at_least: {kim: 7}, for_each: rep, name_members: false",
            "at least a target of its own for each rep",
        ),
        ("milestone: {done: false, due: 2026-11-20}", "done"),
    ],
)
def test_a_goal_in_words(define, lines, words):
    (objective,) = define(f"- {{id: it, {lines}}}")
    assert goal_in_words(objective.key_results[0], "deals") == words


def test_a_member_has_the_target_of_its_own(define):
    (objective,) = define("- {id: it, kpi: deals, at_most: {kim: 7, lee: 9}, for_each: rep}")
    (result,) = objective.key_results
    assert goal_of(result).high is None
    assert goal_of(result, "kim") == Goal("at_most", high=Decimal(7))
    assert goal_of(result, "lee") == Goal("at_most", high=Decimal(9))
