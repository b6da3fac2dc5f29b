"""The rows that the pages of one day are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import duckdb

from pipelines.publishing.published import Row, Rows, StreamWindows, opened

RowsByName = Mapping[str, Rows]

COMPARED_AFTER = timedelta(days=7)
"""How much older the scores are that those of the day are compared with."""

_RUN = "select * from runs where as_of = $as_of order by scored_at desc limit 1"
_KEY_RESULTS = """
    select scores.*, defined.comparison, defined.low, defined.high, defined.per, defined.over,
        defined.for_each, defined."where", objectives.owner, objectives.period_start as objective_start,
        objectives.deadline as objective_end,
        coalesce(json_extract_string(defined.definition, '$.name_members') <> 'false', true) as names_members
    from key_result_scores as scores
    left join key_results as defined using (key_result_id)
    left join objective_scores as objectives
        on objectives.as_of = scores.as_of and objectives.objective_id = scores.objective_id
    where scores.as_of = $as_of and "window" = 'total' and member = 'total'
    order by scores.objective_id, scores.key_result_id
"""
_PARTS = """
    select key_result_id, "window", member, period_start, deadline, target, actual, raw_attainment, score,
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
_RESTATEMENTS = "select * from restatements order by kpi, restated_at desc, period_start"
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
        where period = 'month' and value is not null and complete and (
            dimension = 'total'
            -- people that several accounts have counted have no total
            or kpi not in (select kpi from kpi_periods where dimension = 'total')
        )
        group by kpi
    )

    select kpi, period_start, dimension, member, value, previous_value, change
    from kpi_periods
    inner join latest using (kpi, period_start)
    where period = 'month' and dimension <> 'total' and value is not null
    order by kpi, dimension, abs(value) desc, member
"""


@dataclass(frozen=True)
class PageRows:
    """The published rows of one day, by the columns' names.

    `earlier` are the headlines of a week before, by the id of a key result or an objective; empty
    where that day was not scored. `factors` are by KPI, `gaps` by key result.
    """

    as_of: date
    run: Row
    objectives: Rows
    key_results: Rows
    parts: RowsByName
    earlier: Mapping[str, Row]
    courses: RowsByName
    factors: RowsByName
    gaps: RowsByName
    kpis: Mapping[str, Row]
    history: RowsByName
    members: RowsByName
    restatements: RowsByName
    streams: Mapping[str, StreamWindows]
    findings: Rows

    @property
    def compared_with(self) -> date:
        """The day that `earlier` is of."""
        return self.as_of - COMPARED_AFTER

    @property
    def sample_company(self) -> bool:
        return bool(self.run.get("sample_company"))


def read_page_rows(path: Path, as_of: date) -> PageRows:
    """The rows of `as_of`. Raises `NothingPublishedError` for a file that publishing has not written."""
    with opened(path) as file:
        factors = file.rows(_FACTORS, as_of=as_of)
        try:
            restatements = file.rows(_RESTATEMENTS)
        except duckdb.CatalogException:  # published with the first history of the KPIs
            restatements = []
        return PageRows(
            as_of=as_of,
            run=file.first(_RUN, as_of=as_of),
            objectives=file.objectives(as_of),
            key_results=file.rows(_KEY_RESULTS, as_of=as_of),
            parts=rows_by(file.rows(_PARTS, as_of=as_of), "key_result_id"),
            earlier={row["id"]: row for row in file.rows(_EARLIER, as_of=as_of - COMPARED_AFTER)},
            courses=rows_by(file.rows(_COURSES, as_of=as_of), "key_result_id"),
            factors=rows_by([row for row in factors if row["compared_with"] == "previous"], "kpi"),
            gaps=rows_by([row for row in factors if row["compared_with"] == "target"], "reference"),
            kpis={row["kpi"]: row for row in file.rows(_KPIS)},
            history=rows_by(file.rows(_HISTORY), "kpi"),
            members=rows_by(file.rows(_MEMBERS), "kpi"),
            restatements=rows_by(restatements, "kpi"),
            streams=file.streams(),
            findings=file.findings(),
        )


def rows_by(rows: Rows, column: str) -> dict[str, list[Row]]:
    """The rows by what they have in `column`, each group in its order."""

    def name(row: Row) -> str:
        return str(row[column])

    return {key: list(group) for key, group in groupby(sorted(rows, key=name), key=name)}
