"""Statuses by odds, between bounds, and of parts that are over."""

from decimal import Decimal

import pytest

from pipelines.okr.kpi.status import STATUSES, Policy, by_odds, meets, so_far, within

POLICY = Policy()


@pytest.mark.parametrize(
    ("odds", "status"),
    [
        ("0", "missed"), ("0.000001", "off_track"), ("0.299999", "off_track"), ("0.3", "at_risk"),
        ("0.699999", "at_risk"), ("0.7", "on_track"), ("0.999999", "on_track"), ("1", "achieved"),
    ],
)  # fmt: skip
def test_odds_say_the_status_and_only_certainty_settles_it(odds, status):
    assert by_odds("at_risk", Decimal(odds), POLICY) == status


def test_without_odds_or_without_a_pace_the_status_stays():
    assert by_odds("off_track", None, POLICY) == "off_track"
    for status in ("no_data", "not_started", "achieved", "missed"):
        assert by_odds(status, Decimal("0.5"), POLICY) == status


def test_a_status_is_held_between_two_others():
    assert within("achieved", worst="off_track", best="on_track") == "on_track"
    assert within("missed", worst="off_track", best="on_track") == "off_track"
    assert within("at_risk", worst="off_track", best="on_track") == "at_risk"
    assert within("at_risk", worst="at_risk", best="at_risk") == "at_risk"


def test_a_part_that_is_over_settles_no_whole():
    assert [so_far(status) for status in STATUSES] == [
        "on_track", "on_track", "at_risk", "off_track", "off_track", "no_data", "not_started",
    ]  # fmt: skip


def test_the_bars_of_a_commitment():
    policy = Policy(
        aspirational_bar=Decimal("0.6"),
        committed_bar=Decimal("0.8"),
        committed_met_in=Decimal("0.95"),
        aspirational_met_in=Decimal("0.65"),
    )
    assert (policy.bar("committed"), policy.bar("aspirational")) == (1, Decimal("0.6"))
    assert policy.objective_bar("committed") == Decimal("0.8")
    assert policy.objective_bar("aspirational") == Decimal("0.6")
    assert policy.met_in("committed") == Decimal("0.95")
    assert policy.met_in("aspirational") == Decimal("0.65")


def test_thirds_that_add_up_meet_a_whole():
    third = Decimal(1) / 3
    assert meets(third * 3 + Decimal("1e-28"), Decimal(1))
    assert meets(Decimal(1) - Decimal("1e-41"), Decimal(1))
    assert not meets(Decimal(1) - Decimal("1e-20"), Decimal(1))
