"""Each `leads:` of a file, tested on the history: once a month, as a week more says little."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil

import numpy as np

from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.definition.leads import Leads
from pipelines.okr.forecast.training_series import MIN_MONTHS_TO_SMOOTH, MIN_TO_SMOOTH, Exact
from pipelines.okr.kpi.numbers import rounded
from pipelines.okr.kpi.readings import KpiView
from pipelines.okr.kpi.series import KpiIndex
from pipelines.okr.leads.foresight import (
    LEAST_ORIGINS,
    Foresight,
    best_reach,
    foresight,
    signals_of,
)
from pipelines.okr.leads.grid import LEARNED_FROM, Grid, last_whole_month
from pipelines.okr.leads.result import LeadResult
from pipelines.okr.odds.estimates import Stretch, estimates

METHOD = "2"
"""Part of every fingerprint: results of another method are worked out anew."""
MOST_ORIGINS = 120
"""Days of the past that are asked: the latest."""
_PLACES = 6
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lead:
    """A key result whose KPI is said to move before another one."""

    objective: Objective
    result: KeyResult
    leads: Leads

    @property
    def key_result_id(self) -> str:
        return self.objective.key_result_id(self.result)

    def grid(self, indexes: Mapping[str, KpiIndex], through: date) -> Grid | None:
        """Both KPIs side by side; None where one has no facts, or is not to be read as a whole."""
        leader, follower = indexes.get(self.result.kpi or ""), indexes.get(self.leads.kpi)
        if leader is None or follower is None:
            return None
        fiscal_year = self.objective.period.fiscal_year
        first = KpiView(leader, self.result.where, fiscal_year)
        second = KpiView(follower, {}, fiscal_year)
        return None if first.lacks_total or second.lacks_total else Grid(first, second, through)


def leads_of(objectives: Sequence[Objective]) -> list[Lead]:
    """All leads, in the order of the key results' ids."""
    return [
        Lead(objective, result, result.leads)
        for objective in objectives
        for result in objective.key_results
        if result.leads is not None
    ]


def latest_day(lead: Lead, indexes: Mapping[str, KpiIndex], as_of: date) -> date | None:
    """The last day that both KPIs have, before `as_of`; None where one has none."""
    known = [indexes.get(name) for name in (lead.result.kpi or "", lead.leads.kpi)]
    through = [index.data_through for index in known if index is not None]
    if len(through) < len(known) or None in through:
        return None
    return min(as_of - _DAY, *(day for day in through if day is not None))


def judge_leads(
    objectives: Sequence[Objective],
    indexes: Mapping[str, KpiIndex],
    as_of: date,
    known: Mapping[str, LeadResult] | None = None,
) -> list[LeadResult]:
    """Whether each lead helps, by the data up to the end of the month before `as_of`.

    `known` are earlier results by their fingerprints: one that nothing new can change is not worked out again.
    """
    return [_tested(lead, indexes, as_of, known or {}) for lead in leads_of(objectives)]


def _tested(
    lead: Lead,
    indexes: Mapping[str, KpiIndex],
    as_of: date,
    known: Mapping[str, LeadResult],
) -> LeadResult:
    unknown = LeadResult(lead.key_result_id, lead.result.kpi or "", lead.leads.kpi, "cannot_tell")
    latest = latest_day(lead, indexes, as_of)
    grid = None if latest is None else lead.grid(indexes, last_whole_month(latest))
    if grid is None or len(grid.periods) < LEAST_ORIGINS or grid.steps.data.no_odds_because:
        return unknown
    unknown = replace(unknown, fingerprint=_fingerprint(lead, grid), tested_through=grid.through)
    earlier = known.get(unknown.fingerprint)
    if earlier is not None:
        return earlier
    assert grid.cadence is not None, "there are periods"
    reach = (
        best_reach(grid.follows, grid.leads, LEARNED_FROM[grid.cadence])
        if lead.leads.by is None
        else grid.periods_in(lead.leads.by)
    )
    unknown = replace(unknown, by_days=grid.days_in(reach), is_learned=lead.leads.by is None)
    answer = foresight_of(grid, reach)
    return unknown if answer is None else _told(unknown, answer)


def foresight_of(grid: Grid, reach: int) -> Foresight | None:
    """Whether the first KPI helps to foresee the other one so many periods ahead; None where too little is known."""
    past = past_errors(grid.origins, _stretch_of(grid, reach), reach)
    if past is None:
        return None
    return foresight(past.errors, past.signals(grid.leads), past.reach)


def _stretch_of(grid: Grid, reach: int) -> Stretch:
    """The follower, and so many of its steps as `reach` periods have."""
    data, ends = grid.steps.data, grid.origins
    horizon = round(float(np.median([after - before for before, after in pairwise(ends)])) * reach)
    return Stretch(data.sides, grid.follower.kpi.behaviour, 0, max(horizon, 1), data.is_share)


@dataclass(frozen=True, eq=False, slots=True)
class PastErrors:
    """The errors (origins,) of a KPI's own forecasts at the ends of some periods, in half-widths of their intervals.

    `periods` are how many periods were over at each origin, `span` how many a forecast reached ahead, and `reach` how
    many origins that is.
    """

    errors: Exact
    periods: Sequence[int]
    span: int
    reach: int

    def signals(self, leader: Exact) -> Exact:
        """What a leader (periods,) did before each origin."""
        return signals_of(leader, self.periods, self.span)


def past_errors(
    ends: Sequence[int], stretch: Stretch, reach: int, most: int = MOST_ORIGINS
) -> PastErrors | None:
    """The errors at the latest origins; None where there are too few.

    Args:
        ends: how many of the follower's steps are over after each period (periods,).
        stretch: the follower, with the steps that a forecast reaches ahead.
        reach: how many periods those are.
        most: how many origins at most.
    """
    length = len(stretch.sides[0].values)
    months = stretch.sides[0].frequency == "month"
    least = 2 * MIN_MONTHS_TO_SMOOTH if months else MIN_TO_SMOOTH
    possible = [
        place
        for place, origin in enumerate(ends)
        if place + 1 >= 4 * reach and origin >= least and origin + stretch.horizon <= length
    ]
    spacing = max(1, ceil(len(possible) / most))
    chosen = possible[::-1][::spacing][::-1]
    if len(chosen) < LEAST_ORIGINS:
        return None
    answers = dict(estimates(stretch, [ends[place] for place in chosen]))
    if len(answers) < len(chosen):
        return None
    errors = np.array([answers[place].surprise for place in range(len(chosen))])
    return PastErrors(errors, [place + 1 for place in chosen], reach, ceil(reach / spacing))


def _fingerprint(lead: Lead, grid: Grid) -> str:
    asked = (METHOD, lead.key_result_id, lead.leads.by, str(lead.result.where), grid.through)
    mark = hashlib.sha256(repr(asked).encode())
    for values in (grid.leads, *(side.values for side in grid.steps.data.sides)):
        mark.update(values.tobytes())
    return mark.hexdigest()[:16]


def _told(unknown: LeadResult, answer: Foresight) -> LeadResult:
    def share(value: float) -> Decimal:
        return rounded(Decimal(repr(value)), _PLACES)

    return replace(
        unknown,
        verdict="helps" if answer.helps else "no_evidence",
        brier=share(answer.brier),
        brier_with=share(answer.brier_with),
        gain=share(answer.gain),
        by_chance=share(answer.by_chance),
        past_days=answer.origins,
        slope=share(answer.slope),
    )
