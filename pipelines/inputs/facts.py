"""The facts that scoring asks for, read from the warehouse's KPI tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import OkraError
from pipelines.okr.kpi.facts import DayFact, DistinctFact, KpiFacts, Own
from pipelines.okr.kpi.kpi import Kpi

Rows = Sequence[tuple[Any, ...]]

# without a rate an amount is left out: its day says so (`unconverted_currency`)
_DAYS = """
    select
        kpi, day, dimensions, value, numerator, denominator,
        [own_value, own_numerator, own_denominator] as own
    from reporting.kpi_days
    where rate is not null
"""
_COVERAGE = "select kpi, day, delivered, flags from reporting.kpi_coverage"
_DISTINCT = """
    select kpi, period, period_start, dimension, member, value, data_through
    from reporting.kpi_distinct
"""
_STANDING = "select kpi, data_through, standing_flags from reporting.kpis"


class NoFactsError(OkraError):
    """The models have never run here; the text says what to do."""


@dataclass(frozen=True)
class WarehouseFacts:
    """The rows of each KPI table, by KPI."""

    days: Mapping[str, Rows]
    coverage: Mapping[str, Rows]
    distinct: Mapping[str, Rows]
    standing: Mapping[str, Rows]

    def of(self, kpi: Kpi) -> KpiFacts:
        """The facts of `kpi`."""
        converts = kpi.conversion is not None
        days = [
            DayFact(day, dimensions, value, numerator, denominator, Own(*own) if converts else None)
            for _, day, dimensions, value, numerator, denominator, own in self.days.get(
                kpi.name, ()
            )
        ]
        flags = {
            day: frozenset(flags) for _, day, _, flags in self.coverage.get(kpi.name, ()) if flags
        }
        through, standing = next(
            ((t, f) for _, t, f in self.standing.get(kpi.name, ())), (None, [])
        )
        return KpiFacts(
            kpi,
            days=days,
            delivered={
                day for _, day, delivered, _ in self.coverage.get(kpi.name, ()) if delivered
            },
            data_through=through,
            distinct_periods=[DistinctFact(*row[1:]) for row in self.distinct.get(kpi.name, ())],
            flags_by_day=flags,
            standing_flags=frozenset(standing),
        )


def read_facts(warehouse: Path, kpis: Mapping[str, Kpi]) -> dict[str, KpiFacts]:
    """The facts of each of `kpis`, by name. Raises `NoFactsError` when the models have never run."""
    if not warehouse.exists():
        raise NoFactsError("there is nothing to score yet; run `okra run` first")
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            facts = WarehouseFacts(
                *(by_kpi(connection, query) for query in (_DAYS, _COVERAGE, _DISTINCT, _STANDING))
            )
    except duckdb.CatalogException:
        raise NoFactsError("the models have not run yet; run `okra run` first") from None
    return {name: facts.of(kpi) for name, kpi in kpis.items()}


def day_modelled(warehouse: Path) -> date | None:
    """The day that the KPI tables were made for; None when they hold nothing. Raises `NoFactsError`."""
    if not warehouse.exists():
        raise NoFactsError("there is nothing to score yet; run `okra run` first")
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            [(run_id,)] = connection.execute(
                "select max(run_id) from reporting.kpi_periods"
            ).fetchall()
    except duckdb.CatalogException:
        raise NoFactsError("the models have not run yet; run `okra run` first") from None
    return date.fromisoformat(run_id[:10]) if run_id else None


def by_kpi(connection: duckdb.DuckDBPyConnection, query: str) -> Mapping[str, Rows]:
    """The rows of `query`, whose first column is the KPI, in an order that is always the same."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in connection.execute(f"{query} order by all").fetchall():
        found.setdefault(row[0], []).append(row)
    return found
