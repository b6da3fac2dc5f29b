"""Reads the facts that scoring needs from the warehouse's KPI tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.connections import connect
from pipelines.errors import OkraError
from pipelines.inputs.kpi_days import read_days
from pipelines.okr.kpi.day_columns import DayColumns
from pipelines.okr.kpi.facts import DistinctFact, KpiFacts
from pipelines.okr.kpi.kpi import Kpi
from pipelines.okr.kpi.roster import Stay

Rows = Sequence[tuple[Any, ...]]

# numbers of days: of a long history there are many, of which DuckDB would make objects one by one
_DELIVERED = """
    select kpi, list(datediff('day', date '0001-01-01', day) + 1 order by day) as days
    from reporting.kpi_coverage where delivered group by kpi
"""
_FLAGS = "select kpi, day, flags from reporting.kpi_coverage where len(flags) > 0"
_DISTINCT = """
    select kpi, period, period_start, dimension, member, value, data_through
    from reporting.kpi_distinct
"""
_STANDING = "select kpi, data_through, standing_flags from reporting.kpis"
_ROSTERS = """
    select table_name from duckdb_tables() where schema_name = 'reporting' and table_name in (select unnest($1))
"""
_STAYS = """
    select cast(member as varchar), cast(first_day as date), cast(last_day as date)
    from reporting.{} where member is not null order by all
"""


class NoFactsError(OkraError):
    """The models have never run here; the message says what to do."""


def read_facts(warehouse: Path, kpis: Mapping[str, Kpi]) -> dict[str, KpiFacts]:
    """The facts of each of `kpis`, by name. Raises `NoFactsError` when the models have never run."""
    queries = (_FLAGS, _DISTINCT, _STANDING)
    with connected(warehouse) as connection:
        days = read_days(connection, kpis)
        delivered = _delivered_days(connection)
        flags, distinct, standing = (rows_by_kpi(connection, query, kpis) for query in queries)
        rosters = _read_rosters(connection, kpis.values())
    return {
        name: facts_of(
            kpi,
            days.get(name),
            delivered.get(name, frozenset()),
            flags.get(name, ()),
            distinct.get(name, ()),
            standing.get(name, ()),
            rosters,
        )
        for name, kpi in kpis.items()
    }


def facts_of(
    kpi: Kpi,
    days: DayColumns | None,
    delivered: Set[date],
    flags: Rows,
    distinct: Rows,
    standing: Rows,
    rosters: Mapping[str, Sequence[Stay]],
) -> KpiFacts:
    """The facts of `kpi`: its days, its rows of each other KPI table, and the rosters by their models."""
    [(data_through, standing_flags)] = standing or [(None, [])]
    without = {f"no_roster:{dimension}" for dimension, model in kpi.rosters if model not in rosters}
    return KpiFacts(
        kpi,
        days=() if days is None else days,
        delivered=delivered,
        data_through=data_through,
        distinct_periods=[DistinctFact(*row) for row in distinct],
        flags_by_day={day: frozenset(of_day) for day, of_day in flags},
        standing_flags=frozenset(standing_flags) | without,
        rosters={dimension: rosters[model] for dimension, model in kpi.rosters if model in rosters},
    )


def _delivered_days(connection: duckdb.DuckDBPyConnection) -> dict[str, Set[date]]:
    """The days of each KPI on which all was delivered that it is made from.

    KPIs with the same days, such as those of one stream, share a set.
    """
    table = connection.sql(_DELIVERED).to_arrow_table()
    if not table.num_rows:
        return {}
    numbers = table["days"].combine_chunks()
    days, ends = numbers.flatten().to_numpy(), numbers.offsets.to_numpy().tolist()
    shared: dict[bytes, Set[date]] = {}
    delivered: dict[str, Set[date]] = {}
    for kpi, first, after in zip(table["kpi"].to_pylist(), ends, ends[1:], strict=False):
        own = days[first:after]
        content = own.tobytes()
        if content not in shared:
            shared[content] = frozenset(map(date.fromordinal, own.tolist()))
        delivered[kpi] = shared[content]
    return delivered


def _read_rosters(
    connection: duckdb.DuckDBPyConnection, kpis: Iterable[Kpi]
) -> dict[str, list[Stay]]:
    """The rosters that the KPIs declare, by their models.

    Those that were not built, are empty or cannot be read are left out.
    """
    rosters = {}
    for model in _built_rosters(connection, kpis):
        try:
            rows = connection.execute(_STAYS.format(model)).fetchall()
        except duckdb.Error:
            continue  # `roster_row_faults` says why
        if rows:
            rosters[model] = [Stay(*row) for row in rows]
    return rosters


def roster_row_faults(
    connection: duckdb.DuckDBPyConnection, kpis: Iterable[Kpi]
) -> Iterator[tuple[str, str]]:
    """What is wrong with the rows of rosters: pairs of the model and the fault."""
    for model in _built_rosters(connection, kpis):
        try:
            stays = [Stay(*row) for row in connection.execute(_STAYS.format(model)).fetchall()]
        except duckdb.Error as error:
            yield model, str(error)
        else:
            reversed_stays = sum(
                bool(stay.first_day and stay.last_day and stay.last_day < stay.first_day)
                for stay in stays
            )
            if reversed_stays:
                yield model, f"rows with a last day before the first: {reversed_stays}"


def _built_rosters(connection: duckdb.DuckDBPyConnection, kpis: Iterable[Kpi]) -> list[str]:
    declared = sorted({model for kpi in kpis for _, model in kpi.rosters})
    return sorted(model for (model,) in connection.execute(_ROSTERS, [declared]).fetchall())


def day_modelled(warehouse: Path) -> date | None:
    """The day that the KPI tables were built for; None when they are empty. Raises `NoFactsError`."""
    with connected(warehouse) as connection:
        [(run_id,)] = connection.execute("select max(run_id) from reporting.kpi_periods").fetchall()
    return date.fromisoformat(run_id[:10]) if run_id else None


@contextmanager
def connected(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse. Raises `NoFactsError` when it, or a table that is read, is missing."""
    if not warehouse.exists():
        raise NoFactsError("there is nothing to score yet; run `okra run` first")
    try:
        with connect(warehouse, read_only=True) as connection:
            yield connection
    except duckdb.CatalogException:
        raise NoFactsError("the models have not run yet; run `okra run` first") from None


def rows_by_kpi(
    connection: duckdb.DuckDBPyConnection, query: str, kpis: Iterable[str]
) -> Mapping[str, Rows]:
    """The sorted rows of `query` by KPI, which is their first column and left out."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    asked = f"from ({query}) where kpi in (select unnest(?)) order by all"
    for kpi, *values in connection.execute(asked, [list(kpis)]).fetchall():
        rows.setdefault(kpi, []).append(tuple(values))
    return rows
