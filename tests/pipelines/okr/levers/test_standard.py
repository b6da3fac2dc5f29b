"""The curves turned round: how many futures it takes for the published odds to be good enough."""

import pytest

from pipelines.okr.forecast.recalibration import Curve
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers.standard import standard_of, without_odds

LIKELY = Policy().likely


def test_without_a_correction_it_is_seven_tenths_of_them():
    """(1,399 + 0.5) ÷ 2,001 = 0.6994 is published as 0.699, (1,400 + 0.5) ÷ 2,001 = 0.6999 as 0.7."""
    assert standard_of(Curve(), Curve(), LIKELY).enough == 1400


@pytest.mark.parametrize("shipped", [Curve(0.0, 0.6), Curve(0.4, 1.3)])
@pytest.mark.parametrize("own", [Curve(), Curve(-0.5, 0.8)])
def test_it_is_the_least_number_that_is_published_as_likely(shipped, own):
    standard = standard_of(shipped, own, LIKELY)
    assert standard.odds(standard.enough) >= LIKELY > standard.odds(standard.enough - 1)


def test_a_record_so_poor_that_no_odds_are_good_enough_leaves_none():
    assert standard_of(Curve(), Curve(-9.0, 0.1), LIKELY).enough is None


def test_without_odds_one_future_has_to_meet_it():
    assert (without_odds().enough, without_odds().odds(1)) == (1, None)
