"""The log of restatements: figures of the same days that were published as another number before."""

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
    "Each figure that was published and then became another, of the very same days: what it was, what it is, and when",
    columns_of(restated_at=Annotated[datetime, "When the other number was written down"])
    | columns_of(Restatement),
)

_NUMBER_IN_WORDS = "coalesce(rtrim(rtrim(cast({0} as varchar), '0'), '.'), 'nothing')"
_WORDS = f"""
    kpi || ', ' || period || ' from ' || cast(period_start as varchar)
    || case when dimension = 'total' then '' else ', ' || dimension || ' ' || member end || ': '
    || {_NUMBER_IN_WORDS.format("old_value")} || ' became ' || {_NUMBER_IN_WORDS.format("value")} || ' ' || unit
    || case
        when contains(old_trust, 'missing_days') and not contains(trust, 'missing_days')
            then ', as days that were missing have come'
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

    versions as (
        select
            *,
            lag(value) over followed as old_value,
            lag(unit) over followed as old_unit,
            lag(status) over followed as old_status,
            lag(trust) over followed as old_trust,
            lag(data_through) over followed as old_through,
            lag(known_from) over followed as published_at
        from history.kpi_period_history
        semi join replaced using (kpi, period, period_start, dimension, member)
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
        -- a day more is news; the same days with another number are a restatement
        and data_through is not distinct from old_through
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
