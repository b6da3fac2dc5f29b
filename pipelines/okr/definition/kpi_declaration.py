"""What a KPI's YAML may say of it: the keys below `config.meta.kpi`, and those of a KPI kept in a sheet."""

import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.okr.definition.faults import listed, suggestion
from pipelines.okr.definition.field_types import Truth, refusal
from pipelines.okr.definition.units import unit_fault
from pipelines.okr.kpi.conversion import MONEY, ConversionError
from pipelines.okr.kpi.kinds import KINDS, Denominator, Kind
from pipelines.okr.kpi.kpi import PERCENT, WHOLE_PERCENT, Direction, Every, Kpi

NAME = r"[a-z][a-z0-9_]*"
"""What a KPI and a dimension can be called: both become the names of columns and files."""
NAME_REMEDY = "write lower-case letters, digits and _ only, a letter first"
TAKEN_NAMES: Mapping[str, str] = {
    "total": "rename the column; `total` stands for the whole in the published tables",
    **dict.fromkeys(
        ("kpi", "day", "date", "period", "period_start", "value", "numerator", "denominator"),
        "rename the column; a KPI has one of this name anyway",
    ),
}
"""What no dimension can be called, with the remedy."""


class KpiDeclaration(BaseModel):
    """A KPI as declared. Every validator says what is wrong and what would be right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = Field(examples=["flow"])
    unit: str = Field(min_length=1, max_length=60, examples=["people"])
    direction: Direction = Field(examples=["up"])
    owner: str = Field(min_length=1, examples=["people@example.com"])
    dimensions: tuple[str, ...] = Field((), examples=["[team]"])
    precision: int = Field(0, ge=0, le=6, examples=["2"])
    label: str = Field("", examples=["Headcount"])
    description: str = Field("", examples=["People employed"])
    every: Every = Field("day", examples=["month"])
    denominator: Denominator = Field("sum", examples=["level"])
    proportion: Truth = Field(False, examples=["true"])
    plan: Truth = Field(False, examples=["true"])
    working_days: Truth = Field(False, examples=["true"])
    """Whether its pace and its odds go by the days on which the company works."""
    rosters: Mapping[str, str] = Field({}, examples=["{sales_rep: roster_sales_reps}"])
    by_day: Truth = Field(False, examples=["true"])
    """Whether its rows of a day come from the events of that day alone, so that days whose events stay are kept."""
    sample: Truth = Field(False, examples=["true"])
    """Whether only the sample company has it, and no company's own project."""
    conversion: Any = Field(None, examples=["booking"])
    money: Any = Field(None, examples=["[numerator, denominator]"])

    @field_validator("dimensions")
    @classmethod
    def _own_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(NAME, name):
                raise refusal(f"`{name}` is no name of a dimension", NAME_REMEDY)
            if name in TAKEN_NAMES:
                raise refusal(f"no dimension can be called `{name}`", TAKEN_NAMES[name])
            if names.count(name) > 1:
                raise refusal(f"the dimension `{name}` is given twice", "keep one of them")
        return names

    @field_validator("unit")
    @classmethod
    def _sound_unit(cls, unit: str) -> str:
        fault = unit_fault(unit)
        if fault is not None:
            raise refusal(*fault)
        return unit

    @model_validator(mode="after")
    def _unit_of_a_kind(self) -> Self:
        kind = KINDS[self.kind]
        if self.unit == PERCENT and (kind.is_sum or kind.reported_by_period):
            raise refusal(
                f"`unit: percent` of a {self.kind}, which no share can be",
                "write `kind: ratio`, with numerator and denominator, or `kind: stock` for a share as it stands",
                key="unit",
            )
        if self.unit == PERCENT and 0 < self.precision < WHOLE_PERCENT:
            raise refusal(
                f"`precision: {self.precision}` of a share, which would show 94 % as 90 %",
                "write the decimals of the fraction: 3 shows 94.5 %, 2 (or nothing) shows 94 %",
                key="precision",
            )
        if self.unit == MONEY and kind.reported_by_period:
            what = "`unit: money` of a distinct count, which counts whom or what and no amount"
            raise refusal(what, "write `kind: flow`, or what is counted", key="unit")
        return self

    @model_validator(mode="after")
    def _level_of_a_ratio(self) -> Self:
        if self.denominator == "level" and not KINDS[self.kind].is_quotient:
            raise refusal(
                f"`denominator: level` of a {self.kind}",
                "leave it out; it is for a ratio whose denominator is averaged over the days",
                key="denominator",
            )
        return self

    @model_validator(mode="after")
    def _share_of_a_whole(self) -> Self:
        if not self.proportion:
            return self
        what = ""
        if self.unit != PERCENT:
            what = f"`proportion: true` of a KPI in {self.unit}"
        elif self.denominator == "level":
            what = "`proportion: true` over a `denominator: level`"
        elif KINDS[self.kind].is_level and self.dimensions:
            what = "`proportion: true` of a stock whose members are added up"
        if what:
            remedy = (
                "leave `proportion` out, or give `unit: percent`, a numerator and its denominator"
            )
            raise refusal(what, remedy, key="proportion")
        return self

    @model_validator(mode="after")
    def _days_to_work_on(self) -> Self:
        kind = KINDS[self.kind]
        if self.working_days and (kind.is_level or kind.reported_by_period or self.every != "day"):
            what = "`working_days: true` of a KPI that no single day adds to"
            remedy = "leave it out; it is for a flow or a ratio with a number for each day"
            raise refusal(what, remedy, key="working_days")
        return self

    @model_validator(mode="after")
    def _rosters_of_dimensions(self) -> Self:
        for dimension in self.rosters:
            if dimension not in self.dimensions:
                otherwise = f"its dimensions: {listed(self.dimensions)}"
                raise refusal(
                    f"a roster of `{dimension}`, which is no dimension of it",
                    suggestion(dimension, self.dimensions, otherwise),
                    key="rosters",
                )
            if not re.fullmatch(NAME, self.rosters[dimension]):
                what = f"`{self.rosters[dimension]}` is no name of a model"
                raise refusal(what, NAME_REMEDY, key="rosters")
        return self

    @model_validator(mode="after")
    def _convertible(self) -> Self:
        try:
            self.named("", "")
        except ConversionError as error:
            raise refusal(error.what, error.remedy) from None
        return self

    def named(self, name: str, model: str) -> Kpi:
        """The KPI of this name, computed by `model`. Raises `ConversionError`."""
        return Kpi.declared(name, self.model_dump(), model)
