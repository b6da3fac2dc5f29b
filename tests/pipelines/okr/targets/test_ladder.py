"""Targets with given odds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score
from pipelines.okr.targets.ladder import NoLadderError, ladder
from pipelines.okr.targets.rungs import RUNGS, Rung

DAY = timedelta(days=1)
FIRST, AS_OF = date(2025, 9, 1), date(2026, 11, 1)
DAYS = (AS_OF - FIRST).days


def drawn(seed: int) -> list[int]:
    """Whole numbers from 0 to 9, each as likely as another: a month of 30 days brings 135 ± 15.7."""
    random = Random(seed)
    return [random.randrange(10) for _ in range(DAYS)]


@pytest.fixture
def rungs(define: Callable) -> Callable:
    def climbed(goal: str, facts: KpiFacts, as_of: date = AS_OF, **frame: str) -> tuple[Rung, ...]:
        [objective] = define("- id: it\n  " + goal.replace("\n", "\n  "), **frame)
        return ladder(objective, Evidence(index_facts({facts.kpi.name: facts}), as_of))

    return climbed


def test_the_rungs_are_where_a_sum_of_independent_days_would_have_them(rungs, past):
    by_odds = {
        rung.asked: rung.target
        for rung in rungs("kpi: deals\nat_least: 1", past.daily("deals", FIRST, drawn(1)))
    }
    # 30 such days vary by √30 × 2.87 = 15.7, and nobody can be sure that they go on as before
    for odds, normal in zip(RUNGS, (-1.28, -0.52, 0, 0.52, 1.28), strict=True):
        assert float(by_odds[odds]) == pytest.approx(
            sum(drawn(1)) / DAYS * 30 + normal * 15.7, abs=20
        )


@pytest.mark.parametrize(
    ("goal", "harder"),
    [
        ("kpi: deals\nat_least: 1", 1),
        ("kpi: spend\nat_most: 1", -1),
        ("kpi: deals\nat_least: 1\nper: week\nmet_in: 3", 1),
        ("kpi: deals\nat_least: 1\nover: week", 1),
        ("kpi: likes\nat_least: 1", 1),
    ],
)
def test_each_rung_is_the_hardest_target_with_its_odds(rungs, define, past, goal, harder):
    name = goal.split()[1]
    facts = past.daily(name, FIRST, [99 + amount for amount in drawn(2)])
    climbed = rungs(goal, facts)
    [objective] = define("- id: it\n  " + goal.replace("\n", "\n  "))
    [result] = objective.key_results
    form = "at_least" if harder > 0 else "at_most"
    steps = [abs(a.target - b.target) for a, b in pairwise(climbed)]
    step = max(
        Decimal(1).scaleb(-facts.kpi.precision), Decimal(1).scaleb(max(steps).adjusted() - 2)
    )
    for rung in climbed:
        odds = []
        for target in (rung.target, rung.target + harder * 10 * step):
            goals = (result.model_copy(update={form: target}),)
            scored = score(
                [objective.model_copy(update={"key_results": goals})],
                Evidence(index_facts({name: facts}), AS_OF),
            )
            odds.append(scored.key_results[0].probability)
        assert odds[0] == rung.probability >= rung.asked > odds[1]
    targets = [rung.target * harder for rung in climbed]
    assert targets == sorted(targets)


def test_nothing_is_no_target(rungs, past):
    """A deal on one day of ninety is in three months of ten, and none is met whatever comes."""
    random = Random(7)
    rare = [int(random.random() < 1 / 90) for _ in range(DAYS)]
    climbed = rungs("kpi: deals\nat_least: 1", past.daily("deals", FIRST, rare))
    assert [rung.target for rung in climbed[:3]] == [None, None, None]
    assert climbed[4].target is not None
    assert climbed[4].target >= 1


def test_a_goal_for_each_member_has_one_target_for_all_of_them(rungs, past):
    """Everyone has to reach it, so it is harder than for one alone: of 3 × 3 months it is the weakest."""
    deals = past.daily("deals", FIRST, drawn(3), rep="kim")
    rows = [
        DayFact(FIRST + n * DAY, {"rep": rep}, Decimal(amount))
        for rep, seed in (("kim", 3), ("lee", 4), ("max", 5))
        for n, amount in enumerate(drawn(seed))
    ]
    every = rungs("kpi: deals\nat_least: 1\nfor_each: rep", replace(deals, days=rows))
    total = rungs("kpi: deals\nat_least: 1\nfor_each: rep", deals)
    assert all(all_of.target < own.target for all_of, own in zip(every, total, strict=True))


def test_a_period_that_has_not_begun_has_its_ladder(rungs, past):
    climbed = rungs(
        "kpi: deals\nat_least: 1", past.daily("deals", FIRST, drawn(6)), period="2027-Q1"
    )
    # 90 days of 4.5 are 405 ± 27, and more doubt as they are two months ahead
    assert 360 < climbed[2].target < 450
    assert climbed[0].target < climbed[4].target


def test_without_history_there_is_no_ladder(rungs, past):
    with pytest.raises(NoLadderError, match="No odds"):
        rungs("kpi: deals\nat_least: 1", past.daily("deals", AS_OF - 3 * DAY, [1, 2, 3]))


def test_a_period_that_is_over_has_no_ladder(rungs, past):
    facts = past.daily("deals", FIRST, drawn(8))
    with pytest.raises(NoLadderError, match="its days are over"):
        rungs("kpi: deals\nat_least: 1", facts, period="2026-09")


def test_of_millions_that_are_there_already_the_ladder_goes_on(rungs, past):
    """A million a day: of fifteen days twelve are over, and the other three bring what all days did."""
    climbed = rungs(
        "kpi: deals\nat_least: 1",
        past.daily("deals", FIRST, [1_000_000] * DAYS),
        period="{start: 2026-10-20, end: 2026-11-03}",
    )
    assert {rung.target for rung in climbed} == {15_000_000}


def test_a_budget_has_its_ladder_downwards(rungs, past):
    climbed = rungs(
        "kpi: spend\nat_most: 1",
        past.daily("spend", FIRST, [1_000] * DAYS),
        period="{start: 2026-10-20, end: 2026-11-03}",
    )
    assert {rung.target for rung in climbed} == {15_000}
