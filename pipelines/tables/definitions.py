"""The tables of the definitions: objectives and key results as they were when they were last scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pipelines.okr import columns
from pipelines.okr.columns import Number
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.fingerprints import (
    as_json,
    canonical,
    key_result_fingerprint,
    objective_fingerprint,
)
from pipelines.okr.definition.goals import goal_in_words, goal_of
from pipelines.okr.kpi.filters import as_written, members_in_words
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.scoring.scorecard import CommitmentOfObjective
from pipelines.tables.table import Table, columns_of

Definition = Annotated[str | None, "The whole definition, as JSON free of its formatting"]


@dataclass(frozen=True, slots=True)
class KeyResultRow:
    """A key result as it is defined. The goal is there in words, and from `comparison` to `where` for machines."""

    objective_id: columns.ObjectiveId
    key_result_id: columns.KeyResultId
    name: columns.KeyResultName
    kpi: columns.KpiOfKeyResult
    goal: columns.GoalInWords
    period_start: columns.FirstDayCounted
    deadline: columns.LastDayCounted
    weight: columns.WeightInObjective
    comparison: Annotated[str | None, "at_least, at_most or between; NULL for a milestone"]
    low: Annotated[
        Number | None, "The least that is enough, in the KPI's unit; NULL where there is none"
    ]
    high: Annotated[
        Number | None, "The most that is allowed, in the KPI's unit; NULL where there is none"
    ]
    per: Annotated[str | None, "Each week, month, ... has to meet the goal; NULL where it need not"]
    over: Annotated[str | None, "The window that is compared, the latest whole one; NULL for none"]
    for_each: Annotated[
        str | None, "The dimension whose every member has to meet it; NULL for none"
    ]
    where: Annotated[
        str | None,
        "The members it is held to, in words (green, thingamajig; north or south; any seller but none); NULL for all",
    ]
    definition_hash: columns.DefinitionHash
    definition: Definition
    where_json: Annotated[
        str | None,
        "The members it is held to, for machines, as JSON by dimension: a text, a list, or lists below not; NULL for "
        "all",
    ]
    target_kpi: Annotated[
        str | None,
        "The KPI that gives its target, or both ends of a band, comma-separated; NULL where the file has the numbers",
    ]


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective as it is defined."""

    objective_id: columns.ObjectiveId
    name: columns.ObjectiveName
    owner: columns.Owner
    period_start: columns.FirstDayOfPeriod
    deadline: columns.LastDayOfPeriod
    parent_id: columns.ParentId
    commitment: CommitmentOfObjective
    weight: Annotated[
        Number, "Its weight in its parent's score; 0 where it has none, or is only aligned with it"
    ]
    definition_hash: columns.DefinitionHash
    definition: Definition


KEY_RESULTS = Table(
    "key_results",
    "The key results as they are defined now",
    columns_of(KeyResultRow),
    key=("key_result_id",),
)
OBJECTIVES = Table(
    "objectives",
    "The objectives as they are defined now",
    columns_of(ObjectiveRow),
    key=("objective_id",),
)


def key_result_row(
    objective: Objective, result: KeyResult, kpis: Mapping[str, Kpi]
) -> KeyResultRow:
    """The definition of a key result of `objective`."""
    goal = None if result.milestone is not None else goal_of(result)
    kpi = kpis.get(result.kpi or "")  # None where the KPI's own declaration is broken
    return KeyResultRow(
        objective_id=objective.id,
        key_result_id=objective.key_result_id(result),
        name=result.name or result.id,
        kpi=result.kpi,
        goal=goal_in_words(result, kpi.unit if kpi else ""),
        period_start=objective.period.start,
        deadline=objective.deadline(result),
        weight=result.weight,
        comparison=goal.comparison if goal else None,
        low=goal.low if goal else None,
        high=goal.high if goal else None,
        per=result.per,
        over=result.over,
        for_each=result.for_each,
        where=members_in_words(result.where) or None,
        definition_hash=key_result_fingerprint(objective, result),
        definition=as_json(canonical(result)),
        where_json=as_json(as_written(result.where)) if result.where else None,
        target_kpi=", ".join(target.kpi for target in result.kpi_targets) or None,
    )


def objective_row(objective: Objective, weight: Decimal) -> ObjectiveRow:
    """The definition of an objective, which has this weight in its parent's score."""
    return ObjectiveRow(
        objective_id=objective.id,
        name=objective.objective,
        owner=objective.owner,
        period_start=objective.period.start,
        deadline=objective.period.end,
        parent_id=objective.parent,
        commitment=objective.commitment,
        weight=weight,
        definition_hash=objective_fingerprint(objective),
        definition=as_json(canonical(objective)),
    )
