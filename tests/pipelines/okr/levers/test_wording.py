"""A lever in a sentence: how much more, how far it can go, and with which odds."""

from decimal import Decimal

import pytest

from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.levers import wording
from pipelines.okr.levers.wording import Figures
from tests.pipelines.okr.conftest import KPIS


def figures(now: str, needed: str, change: str, share: str | None) -> Figures:
    return Figures(
        Decimal(now), Decimal(needed), Decimal(change), None if share is None else Decimal(share)
    )


def test_a_mix_says_what_is_moved_and_what_is_left():
    moved = figures("0.4", "0.25", "-0.15", "-0.375")
    assert wording.mix_change("north", "east", moved) == (
        "15 % moved from north, which keeps 25 % of 40 %, to east"
    )
    assert wording.mix_at_limit("north", "east") == "Even with all of north moved to east"


@pytest.mark.parametrize(
    ("kpi", "member", "rate", "text"),
    [
        (KPIS["likes"], TOTAL, "5", "Even with nothing left"),
        (KPIS["likes"], "blog", "5", "Even with nothing left of blog"),
        (KPIS["deals"], TOTAL, "0", "Even with nothing more"),
        (KPIS["deals"], "kim", "0.00", "Even with nothing more of kim"),
        (KPIS["csat"], "north", "1", "Even with 100 % of north from here on"),
        (KPIS["deals"], TOTAL, "2.50", "Even with 2.5 deals from here on"),
    ],
)
def test_at_its_limit_it_says_how_far_it_goes(kpi: Kpi, member: str, rate: str, text: str):
    assert wording.rate_at_limit(kpi, member, Decimal(rate)) == text


def test_the_outcome_and_the_odds_end_the_sentence():
    assert wording.with_outcome("Even so", None, "deals") == "Even so"
    assert wording.with_outcome("Even so", Decimal(80), "deals") == (
        "Even so it would come to 80 deals"
    )
    assert wording.with_odds("Even so", None) == "Even so."
    assert wording.with_odds("Even so", Decimal("0.25")) == "Even so: then the odds are 25 %."


def test_without_a_limit_no_change_is_enough():
    assert wording.without_limit(TOTAL) == "No change alone is enough"
    assert wording.without_limit("kim") == "No change of kim alone is enough"
