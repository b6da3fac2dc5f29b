from decimal import Decimal, localcontext

import pytest

from pipelines.okr.kpi.numbers import EXACT
from pipelines.okr.kpi.status import (
    STATUSES,
    Policy,
    Status,
    at_deadline,
    by_odds,
    by_pace,
    so_far,
    within,
)


@pytest.mark.parametrize(
    ("score", "status"),
    [("0.5", "on_track"), ("0.499", "at_risk"), ("0.35", "at_risk"), ("0.349", "off_track")],
)
def test_the_boundaries_of_pace_belong_to_the_better_status(score, status):
    assert by_pace(Decimal(score), Decimal("0.5"), Decimal(1), Policy()) == status


def test_after_the_deadline_hitting_the_bar_is_achieving_it():
    assert at_deadline(Decimal(1), Decimal(1)) == "achieved"
    assert at_deadline(Decimal("0.99999999"), Decimal(1)) == "missed"
    assert at_deadline(Decimal("0.7"), Policy().bar("aspirational")) == "achieved"


def test_an_aspirational_goal_is_on_track_along_the_way_to_its_bar():
    bar = Policy().bar("aspirational")
    assert by_pace(Decimal("0.35"), Decimal("0.5"), bar, Policy()) == "on_track"
    assert by_pace(Decimal("0.34"), Decimal("0.5"), bar, Policy()) == "at_risk"


def test_the_thresholds_are_settings():
    lenient = Policy(at_risk_from=Decimal("0.1"))
    assert by_pace(Decimal("0.05"), Decimal("0.5"), Decimal(1), lenient) == "at_risk"


def test_what_is_in_step_is_not_behind_by_the_last_decimal_of_a_division():
    """1 + (1 − 30) ÷ 30 and 1 ÷ 30 are the same, and differ in their last of sixty decimals."""
    third = Decimal(1) / 30
    assert by_pace(third - Decimal("1e-28"), third, Decimal(1), Policy()) == "on_track"
    assert by_pace(third - Decimal("1e-6"), third, Decimal(1), Policy()) == "at_risk"


@pytest.mark.parametrize(
    ("probability", "status"),
    [
        ("1", "achieved"), ("0.999", "on_track"), ("0.7", "on_track"), ("0.699", "at_risk"),
        ("0.3", "at_risk"), ("0.299", "off_track"), ("0.001", "off_track"), ("0", "missed"),
        (None, "on_track"),
    ],
)  # fmt: skip
def test_the_boundaries_of_odds_belong_to_the_better_status(probability, status):
    odds = None if probability is None else Decimal(probability)
    assert by_odds("on_track", odds, Policy()) == status


@pytest.mark.parametrize("status", ["achieved", "missed", "no_data", "not_started"])
def test_odds_change_no_status_that_is_not_one_of_pace(status: Status):
    assert by_odds(status, Decimal("0.5"), Policy()) == status


def test_what_is_enough_is_what_the_settings_say():
    """docs/okr-semantics.md: 0.9 of an objective, 0.7 of an aspirational one, and so of their windows."""
    policy = Policy()
    assert (policy.bar("committed"), policy.bar("aspirational")) == (1, Decimal("0.7"))
    for enough in (policy.objective_bar, policy.met_in):
        assert (enough("committed"), enough("aspirational")) == (Decimal("0.9"), Decimal("0.7"))
    other = Policy(
        aspirational_bar=Decimal("0.5"),
        committed_bar=Decimal("0.8"),
        committed_met_in=Decimal("0.6"),
        aspirational_met_in=Decimal("0.4"),
    )
    assert (other.bar("committed"), other.bar("aspirational")) == (1, Decimal("0.5"))
    assert other.objective_bar("committed") == Decimal("0.8")
    assert (other.met_in("committed"), other.met_in("aspirational")) == (
        Decimal("0.6"),
        Decimal("0.4"),
    )


def test_a_status_is_moved_no_further_than_it_has_to_be():
    moved = [within(status, worst="at_risk", best="on_track") for status in STATUSES[:5]]
    assert moved == ["on_track", "on_track", "at_risk", "at_risk", "at_risk"]


def test_a_decided_part_says_how_a_whole_stands_that_is_open():
    assert [so_far(status) for status in STATUSES] == [
        "on_track", "on_track", "at_risk", "off_track", "off_track", "no_data", "not_started",
    ]  # fmt: skip


def test_a_share_that_is_rounded_at_sixty_digits_meets_its_bar():
    with localcontext(EXACT):
        assert at_deadline(1 - Decimal("1e-41"), Decimal(1)) == "achieved"
        assert at_deadline(1 - Decimal("1e-39"), Decimal(1)) == "missed"
