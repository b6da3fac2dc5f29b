"""The rungs of ladders whose odds are known: the hardest target with each."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from pipelines.okr.kpi.numbers import ONE
from pipelines.okr.targets.rungs import OddsOf, RungSearch

CENT = Decimal("0.01")


def by(odds: Callable[[Decimal], Decimal]) -> OddsOf:
    """The odds of each target, between 0 and 1."""
    return lambda targets: [min(max(odds(x), Decimal(0)), ONE) for x in targets]


def falling(target: Decimal) -> Decimal:
    """Sure up to 0, and a hundredth less with each one more."""
    return 1 - target / 100


def climbed(odds: Callable[[Decimal], Decimal], low: int, high: int, **search: object) -> list:
    settings = {"sign": 1, "finest": ONE, **search}
    rungs = RungSearch(odds_of=by(odds), **settings).rungs(Decimal(low), Decimal(high))  # type: ignore[arg-type]
    return [rung.target for rung in rungs]


def test_each_rung_is_the_hardest_target_with_its_odds():
    assert climbed(falling, 10, 90) == [10, 30, 50, 70, 90]


def test_where_less_is_harder_they_fall():
    assert climbed(lambda target: target / 100, 10, 90, sign=-1) == [90, 70, 50, 30, 10]


@pytest.mark.parametrize(("low", "high"), [(50, 50), (0, 1), (400, 500), (-300, -200)])
def test_wherever_the_search_begins_they_are_the_same(low, high):
    assert climbed(falling, low, high) == [10, 30, 50, 70, 90]


def test_their_own_odds_stand_beside_them():
    """In steps of four hundredths nothing has just 90 %: 92 % has the harder target of those with more."""
    stairs = RungSearch(1, ONE, by(lambda x: 1 - (x / 4).to_integral_value() / 25))
    rungs = stairs.rungs(Decimal(10), Decimal(90))
    assert [(rung.asked, rung.probability) for rung in rungs[:2]] == [
        (Decimal("0.9"), Decimal("0.92")),
        (Decimal("0.7"), Decimal("0.72")),
    ]
    # 10 / 4 is 2.5, which is rounded to the even 2, and 30 / 4 to the even 8: 29 is the last of the 7
    assert [rung.target for rung in rungs[:2]] == [10, 29]


def test_they_are_two_digits_finer_than_the_distance_from_the_first_to_the_last():
    """Ten times 1/3 and more apart: from 3.33… to 96.67 in tenths, of which 3.3 is the last with nine in ten."""

    def odds(target: Decimal) -> Decimal:
        return (
            Decimal("0.9")
            if target <= Decimal("3.37")
            else Decimal("0.1")
            if target <= 90
            else Decimal(0)
        )

    assert climbed(odds, 10, 80, finest=CENT) == [Decimal("3.3")] * 4 + [90]
    # nearer to each other they are told in hundredths, and never finer than the KPI is shown
    near = {"low": 3, "high": 4}
    fine = climbed(lambda x: (Decimal("5.005") - x) / 4, **near, finest=CENT)
    assert fine == [
        Decimal("1.40"),
        Decimal("2.20"),
        Decimal("3.00"),
        Decimal("3.80"),
        Decimal("4.60"),
    ]


def test_where_even_the_easiest_has_less_there_is_no_target():
    assert climbed(lambda x: min(falling(x), Decimal("0.6")), 10, 90) == [None, None, 50, 70, 90]


@pytest.mark.parametrize(("odds", "target"), [("0.999", None), ("0.998", 0)])
def test_nothing_is_no_target_where_it_is_met_whatever_comes(odds, target):
    """At least 0 has such odds, and at least 1 has none."""
    sure = Decimal(odds)
    assert climbed(lambda x: sure if x <= 0 else Decimal(0), 0, 3) == [target] * 5


def test_at_most_nothing_is_a_target():
    assert climbed(lambda x: ONE if x >= 0 else Decimal(0), 0, 3, sign=-1) == [0] * 5


def first_asked(low: int, high: int) -> Sequence[Decimal]:
    asked: list[Sequence[Decimal]] = []

    def odds_of(targets: Sequence[Decimal]) -> list[Decimal]:
        asked.append(targets)
        return [max(min(falling(x), ONE), Decimal(0)) for x in targets]

    RungSearch(1, ONE, odds_of).rungs(Decimal(low), Decimal(high))
    return asked[0]


def test_it_begins_as_far_outside_as_the_ends_are_apart():
    assert first_asked(30, 70) == [-10, 110]
    # of ends that are one, a twentieth of it, or the last decimal
    assert first_asked(1000, 1000) == [950, 1050]
    assert first_asked(2, 2) == [1, 3]


def test_it_looks_twelve_times_twice_as_far():
    """From 0 on 1 + 2 + 4 + … + 2,048 are 4,095."""
    assert climbed(lambda x: ONE if x <= 4_000 else Decimal(0), 0, 0) == [4_000] * 5
    assert climbed(lambda x: ONE if x <= 6_000 else Decimal(0), 0, 0)[0] < 4_200
