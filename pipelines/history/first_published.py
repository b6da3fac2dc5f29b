"""What was first published of the periods that have been restated since: the old belief of a factor table.

A period is published whole with its first version that is not partial. What was believed then of its days, by one
dimension at a time, is what a later period is compared with.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.okr.factors.amounts import KpiAmounts
from pipelines.okr.factors.periods_compared import CADENCES, Restated
from pipelines.okr.factors.restatement import Believed
from pipelines.okr.kpi.facts import TOTAL, DayFact, DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.periods import Cadence
from pipelines.okr.kpi.series import KpiIndex
from pipelines.tables.sql_text import literal

_PUBLISHED = """
    with restated as (
        select distinct kpi, period, period_start
        from warehouse.okr.restatements
        where dimension = 'total' and period in (select unnest($1))
    ),

    published as (
        select kpi, period, period_start, any_value(period_end) as period_end, min(known_from) as published_at
        from kpi_period_history
        inner join restated using (kpi, period, period_start)
        where dimension = 'total' and status <> 'partial'
        group by all
    )

    select
        published.kpi,
        published.period,
        published.period_start,
        published.period_end,
        believed.dimension,
        believed.member,
        believed.period_start as first_day,
        believed.value,
        believed.numerator,
        believed.denominator
    from published
    inner join kpi_period_history as believed
        on
            published.kpi = believed.kpi
            and believed.known_from <= published.published_at
            and (believed.known_to is null or believed.known_to > published.published_at)
            and believed.period_start between published.period_start and published.period_end
            and believed.period_end <= published.period_end
            and believed.period = case believed.kind when 'distinct' then published.period else 'day' end
    order by all
"""

Rows = Sequence[tuple[Any, ...]]


def first_published(
    history: Path, warehouse: Path, kpis: Mapping[str, Kpi]
) -> Mapping[str, Restated]:
    """What was first published of each restated period, by KPI, and by the period's kind and first day.

    Raises `duckdb.Error`.
    """
    if not history.exists():
        return {}
    with closing(duckdb.connect(str(history), read_only=True)) as connection:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        try:
            rows = connection.execute(_PUBLISHED, [list(CADENCES)]).fetchall()
        except duckdb.CatalogException:  # nothing has been logged yet
            return {}
    by_period: dict[tuple[str, Cadence, date, date], dict[str, list[tuple[Any, ...]]]] = {}
    for kpi, period, start, end, dimension, *believed in rows:
        by_dimension = by_period.setdefault((kpi, period, start, end), {})
        by_dimension.setdefault(dimension, []).append(tuple(believed))
    found: dict[str, dict[tuple[str, date], Believed]] = {}
    for (name, period, start, end), by_dimension in by_period.items():
        if name not in kpis:
            continue
        days = frozenset(start + timedelta(day) for day in range((end - start).days + 1))
        histories = {
            dimension: KpiAmounts(KpiIndex(_facts(kpis[name], dimension, period, days, believed)))
            for dimension, believed in by_dimension.items()
        }
        found.setdefault(name, {})[period, start] = Believed(histories)
    return found


def _facts(
    kpi: Kpi, dimension: str, period: Cadence, days: frozenset[date], believed: Rows
) -> KpiFacts:
    """A period as it was believed, by one dimension; it was whole, so that each of its days was delivered."""
    alone = replace(kpi, dimensions=() if dimension == TOTAL else (dimension,), conversion=None)
    facts = KpiFacts(alone, delivered=days, data_through=max(days))
    if kpi.behaviour.reported_by_period:
        counts = [
            DistinctFact(period, first_day, dimension, member, value, max(days))
            for member, first_day, value, _, _ in believed
        ]
        return replace(facts, distinct_periods=counts)
    rows = [
        DayFact(day, {} if dimension == TOTAL else {dimension: member}, value, upper, lower)
        for member, day, value, upper, lower in believed
    ]
    # a ratio's value is that of its sides, which add up
    return replace(facts, days=rows)
