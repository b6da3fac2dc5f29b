"""From scores to levers: for each key result that is behind, what would bring it back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.forecast.recalibration import Graded, own_curve
from pipelines.okr.kpi.facts import TOTAL, KpiFacts
from pipelines.okr.kpi.numbers import ZERO
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.kpi.status import Policy
from pipelines.okr.levers.drivers import Driver, drivers_of
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.outlook import Outlook, forecast, steady
from pipelines.okr.levers.pull import Pull, pull
from pipelines.okr.levers.standard import Standard, standard_of, without_odds
from pipelines.okr.odds.odds import curve_of, grouped, simulated
from pipelines.okr.odds.wagers import Reach, Share, Wager
from pipelines.okr.scoring.scorecard import Scorecard
from pipelines.okr.scoring.scoring import EXACT, Standing

BEHIND = ("at_risk", "off_track")


@dataclass(frozen=True, slots=True)
class Asked:
    """A goal that is behind: a key result, or its open window, or what it asks of a member."""

    objective: Objective
    result: KeyResult
    window: str
    member: str
    goal: Reach


def find_levers(
    objectives: Sequence[Objective],
    facts: Mapping[str, KpiFacts],
    scorecard: Scorecard,
    as_of: date,
    policy: Policy | None = None,
    graded: Sequence[Graded] = (),
) -> tuple[Lever, ...]:
    """The levers of every key result that the scorecard calls at risk or off track.

    Of a goal per window it is the open window that can be brought back, of a goal for each member those
    members who miss it. The arguments are those of `scoring.score`, and what it gave.
    """
    policy = policy or Policy()
    behind = {
        row.key_result_id
        for row in scorecard.key_results
        if row.status in BEHIND and (row.window, row.member) == (TOTAL, TOTAL)
    }
    with localcontext(EXACT):
        wanted = {row.kpi for row in scorecard.key_results if row.key_result_id in behind}
        indexes = {name: KpiIndex(facts[name]) for name in sorted(facts.keys() & wanted)}
        asked = [
            one
            for objective in objectives
            for result in objective.key_results
            if f"{objective.id}/{result.id}" in behind and (index := indexes.get(result.kpi or ""))
            for one in _asked(Standing(objective, result, index, as_of, policy))
        ]
        by_goal = {id(one.goal): one for one in asked}
        own = own_curve(graded)
        found: list[Lever] = []
        for goals, past, futures in simulated(grouped(one.goal for one in asked)):
            for goal in goals:
                one = by_goal[id(goal)]
                if past.silence:
                    outlook, standard = steady(goal), without_odds()
                else:
                    outlook = forecast(goal, past, futures)
                    standard = standard_of(curve_of(past), own, policy.likely)
                if outlook is not None:
                    found += _levers(one, outlook, standard, as_of)
    return tuple(sorted(found, key=_order))


def _order(lever: Lever) -> tuple[str, str, str, int]:
    return lever.key_result_id, lever.window, lever.asked_member, lever.rank


def _asked(standing: Standing) -> Iterator[Asked]:
    """The goals of one key result that are still open now."""
    result = standing.result
    in_windows = result.per or (result.over if result.between else None)
    for window, member, assessment in standing.parts():
        headline = (window, member) == (TOTAL, TOTAL)
        if headline != (result.for_each is None) or window != TOTAL:
            continue
        goal = _open_now(assessment.wager, standing.as_of)
        if goal is not None:
            label = goal.window.label if in_windows and goal.window is not None else TOTAL
            yield Asked(standing.objective, result, label, member, goal)


def _open_now(wager: Wager, as_of: date) -> Reach | None:
    """The goal itself, or that of the window in which the day lies."""
    if isinstance(wager, Reach):
        return wager
    if isinstance(wager, Share):
        goals = (part for part in wager.parts if isinstance(part, Reach))
        return next((goal for goal in goals if goal.start <= as_of <= goal.end), None)
    return None


def _levers(asked: Asked, outlook: Outlook, standard: Standard, as_of: date) -> Iterator[Lever]:
    """Every driver of one goal, the one that has to move least first; none of a goal on its way."""
    enough = standard.enough
    pulls: list[tuple[Driver, Pull]] = []
    for driver in drivers_of(outlook):
        spans = driver.spans(outlook)
        if enough is not None and spans.met(ZERO) >= enough:
            return
        pulls.append((driver, pull(outlook, standard, driver, spans)))
    pulls.sort(key=_least_first)
    for rank, (driver, pulled) in enumerate(pulls, start=1):
        yield Lever(
            as_of=as_of,
            objective_id=asked.objective.id,
            key_result_id=f"{asked.objective.id}/{asked.result.id}",
            window=asked.window,
            asked_member=asked.member,
            driver=driver.kind,
            dimension=driver.dimension,
            member=driver.member,
            current_rate=pulled.now,
            needed_rate=pulled.needed,
            change=pulled.change,
            change_pct=pulled.share,
            possible=pulled.possible,
            probability=pulled.odds,
            rank=rank,
            unit=driver.unit,
            why=pulled.why if asked.member == TOTAL else f"{asked.member}: {pulled.why}",
        )


def _least_first(pulled: tuple[Driver, Pull]) -> tuple[bool, bool, bool, Decimal, bool, str, str]:
    """What is possible first; a denominator last, as few can be moved alone; then the least change."""
    driver, one = pulled
    return (
        not one.possible,
        driver.kind == "denominator",
        one.share is None,
        abs(one.share or ZERO),
        driver.dimension != TOTAL,
        driver.dimension,
        driver.member,
    )
