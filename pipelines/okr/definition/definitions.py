"""What a definition file may say: the models of an objective and its key results.

The models check the form (keys, types, ranges); what needs to know the KPIs or the other files is
checked in `checks` and `lineage`. Every validator says what is wrong and what would be right.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.okr.definition.field_types import (
    Baseline,
    Bound,
    Day,
    KpiTarget,
    Members,
    MemberTargets,
    Roster,
    Slug,
    Span,
    Target,
    Text,
    Truth,
    Weight,
    refusal,
)
from pipelines.okr.definition.leads import Leads
from pipelines.okr.definition.measures import Measure
from pipelines.okr.definition.met_in import MetIn, WindowsAsked
from pipelines.okr.definition.plans import PlanField
from pipelines.okr.kpi.periods import Cadence, whole_windows
from pipelines.okr.kpi.status import Commitment, Policy


class _Definition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Milestone(_Definition):
    """Something that is done or is not: the only kind of key result kept by hand."""

    done: Truth = Field(description="true once it is done")
    due: Day = Field(description="The day it is due", examples=["2026-12-01"])


def _one_of_the_goals(schema: dict[str, Any]) -> None:
    goals = ("at_least", "at_most", "between", "milestone")
    schema["oneOf"] = [{"required": [goal]} for goal in goals]


class KeyResult(_Definition):
    """One key result: a KPI, a number and a deadline; or a milestone."""

    model_config = ConfigDict(json_schema_extra=_one_of_the_goals)

    id: Slug = Field(description="A slug, unique in the objective", examples=["revenue"])
    name: Text | None = Field(None, description="The key result in words")
    kpi: Text | None = Field(None, description="The name of a KPI", examples=["net_revenue"])
    at_least: Target | None = Field(
        None, description="The target to reach or exceed", examples=["2_000_000"]
    )
    at_most: Target | None = Field(None, description="The target not to exceed", examples=["5 %"])
    between: tuple[Bound, Bound] | None = Field(
        None, description="The band to stay in, both ends included", examples=[[10, 20]]
    )
    baseline: Baseline = Field(
        None,
        alias="from",
        description="Where a level starts: a number, or `measured`, which is the default",
    )
    per: Cadence | None = Field(None, description="The goal holds in each such window")
    met_in: WindowsAsked = Field(
        None,
        description="With per: how many windows have to meet it; by default 90 %, or 70 % of an aspirational goal",
        examples=["80 %", "all", 10],
    )
    over: Cadence | None = Field(None, description="Compare the latest complete such window")
    for_each: Text | None = Field(None, description="The goal holds for each member of this one")
    members: Roster = Field(
        None, description="Who is meant by for_each, with data or without", examples=[["Kim Lee"]]
    )
    name_members: Truth = Field(
        True, description="With false nobody is named; only how many meet it is shown"
    )
    where: Members = Field({}, description="Only these members", examples=[{"color": "green"}])
    by: Day | None = Field(None, description="The deadline, if not the period's end")
    weight: Weight = Field(Decimal(1), description="Its weight in the objective, 0 or more")
    plan: PlanField = Field(
        None,
        description="The way to the target, in place of the pace: amounts of periods, or a KPI with plan: true",
        examples=[{"2026-Q3": 480_000, "2026-Q4": 520_000}, "budget_revenue"],
    )
    because: Text | None = Field(
        None,
        description="Why its target is as easy or as hard as it is: `okra check` then says nothing of that",
    )
    leads: Leads | None = Field(
        None,
        description="The KPI that its own moves some time before; tested on the history, and used if it helps",
        examples=[{"kpi": "page_likes", "by": "4 weeks"}],
    )
    milestone: Milestone | None = Field(
        None, description="Done or not", examples=[{"done": False, "due": "2026-12-01"}]
    )

    @model_validator(mode="after")
    def _has_one_goal(self) -> Self:
        goals = [name for name in GOALS if getattr(self, name) is not None]
        if not goals:
            raise refusal("no number", "add one of at_least, at_most, between or milestone")
        if len(goals) > 1:
            raise refusal(f"more than one goal ({', '.join(goals)})", "keep one of them")
        low, high = self.between or (None, None)
        if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
            raise refusal("the band is upside down", f"write between: [{high}, {low}]")
        if self.member_targets is not None:
            key = "at_most" if self.at_least is None else "at_least"
            if self.for_each is None:
                remedy = "add `for_each:` with the dimension, or write one number"
                raise refusal("a target for each member without `for_each`", remedy, key=key)
            if self.members is not None:
                what = "`members` beside a target for each member, which names them already"
                raise refusal(what, "leave `members` out", key="members")
        if self.for_each is None and (self.members is not None or not self.name_members):
            key = "name_members" if self.members is None else "members"
            raise refusal(f"`{key}` without `for_each`", "add `for_each:` with the dimension")
        if self.met_in is not None and self.per is None:
            remedy = "add `per:` with the window, or leave `met_in` out"
            raise refusal("`met_in` without `per`", remedy, key="met_in")
        if self.plan is not None:
            self._has_one_way()
        if self.milestone is None and self.kpi is None:
            raise refusal("no KPI", "add `kpi:` with the name of a KPI")
        return self

    def _has_one_way(self) -> None:
        """A plan leads one total or one level to one number."""
        for key in ("per", "for_each", "between", "milestone"):
            if getattr(self, key) is not None:
                what = (
                    f"`plan` beside `{key}`: it is the way of one total or one level to its target"
                )
                raise refusal(what, "leave `plan` out", key="plan")

    @property
    def target(self) -> Decimal | None:
        """The one number of an `at_least` or `at_most` that is written; None of any other goal."""
        target = self.at_most if self.at_least is None else self.at_least
        return target if isinstance(target, Decimal) else None

    @property
    def member_targets(self) -> MemberTargets | None:
        """The targets of the members, where each has its own."""
        target = self.at_most if self.at_least is None else self.at_least
        return target if isinstance(target, MemberTargets) else None

    @property
    def kpi_targets(self) -> tuple[KpiTarget, ...]:
        """The KPIs that give its target, or an end of its band."""
        ends = (self.at_least, self.at_most, *(self.between or ()))
        return tuple(end for end in ends if isinstance(end, KpiTarget))


GOALS = ("at_least", "at_most", "between", "milestone")


class Objective(_Definition):
    """One objective with its key results: the content of one definition file."""

    objective: Text = Field(description="The objective in words")
    id: Slug = Field(description="A slug, unique across all files", examples=["two-million"])
    owner: Text | None = Field(None, description="Who answers for it", examples=["ana@example.com"])
    period: Span = Field(description="When it runs", examples=["2026-Q4"])
    commitment: Commitment = Field("committed", description="With aspirational, 0.7 is good")
    parent: Slug | None = Field(None, description="The id of the objective it serves")
    contributes: Weight | None = Field(
        None,
        description="The weight of its score in its parent's; without it, it is aligned and changes no score",
        examples=[2],
    )
    weight: Weight | None = Field(
        None,
        description="The former name of `contributes`",
        json_schema_extra={"deprecated": True},
    )
    key_results: tuple[KeyResult, ...] = Field(description="Its key results, or []")
    measures: tuple[Measure, ...] = Field(
        (), description="What is done about it, which is judged by its effect on a KPI"
    )

    @model_validator(mode="after")
    def _can_be_weighed(self) -> Self:
        if self.key_results and not any(result.weight for result in self.key_results):
            raise refusal("the weights add up to zero", "give one key result a weight above 0")
        if self.contributes is not None and self.weight is not None:
            what = "both `contributes` and `weight`, its former name"
            raise refusal(what, "leave `weight` out", key="weight")
        if self.contributes is not None and self.parent is None:
            remedy = "add `parent:` with an objective's id, or leave it out"
            raise refusal("`contributes` without a parent", remedy, key="contributes")
        return self

    @property
    def stated_weight(self) -> Decimal | None:
        """The weight in its parent's score as the file states it; None where it states none."""
        return self.weight if self.contributes is None else self.contributes

    def deadline(self, result: KeyResult) -> date:
        """The last day that counts for one of its key results."""
        if result.milestone is not None:
            return result.milestone.due
        return result.by or self.period.end

    def met_in(self, result: KeyResult, policy: Policy | None = None) -> MetIn:
        """In how many of its windows a goal per window has to be met: as the file says, or else the policy."""
        return result.met_in or MetIn(share=(policy or Policy()).met_in(self.commitment))

    def windows_in(self, result: KeyResult) -> int:
        """How many windows of `per` lie whole in its time; 0 of any other goal."""
        if result.per is None:
            return 0
        start, fiscal = self.period.start, self.period.fiscal_year
        return len(whole_windows(start, self.deadline(result), result.per, fiscal))

    def key_result_id(self, result: KeyResult) -> str:
        """The id of one of its key results among those of all objectives."""
        return f"{self.id}/{result.id}"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a definition file, with which editors complete and check it.

    It is generated from the models: it accepts the forms that they accept.
    """
    schema = Objective.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "An objective and its key results"
    return schema
