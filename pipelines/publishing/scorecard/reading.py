"""What the pages are made of: rows of the published file, and of nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

Row = Mapping[str, Any]
Rows = Sequence[Row]
Grouped = Mapping[str, Rows]

COMPARED_WITH = timedelta(days=7)
"""How far back the scores are that today's are compared with."""
_OPTIONAL = {
    "restatements": "select * from restatements order by kpi, restated_at desc, period_start"
}

_RUN = "select * from runs where as_of = $as_of order by scored_at desc limit 1"
_OBJECTIVES = "select * from objective_scores where as_of = $as_of order by objective_id"
_KEY_RESULTS = """
    select scores.*, defined.comparison, defined.low, defined.high, defined.per, defined.over,
        defined.for_each, defined."where", objectives.owner, objectives.period_start as objective_start,
        objectives.deadline as objective_end
    from key_result_scores as scores
    left join key_results as defined using (key_result_id)
    left join objective_scores as objectives
        on objectives.as_of = scores.as_of and objectives.objective_id = scores.objective_id
    where scores.as_of = $as_of and "window" = 'total' and member = 'total'
    order by scores.objective_id, scores.key_result_id
"""
_PARTS = """
    select key_result_id, "window", member, period_start, target, actual, raw_attainment, score,
        expected, status, forecast_p10, forecast_p90
    from key_result_scores
    where as_of = $as_of and ("window" <> 'total' or member <> 'total')
    order by key_result_id, period_start, "window", member
"""
_EARLIER = """
    select key_result_id as id, score, probability, status from key_result_scores
    where as_of = $as_of and "window" = 'total' and member = 'total'
    union all
    select objective_id, score, probability, status from objective_scores where as_of = $as_of
    order by 1
"""
_COURSES = "select * from key_result_courses where as_of = $as_of order by key_result_id, day"
_KPIS = "select * from kpis order by kpi"
_FACTORS = """
    select * from kpi_factors
    where as_of = $as_of and (
        (period = 'month' and compared_with = 'previous') or compared_with = 'target'
    ) and dimension_rank <= 1
    order by kpi, period_start desc, dimension_rank, rank, member, effect
"""
_HISTORY = """
    select kpi, period, period_start, period_end, value, change, change_pct, status, data_through, trust, unit
    from kpi_periods
    where dimension = 'total' and period in ('month', 'quarter')
    order by kpi, period_start
"""
_MEMBERS = """
    with latest as (
        select kpi, max(period_start) as period_start from kpi_periods
        where dimension = 'total' and period = 'month' and value is not null and complete
        group by kpi
    )

    select kpi, period_start, dimension, member, value, previous_value, change
    from kpi_periods
    inner join latest using (kpi, period_start)
    where period = 'month' and dimension <> 'total' and value is not null
    order by kpi, dimension, abs(value) desc, member
"""
_STREAMS = """
    select source || '.' || stream as name, count(*) as windows, min(window_start) as first,
        max(data_through) as data_through, max(pulled_at) as pulled_at, sum(row_count) as row_count,
        count(*) filter (where not is_settled) as unsettled
    from windows
    group by source, stream
    order by 1
"""


@dataclass(frozen=True)
class Published:
    """The published rows of one day, by the columns' names.

    `earlier` are the headlines of a week before, by the id of a key result or an objective; empty
    where that day was not scored. `factors` are by KPI, `gaps` by key result.
    """

    as_of: date
    run: Row
    objectives: Rows
    key_results: Rows
    parts: Grouped
    earlier: Mapping[str, Row]
    courses: Grouped
    factors: Grouped
    gaps: Grouped
    kpis: Mapping[str, Row]
    history: Grouped
    members: Grouped
    restatements: Grouped
    streams: Mapping[str, Row]

    @property
    def compared_with(self) -> date:
        """The day that `earlier` is of."""
        return self.as_of - COMPARED_WITH

    @property
    def sample_company(self) -> bool:
        return bool(self.run.get("sample_company"))


def read_published(path: Path, as_of: date) -> Published:
    """The rows of `as_of`. Raises `duckdb.Error` when the file is not what publishing writes."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")

        def rows(query: str, day: date | None = None) -> list[Row]:
            return _rows(connection, query, day)

        factors = rows(_FACTORS, as_of)
        return Published(
            as_of=as_of,
            run=next(iter(rows(_RUN, as_of)), {}),
            objectives=rows(_OBJECTIVES, as_of),
            key_results=rows(_KEY_RESULTS, as_of),
            parts=_by(rows(_PARTS, as_of), "key_result_id"),
            earlier={row["id"]: row for row in rows(_EARLIER, as_of - COMPARED_WITH)},
            courses=_by(rows(_COURSES, as_of), "key_result_id"),
            factors=_by([row for row in factors if row["compared_with"] == "previous"], "kpi"),
            gaps=_by([row for row in factors if row["compared_with"] == "target"], "reference"),
            kpis={row["kpi"]: row for row in rows(_KPIS)},
            history=_by(rows(_HISTORY), "kpi"),
            members=_by(rows(_MEMBERS), "kpi"),
            restatements=_by(_optional(connection, "restatements"), "kpi"),
            streams={row["name"]: row for row in rows(_STREAMS)},
        )


def _optional(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    """The rows of a table that not every installation publishes."""
    there = connection.execute(
        "select 1 from information_schema.tables where table_name = $1", [table]
    ).fetchall()
    return _rows(connection, _OPTIONAL[table]) if there else []


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, as_of: date | None = None
) -> list[Row]:
    found = connection.execute(query, {} if as_of is None else {"as_of": as_of})
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _by(rows: Rows, column: str) -> dict[str, list[Row]]:
    def named(row: Row) -> str:
        return str(row[column])

    return {name: list(own) for name, own in groupby(sorted(rows, key=named), key=named)}
