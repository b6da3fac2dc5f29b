"""The rows of the KPIs' own pages: their figures by period and day, their members, and what happened to them."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import duckdb

from pipelines.publishing.published import PublishedFile, Row, Rows

RowsByName = Mapping[str, Rows]
MAX_DAYS, MAX_WEEKS = 42, 26
"""The latest days of a KPI that a chart has; of one that is given by the week, the latest weeks."""
MAX_MEMBERS = 12
MAX_RESTATEMENTS = 12

_LONG = "case when kpis.every = 'quarter' then 'quarter' else 'month' end"
"""The periods that a KPI's history has."""
_IS_LATE = f"""
    case when kpis.every = 'week' then period_start > $as_of - 7 * {MAX_WEEKS}
    else period_start >= $as_of - {MAX_DAYS} end
"""
_HISTORY = """
    select kpi, period, period_start, period_end, value, change, change_pct, status, data_through, trust, unit
    from kpi_periods
    where dimension = 'total' and period in ('month', 'quarter')
    order by kpi, period_start
"""
_LATEST = f"""
    select periods.kpi, period, period_start, period_end, value, status
    from kpi_periods as periods
    inner join kpis using (kpi)
    where dimension = 'total' and period = kpis.every and period in ('day', 'week') and {_IS_LATE}
    order by periods.kpi, period_start
"""  # noqa: S608 - of our own constants
_MEMBERS = f"""
    with comparable as (
        select kpi_periods.* from kpi_periods
        inner join kpis using (kpi)
        where period = {_LONG}
    ),

    latest as (
        select kpi, max(period_start) as period_start from comparable
        where value is not null and complete and (
            dimension = 'total'
            -- people that several accounts have counted have no total
            or kpi not in (select kpi from kpi_periods where dimension = 'total')
        )
        group by kpi
    ),

    figures as (
        select
            own.kpi, own.period_start, own.period_end, own.dimension, own.member, own.value,
            own.previous_value, own.change, before.value as year_before,
            -- a period that lacks a day is not compared with one that lacks none
            case when before.status <> 'partial' and not contains(own.trust || before.trust, 'missing_')
                then own.value - before.value
            end as change_on_year
        from comparable as own
        inner join latest on own.kpi = latest.kpi and own.period_start = latest.period_start
        left join comparable as before
            on own.kpi = before.kpi and own.dimension = before.dimension and own.member = before.member
            and before.period_start = cast(own.period_start - interval 1 year as date)
        where own.dimension <> 'total' and own.value is not null
    ),

    own_goals as (
        select objectives.owner, defined.*
        from key_results as defined
        inner join objective_scores as objectives
            on defined.objective_id = objectives.objective_id and objectives.as_of = $as_of
        where objectives.owner is not null
    ),

    -- the members that a goal judges, where it may name them
    judged as (
        select goals.owner, goals.kpi, goals.for_each as dimension, scores.member
        from own_goals as goals
        inner join key_result_scores as scores
            on goals.key_result_id = scores.key_result_id and scores.as_of = $as_of
        where
            scores.member <> 'total'
            and coalesce(json_extract_string(goals.definition, '$.name_members') <> 'false', true)
    ),

    filters as (
        select owner, kpi, dimension, json_extract(where_json, '$."' || dimension || '"') as asked
        from (select owner, kpi, where_json, unnest(json_keys(where_json)) as dimension from own_goals)
    ),

    -- a filter such as "any but these" is an object, and names nobody that it is about
    filtered as (
        select
            owner, kpi, dimension,
            unnest(
                case json_type(asked)
                    when 'VARCHAR' then [json_extract_string(asked, '$')]
                    when 'ARRAY' then cast(asked as varchar[])
                end
            ) as member
        from filters
    ),

    shown as (
        select '' as reader, figures.* from figures
        union all
        select named.owner, figures.*
        from (from judged union from filtered) as named
        inner join figures using (kpi, dimension, member)
    )

    select *, count(*) over (partition by reader, kpi, dimension) as in_all
    from shown
    qualify row_number() over (partition by reader, kpi, dimension order by abs(value) desc, member) <= {MAX_MEMBERS}
    order by reader, kpi, dimension, abs(value) desc, member
"""  # noqa: S608 - of our own constants
_MISSING = """
    with missing as (
        select
            kpi, coverage.day,
            coverage.day - cast(row_number() over (partition by kpi order by coverage.day) as integer) as run
        from kpi_coverage as coverage
        inner join kpis using (kpi)
        where not delivered and kpis.every in ('day', 'week') and coverage.day <= kpis.data_through
    )

    select kpi, min(day) as first_day, max(day) as last_day
    from missing
    group by kpi, run
    order by kpi, first_day
"""
_RESTATEMENTS = f"""
    select restatements.*
    from restatements
    inner join kpis using (kpi)
    where dimension = 'total' and period = {_LONG}
    qualify row_number() over (partition by kpi order by restated_at desc, period_start desc) <= {MAX_RESTATEMENTS}
    order by kpi, restated_at desc, period_start desc
"""  # noqa: S608 - of our own constants
_RESTATED_IN_ALL = "select kpi, count(*) as figures from restatements group by kpi"
_RESTATED = f"""
    select
        kpi, period, restated_at, count(*) as figures, min(period_start) as first_start,
        first(period_end order by period_start) as first_end, max(period_start) as period_start,
        first(period_end order by period_start desc) as period_end,
        first(old_value order by period_start desc) as old_value,
        first(new_value order by period_start desc) as new_value
    from restatements
    inner join kpis using (kpi)
    where dimension = 'total' and (period = {_LONG} or period = kpis.every)
    group by kpi, period, restated_at
    order by kpi, period, restated_at
"""  # noqa: S608 - of our own constants

_PACED = """
    select distinct key_result_id from key_result_courses where as_of = $as_of and pace is not null
"""


@dataclass(frozen=True)
class KpiRows:
    """What is published of the KPIs' figures, by KPI. It is the same whoever reads it, but for the members.

    `history` has months or quarters, `latest` days (or weeks), both of totals. `missing` are stretches of days that
    were not delivered. `restated` are the moments at which totals became others, by period, with the latest of these
    figures; `restatements` the figures themselves, and `restated_in_all` how many there are with other periods and
    members. `members` are by reader: an owner, who is shown the members that a goal of theirs names, or everybody
    (an empty text). They are those of the latest whole period, the largest of each dimension, with how many there are
    `in_all`. `targets` are what is possible in the running quarter and the next one. `paced` are the key results of
    whose days a pace is known.
    """

    history: RowsByName
    latest: RowsByName
    missing: RowsByName
    restated: RowsByName
    restatements: RowsByName
    restated_in_all: Mapping[str, int]
    members: Mapping[str, RowsByName]
    targets: RowsByName
    paced: Set[str]


def kpi_rows_in(file: PublishedFile, as_of: date) -> KpiRows:
    """The rows of a published file that is open."""
    try:
        restatements, restated = file.rows(_RESTATEMENTS), file.rows(_RESTATED)
        in_all = file.rows(_RESTATED_IN_ALL)
    except duckdb.CatalogException:  # published with the first history of the KPIs
        restatements, restated, in_all = [], [], []
    by_reader = rows_by(file.rows(_MEMBERS, as_of=as_of), "reader")
    return KpiRows(
        history=rows_by(file.rows(_HISTORY), "kpi"),
        latest=rows_by(file.rows(_LATEST, as_of=as_of), "kpi"),
        missing=rows_by(file.rows(_MISSING), "kpi"),
        restated=rows_by(restated, "kpi"),
        restatements=rows_by(restatements, "kpi"),
        restated_in_all={row["kpi"]: row["figures"] for row in in_all},
        members={reader: rows_by(rows, "kpi") for reader, rows in by_reader.items()},
        targets=rows_by(file.targets(), "kpi"),
        paced={row["key_result_id"] for row in file.rows(_PACED, as_of=as_of)},
    )


def rows_by(rows: Rows, column: str) -> dict[str, list[Row]]:
    """The rows by what they have in `column`, each group in its order."""

    def name(row: Row) -> str:
        return str(row[column])

    return {key: list(group) for key, group in groupby(sorted(rows, key=name), key=name)}
