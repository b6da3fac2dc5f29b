"""Measures: what is done about a goal, from when, and what it is expected to bring. They change no score.

measures:
  - what: Two posts more a week
    kpi: page_engagements
    start: 2026-06-01
    ends: 2026-08-31              # its last day; without it, it goes on
    lag: 1 week                   # so long nothing can be seen of it
    ramp: 2 weeks                 # so long again until all of it can be seen
    where: {channel: video}       # the members that it touches
    controls: {channel: photo}    # members of the same KPI that it does not touch
    expected: 10 %                # more than would come without it
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.okr.definition.durations import Duration
from pipelines.okr.definition.faults import listed, suggestion
from pipelines.okr.definition.field_types import Day, Members, Number, Text, refusal
from pipelines.okr.kpi.filters import have_none_in_common
from pipelines.okr.kpi.kpi import Kpi

Finding = tuple[str, str, str]
"""The key it is about, what is wrong, the remedy."""


class Measure(BaseModel):
    """What is done about a goal. `expected` is the share of what comes without it that it adds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: Text = Field(description="What is done", examples=["Two posts more a week"])
    kpi: Text = Field(description="The KPI that it is to move", examples=["page_engagements"])
    start: Day = Field(description="Its first day", examples=["2026-06-01"])
    ends: Day | None = Field(None, description="Its last day; without it, it goes on")
    where: Members = Field({}, description="The members that it touches; without it, all")
    controls: Members = Field(
        {}, description="Members of the same KPI that it does not touch, as `where` names them"
    )
    lag: Duration = Field(0, description="How long nothing can be seen of it", examples=["1 week"])
    ramp: Duration = Field(
        0, description="How long after that until all of it can be seen", examples=["2 weeks"]
    )
    owner: Text | None = Field(None, description="Who answers for it", examples=["ana@example.com"])
    expected: Number | None = Field(
        None,
        description="The share that it is expected to add to what comes without it",
        examples=["10 %"],
    )

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.ends is not None and self.ends < self.start:
            what = f"the measure ends on {self.ends}, before it starts ({self.start})"
            raise refusal(what, "write a later day, or leave `ends` out", key="ends")
        if self.expected is not None and not -1 <= self.expected <= 10:
            what = f"`expected: {self.expected:%}` is no effect that can be meant"
            raise refusal(
                what, "write a share of what comes without it, such as 10 %", key="expected"
            )
        if self.controls and not have_none_in_common(self.where, self.controls):
            what = "`controls` may name members that the measure touches"
            remedy = "name other members of a dimension that `where` names"
            raise refusal(what, remedy, key="controls")
        return self

    @property
    def visible_from(self) -> date:
        """The first day on which all of its effect can be seen."""
        return self.start + timedelta(days=self.lag + self.ramp)


def measure_faults(measure: Measure, kpis: Mapping[str, Kpi]) -> Iterator[Finding]:
    """What is wrong with a measure, held against the sound KPIs; nothing of one of another KPI."""
    kpi = kpis.get(measure.kpi)
    if kpi is None:
        return
    for key, asked in (("where", measure.where), ("controls", measure.controls)):
        for dimension, members in asked.items():
            if dimension not in kpi.dimensions:
                otherwise = f"its dimensions: {listed(kpi.dimensions)}"
                remedy = suggestion(dimension, kpi.dimensions, otherwise)
                yield key, f"KPI `{kpi.name}` has no dimension `{dimension}`", remedy
            elif kpi.behaviour.reported_by_period and not isinstance(members, str):
                what = f"`{kpi.name}` counts each once, and cannot be added up over several {dimension}"
                yield key, what, "write one member"
    if kpi.is_plan:
        yield "kpi", f"`{kpi.name}` is a plan, which no measure moves", "name the KPI of the facts"
