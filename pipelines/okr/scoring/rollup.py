"""Objectives from key results and children (docs/okr-semantics.md, Score).

Objective score = Σ weight · score ÷ Σ weight over the parts that have data, with `coverage`, the
share of the weight that has, beside it. A child that contributes is a part like a key result. The odds are those
that the score an objective ends with reaches its bar.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.definition.fingerprints import objective_fingerprint
from pipelines.okr.definition.lineage import contributions
from pipelines.okr.forecast.training_series import Exact
from pipelines.okr.kpi.numbers import ONE, ZERO, published_share, rounded
from pipelines.okr.kpi.status import (
    GOOD_STATUSES,
    PACE_STATUSES,
    SETTLED_STATUSES,
    STATUSES,
    Policy,
    Status,
    at_deadline,
    by_odds,
    by_pace,
    within,
)
from pipelines.okr.odds.objective_futures import (
    ScoreFutures,
    futures_of,
    mean_at_pace,
    median_score,
    weighted_mean,
)
from pipelines.okr.odds.odds import GoalSimulation
from pipelines.okr.odds.open_goals import NoOdds, Settled
from pipelines.okr.odds.results import GoalResult
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.objective_wording import Standing, Weak, why
from pipelines.okr.scoring.scorecard import (
    KeyResultScore,
    ObjectiveScore,
    trust_column,
    trust_flags,
)

_PLACES = 6


@dataclass(frozen=True, eq=False, slots=True)
class RollUpPart:
    """A key result or a child objective as its parent sees it: its row, and what becomes of it in each future."""

    row: KeyResultScore | ObjectiveScore
    weight: Decimal
    coverage: Decimal
    futures: ScoreFutures
    own_pace: Decimal | Exact | None = None
    """The score by the pace of what has no odds: in all futures, or of an objective in each (paths,). None where there
    is none, or nothing without odds.
    """

    @property
    def id(self) -> str:
        row = self.row
        return row.key_result_id if isinstance(row, KeyResultScore) else row.objective_id

    @property
    def score(self) -> Decimal | None:
        """Its score in the objective: 1 where it needed some of its windows only, and has them."""
        row = self.row
        of_windows = isinstance(row, KeyResultScore) and row.windows_needed is not None
        return ONE if of_windows and row.status == "achieved" else row.score

    @property
    def expected(self) -> Decimal:
        return self.row.expected or ZERO

    @property
    def paced(self) -> Exact | None:
        """The score it ends with in each future, what has no odds by its pace (paths,); None where it has neither."""
        if isinstance(self.own_pace, np.ndarray):
            return self.own_pace
        return self.futures.at_pace(self.own_pace)


def weighted(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Σ weight · value ÷ Σ weight; None where nothing weighs anything."""
    known = list(parts)
    total = sum((weight for weight, _ in known), ZERO)
    return sum((weight * value for weight, value in known), ZERO) / total if total else None


class RollUp:
    """Scores objectives from their key results and children: each after its children, in `order`.

    The futures of a child are kept until its parent is scored, and no longer.
    """

    def __init__(self, objectives: Sequence[Objective], evidence: Evidence) -> None:
        """Raises `ValueError` if parents go in a circle, which loading refuses."""
        self.order = _children_first(objectives)
        self._weights = contributions(objectives)
        self._as_of, self._policy = evidence.as_of, evidence.policy
        self._simulation = GoalSimulation(evidence.graded)
        self._children: dict[str, list[RollUpPart]] = {}

    def score(self, objective: Objective, key_results: Sequence[RollUpPart]) -> ObjectiveScore:
        """The score of an objective whose children are scored."""
        parts = [*key_results, *self._children.pop(objective.id, ())]
        score, futures, paced = _score(
            objective, parts, self._as_of, self._policy, self._simulation
        )
        if objective.parent is not None and objective.id in self._weights:
            weight = self._weights[objective.id]
            child = RollUpPart(score, weight, score.coverage, futures, paced)
            self._children.setdefault(objective.parent, []).append(child)
        return score


def _children_first(objectives: Sequence[Objective]) -> Sequence[Objective]:
    """Each objective right after all that is below it, so that few of them wait for their parent at a time."""
    by_id = {objective.id: objective for objective in objectives}
    children: dict[str | None, list[str]] = {}
    for name in sorted(by_id):
        parent = by_id[name].parent
        children.setdefault(parent if parent in by_id else None, []).append(name)
    # parents before what is below them, the last sibling first; read from its end it is the order asked for
    order: list[str] = []
    waiting = children.get(None, [])
    while waiting:
        name = waiting.pop()
        order.append(name)
        waiting += children.get(name, ())
    if len(order) < len(by_id):
        raise ValueError("the parents of objectives go in a circle")
    return [by_id[name] for name in reversed(order)]


def _score(
    objective: Objective,
    parts: Sequence[RollUpPart],
    as_of: date,
    policy: Policy,
    simulation: GoalSimulation,
) -> tuple[ObjectiveScore, ScoreFutures, Exact | None]:
    """Its row, the score it ends with in each future, and the one where what has no odds goes on at its pace, if that
    is another.
    """
    # Sums and sentences must not depend on the order in which children were scored.
    parts = sorted(
        (part for part in parts if part.weight),
        key=lambda part: (part.row.name, part.weight, part.row.deadline, part.id),
    )
    bar = policy.objective_bar(objective.commitment)
    scored = [(part, part.score) for part in parts if part.score is not None]
    score = weighted((part.weight, own) for part, own in scored)
    expected = weighted((part.weight, part.expected) for part, _ in scored)
    coverage = weighted((part.weight, part.coverage) for part in parts)
    known = [part.row.data_through for part in parts if part.row.data_through is not None]
    paced_futures = mean_at_pace(
        [(part.weight, own_pace) for part in parts if (own_pace := part.paced) is not None]
    )
    paced = None if paced_futures is None else median_score(paced_futures)
    pace = _status(objective, parts, score, paced, as_of, policy)
    is_over = pace in SETTLED_STATUSES
    counted = [part for part, _ in scored] if is_over else parts
    nothing = NoOdds("nothing counts in its score")
    futures = weighted_mean([(part.weight, part.futures) for part in counted])
    if is_over and score is not None:
        futures = futures_of(objective.objective, Settled(pace == "achieved", score))
    elif futures is None:
        futures = futures_of(objective.objective, nothing)
    result = futures.reaching(bar)
    odds = simulation.odds_of(result)
    all_met = simulation.odds_of(_all_met(counted))
    status = by_odds(pace, odds.probability, policy)
    lacking = [part for part in counted if part.futures.lacking]
    unlikely = likely = None
    if isinstance(result, NoOdds) and status in PACE_STATUSES:
        unlikely, likely = (
            simulation.odds_of(end).probability for end in futures.reaching_between(bar)
        )
        status = within(
            status,
            worst=by_odds("off_track", unlikely, policy),
            best=by_odds("on_track", likely, policy),
        )
    low, middle, high = futures.quantiles or (None, None, None)
    costliest, cost = _costliest(counted)
    well = sum(part.row.status in GOOD_STATUSES for part in parts)
    standing = Standing(
        status=status,
        score=score,
        expected=expected,
        bar=bar,
        probability=odds.probability,
        no_odds=odds.why,
        lacking=futures.lacking,
        odds_range=None if unlikely is None or likely is None else (unlikely, likely),
        paced=paced,
        middle=middle,
        most=futures.most,
        is_over=is_over,
        starts=objective.period.start,
        is_before=as_of <= objective.period.start,
        parts=len(parts),
        well=well,
        silent=len(parts) - len(scored),
        silent_has_data=any(
            part.row.status in PACE_STATUSES for part in parts if part.row.score is None
        ),
        weak=None if costliest is None else Weak(costliest.row.name, cost=cost),
    )
    row = ObjectiveScore(
        as_of=as_of,
        objective_id=objective.id,
        name=objective.objective,
        owner=objective.owner,
        period_start=objective.period.start,
        deadline=objective.period.end,
        parent_id=objective.parent,
        commitment=objective.commitment,
        score=None if score is None else published_share(score, bar),
        expected=None if expected is None else published_share(expected),
        coverage=published_share(coverage or ZERO),
        probability=odds.probability,
        status=status,
        why=why(standing),
        trust=trust_column(
            frozenset[str]().union(*(trust_flags(part.row.trust) for part in parts))
        ),
        data_through=min(known, default=None),
        definition_hash=objective_fingerprint(objective),
        bar=bar,
        forecast_score_p10=None if low is None else published_share(low, bar),
        forecast_score_p50=None if middle is None else published_share(middle, bar),
        forecast_score_p90=None if high is None else published_share(high, bar),
        probability_all_met=all_met.probability,
        parts=len(parts),
        parts_on_track=well,
        costliest_part=None if costliest is None else costliest.id,
        costliest_part_cost=cost,
        parts_without_odds=len(lacking) if status in PACE_STATUSES else None,
        probability_at_least=unlikely,
        probability_at_most=likely,
        paced_score=None if unlikely is None or paced is None else published_share(paced, bar),
    )
    # without a part that lacks odds they are the same, and an open objective keeps them once
    return row, futures, paced_futures if is_over or futures.lacking else None


def _all_met(parts: Sequence[RollUpPart]) -> GoalResult:
    """Whether each goal in the parts is met."""
    futures = weighted_mean([(part.weight, part.futures) for part in parts])
    return NoOdds("it has no part") if futures is None else futures.all_met


def _costliest(parts: Sequence[RollUpPart]) -> tuple[RollUpPart | None, Decimal | None]:
    """The part that costs most of the score it is likely to end with, and how much; none where nothing is lost."""
    total = sum((part.weight for part in parts), ZERO)
    costs = [
        (rounded(part.weight / total * (1 - mean), _PLACES), part)
        for part in sorted(parts, key=lambda part: part.id)
        if (mean := part.futures.mean) is not None
    ]
    cost, part = max(costs, key=lambda pair: pair[0], default=(ZERO, None))
    return (part, cost) if cost else (None, None)


def _status(
    objective: Objective,
    parts: Sequence[RollUpPart],
    score: Decimal | None,
    paced: Decimal | None,
    as_of: date,
    policy: Policy,
) -> Status:
    under_way = [part.row.status for part in parts if part.row.status in PACE_STATUSES]
    if score is None and under_way:  # no window is over, so the worst part decides
        return max(under_way, key=STATUSES.index)
    if score is None or paced is None:
        waiting = all(part.row.status == "not_started" for part in parts) and bool(parts)
        return "not_started" if waiting or as_of <= objective.period.start else "no_data"
    bar = policy.objective_bar(objective.commitment)
    yesterday = as_of - timedelta(days=1)
    end = objective.period.end
    due = [part for part in parts if part.row.score is not None and part.row.deadline <= end]
    if yesterday >= end and all(part.row.status in ("achieved", "missed") for part in due):
        return at_deadline(score, bar)
    return by_pace(paced, ONE, bar, policy)
