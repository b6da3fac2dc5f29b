"""A lever is enough and no more: with the change made in every future the odds are good, with a little less not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from pipelines.okr.forecast.recalibration import Graded, own_curve
from pipelines.okr.forecast.training_series import Floats
from pipelines.okr.kpi.facts import KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.search import find_levers
from pipelines.okr.odds.odds import curve_of, published
from pipelines.okr.odds.open_goals import OpenGoal
from pipelines.okr.odds.results import share_of_futures
from pipelines.okr.odds.simulated_kpis import simulated
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score

DAY = timedelta(days=1)
BEGINNING, MIDDLE = date(2026, 6, 1), date(2026, 11, 16)
HISTORY = (MIDDLE - BEGINNING).days
LIKELY = Decimal("0.7")
RECORD = [Graded(0.7, n % 3 == 0) for n in range(40)]
SEEDS = range(3)

Moved = Callable[[OpenGoal, tuple[Floats, ...], float], tuple[Floats, ...]]


@pytest.fixture
def asked(define):
    """The whole KPI's lever, the odds without it, and those of any change made by hand."""

    def ask(lines: str, facts: KpiFacts, moved: Moved, head: str = ""):
        objectives = define(f"- id: it\n  {lines}", head=head)
        known = {facts.kpi.name: facts}
        card = score(objectives, Evidence(index_facts(known), MIDDLE, graded=RECORD))
        levers = find_levers(card)
        whole = next(lever for lever in levers if lever.driver == "rate")
        goal = card.behind[0].forecast.goal
        [(_, data, futures)] = simulated([goal])

        def odds(change: Decimal | float) -> Decimal:
            changed = moved(goal, futures, float(change))
            met = goal.met(goal.final_values(changed, data))
            share = share_of_futures(int(met.sum()), len(met))
            return published(share, curve_of(data), own_curve(RECORD))[0]

        assert odds(0) == card.key_results[0].probability
        return whole, odds

    return ask


def enough_and_no_more(lever: Lever, odds: Callable[..., Decimal], less: str) -> None:
    assert lever.possible
    nearly = lever.change - Decimal(less).copy_sign(lever.change)
    assert odds(nearly) < LIKELY <= odds(lever.change)
    assert odds(lever.change) == lever.probability
    assert odds(0) < LIKELY


def noisy(seed: int, mean: float = 10) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).poisson(mean, HISTORY)]


def each_day(goal: OpenGoal, futures: tuple[Floats, ...], change: float) -> tuple[Floats, ...]:
    """A flow with the change spread over the days to come, in none of them more than is there."""
    first, last = goal.still_open
    exact = futures[0].astype(np.float64)
    coming = exact[:, first:last].sum(axis=1, keepdims=True)
    exact[:, first:last] += np.maximum(change, -coming) / (last - first)
    return (exact,)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("more", [155, 180, 260])
def test_of_a_flow(past, asked, seed, more):
    facts = past.daily("deals", BEGINNING, noisy(seed))
    known = sum(noisy(seed)[-15:])
    lever, odds = asked(f"kpi: deals\n  at_least: {known + more}", facts, each_day)
    enough_and_no_more(lever, odds, "1")


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_small_count(past, asked, seed):
    facts = past.daily("deals", BEGINNING, noisy(seed, mean=0.2))
    known = sum(noisy(seed, mean=0.2)[-15:])
    lever, odds = asked(f"kpi: deals\n  at_least: {known + 7}", facts, each_day)
    enough_and_no_more(lever, odds, "1")
    assert lever.change == lever.change.to_integral_value()


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_flow_that_may_fall_again(past, asked, seed):
    amounts = np.random.default_rng(seed).normal(0, 30, HISTORY).round(2)
    known = round(float(amounts[-15:].sum()), 2)
    facts = past.daily("revenue", BEGINNING, [f"{amount:.2f}" for amount in amounts])
    lever, odds = asked(f"kpi: revenue\n  at_least: {max(known, 0) + 250:.2f}", facts, each_day)
    enough_and_no_more(lever, odds, "0.02")


@pytest.mark.parametrize("seed", SEEDS)
def test_of_a_budget(past, asked, seed):
    facts = past.daily("spend", BEGINNING, [f"{n}.37" for n in noisy(seed)])
    known = sum(n + 0.37 for n in noisy(seed)[-15:])
    lever, odds = asked(f"kpi: spend\n  at_most: {known + 140:.2f}", facts, each_day)
    assert lever.change < 0
    enough_and_no_more(lever, odds, "0.02")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("commitment", ["committed", "aspirational"])
def test_of_a_stock(past, asked, seed, commitment):
    levels = [1000 + int(n) for n in np.cumsum(np.random.default_rng(seed).normal(3, 4, HISTORY))]

    def grown(goal: OpenGoal, futures: tuple[Floats, ...], change: float) -> tuple[Floats, ...]:
        days = np.arange(1, goal.still_open[1] + 1)
        return (futures[0][:, : len(days)] + change * days / len(days),)

    facts = past.daily("likes", BEGINNING, levels)
    # 0.7 of the way to the second is where the first one is
    target = levels[-1] + 80 if commitment == "committed" else levels[-1] + 400
    body = f"kpi: likes\n  from: {levels[-1] - 200}\n  at_least: {target}"
    lever, odds = asked(body, facts, grown, head=f"commitment: {commitment}")
    enough_and_no_more(lever, odds, "1")


def better(goal: OpenGoal, futures: tuple[Floats, ...], change: float) -> tuple[Floats, ...]:
    """A percentage with so many points more from here on, up to all of it."""
    top, bottom = (side.astype(np.float64) for side in futures)
    first, last = goal.still_open
    over, under = (side[:, first:last].sum(axis=1, keepdims=True) for side in (top, bottom))
    return top + np.clip(change * under, -over, under - over) / (last - first), bottom


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("goal", ["at_least: 86 %", "at_least: 89 %", "at_most: 80 %"])
def test_of_a_ratio(past, asked, seed, goal):
    random = np.random.default_rng(seed)
    asked_of = random.poisson(60, HISTORY) + 1
    pleased = random.binomial(asked_of, 0.84)
    sides = {
        BEGINNING + DAY * n: (int(top), int(bottom))
        for n, (top, bottom) in enumerate(zip(pleased, asked_of, strict=True))
    }
    lever, odds = asked(f"kpi: csat\n  {goal}", past.ratio("csat", sides), better)
    assert (lever.change > 0) == goal.startswith("at_least")
    # what is compared has four decimals, so half a unit of the last one may be missing
    assert (
        odds(lever.change) >= LIKELY > odds(lever.change - Decimal("0.002").copy_sign(lever.change))
    )
    assert lever.probability >= LIKELY
