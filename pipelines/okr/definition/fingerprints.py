"""What a definition says without its formatting, and fingerprints of what is scored by it.

A score, a prediction and a grade belong to a fingerprint: a goal that is another one begins anew. What a goal is
called changes no fingerprint, and neither does a key that came later, as long as nobody writes it.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.okr.definition.definitions import KeyResult, Milestone, Objective
from pipelines.okr.definition.field_types import KpiTarget, MemberTargets
from pipelines.okr.definition.leads import Leads
from pipelines.okr.definition.measures import Measure
from pipelines.okr.definition.met_in import ALL, MetIn
from pipelines.okr.definition.plans import DatedPlan, PlanKpi
from pipelines.okr.kpi.filters import as_written
from pipelines.okr.kpi.numbers import ONE
from pipelines.okr.kpi.periods import Period

_CALLED = ("objective", "owner", "name", "name_members", "because", "measures", "leads")
"""What readers see and no score depends on."""
_JUDGED_BY = "the score it ends with"
"""Part of an objective's fingerprint: odds that were published under another rule are not graded by this one."""
_ADDED_LATER = (
    "members",
    "name_members",
    "met_in",
    "contributes",
    "plan",
    "because",
    "measures",
    "leads",
)
"""Keys that count only where they are written, so that definitions from before they existed keep their fingerprint."""
_BEFORE_MET_IN = {"committed": ALL, "aspirational": MetIn(share=Decimal("0.7"))}
"""In how many of its windows a goal had to be met before a file could say it."""


def objective_fingerprint(objective: Objective) -> str:
    """Of what an objective is scored by: with its key results and their weights."""
    scored = {name: part for name, part in canonical(objective).items() if name not in _CALLED}
    results = [
        _scored_by(objective, result) | {"weight": _canonical_value(result.weight)}
        for result in objective.key_results
    ]
    return _hash(scored | {"key_results": results, "judged_by": _JUDGED_BY})


def key_result_fingerprint(objective: Objective, result: KeyResult) -> str:
    """Of what a key result is scored by: with its objective's id, period and commitment, and without its weight."""
    frame = {
        name: _canonical_value(getattr(objective, name)) for name in ("id", "period", "commitment")
    }
    return _hash({"objective": frame, "key_result": _scored_by(objective, result)})


def canonical(definition: Objective | KeyResult | Milestone) -> dict[str, Any]:
    """A definition without its formatting: `96 %` and 0.960 are the same number here."""
    return {
        name: _canonical_value(getattr(definition, name))
        for name, field in type(definition).model_fields.items()
        if name not in _ADDED_LATER or getattr(definition, name) != field.default
    }


def as_json(written: Mapping[str, Any]) -> str:
    """What is canonical as JSON, which is the same however a file is formatted."""
    return json.dumps(written, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _scored_by(objective: Objective, result: KeyResult) -> dict[str, Any]:
    """What a key result is scored by, with the windows that are asked of it.

    A definition that asks for just those windows that were asked before there was `met_in` keeps its fingerprint.
    Settings change no fingerprint.
    """
    left_out = (*_CALLED, "weight", "met_in")
    scored = {name: part for name, part in canonical(result).items() if name not in left_out}
    if result.per is not None:
        windows, asked = objective.windows_in(result), objective.met_in(result)
        before = _BEFORE_MET_IN[objective.commitment]
        if asked.needed(windows, windows) != before.needed(windows, windows):
            scored["met_in"] = str(asked)
    return scored


def _hash(written: Mapping[str, Any]) -> str:
    return hashlib.sha256(as_json(written).encode()).hexdigest()[:16]


def _canonical_value(value: object) -> object:
    if value is None or isinstance(value, str | int):  # nearly all of them
        return value
    if isinstance(value, Objective | KeyResult | Milestone):
        return canonical(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, KpiTarget):
        times = {} if value.times == ONE else {"times": _canonical_value(value.times)}
        return {"kpi": value.kpi, **times}
    if isinstance(value, MetIn):
        return str(value)
    if isinstance(value, PlanKpi):
        return value.kpi
    if isinstance(value, DatedPlan):
        return [
            [_canonical_value(period), _canonical_value(amount)] for period, amount in value.amounts
        ]
    if isinstance(value, MemberTargets):
        return {name: _canonical_value(target) for name, target in value.pairs}
    if isinstance(value, Measure | Leads):
        given = ((name, getattr(value, name)) for name in sorted(value.model_fields_set))
        return {name: _canonical_value(part) for name, part in given}
    if isinstance(value, dict):
        return as_written(value)
    if isinstance(value, Period):
        return [value.cadence, value.start.isoformat(), value.end.isoformat()]
    return [_canonical_value(item) for item in value] if isinstance(value, tuple) else value
