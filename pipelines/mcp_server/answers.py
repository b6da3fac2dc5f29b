"""What the tools take and return. Their JSON Schemas are what a client sees.

A figure has its exact decimal as a string, because a JSON number is read as a float, and the text that the pages show.
Days are in ISO 8601. What is not known is left out.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.okr.kpi.status import Status

Name = Annotated[str, Field(min_length=1, max_length=200)]
Period = Literal["day", "week", "month", "quarter", "half", "year"]


class Question(BaseModel):
    """The arguments of a tool. An argument that it does not have is an error: a filter must not be ignored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class AskScorecard(Question):
    owner: Name | None = Field(None, description="Only the objectives of this owner.")
    status: list[Status] | None = Field(
        None, max_length=7, description="Only goals of these statuses."
    )


class AskExplain(Question):
    key_result: Name = Field(
        description="objective/key-result, or the latter alone where it is unique."
    )


class AskSeries(Question):
    kpi: Name = Field(description="The name of a KPI; `declared` lists them.")
    period: Period = Field("month", description="The length of each row's period.")
    dimension: Name | None = Field(
        None, description="Split by this dimension; without it, the total."
    )
    member: Name | None = Field(None, description="Only this member of the dimension.")
    first: date | None = Field(
        None, alias="from", description="Periods that start on this day or later."
    )
    last: date | None = Field(
        None, alias="to", description="Periods that start on this day or earlier."
    )
    limit: int = Field(100, ge=1, le=1000, description="At most so many rows, the latest.")


class AskLevers(Question):
    owner: Name | None = Field(None, description="Only key results of this owner's objectives.")
    key_result: Name | None = Field(None, description="Only this key result.")
    limit: int = Field(50, ge=1, le=200, description="At most so many rows.")


class AskRestatements(Question):
    kpi: Name | None = Field(None, description="Only this KPI.")
    since: date | None = Field(None, description="Restated on this day (UTC) or later.")
    members: bool = Field(
        False, description="The members of dimensions, too; else the totals alone."
    )
    limit: int = Field(50, ge=1, le=500, description="At most so many rows, the latest.")


class AskDeclared(Question):
    pass


class Figure(BaseModel):
    value: str = Field(
        description="The exact decimal. A percentage is a fraction: 0.96 is 96 %. In the row's unit."
    )
    text: str = Field(description="As the scorecard page shows it.")


class Goal(BaseModel):
    id: str
    kind: Literal["objective", "key_result"]
    name: str
    owner: str | None = None
    status: Status
    sentence: str = Field(description="How it stands, in one sentence.")
    period_start: date
    deadline: date
    parent_id: str | None = Field(
        None, description="The objective of a key result; the parent of an objective."
    )
    score: Figure | None = Field(None, description="The share of the goal that is reached.")
    pace: Figure | None = Field(None, description="Where the score should be now.")
    odds: Figure | None = Field(
        None, description="How likely it is met; left out where there are no odds."
    )
    kpi: str | None = None
    goal: str | None = None
    unit: str | None = Field(None, description="Of actual, target, gap and forecast.")
    actual: Figure | None = None
    target: Figure | None = None
    gap: Figure | None = Field(
        None, description="How far it is from the target; below 0 is to spare."
    )
    forecast_p10: Figure | None = None
    forecast_p50: Figure | None = None
    forecast_p90: Figure | None = None
    data_through: date | None = None
    trust: list[str] = Field(
        default_factory=list, description="What makes the figures unreliable; empty if nothing."
    )


class Scorecard(BaseModel):
    as_of: date
    sample_company: bool = Field(description="Whether the figures are those of the sample company.")
    failed_sources: list[str]
    findings: int = Field(description="How many faults the last run found.")
    goals: list[Goal]


class Part(BaseModel):
    window: str | None = None
    member: str | None = None
    period_start: date
    deadline: date
    status: Status
    actual: Figure | None = None
    target: Figure | None = None


class Lever(BaseModel):
    key_result: str
    window: str | None = Field(None, description="The window of the goal that it is about.")
    asked_member: str | None = Field(None, description="The member of the goal that it is about.")
    driver: str = Field(description="What would have to change: the KPI's own rate, or a part.")
    dimension: str | None = None
    member: str | None = None
    sentence: str
    possible: bool = Field(description="Whether the change alone can be enough.")
    rank: int


class Factor(BaseModel):
    compared_with: str
    period_start: date
    data_through: date | None = None
    sentence: str
    trust: list[str] = Field(default_factory=list)


class Stream(BaseModel):
    stream: str
    windows: int
    rows: int | None = None
    first_window: date
    data_through: date
    windows_that_may_change: int
    pulled_at: datetime


class Run(BaseModel):
    run_id: str
    as_of: date
    scored_at: datetime | None = None
    dagster_run_id: str | None = None


class Explanation(BaseModel):
    goal: Goal
    objective: str
    why: str = Field(description="The status in the words that were stored in English.")
    windows_and_members: list[Part] = Field(description="At most the last 60.")
    parts_in_all: int
    levers: list[Lever]
    factors: list[Factor] = Field(description="Arithmetic, not causes.")
    restatements: list[str]
    sources: list[Stream]
    run: Run


class Point(BaseModel):
    period_start: date
    period_end: date
    member: str | None = None
    value: Figure | None = Field(None, description="Left out where there is no data: it is not 0.")
    state: str = Field(
        description="complete, partial (still open) or provisional (may be restated)."
    )
    data_through: date | None = None
    trust: list[str] = Field(default_factory=list)


class Series(BaseModel):
    kpi: str
    label: str
    kind: str = Field(
        description="flow, stock, ratio or distinct. Only a flow may be summed over periods."
    )
    unit: str | None = None
    period: Period
    dimension: str | None = None
    data_through: date | None = None
    trust: list[str]
    points: list[Point]
    left_out: int = Field(description="Earlier rows that the limit has left out.")


class Levers(BaseModel):
    as_of: date
    levers: list[Lever]
    left_out: int


class Restatement(BaseModel):
    kpi: str
    restated_at: datetime
    period: str
    period_start: date
    dimension: str | None = None
    member: str | None = None
    unit: str | None = None
    before: Figure | None = None
    after: Figure | None = None
    sentence: str


class Restatements(BaseModel):
    restatements: list[Restatement] = Field(description="The latest first.")
    may_have_more: bool


class DeclaredKpi(BaseModel):
    kpi: str
    label: str
    description: str | None = None
    kind: str
    unit: str | None = None
    owner: str | None = None
    dimensions: list[str]
    data_from: date | None = None
    data_through: date | None = None
    trust: list[str]


class DeclaredGoal(BaseModel):
    id: str
    name: str
    owner: str | None = None
    kpi: str | None = None


class Declared(BaseModel):
    as_of: date
    kpis: list[DeclaredKpi]
    objectives: list[DeclaredGoal]
    key_results: list[DeclaredGoal]
    owners: list[str]
