"""A score after its deadline is final: when the past is restated later, the row says what it had been."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pipelines.okr.kpi.numbers import figure
from pipelines.okr.kpi.status import Status
from pipelines.okr.scoring.scorecard import KeyResultScore, Scorecard


@dataclass(frozen=True, slots=True)
class FinalScore:
    """The first final score of a key result: the day it was of, and what it said of which definition."""

    as_of: date
    actual: Decimal | None
    status: Status
    definition_hash: str
    target: Decimal | None = None


def with_restatements(scorecard: Scorecard, finals: Mapping[str, FinalScore]) -> Scorecard:
    """The scorecard in which each final score that differs from the first one says so.

    `finals`: the first final scores of earlier days, by key_result_id.
    """
    rows = tuple(
        _with_restatement(row, finals.get(row.key_result_id)) for row in scorecard.key_results
    )
    return replace(scorecard, key_results=rows)


def _with_restatement(row: KeyResultScore, first: FinalScore | None) -> KeyResultScore:
    if first is None or not row.is_headline or first.as_of >= row.as_of:
        return row
    if row.status not in ("achieved", "missed") or row.definition_hash != first.definition_hash:
        return row
    unit = row.unit or ""
    # of the same definition another target can only be that of another KPI
    moved = first.target is not None and row.target is not None and row.target != first.target
    if (row.status, row.actual) == (first.status, first.actual) and not moved:
        return row
    was = "no value" if first.actual is None else figure(first.actual, unit)
    against = (
        f" against a target of {figure(first.target, unit)}"
        if moved and first.target is not None
        else ""
    )
    return replace(
        row, why=f"{row.why} Restated: on {first.as_of} it was {was}{against} ({first.status})."
    )
