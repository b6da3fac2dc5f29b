with streams as (
    select * from {{ ref("kpi_streams") }}
),

attempts as (
    select * from {{ ref("stg_lake__attempts") }}
),

stream_days as (
    select * from {{ ref("stream_days") }}
),

reaches as (
    select
        source,
        stream,
        max(day) as last_day
    from stream_days
    group by source, stream
),

faults as (
    select
        streams.kpi,
        'source_failed:' || streams.source as code
    from streams
    inner join attempts on streams.source = attempts.source and streams.stream = attempts.stream
    where attempts.outcome <> 'ok'
    union all
    select
        streams.kpi,
        'late:' || streams.source as code
    from streams
    inner join reaches on streams.source = reaches.source and streams.stream = reaches.stream
    where
        {{ days_from("reaches.last_day", as_of()) }} - 1 > streams.arrives_within_days
),

final as (
    select distinct
        kpi,
        code
    from faults
)

select * from final
