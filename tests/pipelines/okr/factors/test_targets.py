"""The gap between a key result and its target, by member."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.targets import Gap, gap_factors
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Period, parse_period
from pipelines.okr.kpi.series import KpiIndex

DAY = timedelta(days=1)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
TODAY = date(2026, 11, 24)
SHIPPED = Kpi("units_shipped", "flow", "pieces", dimensions=("color",))
CONVERSION = Kpi("conversion", "ratio", "percent", precision=4, dimensions=("channel",))
LIKES = Kpi("likes", "stock", "people", dimensions=("page",))
COURSE = Period(None, "2026-11", NOVEMBER, date(2026, 11, 30))
GAP = Gap(
    key_result_id="backlog/shipped",
    course=COURSE,
    through=TODAY,
    target=Decimal(800),
    actual=Decimal(600),
    due=Decimal("0.8"),
    where={},
    over=None,
    trust=frozenset(),
)


def days(first, last):
    return frozenset(first + DAY * n for n in range((last - first).days + 1))


def shipped(*rows, lacking=()):
    facts = [DayFact(day, members, Decimal(amount)) for day, amount, members in rows]
    return KpiFacts(SHIPPED, facts, days(OCTOBER, TODAY) - set(lacking), TODAY)


def split(gap, facts):
    return gap_factors(gap, KpiAmounts(KpiIndex(facts), gap.where))


def contributions(rows, dimension):
    return {
        (row.member, row.effect): row.contribution for row in rows if row.dimension == dimension
    }


@pytest.fixture
def shipments():
    """As many days before (2 to 31 October) 300 green and 100 red; so far 500 and 100."""
    return shipped(
        (OCTOBER, 9_999, {"color": "green"}),
        (OCTOBER + DAY, 300, {"color": "green"}),
        (date(2026, 10, 31), 100, {"color": "red"}),
        (NOVEMBER, 500, {"color": "green"}),
        (TODAY, 100, {"color": "red"}),
    )


def test_what_is_due_is_split_as_the_days_before_and_the_rest_stands_apart(shipments):
    """Of 800, 640 are due by now: green 3/4 of them, 480, and red 160. The other 160 are still to come."""
    rows = list(split(GAP, shipments))
    assert contributions(rows, "total") == {("total", "change"): -200}
    assert contributions(rows, "color") == {
        ("total", "remaining"): -160,
        ("red", "change"): -60,
        ("green", "change"): 20,
    }
    red = next(row for row in rows if row.member == "red")
    assert (red.value, red.previous_value) == (100, 160)
    assert (red.compared_from, red.compared_to) == (date(2026, 10, 2), date(2026, 10, 31))
    assert (red.period, red.reference) == ("course", "backlog/shipped")
    assert rows[0].why == (
        "-200 pieces on the target of 800 pieces: not due yet -160, red -60, green +20."
    )


def test_after_the_deadline_all_of_it_was_due(shipments):
    rows = list(split(replace(GAP, due=Decimal(1)), shipments))
    assert contributions(rows, "color") == {("green", "change"): -100, ("red", "change"): -100}


def test_only_the_members_that_the_key_result_is_held_to_count(shipments):
    gap = replace(GAP, where={"color": "green"}, actual=Decimal(500), due=Decimal(1))
    assert contributions(split(gap, shipments), "color") == {("green", "change"): -300}


def test_without_the_days_before_the_gap_is_not_split(shipments):
    lacking = shipped(lacking=[date(2026, 10, 9)])
    [row] = split(GAP, lacking)
    assert (row.dimension, row.contribution, row.compared_from) == ("total", -200, None)
    assert row.why == "-200 pieces on the target of 800 pieces."
    [row] = split(GAP, shipped((NOVEMBER, 600, {"color": "red"})))
    assert row.dimension == "total", "nothing was shipped then: no shares to split by"


def test_a_target_finer_than_the_precision_has_a_gap_as_fine(shipments):
    gap = replace(GAP, target=Decimal("600.5"), due=Decimal(1))
    rows = list(split(gap, shipments))
    assert rows[0].contribution == Decimal("-0.5")
    assert sum(contributions(rows, "color").values()) == Decimal("-0.5")


def test_a_ratio_keeps_its_weights_and_scales_its_rates():
    """Before 20 % (a 10/100, b 30/100); now 17.5 % (a 15/150, b 20/50); the target is 25 %.

    Scaled to it, a would have 12.5 % and b 37.5 %; the mean ratio is 21.25 %.
    a: mix .25 × (.1125 − .2125) = −.025, rate .625 × −.025 = −.015625
    b: mix −.25 × (.3875 − .2125) = −.04375, rate .375 × .025 = .009375
    At four decimals a has −406.25 and b −343.75 of the −750, so −406 and −344; within them the halves go up.
    """
    rows = [
        DayFact(day, {"channel": channel}, None, Decimal(upper), Decimal(lower))
        for day, channel, upper, lower in (
            (date(2026, 10, 9), "a", 10, 100), (date(2026, 10, 9), "b", 30, 100),
            (NOVEMBER, "a", 15, 150), (NOVEMBER, "b", 20, 50),
        )
    ]  # fmt: skip
    facts = KpiFacts(CONVERSION, rows, days(OCTOBER, TODAY), TODAY)
    gap = replace(GAP, target=Decimal("0.25"), actual=Decimal("0.175"))
    assert contributions(split(gap, facts), "channel") == {
        ("a", "mix"): Decimal("-0.0250"),
        ("a", "rate"): Decimal("-0.0156"),
        ("b", "mix"): Decimal("-0.0438"),
        ("b", "rate"): Decimal("0.0094"),
    }


def test_a_stock_is_held_to_its_last_known_value():
    """40 at the end of October, 3 to 1; 50 known on the 20th, and the target is 60."""
    rows = [
        DayFact(date(2026, 10, 31), {"page": "home"}, Decimal(30)),
        DayFact(date(2026, 10, 31), {"page": "shop"}, Decimal(10)),
        DayFact(date(2026, 11, 20), {"page": "home"}, Decimal(30)),
        DayFact(date(2026, 11, 20), {"page": "shop"}, Decimal(20)),
    ]
    facts = KpiFacts(LIKES, rows, frozenset(row.day for row in rows), TODAY)
    gap = replace(GAP, target=Decimal(60), actual=Decimal(50))
    assert contributions(split(gap, facts), "page") == {
        ("home", "change"): -15,
        ("shop", "change"): 5,
    }


def test_a_level_over_the_latest_window_is_compared_in_that_window():
    """The latest whole week is 16 to 22 November: 6 green, 4 red, against 5 and 5 in the week before."""
    facts = shipped(
        (date(2026, 11, 9), 5, {"color": "green"}),
        (date(2026, 11, 10), 5, {"color": "red"}),
        (date(2026, 11, 16), 6, {"color": "green"}),
        (date(2026, 11, 22), 4, {"color": "red"}),
        (date(2026, 11, 23), 70, {"color": "red"}),
    )
    gap = replace(GAP, target=Decimal(12), actual=Decimal(10), over="week")
    assert contributions(split(gap, facts), "color") == {
        ("green", "change"): 0,
        ("red", "change"): -2,
    }


def test_a_window_of_per_is_a_period_of_its_own(shipments):
    rows = list(split(replace(GAP, course=parse_period("2026-11")), shipments))
    assert {row.period for row in rows} == {"month"}


def test_what_is_not_trusted_of_the_score_is_not_trusted_here(shipments):
    rows = split(replace(GAP, trust=frozenset({"missing_days:2"})), shipments)
    assert {row.trust for row in rows} == {"missing_days:2"}
