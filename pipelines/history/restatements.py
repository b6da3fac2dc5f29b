"""The log of restatements: figures that were published as another number before, of the same days or of more."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from pipelines.history.noted_settings import OF_FIGURES, SETTINGS
from pipelines.history.versions import KpiPeriod
from pipelines.okr.columns import Number
from pipelines.tables.table import Table, columns_of, literal, transaction


class Restatement(KpiPeriod):
    """A row of the log, made by SQL."""

    old_value: Annotated[Number | None, "What it was until then, in unit"]
    new_value: Annotated[Number | None, "What it has been since, in unit"]
    change: Annotated[Number | None, "new_value less old_value; NULL where one of them is"]
    unit: Annotated[str, "Unit of the values"]
    old_status: Annotated[
        str, "Status it had: complete means that no restatement was expected any more"
    ]
    new_status: Annotated[str, "Status it got"]
    published_at: Annotated[datetime, "Since when the old value was believed"]
    data_through: Annotated[date | None, "Last delivered day that both count"]
    why: Annotated[str, "The restatement in words"]


RESTATEMENTS = Table(
    "restatements",
    "Each figure that was published and then became another, of the same or fewer days: what it was, what it is, when",
    columns_of(restated_at=Annotated[datetime, "When the other number was written down"])
    | columns_of(Restatement),
)

_NUMBER_IN_WORDS = (
    # a share is kept as a fraction, and is told in percent
    "coalesce(rtrim(rtrim(cast(case when unit = 'percent' then {0} * 100 else {0} end as varchar), '0'), '.'), "
    "'nothing')"
)
_WORDS = f"""
    kpi || ', ' || period || ' from ' || cast(period_start as varchar)
    || case when dimension = 'total' then '' else ', ' || dimension || ' ' || member end || ': '
    || {_NUMBER_IN_WORDS.format("old_value")} || ' became ' || {_NUMBER_IN_WORDS.format("value")} || ' ' || unit
    || case
        when contains(old_trust, 'missing_days') and not contains(trust, 'missing_days')
            then ', as days that were missing have come'
        when data_through < old_through or is_gone then ', as days that had come are gone'
        else ''
    end
"""
_RESTATEMENTS = f"""
    with changed_settings as (
        select distinct since
        from (
            select *, lag(value) over (partition by setting order by since) as former
            from history.kept.settings
            where setting in ({", ".join(map(literal, OF_FIGURES))})
        )
        where former is not null and former <> value
    ),

    replaced as (
        -- only what was replaced can be a restatement, which is little of a long history
        select distinct kpi, period, period_start, dimension, member
        from history.kpi_period_history
        where known_to is not null
    ),

    kept as (
        select *, false as is_gone
        from history.kpi_period_history
        semi join replaced using (kpi, period, period_start, dimension, member)
    ),

    gone as (
        -- A total of a period that was over, in whose place nothing came though the KPI has periods before and after
        -- it: its days were taken away. One at an end may be cut off by the clock or by the first day to pull.
        select kept.* replace (
            cast(null as decimal(38, 6)) as value,
            kept.known_to as known_from,
            cast(null as timestamptz) as known_to,
            true as is_gone
        )
        from kept
        left join kept as later
            on
                later.kpi = kept.kpi and later.period = kept.period and later.period_start = kept.period_start
                and later.dimension = kept.dimension and later.member = kept.member
                and later.known_from = kept.known_to
        where
            kept.known_to is not null and kept.dimension = 'total' and kept.status <> 'partial'
            and later.kpi is null
    ),

    around as (
        -- the first and the last period that were believed when something was gone
        select gone.kpi, gone.period, gone.known_from, min(other.period_start) as first, max(other.period_start) as last
        from (select distinct kpi, period, known_from from gone) as gone
        inner join history.kpi_period_history as other
            on
                other.kpi = gone.kpi and other.period = gone.period and other.dimension = 'total'
                and other.known_from <= gone.known_from
                and (other.known_to is null or other.known_to > gone.known_from)
        group by all
    ),

    versions as (
        select
            *,
            lag(value) over followed as old_value,
            lag(unit) over followed as old_unit,
            lag(status) over followed as old_status,
            lag(trust) over followed as old_trust,
            lag(data_through) over followed as old_through,
            lag(known_from) over followed as published_at,
            max(data_through) over (
                followed rows between unbounded preceding and 1 preceding
            ) as furthest
        from (
            from kept
            union all by name
            select gone.* from gone
            inner join around
                on
                    around.kpi = gone.kpi and around.period = gone.period and around.known_from = gone.known_from
                    and gone.period_start > around.first and gone.period_start < around.last
        )
        window followed as (
            partition by kpi, period, period_start, dimension, member order by known_from
        )
    )

    select
        known_from as restated_at,
        kpi,
        period,
        period_start,
        period_end,
        dimension,
        member,
        old_value,
        value as new_value,
        value - old_value as change,
        unit,
        old_status,
        status as new_status,
        published_at,
        data_through,
        {_WORDS} as why
    from versions
    where
        published_at is not null
        and value is distinct from old_value
        -- a day more is news; the same days with another number are a restatement, and so is a period that was over
        -- and lost days, or got back those that it had before
        and (
            data_through is not distinct from old_through
            or (data_through <= furthest and old_status <> 'partial' and status <> 'partial')
        )
        and unit = old_unit
        -- no figure was corrected: its days were cut anew, by a setting
        and known_from not in (select since from changed_settings)
"""


def log_restatements(history: Path, warehouse: Path) -> int:
    """Write the log of the whole history into the warehouse. Returns its number of rows.

    Raises `duckdb.Error`, with the table left as it was.
    """
    with transaction(history) as connection:
        SETTINGS.create(connection)
    with transaction(warehouse, history=history) as connection:
        RESTATEMENTS.replace_by_query(connection, f"{_RESTATEMENTS} order by all")
        [(count,)] = connection.execute(f"select count(*) from {RESTATEMENTS.place}").fetchall()
    return int(count)


def create_restatements(warehouse: Path) -> None:
    """Create the log without rows where the warehouse has none. Raises `duckdb.Error`.

    Before the first figure there is no history to make it from, and what is published reads it all the same.
    """
    with transaction(warehouse) as connection:
        RESTATEMENTS.create(connection)
