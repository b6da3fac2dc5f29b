"""The log of restatements: figures of the same days that were published as another number before."""

from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.tables.okr_tables import NUMBER, ScoreTable
from pipelines.tables.scores import make_anew
from pipelines.tables.sql_text import literal

RESTATEMENTS = ScoreTable(
    "restatements",
    "Each figure that was published and then became another, of the very same days: what it was, what it is, and when",
    {
        "restated_at": (
            "timestamp with time zone not null",
            "When the other number was written down",
        ),
        "kpi": ("varchar not null", "Name of the KPI"),
        "period": ("varchar not null", "day, week (ISO), month, quarter, half or year (fiscal)"),
        "period_start": ("date not null", "First day of the period"),
        "period_end": ("date not null", "Last day of the period"),
        "dimension": ("varchar not null", "Dimension, or total for the whole"),
        "member": ("varchar not null", "Member of the dimension, or total for the whole"),
        "old_value": (NUMBER, "What it was until then, in unit"),
        "new_value": (NUMBER, "What it has been since, in unit"),
        "change": (NUMBER, "new_value less old_value; NULL where one of them is"),
        "unit": ("varchar not null", "Unit of the values"),
        "old_status": (
            "varchar not null",
            "Status it had: complete means that no restatement was expected any more",
        ),
        "new_status": ("varchar not null", "Status it got"),
        "published_at": (
            "timestamp with time zone not null",
            "Since when the old value was believed",
        ),
        "data_through": ("date", "Last delivered day that both count"),
        "why": ("varchar not null", "The restatement in words"),
    },
    key=("restated_at", "kpi", "period", "period_start", "dimension", "member"),
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
_FOUND = f"""
    with versions as (
        select
            *,
            lag(value) over followed as old_value,
            lag(unit) over followed as old_unit,
            lag(status) over followed as old_status,
            lag(trust) over followed as old_trust,
            lag(data_through) over followed as old_through,
            lag(known_from) over followed as published_at
        from history.kpi_period_history
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
"""


def log_restatements(history: Path, warehouse: Path) -> int:
    """Put the log into the warehouse, from the whole of the history. Returns how many it holds.

    Raises `duckdb.Error`, with the table left as it was.
    """
    with closing(duckdb.connect(str(warehouse))) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach {literal(str(history))} as history (read_only)")
        connection.execute("begin")
        place = make_anew(connection, RESTATEMENTS)
        connection.execute(f"insert into {place} {_FOUND} order by all")
        [(count,)] = connection.execute(f"select count(*) from {place}").fetchall()
        connection.execute("commit")
    return int(count)
