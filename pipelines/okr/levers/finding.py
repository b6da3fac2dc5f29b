"""From scores to levers: for each key result that is behind, what would bring it back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

import numpy as np

from pipelines.okr.definitions import KeyResult, Objective
from pipelines.okr.facts import TOTAL, KpiFacts
from pipelines.okr.forecast.recalibration import Graded, own_curve
from pipelines.okr.levers import wording
from pipelines.okr.levers.drivers import Driver, drivers_of
from pipelines.okr.levers.least_change import Spans
from pipelines.okr.levers.lever import Lever
from pipelines.okr.levers.outlook import Outlook, forecast, steady
from pipelines.okr.levers.standard import Standard, standard_of, without_odds
from pipelines.okr.numbers import rounded
from pipelines.okr.odds import curve_of, grouped, simulated
from pipelines.okr.scorecard import Scorecard
from pipelines.okr.scoring import EXACT, Standing
from pipelines.okr.series import KpiIndex
from pipelines.okr.status import Policy
from pipelines.okr.wagers import Reach, Share, Wager

BEHIND = ("at_risk", "off_track")
_SHARE_PLACES = 6


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
        found: list[Lever] = []
        for goals, past, futures in simulated(grouped(one.goal for one in asked)):
            for goal in goals:
                one = by_goal[id(goal)]
                if past.silence:
                    outlook, standard = steady(goal), without_odds()
                else:
                    outlook = forecast(goal, past, futures)
                    standard = standard_of(curve_of(past), own_curve(graded), policy.likely)
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
    levers = []
    for driver in drivers_of(outlook):
        spans = driver.spans(outlook)
        if enough is not None and spans.met(Decimal(0)) >= enough:
            return
        levers.append(_Pull(asked, outlook, standard, driver, spans).lever(as_of))
    levers.sort(key=_least_first)
    for rank, lever in enumerate(levers, start=1):
        yield replace(lever, rank=rank)


def _least_first(lever: Lever) -> tuple[bool, bool, bool, Decimal, bool, str, str]:
    """What is possible first; a denominator last, as few can be moved alone; then the least change."""
    share = lever.change_pct
    return (
        not lever.possible,
        lever.driver == "denominator",
        share is None,
        abs(share or Decimal(0)),
        lever.dimension != TOTAL,
        lever.dimension,
        lever.member,
    )


@dataclass(frozen=True, eq=False)
class _Pull:
    """One driver held against one goal."""

    asked: Asked
    outlook: Outlook
    standard: Standard
    driver: Driver
    spans: Spans

    def lever(self, as_of: date) -> Lever:
        enough = self.standard.enough
        change = None if enough is None else self.spans.least(enough)
        possible = change is not None
        if change is None:
            change = self._furthest()
        driver, goal = self.driver, self.outlook.goal
        now, needed = self._rates(change)
        share = self._share(change)
        odds = None if change is None else self.standard.odds(self.spans.met(change))
        signed = None if change is None else change * int(driver.step / abs(driver.step))
        if possible and signed is not None and needed is not None:
            why = wording.enough(driver, goal, (now, needed), signed, share)
        else:
            limit = None if needed is None or change is None else (needed, self._outcome(change))
            why = wording.not_enough(driver, goal.question.lens.kpi, limit)
        objective, result = self.asked.objective, self.asked.result
        return Lever(
            as_of=as_of,
            objective_id=objective.id,
            key_result_id=f"{objective.id}/{result.id}",
            window=self.asked.window,
            asked_member=self.asked.member,
            driver=driver.kind,
            dimension=driver.dimension,
            member=driver.member,
            current_rate=now,
            needed_rate=needed,
            change=signed,
            change_pct=share,
            possible=possible,
            probability=odds,
            rank=0,
            unit=driver.unit,
            why=wording.with_odds(why, odds),
        )

    def _furthest(self) -> Decimal | None:
        """How far it can go toward the goal; None where it has no end, or the goal no direction."""
        comparison = self.outlook.question.goal.comparison
        if comparison == "between":
            return None
        away = comparison == "at_most" and self.driver.kind != "mix"
        if self.driver.kind == "denominator":
            away = not away
        limit = np.mean(self.driver.least if away else self.driver.most)
        power = np.mean(self.driver.power)
        if not np.isfinite(limit) or not power:
            return None
        return rounded(Decimal(repr(float(limit / power))), self.driver.places)

    def _rates(self, change: Decimal | None) -> tuple[Decimal, Decimal | None]:
        """Where it stands and where it would stand, the second never less than what is needed."""
        driver, kpi = self.driver, self.outlook.question.lens.kpi
        daily = driver.kind == "denominator" or kpi.kind in ("flow", "stock")
        places = max(1, driver.places) if daily else driver.places
        exact = Decimal(repr(driver.now))
        now = rounded(exact, places)
        if change is None:
            return now, None
        moved = exact + change * Decimal(repr(driver.step))
        away = ROUND_CEILING if moved > exact else ROUND_FLOOR
        low, high = (Decimal(repr(end)) for end in driver.limits)
        steady = rounded(moved, places + _SHARE_PLACES)
        return now, min(max(rounded(steady, places, away), low), high)

    def _share(self, change: Decimal | None) -> Decimal | None:
        """The change as a part of what comes anyway; None where nothing does."""
        if change is None or self.driver.base <= 0:
            return None
        sign = -1 if self.driver.step < 0 else 1
        return rounded(change * sign / Decimal(repr(self.driver.base)), _SHARE_PLACES)

    def _outcome(self, change: Decimal) -> Decimal | None:
        """What half of the futures would come to with the change, or less."""
        amount, kpi = float(change), self.outlook.question.lens.kpi
        if self.driver.kind == "denominator":
            end = self.outlook.with_more(0.0, below=amount)
        else:
            added = np.clip(amount * self.driver.power, self.driver.least, self.driver.most)
            sign = -1 if self.driver.kind == "mix" and self._mirrored else 1
            end = self.outlook.with_more(added * sign)
        return None if end is None else rounded(Decimal(repr(end)), kpi.precision)

    @property
    def _mirrored(self) -> bool:
        return self.outlook.question.goal.comparison == "at_most"
