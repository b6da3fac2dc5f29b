"""From the goals that are behind to their levers: for each driver the smallest change that is enough."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, localcontext

from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.numbers import EXACT, ZERO
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers import wording
from pipelines.okr.levers.candidates import drivers_of
from pipelines.okr.levers.drivers import Driver
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.smallest_change import ChangeRanges, Threshold, threshold
from pipelines.okr.scoring.scorecard import GoalBehind, Scorecard


def find_levers(scorecard: Scorecard, policy: Policy | None = None) -> tuple[Lever, ...]:
    """The levers of every key result that the scorecard calls at risk or off track.

    Of a goal per window it is the open window that can be brought back, of a goal for each member those
    members who miss it. `policy` is that of `scoring.score`.
    """
    likely = (policy or Policy()).likely
    with localcontext(EXACT):
        levers = [lever for goal in scorecard.behind for lever in _levers(goal, likely)]
    return tuple(sorted(levers, key=_order))


def _order(lever: Lever) -> tuple[str, str, str, int]:
    return lever.key_result_id, lever.window, lever.asked_member, lever.rank


def _levers(goal: GoalBehind, likely: Decimal) -> Iterator[Lever]:
    """Every driver of one goal, the one that has to change least first; none of a goal that is met as it is."""
    curves = goal.forecast.curves
    needed = Threshold() if curves is None else threshold(*curves, likely)
    levers: list[Lever] = []
    for driver in drivers_of(goal.forecast):
        ranges = driver.ranges(goal.forecast)
        if needed.enough is not None and ranges.met(ZERO) >= needed.enough:
            return
        levers.append(_lever(goal, driver, ranges, needed))
    levers.sort(key=_least_first)
    for rank, lever in enumerate(levers, start=1):
        yield replace(lever, rank=rank)


def _least_first(lever: Lever) -> tuple[bool, bool, bool, Decimal, bool, str, str]:
    """What is possible first; a denominator last, as few can be moved alone; then the smallest change."""
    return (
        not lever.possible,
        lever.driver == "denominator",
        lever.change_pct is None,
        abs(lever.change_pct or ZERO),
        lever.dimension != TOTAL,
        lever.dimension,
        lever.member,
    )


def _lever(goal: GoalBehind, driver: Driver, ranges: ChangeRanges, needed: Threshold) -> Lever:
    """What one driver has to do for the goal, or how far it can go where that is not enough; not yet ranked."""
    forecast = goal.forecast
    change = None if needed.enough is None else ranges.smallest(needed.enough)
    possible, limit = change is not None, driver.limit(forecast)
    odds: Decimal | None = None
    if change is not None:
        figures, odds = driver.figures(change), needed.odds(ranges.met(change))
        why = driver.sentence(forecast, figures)
    elif limit is not None:
        figures = driver.figures(driver.mean_change(limit))
        odds = needed.odds(driver.met_at_limit(forecast, ranges))
        median, kpi = driver.median_at(limit, forecast), forecast.question.view.kpi
        outcome = None if median is None else forecast.goal.shown(median)
        why = driver.sentence_at_limit(forecast, figures.needed)
        why = wording.with_outcome(why, outcome, kpi.unit)
    else:
        figures, why = driver.figures(ZERO), wording.without_limit(driver.member)
    is_known = possible or limit is not None
    why = wording.with_odds(why, odds)
    return Lever(
        as_of=goal.as_of,
        objective_id=goal.objective_id,
        key_result_id=goal.key_result_id,
        window=goal.window,
        asked_member=goal.member,
        driver=driver.kind,
        dimension=driver.dimension,
        member=driver.member,
        current_rate=figures.now,
        needed_rate=figures.needed if is_known else None,
        change=figures.change if is_known else None,
        change_pct=figures.share if is_known else None,
        possible=possible,
        probability=odds,
        rank=0,
        unit=driver.unit,
        why=why if goal.member == TOTAL else f"{goal.member}: {why}",
    )
