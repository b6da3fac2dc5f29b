with streams as (
    select * from {{ ref("kpi_streams") }}
),

stream_days as (
    select * from {{ ref("kpi_stream_days") }}
),

pulled as (
    select
        kpi,
        min(day) as first_day,
        max(day) as last_day
    from stream_days
    group by kpi
),

kpi_days as (
    select
        kpi,
        {{ each_day("first_day", "greatest(last_day, " ~ add_days(-1, as_of()) ~ ")") }} as day
    from pulled
),

final as (
    select
        kpi_days.kpi,
        kpi_days.day,
        streams.source,
        streams.stream,
        stream_days.day is not null as is_delivered,
        -- the snapshot of a day gone by cannot be taken again, so it cannot change
        coalesce(stream_days.is_settled or streams.is_snapshot, false) as is_settled,
        stream_days.day is null and streams.is_snapshot as is_missed_snapshot,
        stream_days.flags
    from kpi_days
    inner join streams on kpi_days.kpi = streams.kpi
    left join stream_days
        on
            streams.kpi = stream_days.kpi
            and streams.source = stream_days.source
            and streams.stream = stream_days.stream
            and kpi_days.day = stream_days.day
)

select * from final
