with streams as (
    select * from {{ ref("kpi_streams") }}
),

stream_days as (
    select * from {{ ref("stream_days") }}
),

given as (
    select * from {{ ref("sheet_kpi_given_days") }}
),

reaches as (
    select
        source,
        stream,
        max(day) as last_day
    from stream_days
    group by source, stream
),

final as (
    select
        streams.kpi,
        stream_days.source,
        stream_days.stream,
        stream_days.day,
        stream_days.is_settled,
        stream_days.flags
    from streams
    inner join stream_days
        on streams.source = stream_days.source and streams.stream = stream_days.stream
    inner join reaches
        on streams.source = reaches.source and streams.stream = reaches.stream
    left join given on streams.kpi = given.kpi and stream_days.day = given.day
    where
        not streams.is_by_hand
        or (given.day is not null and coalesce(given.not_before <= reaches.last_day, true))
)

select * from final
