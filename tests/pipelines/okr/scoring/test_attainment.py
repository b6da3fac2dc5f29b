"""Every row of the table in docs/okr-semantics.md, Score, worked out by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.okr.scoring import attainment

AMOUNTS = st.decimals(-10_000, 10_000, places=2)


@pytest.mark.parametrize(
    ("actual", "target", "raw"),
    [("50", "200", "0.25"), ("200", "200", "1"), ("250", "200", "1.25"), ("-50", "200", "-0.25")],
)
def test_at_least_of_a_flow_is_actual_over_target(actual, target, raw):
    assert attainment.at_least(Decimal(actual), Decimal(target)) == Decimal(raw)


def test_a_target_of_zero_is_met_or_is_not():
    assert attainment.at_least(Decimal(0), Decimal(0)) == 1
    assert attainment.at_least(Decimal(-1), Decimal(0)) == 0
    assert attainment.at_most(Decimal(0), Decimal(0)) == 1
    assert attainment.at_most(Decimal("0.01"), Decimal(0)) == 0


def test_a_larger_loss_is_never_a_better_result():
    assert attainment.at_least(Decimal(-50), Decimal(-100)) == Decimal("1.5")
    assert attainment.at_least(Decimal(-100), Decimal(-100)) == 1
    assert attainment.at_least(Decimal(-150), Decimal(-100)) == Decimal("0.5")
    assert attainment.at_most(Decimal(-50), Decimal(-100)) == Decimal("0.5")


@pytest.mark.parametrize(
    ("actual", "raw"), [("80", "0"), ("88", "0.5"), ("96", "1"), ("100", "1.25"), ("76", "-0.25")]
)
def test_at_least_from_a_baseline_is_the_way_made(actual, raw):
    assert attainment.at_least_from(Decimal(actual), Decimal(96), Decimal(80)) == Decimal(raw)


@pytest.mark.parametrize(
    ("actual", "raw"),
    [("10", "0"), ("7.5", "0.5"), ("5", "1"), ("3.75", "1.25"), ("11.25", "-0.25")],
)
def test_decreasing_goals_count_the_way_down(actual, raw):
    assert attainment.at_most_from(Decimal(actual), Decimal(5), Decimal(10)) == Decimal(raw)


@pytest.mark.parametrize(
    ("actual", "raw"), [("50", "1"), ("100", "1"), ("125", "0.75"), ("200", "0"), ("900", "0")]
)
def test_at_most_is_one_up_to_the_target_and_falls_to_zero_at_twice_it(actual, raw):
    assert attainment.at_most(Decimal(actual), Decimal(100)) == Decimal(raw)


def test_a_measured_baseline_at_the_target_leaves_a_level_to_hold():
    assert attainment.at_least_from(Decimal(96), Decimal(96), Decimal(96)) == 1
    assert attainment.at_least_from(Decimal(48), Decimal(96), Decimal(96)) == Decimal("0.5")
    assert attainment.at_most_from(Decimal(5), Decimal(5), Decimal(4)) == 1
    assert attainment.at_most_from(Decimal(6), Decimal(5), Decimal(5)) == Decimal("0.8")


def test_a_band_is_closed_at_both_ends():
    assert [attainment.inside(Decimal(n), Decimal(10), Decimal(20)) for n in (9, 10, 20, 21)] == [
        0,
        1,
        1,
        0,
    ]
    assert attainment.toward_band(Decimal(5), Decimal(10), Decimal(20)) == Decimal("0.5")
    assert attainment.toward_band(Decimal(25), Decimal(10), Decimal(20)) == Decimal("0.75")


def test_shares_count_only_what_is_known():
    assert attainment.share(3, 4) == Decimal("0.75")
    assert attainment.share(0, 0) is None


@given(AMOUNTS, AMOUNTS)
def test_at_least_is_one_exactly_where_the_target_is_met(actual, target):
    assert (attainment.at_least(actual, target) >= 1) == (actual >= target)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_from_a_baseline_one_is_exactly_where_the_target_is_met(actual, target, baseline):
    assert (attainment.at_least_from(actual, target, baseline) >= 1) == (actual >= target)
    assert (attainment.at_most_from(actual, target, baseline) >= 1) == (actual <= target)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_going_down_is_going_up_in_a_mirror(actual, target, baseline):
    if target > baseline:
        up = attainment.at_least_from(actual, target, baseline)
        assert up == attainment.at_most_from(-actual, -target, -baseline)
