from decimal import Decimal

import pytest

from pipelines.okr.kpi.status import Policy, at_deadline, by_pace


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
