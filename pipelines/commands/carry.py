"""The next period's files of the goals that were missed: measured baselines, and targets off the ladder."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.history.predictions import graded_before
from pipelines.inputs.contents import contents_of
from pipelines.inputs.day import Day
from pipelines.inputs.facts import read_facts
from pipelines.inputs.okr_files import definition_files
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.field_types import MemberTargets
from pipelines.okr.definition.goals import goal_in_words
from pipelines.okr.definition.loading import load, with_baselines
from pipelines.okr.definition.plans import DatedPlan
from pipelines.okr.definition.written import as_yaml
from pipelines.okr.kpi.periods import Period, containing
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.targets.ladder import NoLadderError, ladder
from pipelines.okr.targets.rungs import EVEN
from pipelines.publishing.review.record import ClosedObjective, Review
from pipelines.settings import shown

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Carried:
    """The files to write, and a line about each goal."""

    files: Mapping[Path, str]
    notes: Sequence[str]


def carried_files(day: Day, review: Review, period: Period) -> Carried:
    """The files of the missed goals of the closed `period`; those that are there already are left out.

    Raises `NoFactsError` before the first run, and `NoDefinitionsError`.
    """
    carrying = _Carrying(day, review, following(period))
    # a child names its parent, which has to be there by then
    for closed in sorted(review.objectives, key=lambda x: carrying.ancestors(x.id)):
        carrying.carry(closed)
    return Carried(carrying.files, carrying.notes)


def following(period: Period) -> Period:
    """The period of its kind after it; after one of its own days, as many days."""
    start = period.end + _ONE_DAY
    if period.cadence is not None:
        return containing(start, period.cadence, period.fiscal_year)
    end = start + (period.end - period.start)
    return Period(None, f"{start}..{end}", start, end, period.fiscal_year)


@dataclass
class _Carrying:
    day: Day
    review: Review
    period: Period
    """The next one."""
    files: dict[Path, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def carry(self, closed: ClosedObjective) -> None:
        missed = [x.id.partition("/")[2] for x in closed.key_results if x.status == "missed"]
        objective = self._objectives.get(closed.id)
        if not missed:
            return
        if objective is None:
            self.notes.append(f"{closed.id} is in no sound OKR file any more: it is not carried")
            return
        new_id = self._new_id(closed.id)
        path = self.day.settings.definitions_path / f"{new_id}.yml"
        if path.exists() or new_id in self._objectives:
            self.notes.append(f"{new_id} is there already")
            return
        carried, notes = self._carried(objective, new_id, missed)
        place, text = shown(path), as_yaml(carried, self.day.kpis)
        contents, _ = contents_of(definition_files(self.day.settings))
        loaded = load(
            {**contents, **{shown(x): y for x, y in self.files.items()}, place: text},
            self.day.kpis,
            self.day.settings.fiscal_year,
            broken_kpis=self.day.declared.broken,
            off_kpis=self.day.declared.off,
        )
        faults = [fault for fault in loaded.faults if fault.file == place]
        if faults:
            what = f"{faults[0].what}; {faults[0].remedy}"
            self.notes.append(f"{closed.id} cannot be carried: {what}")
            return
        self.files[path] = text
        self.notes += notes

    def ancestors(self, objective_id: str) -> int:
        """How many objectives are above one."""
        objective = self._objectives.get(objective_id)
        return (
            0 if objective is None or not objective.parent else 1 + self.ancestors(objective.parent)
        )

    @cached_property
    def _objectives(self) -> Mapping[str, Objective]:
        return {objective.id: objective for objective in self.day.loaded.objectives}

    def _new_id(self, closed_id: str) -> str:
        """`ship` and `ship-2026-q4` go on as `ship-2027-q1`."""
        base = closed_id.removesuffix(f"-{_slug(self.review.period)}")
        return f"{base}-{_slug(self.period.label)}"

    def _carried(
        self, objective: Objective, new_id: str, missed: Sequence[str]
    ) -> tuple[Objective, list[str]]:
        notes: list[str] = []
        results: list[KeyResult] = []
        frame = objective.model_copy(
            # a measure stands once, and is judged with the goal that it was taken for
            update={"id": new_id, "period": self.period, "measures": (), **self._family(objective)}
        )
        for result in objective.key_results:
            if result.id in missed:
                moved, why = self._moved(frame, result)
                results.append(moved)
                kpi = self.day.kpis.get(result.kpi or "")
                words = goal_in_words(moved, kpi.unit if kpi else "")
                notes.append(f"{new_id}/{result.id}: {words} ({why})")
        return frame.model_copy(update={"key_results": tuple(results)}), notes

    def _family(self, objective: Objective) -> dict[str, Any]:
        """Its parent goes on if it is carried too, or runs on; else the objective stands alone."""
        parent = self._objectives.get(objective.parent or "")
        if parent is None:
            return {}
        if parent.period.end >= self.period.end:
            return {}
        goes_on = any(
            x.id == parent.id and any(y.status == "missed" for y in x.key_results)
            for x in self.review.objectives
        )
        if goes_on:
            return {"parent": self._new_id(parent.id)}
        return {"parent": None, "contributes": None, "weight": None}

    def _moved(self, frame: Objective, result: KeyResult) -> tuple[KeyResult, str]:
        """The key result in the next period, and where its number is from."""
        changes: dict[str, Any] = {"by": None, "because": None, "baseline": None}
        if result.milestone is not None:
            due = result.milestone.model_copy(update={"due": self.period.end})
            return result.model_copy(update={**changes, "milestone": due}), "due at the end"
        if isinstance(result.plan, DatedPlan):
            changes["plan"] = None  # its amounts are of days that are over
        moved = result.model_copy(update=changes)
        comparison = "at_least" if result.at_most is None else "at_most"
        target = getattr(result, comparison)
        if result.between is not None or result.kpi_targets:
            return moved, "as before"
        if isinstance(target, MemberTargets):
            rungs = [
                (name, self._even(frame, _of_member(moved, comparison, name, number)))
                for name, number in target.pairs
            ]
            pairs = [
                (name, number if rung is None else rung)
                for (name, rung), (_, number) in zip(rungs, target.pairs, strict=True)
            ]
            new: Any = MemberTargets(tuple(pairs))
        else:
            new = self._even(frame, moved)
        if new is None:
            return moved, "as before, as there are no odds to set it by"
        changed = {comparison: new}
        if re.search(r"\d", moved.name or ""):
            changed["name"] = None  # it names the old number, or the old day
        return moved.model_copy(update=changed), "odds 50 %"

    def _even(self, frame: Objective, result: KeyResult) -> Decimal | None:
        """The target with even odds; None where none can be given."""
        if result.kpi not in self.day.kpis:
            return None
        narrowed = frame.model_copy(update={"key_results": (result,)})
        try:
            rungs = ladder(with_baselines(narrowed, self.day.kpis), self._evidence)
        except NoLadderError:
            return None
        [target] = [rung.target for rung in rungs if rung.asked == EVEN]
        return target if target is not None and target > 0 else None

    @cached_property
    def _evidence(self) -> Evidence:
        settings, as_of = self.day.settings, self.day.as_of
        names = {x.kpi for y in self._objectives.values() for x in y.key_results if x.kpi}
        kpis = {name: kpi for name, kpi in self.day.kpis.items() if name in names}
        indexes = index_facts(read_facts(settings.warehouse_path, kpis))
        graded = graded_before(settings.history_path, as_of, settings.timezone)
        return Evidence(indexes, as_of, settings.policy, graded)


def _of_member(result: KeyResult, comparison: str, member: str, number: Decimal) -> KeyResult:
    """The goal of one member that has its own target, as a goal of that member alone."""
    where = {**result.where, str(result.for_each): member}
    return result.model_copy(update={"for_each": None, "where": where, comparison: number})


def _slug(label: str) -> str:
    return label.split("..")[0].lower()
