"""The questions around the goals: what is possible, what is done about them, and what people say of them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, Field

from pipelines.mcp_server.answers import Figure, Name, Question
from pipelines.mcp_server.names import known
from pipelines.mcp_server.row_answers import figure, in_unit
from pipelines.publishing.key_result_chain import full_name
from pipelines.publishing.language.check_ins import check_in
from pipelines.publishing.language.language import Amounts, Language
from pipelines.publishing.language.measures import measure
from pipelines.publishing.published import Row, opened
from pipelines.publishing.standings import read_standings

_KPIS = "select kpi, label, unit, precision from kpis"


class AskTargets(Question):
    kpi: Name = Field(description="The name of a KPI; `declared` lists them.")


class AskMeasures(Question):
    kpi: Name | None = Field(None, description="Only measures on this KPI.")
    objective: Name | None = Field(None, description="Only measures of this objective.")


class AskCheckIns(Question):
    key_result: Name | None = Field(
        None, description="Only this one: objective/key-result, or the latter where it is unique."
    )
    limit: int = Field(50, ge=1, le=500, description="At most so many, the latest of each goal.")


class Target(BaseModel):
    period_start: date
    period_end: date
    comparison: str = Field(description="at_least or at_most: what the target asks for.")
    odds: Figure | None = Field(None, description="The odds that were asked for.")
    target: Figure | None = Field(
        None, description="The hardest target with at least these odds; left out where none has."
    )


class Beside(BaseModel):
    period_start: date
    year_before: Figure | None = None
    best: Figure | None = Field(None, description="The best such period that is over.")
    best_start: date | None = None
    present_rate: Figure | None = Field(None, description="What the latest 91 days come to.")


class Targets(BaseModel):
    kpi: str
    unit: str | None = None
    data_through: date | None = Field(None, description="Targets are worked out once a week.")
    targets: list[Target] = Field(description="The easiest first; empty where there are no odds.")
    beside: list[Beside] = Field(description="What they stand beside, for each period.")


class MeasureTaken(BaseModel):
    objective: str
    measure: str
    kpi: str
    owner: str | None = None
    start: date
    ends: date | None = None
    verdict: str = Field(description="supported, not_distinguishable or cannot_tell; never more.")
    reason: str | None = Field(None, description="Why it cannot be told.")
    sentence: str
    effect: Figure | None = Field(None, description="What came less what was foreseen.")
    effect_low: Figure | None = Field(None, description="The 90 % interval of the effect.")
    effect_high: Figure | None = None
    next_look: date | None = None


class Measures(BaseModel):
    measures: list[MeasureTaken] = Field(description="The latest first.")


class Said(BaseModel):
    key_result: str
    day: date
    person: str | None = None
    confidence: Figure | None = None
    odds: Figure | None = Field(None, description="The odds that had been published by that day.")
    met: bool | None = Field(None, description="Whether the goal was met, once it is graded.")
    sentence: str = Field(description="The person's words. They change no score.")


class CheckIns(BaseModel):
    check_ins: list[Said]
    left_out: int


class LoopQuestions:
    """Asks the published file at `path`; words are those of the pages in `language`."""

    def __init__(self, path: Path, language: Language) -> None:
        self._path = path
        self._language = language

    def targets(self, ask: AskTargets) -> Targets:
        with opened(self._path) as file:
            kpis = {row["kpi"]: row for row in file.rows(_KPIS)}
            kpi = kpis[known("KPI", ask.kpi, kpis)]
            rows = [row for row in file.targets() if row["kpi"] == ask.kpi]
        amounts = self._amounts(kpi)
        first = {row["period_start"]: row for row in rows}
        return Targets(
            kpi=ask.kpi,
            unit=kpi["unit"],
            data_through=rows[0]["data_through"] if rows else None,
            targets=[
                Target(
                    period_start=row["period_start"],
                    period_end=row["period_end"],
                    comparison=row["comparison"],
                    odds=figure(row["odds"], self._language.share(row["odds"])),
                    target=in_unit(row["target"], amounts),
                )
                for row in rows
            ],
            beside=[
                Beside(
                    period_start=start,
                    year_before=in_unit(row["year_before"], amounts),
                    best=in_unit(row["best"], amounts),
                    best_start=row["best_start"],
                    present_rate=in_unit(row["present_rate"], amounts),
                )
                for start, row in first.items()
            ],
        )

    def measures(self, ask: AskMeasures) -> Measures:
        standings = read_standings(self._path)
        if ask.objective is not None:
            known("objective", ask.objective, (line.id for line in standings.objectives))
        with opened(self._path) as file:
            kpis = {row["kpi"]: row for row in file.rows(_KPIS)}
            rows = file.measures()
        if ask.kpi is not None:
            known("KPI", ask.kpi, kpis)
        return Measures(
            measures=[
                self._measure(row, self._amounts(kpis.get(row["kpi"], row)), standings.as_of)
                for row in rows
                if ask.kpi in (None, row["kpi"]) and ask.objective in (None, row["objective_id"])
            ]
        )

    def check_ins(self, ask: AskCheckIns) -> CheckIns:
        as_of = read_standings(self._path).as_of
        with opened(self._path) as file:
            name = None if ask.key_result is None else full_name(file, ask.key_result)
            rows = [row for row in file.check_ins(as_of) if name in (None, row["key_result_id"])]
        language = self._language
        return CheckIns(
            check_ins=[
                Said(
                    key_result=row["key_result_id"],
                    day=row["day"],
                    person=row["person"],
                    confidence=figure(row["confidence"], language.share(row["confidence"])),
                    odds=figure(row["probability"], language.odds(row["probability"])),
                    met=row["met"],
                    sentence=check_in(row, language, as_of),
                )
                for row in rows[: ask.limit]
            ],
            left_out=max(0, len(rows) - ask.limit),
        )

    def _measure(self, row: Row, amounts: Amounts, today: date) -> MeasureTaken:
        return MeasureTaken(
            objective=row["objective_id"],
            measure=row["measure"],
            kpi=row["kpi"],
            owner=row["owner"],
            start=row["start"],
            ends=row["ends"],
            verdict=row["verdict"],
            reason=row["reason"],
            sentence=measure(row, amounts, today),
            effect=in_unit(row["effect"], amounts),
            effect_low=in_unit(row["effect_low"], amounts),
            effect_high=in_unit(row["effect_high"], amounts),
            next_look=row["next_look"],
        )

    def _amounts(self, kpi: Mapping[str, object]) -> Amounts:
        precision, unit = kpi.get("precision"), kpi.get("unit")
        places = int(str(precision)) if precision is not None else 0
        return Amounts(self._language, None if unit is None else str(unit), places)
