"""A target that another KPI gives, held against the KPI that it is for: whether it can be its target at all."""

from collections.abc import Iterator, Mapping

from pipelines.okr.definition.budgets import fits_days
from pipelines.okr.definition.definitions import KeyResult
from pipelines.okr.definition.field_types import KpiTarget
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import CADENCES, Cadence, Period

Finding = tuple[str, str, str]
"""The key it is about, what is wrong, the remedy."""


def target_key(result: KeyResult) -> str:
    """The key that has the target of a key result."""
    return "between" if result.between else "at_most" if result.at_least is None else "at_least"


def kpi_target_faults(
    result: KeyResult,
    target: KpiTarget,
    kpi: Kpi,
    period: Period | None,
    kpis: Mapping[str, Kpi],
) -> Iterator[Finding]:
    """What is wrong with a target of `kpi`; nothing of one that is not among the sound `kpis`."""
    key = target_key(result)
    budget = kpis.get(target.kpi)
    if budget is None:
        return
    if budget.name == kpi.name:
        yield (
            key,
            f"`{kpi.name}` is held to itself",
            "name the KPI of its budget, or write a number",
        )
        return
    if not budget.is_plan:
        what = f"`{budget.name}` is no plan, so that its days to come are not known"
        yield key, what, "declare it with `plan: true`, or write a number"
        return
    if not _is_comparable(kpi, budget):
        what = (
            f"`{budget.name}` is a {budget.kind}, which is no target of the {kpi.kind} `{kpi.name}`"
        )
        yield key, what, f"name a {kpi.kind}" + ("" if kpi.accumulates else ", or a stock")
    if budget.unit != kpi.unit:
        what = f"`{budget.name}` is in {budget.unit or 'no unit'}, and `{kpi.name}` in {kpi.unit or 'no unit'}"
        yield key, what, "name a KPI of the same unit"
    yield from _days(key, result, budget, period)


def _is_comparable(kpi: Kpi, budget: Kpi) -> bool:
    """Whether both are read in one way. A level may be held to one number that stands, which a stock is."""
    if budget.behaviour.reported_by_period or budget.behaviour.levels & {"denominator"}:
        return False
    return budget.kind == kpi.kind or (budget.behaviour.is_level and not kpi.accumulates)


def _days(key: str, result: KeyResult, budget: Kpi, period: Period | None) -> Iterator[Finding]:
    """Whether the days that are asked for are whole ones of the budget."""
    window = result.per or result.over
    if budget.behaviour.is_level:
        return
    if window is not None:
        if not _fits(budget.every, window):
            what = (
                f"`{budget.name}` is given every {budget.every}, and has no number for a {window}"
            )
            yield key, what, f"write {budget.every} for {window}, or give it every {window}"
    elif period is not None:
        deadline = result.by or period.end
        if not fits_days(period.start, deadline, budget.every, period.fiscal_year):
            what = (
                f"`{budget.name}` is given every {budget.every}, and {period.start} to {deadline} are no "
                f"whole {budget.every}s"
            )
            yield key, what, f"write a period of whole {budget.every}s, or give it every day"


def _fits(every: Cadence, window: Cadence) -> bool:
    """Whether whole windows of `every` make up each `window`; weeks make up no month."""
    if "week" in (every, window):
        return every in ("day", window)
    return CADENCES.index(every) <= CADENCES.index(window)
