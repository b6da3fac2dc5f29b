"""The table `kpi_factors`: why each KPI moved, worked out anew from the warehouse's KPI tables.

It reads the facts that scoring reads, since a part of a period, a filter and the members of a ratio need
the days, and the scores of the day, whose targets it splits.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.connections import connect
from pipelines.history.original_versions import original_versions
from pipelines.inputs.day import Day
from pipelines.okr.definition.definitions import KeyResult, Objective
from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.factor import Factor
from pipelines.okr.factors.periods_compared import (
    CADENCES,
    Trust,
    goal_factors,
    period_factors,
)
from pipelines.okr.factors.targets import Gap, gap_factors
from pipelines.okr.kpi.facts import TOTAL
from pipelines.okr.kpi.periods import Cadence, Period, containing
from pipelines.okr.scoring.scorecard import trust_flags
from pipelines.tables.factors import KPI_FACTORS
from pipelines.tables.table import transaction

_TRUST = """
    select kpi, period, period_start, trust from reporting.kpi_periods
    where dimension = 'total' and period in (select unnest($1))
"""
_SCORED = """
    select key_result_id, "window", period_start, deadline, data_through, target, actual, expected, trust
    from okr.key_result_scores
    where as_of = $1 and member = 'total' and target is not null and actual is not null
        and expected is not null
    order by all
"""


@dataclass(frozen=True)
class Factors:
    """What the factors of a day came to."""

    rows: Sequence[Factor]

    @property
    def sentences(self) -> list[Factor]:
        """The changes themselves, each with its sentence."""
        return [row for row in self.rows if row.dimension == TOTAL]


def write_factors(day: Day) -> Factors:
    """Work out the factors of the day, with its scores, and store them. To be called with the warehouse's lock.

    Raises `NoFactsError`, `NoDefinitionsError`, `duckdb.Error`.
    """
    settings, as_of = day.settings, day.as_of
    trust, scored = read_trust_and_scores(settings.warehouse_path, as_of)
    originals = original_versions(settings.history_path, settings.warehouse_path, day.kpis)
    fiscal = settings.fiscal_year
    rows: list[Factor] = []
    for name, index in day.indexes.items():
        rows += period_factors(KpiAmounts(index), trust, as_of, fiscal, originals.get(name, {}))
    for gap, kpi in gaps(day.loaded.objectives, scored):
        rows += gap_factors(gap, KpiAmounts(day.indexes[kpi], gap.where))
    for name, result in _filtered(day.loaded.objectives):
        if result.kpi in day.indexes:
            amounts = KpiAmounts(day.indexes[result.kpi], result.where)
            cadence: Cadence = next(
                (x for x in CADENCES if x in (result.per, result.over)), "month"
            )
            rows += goal_factors(name, amounts, trust, as_of, fiscal, cadence)
    with transaction(settings.warehouse_path) as connection:
        KPI_FACTORS.replace(connection, rows, as_of=as_of, run_id=day.run_id)
    return Factors(rows)


def _filtered(objectives: Sequence[Objective]) -> Iterator[tuple[str, KeyResult]]:
    """The key results that count some members of their KPI alone, by id."""
    for objective in objectives:
        for result in objective.key_results:
            if result.where:
                yield f"{objective.id}/{result.id}", result


def read_trust_and_scores(warehouse: Path, as_of: date) -> tuple[Trust, list[tuple[Any, ...]]]:
    """How far each period is to be trusted, and the scores of `as_of` that have a target and an actual."""
    with connect(warehouse, read_only=True) as connection:
        trusted = connection.execute(_TRUST, [list(CADENCES)]).fetchall()
        try:
            scored = connection.execute(_SCORED, [as_of]).fetchall()
        except duckdb.CatalogException:  # nothing has been scored here yet
            scored = []
    flags = {(kpi, period, start): trust_flags(trust) for kpi, period, start, trust in trusted}

    def trust(kpi: str, period: Cadence, start: date) -> Set[str]:
        return flags.get((kpi, period, start), frozenset())

    return trust, scored


def gaps(
    objectives: Sequence[Objective], scored: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[Gap, str]]:
    """The gap of each scored key result that is a number against a number, and its KPI."""
    defined: Mapping[str, tuple[Objective, KeyResult]] = {
        f"{objective.id}/{result.id}": (objective, result)
        for objective in objectives
        for result in objective.key_results
    }
    for name, window, start, deadline, through, target, actual, expected, trust in scored:
        objective, result = defined.get(name, (None, None))
        if objective is None or result is None or result.kpi is None or through is None:
            continue
        # what is scored by windows or by members is a share of them, and no amount against the target
        if result.for_each is not None or (result.per is not None) != (window != TOTAL):
            continue
        fiscal = objective.period.fiscal_year
        if result.per is None:
            course = Period(None, objective.period.label, start, deadline, fiscal)
        else:
            course = containing(start, result.per, fiscal)
        gap = Gap(
            key_result_id=name,
            course=course,
            through=min(through, deadline),
            target=target,
            actual=actual,
            due=expected,
            where=result.where,
            over=result.over,
            trust=trust_flags(trust),
        )
        yield gap, result.kpi
