"""Objectives from key results and children (docs/okr-semantics.md, Score).

Objective score = Σ weight · score ÷ Σ weight over the parts that have data, with `coverage`, the
share of the weight that has, beside it. A child is a part like a key result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from pipelines.okr.definition.definitions import Objective
from pipelines.okr.kpi.numbers import ZERO, percentage, published_share
from pipelines.okr.kpi.status import (
    PACE_STATUSES,
    STATUSES,
    Policy,
    Status,
    at_deadline,
    by_odds,
    by_pace,
)
from pipelines.okr.odds.odds import GoalSimulation
from pipelines.okr.odds.open_goals import Settled
from pipelines.okr.odds.results import GoalResult, WeightedPart, weighted_result
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.scorecard import (
    KeyResultScore,
    ObjectiveScore,
    trust_column,
    trust_flags,
)


@dataclass(frozen=True, slots=True)
class RollUpPart:
    """A key result or a child objective as its parent sees it: its row, and what becomes of it in each future."""

    row: KeyResultScore | ObjectiveScore
    weight: Decimal
    coverage: Decimal
    result: GoalResult

    @property
    def expected(self) -> Decimal:
        return self.row.expected or ZERO

    @property
    def lead(self) -> Decimal:
        """How far its score is ahead of what is expected, or behind it, below 0."""
        return (self.row.score or ZERO) - self.expected


def weighted(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Σ weight · value ÷ Σ weight; None where nothing weighs anything."""
    known = list(parts)
    total = sum((weight for weight, _ in known), ZERO)
    return sum((weight * value for weight, value in known), ZERO) / total if total else None


def roll_up(
    objectives: Sequence[Objective],
    key_results: Mapping[str, Sequence[RollUpPart]],
    as_of: date,
    policy: Policy,
    simulation: GoalSimulation,
) -> tuple[ObjectiveScore, ...]:
    """The score of every objective, from its key results by objective id.

    Raises:
        ValueError: if parents go in a circle, which loading refuses.
    """
    parts = {objective.id: list(key_results.get(objective.id, ())) for objective in objectives}
    scores: list[ObjectiveScore] = []
    for objective in _children_first(objectives):
        score, result = _score(objective, parts[objective.id], as_of, policy, simulation)
        scores.append(score)
        if objective.parent in parts:
            child = RollUpPart(score, objective.weight, score.coverage, result)
            parts[objective.parent].append(child)
    return tuple(sorted(scores, key=lambda score: score.objective_id))


def _children_first(objectives: Sequence[Objective]) -> list[Objective]:
    by_id = {objective.id: objective for objective in objectives}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(by_id):
        sorter.add(name)
        parent = by_id[name].parent
        if parent in by_id:
            sorter.add(parent, name)
    try:
        return [by_id[name] for name in sorter.static_order()]
    except CycleError as error:
        raise ValueError("the parents of objectives go in a circle") from error


def _score(
    objective: Objective,
    parts: Sequence[RollUpPart],
    as_of: date,
    policy: Policy,
    simulation: GoalSimulation,
) -> tuple[ObjectiveScore, GoalResult]:
    # Sums and sentences must not depend on the order in which children were scored.
    parts = sorted(parts, key=lambda part: (part.row.name, part.weight, part.row.deadline))
    scored = [(part, part.row.score) for part in parts if part.row.score is not None]
    score = weighted((part.weight, own) for part, own in scored)
    expected = weighted((part.weight, part.expected) for part, _ in scored)
    coverage = weighted((part.weight, part.coverage) for part in parts)
    known = [part.row.data_through for part in parts if part.row.data_through is not None]
    status = _status(objective, parts, (score, expected), as_of, policy)
    result = _result(objective, parts, score, status, policy)
    odds = simulation.odds_of(result)
    why = _why(objective, parts, as_of)
    if status in PACE_STATUSES:
        why = wording.with_odds(why, odds, "")
    row = ObjectiveScore(
        as_of=as_of,
        objective_id=objective.id,
        name=objective.objective,
        owner=objective.owner,
        period_start=objective.period.start,
        deadline=objective.period.end,
        parent_id=objective.parent,
        commitment=objective.commitment,
        score=None if score is None else published_share(score, policy.bar(objective.commitment)),
        expected=None if expected is None else published_share(expected),
        coverage=published_share(coverage or ZERO),
        probability=odds.probability,
        status=by_odds(status, odds.probability, policy),
        why=why,
        trust=trust_column(
            frozenset[str]().union(*(trust_flags(part.row.trust) for part in parts))
        ),
        data_through=min(known, default=None),
        definition_hash=objective.definition_hash,
    )
    return row, result


def _result(
    objective: Objective,
    parts: Sequence[RollUpPart],
    score: Decimal | None,
    status: Status,
    policy: Policy,
) -> GoalResult:
    """What becomes of the objective in each future: settled once it is over."""
    if status in ("achieved", "missed"):
        return Settled(status == "achieved", score or ZERO)
    weights = [WeightedPart(part.weight, part.result) for part in parts]
    return weighted_result(weights, policy.bar(objective.commitment))


def _status(
    objective: Objective,
    parts: Sequence[RollUpPart],
    standing: tuple[Decimal | None, Decimal | None],
    as_of: date,
    policy: Policy,
) -> Status:
    score, expected = standing
    under_way = [part.row.status for part in parts if part.row.status in PACE_STATUSES]
    if score is None and under_way:  # no window is over, so the worst part decides
        return max(under_way, key=STATUSES.index)
    if score is None or expected is None:
        waiting = all(part.row.status == "not_started" for part in parts) and bool(parts)
        return "not_started" if waiting or as_of <= objective.period.start else "no_data"
    bar = policy.bar(objective.commitment)
    yesterday = as_of - timedelta(days=1)
    end = objective.period.end
    due = [part for part in parts if part.row.score is not None and part.row.deadline <= end]
    if yesterday >= end and all(part.row.status in ("achieved", "missed") for part in due):
        return at_deadline(score, bar)
    return by_pace(score, expected, bar, policy)


def _why(objective: Objective, parts: Sequence[RollUpPart], as_of: date) -> str:
    if not parts:
        return "It has no key results and no objective below it."
    known = [part for part in parts if part.row.score is not None]
    if not known:
        if as_of <= objective.period.start:
            return f"It starts on {objective.period.start}."
        return f"None of its {len(parts)} parts has {_lacking(parts, 'a score')} yet."
    well = sum(part.row.status in ("on_track", "achieved") for part in known)
    weakest = min(known, key=lambda part: (part.lead, part.row.name)).row
    stands = f"{percentage(weakest.score or ZERO)}, {weakest.status.replace('_', ' ')}"
    silent = [part for part in parts if part.row.score is None]
    lack = f" {len(silent)} of {len(parts)} have no {_lacking(silent, 'score')} and do not count."
    rest = lack if silent else ""
    return (
        f"{well} of {len(known)} parts are on track or achieved; "
        f"the furthest behind is “{weakest.name}” ({stands}).{rest}"
    )


def _lacking(parts: Sequence[RollUpPart], score: str) -> str:
    """What parts without a score lack: data, or a window that is over."""
    return score if any(part.row.status in PACE_STATUSES for part in parts) else "data"
