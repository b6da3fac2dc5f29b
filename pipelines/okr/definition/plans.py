"""The planned way to a target (`plan:`): it takes the place of the pace, and changes no odds.

plan: {2026-Q3: 480_000, 2026-Q4: 520_000}     # what each period brings; of a level, where it stands at its end
plan: budget_revenue                           # a KPI with `plan: true`, of a total
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from pipelines.okr.definition.field_types import NUMBER_SCHEMA, number, refusal
from pipelines.okr.kpi.numbers import ZERO, clamped
from pipelines.okr.kpi.periods import CALENDAR_YEAR, FiscalYear, Period, PeriodError, parse_period

_REMEDY = "write it such as {2026-07: 120_000, 2026-08: 130_000}, or name a KPI with `plan: true`"
_DAY = timedelta(days=1)

Finding = tuple[str, str, str]
"""The key it is about, what is wrong, the remedy."""


@dataclass(frozen=True, slots=True)
class DatedPlan:
    """The amount of each period, in the order of their first days."""

    amounts: tuple[tuple[Period, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.amounts), ZERO)

    def shares_of_total(self, elapsed: Sequence[int]) -> list[Decimal]:
        """The share of the whole that is due after each of so many days; a period's amount is spread over its days."""
        start, total = self.amounts[0][0].start, self.total
        due = (
            sum((amount * _share(period, start, days) for period, amount in self.amounts), ZERO)
            for days in elapsed
        )
        return [clamped(amount / total) for amount in due]

    def level(
        self, day: date, start: date, baseline: Decimal, end: date, target: Decimal
    ) -> Decimal:
        """The planned level on a day: between two dates of the plan it moves evenly.

        It starts at `baseline` on the day before `start`. Where the plan ends before `end`, it goes on to `target`.
        """
        points = [
            (start - _DAY, baseline),
            *((period.end, amount) for period, amount in self.amounts),
        ]
        if points[-1][0] < end:
            points.append((end, target))
        for (first, before), (last, after) in pairwise(points):
            if day <= last:
                return before + (after - before) * (day - first).days / (last - first).days
        return points[-1][1]


@dataclass(frozen=True, slots=True)
class PlanKpi:
    """The KPI that has the plan."""

    kpi: str


Plan = DatedPlan | PlanKpi


def plan_faults(plan: Plan, start: date, end: date, *, is_total: bool) -> Iterator[Finding]:
    """What is wrong with the plan of a goal from `start` to `end`; that of a KPI is checked as a target is."""
    if isinstance(plan, PlanKpi):
        if not is_total:
            what = f"the plan of a level cannot be the KPI `{plan.kpi}`"
            yield "plan", what, "write where it stands at the end of each period, with its dates"
        return
    outside = [period for period, _ in plan.amounts if period.start < start or period.end > end]
    if outside:
        what = f"`{outside[0].label}` of the plan is not within {start} to {end}"
        yield "plan", what, "write periods within the days of the key result"
    elif is_total:
        yield from _gaps(plan, start, end)


def _gaps(plan: DatedPlan, start: date, end: date) -> Iterator[Finding]:
    """A total's plan says what each of its days brings; none twice."""
    next_day = start
    for period, amount in plan.amounts:
        if amount < 0:
            yield "plan", f"`{period.label}` of the plan is below 0", "write 0 or more"
        if period.start != next_day:
            break
        next_day = period.end + _DAY
    else:
        if next_day == end + _DAY:
            if plan.total <= 0:
                yield "plan", "the plan brings nothing", "write an amount above 0"
            return
    what = f"the plan has nothing, or two amounts, for {min(next_day, end)}"
    yield "plan", what, f"write periods that make up {start} to {end}"


def _share(period: Period, start: date, elapsed: int) -> Decimal:
    """The share of the period's days that lie among the first `elapsed` days from `start`."""
    passed = elapsed - (period.start - start).days
    return Decimal(min(period.days, max(0, passed))) / period.days


def _plan(written: object, info: ValidationInfo) -> Plan | None:
    if written is None or isinstance(written, DatedPlan | PlanKpi):
        return written
    if isinstance(written, str) and written.strip():
        return PlanKpi(written.strip())
    if not isinstance(written, Mapping) or not written:
        raise refusal("a plan without amounts", _REMEDY)
    context: dict[str, FiscalYear] = info.context or {}
    amounts = []
    for label, amount in written.items():
        try:
            period = parse_period(label, context.get("fiscal_year", CALENDAR_YEAR))
        except PeriodError as error:
            raise refusal(error.what, error.remedy, key=str(label)) from None
        amounts.append((period, number(amount)))
    return DatedPlan(tuple(sorted(amounts, key=lambda pair: pair[0].start)))


PlanField = Annotated[
    DatedPlan | PlanKpi | None,
    BeforeValidator(_plan),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": NUMBER_SCHEMA, "minProperties": 1},
            ]
        }
    ),
]
